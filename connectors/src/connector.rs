//! The contract between PSA Bridge and a PSA.
//!
//! Whatever vendors do differently fits behind it: absolute quantities or differences, boards or queues, page numbers or
//! cursor URLs, validation errors as 400 or 500, writes through the parent record. There are no default bodies: a
//! connector answers everything, and what it cannot do it leaves out of its [`Capabilities`](crate::Capabilities), which
//! are checked before a call reaches it.
//!
//! Rules for every operation:
//! * A read may be repeated inside. A write is sent once; when its outcome is unknown the error is
//!   [`Ambiguous`](crate::ErrorKind::Ambiguous).
//! * No operation keeps state that a second process would need.
//! * Errors hold no secret.
//!
//! [`spec`](crate::spec) lists what follows from this as numbered requirements, each with a case in the conformance suite.

use std::{collections::BTreeMap, fmt};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    descriptor::{Descriptor, RightFinding},
    error::Result,
    query::{Filter, Page, ReadQuery},
    record::{
        Account, Addition, AdditionReceipt, AdditionTarget, Agreement, AgreementId, Board, BoardId, Choice, ChoiceId,
        Company, CompanyId, Contact, DesiredAddition, Device, DeviceId, FilterValue, Hint, InboundDelivery, Note,
        NoteDraft, Product, StatusId, Subscription, Ticket, TicketDraft, TicketId, WebhookEndpoint, WriteKey,
    },
};

/// One provider's authenticated connection to one PSA.
#[async_trait]
pub trait PsaConnector: Send + Sync + fmt::Debug {
    /// What this connector is.
    fn descriptor(&self) -> &'static Descriptor;

    /// Proves the credentials and says what is at the other end.
    ///
    /// # Behavior
    /// * One request where possible; never writes.
    /// * Wrong keys are `Unauthorized`; a wrong site or company is `Invalid` and names the credential field.
    async fn verify(&self) -> Result<Account>;

    /// Finds the state of every right in the descriptor.
    ///
    /// # Behavior
    /// * Never writes. `Unknown` where the PSA will not tell.
    /// * One finding per right, in the descriptor's order.
    async fn check_rights(&self) -> Result<Vec<RightFinding>>;

    // ── Directory ───────────────────────────────────────────────────────────────────────────────────────

    /// Reads a page of companies. Requires [`Capability::Companies`](crate::Capability::Companies).
    ///
    /// # Behavior
    /// * The last page has `next: None`; an empty list is one empty page.
    /// * With [`Capability::RecycleBin`](crate::Capability::RecycleBin) a full read leaves out what is in it, and a read with
    ///   `since` includes it, marked `deleted`. Without it a deleted record is in no list.
    /// * A filter that the descriptor does not name is `Unsupported`; one of another list is `Invalid`.
    async fn companies(&self, query: &ReadQuery) -> Result<Page<Company>>;

    /// Reads the values that a filter can take. Requires the capability of the list that it narrows down.
    ///
    /// # Behavior
    /// * Values that are out of use are included and marked.
    /// * A filter that the descriptor does not name is `Unsupported`.
    async fn filter_values(&self, filter: Filter) -> Result<Vec<FilterValue>>;

    /// Reads a page of contacts. Requires [`Capability::Contacts`](crate::Capability::Contacts).
    ///
    /// # Behavior
    /// * Inactive contacts are included and marked.
    async fn contacts(&self, query: &ReadQuery) -> Result<Page<Contact>>;

    /// Reads a page of catalogue products. Requires [`Capability::Products`](crate::Capability::Products).
    ///
    /// # Behavior
    /// * Inactive products are included and marked; products that cannot be billed as an addition have `billable: false`.
    async fn products(&self, query: &ReadQuery) -> Result<Page<Product>>;

    // ── Agreements ──────────────────────────────────────────────────────────────────────────────────────

    /// Reads a page of agreements. Requires [`Capability::Agreements`](crate::Capability::Agreements).
    ///
    /// # Behavior
    /// * Agreements that are over are included and marked.
    async fn agreements(&self, query: &ReadQuery) -> Result<Page<Agreement>>;

    /// Reads every addition of an agreement. Requires [`Capability::Agreements`](crate::Capability::Agreements).
    ///
    /// # Behavior
    /// * Ended additions are included; their `cancelled_date` says so.
    /// * An unknown agreement is `NotFound`, never an empty list.
    async fn additions(&self, agreement: &AgreementId) -> Result<Vec<Addition>>;

    /// Reads every addition of many agreements, in as few requests as the PSA allows. Requires
    /// [`Capability::Agreements`](crate::Capability::Agreements).
    ///
    /// # Behavior
    /// * As [`additions`](Self::additions), but an unknown agreement is left out of the answer.
    /// * One that has no addition has an empty list.
    async fn additions_of(&self, agreements: &[AgreementId]) -> Result<BTreeMap<AgreementId, Vec<Addition>>>;

    /// Makes an addition say what `desired` says from `effective` on. Requires
    /// [`Capability::Agreements`](crate::Capability::Agreements).
    ///
    /// # Behavior
    /// * Reads, compares, writes only a difference, and gives back what the PSA answers.
    /// * `Changed` when the target tells what the caller saw and that is not so any more, unless it says already what is
    ///   desired.
    /// * The same call twice changes nothing the second time.
    /// * Without a target addition it creates one, unless the agreement has one in force for the product by now: that one
    ///   is taken. More than one is `Invalid`.
    /// * `PeriodClosed` when the period is billed already.
    /// * `Ambiguous` when the outcome is unknown: calling again is safe.
    async fn set_addition(
        &self,
        target: &AdditionTarget,
        desired: &DesiredAddition,
        effective: NaiveDate,
        key: &WriteKey,
    ) -> Result<AdditionReceipt>;

    /// Ends an addition on a day; it is never deleted. Requires [`Capability::Agreements`](crate::Capability::Agreements).
    ///
    /// # Behavior
    /// * An addition that has ended on that day or before is left as it is.
    /// * `Changed` when the target tells what the caller saw and that is not so any more.
    /// * A target without an addition is `Invalid`.
    async fn end_addition(&self, target: &AdditionTarget, on: NaiveDate, key: &WriteKey) -> Result<AdditionReceipt>;

    // ── Tickets ─────────────────────────────────────────────────────────────────────────────────────────

    /// Reads every board that the API user can see, with its statuses. Requires
    /// [`Capability::Tickets`](crate::Capability::Tickets).
    async fn boards(&self) -> Result<Vec<Board>>;

    /// Reads the values that a routing field can take on a board. Requires
    /// [`Capability::Tickets`](crate::Capability::Tickets).
    ///
    /// # Behavior
    /// * A value that depends on other fields names the combinations of their values that it goes with.
    /// * A field that is not in the descriptor is `Invalid`.
    async fn choices(&self, field: &str, board: &BoardId) -> Result<Vec<Choice>>;

    /// Creates one ticket that bears `key`. Requires [`Capability::Tickets`](crate::Capability::Tickets).
    ///
    /// # Behavior
    /// * One write, never repeated inside.
    /// * `Ambiguous` when it may have happened: look with [`find_tickets`](Self::find_tickets) before trying again.
    /// * Texts that are too long are shortened with a mark, never refused.
    async fn create_ticket(&self, draft: &TicketDraft, key: &WriteKey) -> Result<Ticket>;

    /// Finds every ticket that bears `key`, open or closed, oldest first. Requires
    /// [`Capability::FindTicketByKey`](crate::Capability::FindTicketByKey).
    async fn find_tickets(&self, key: &WriteKey) -> Result<Vec<Ticket>>;

    /// Reads a ticket. Requires [`Capability::Tickets`](crate::Capability::Tickets).
    ///
    /// # Behavior
    /// * A deleted ticket is `NotFound`.
    /// * With [`Capability::TicketMerge`](crate::Capability::TicketMerge) one that was merged into another is closed and names
    ///   it.
    async fn ticket(&self, id: &TicketId) -> Result<Ticket>;

    /// Adds a note that bears `key`. Requires [`Capability::TicketNotes`](crate::Capability::TicketNotes).
    ///
    /// # Behavior
    /// * One write, never repeated inside; `Ambiguous` when it may have happened.
    async fn add_note(&self, id: &TicketId, note: &NoteDraft, key: &WriteKey) -> Result<Note>;

    /// Finds every note on a ticket that bears `key`, oldest first. Requires
    /// [`Capability::TicketNotes`](crate::Capability::TicketNotes).
    async fn find_notes(&self, id: &TicketId, key: &WriteKey) -> Result<Vec<Note>>;

    /// Whether somebody else than the connector's own user has added a note or time to a ticket. Requires
    /// [`Capability::TicketNotes`](crate::Capability::TicketNotes).
    ///
    /// # Behavior
    /// * What the connector's own user has added does not count, whoever asked for it.
    async fn is_worked_on(&self, id: &TicketId) -> Result<bool>;

    /// Gives a ticket a status. Requires [`Capability::TicketClose`](crate::Capability::TicketClose) for a closed status
    /// and [`Capability::TicketReopen`](crate::Capability::TicketReopen) for leaving one.
    ///
    /// # Behavior
    /// * A ticket that has the status already is left as it is.
    async fn set_ticket_status(&self, id: &TicketId, status: &StatusId) -> Result<Ticket>;

    /// Gives a ticket the value of a routing field, such as a higher priority. Requires
    /// [`Capability::Tickets`](crate::Capability::Tickets).
    async fn set_ticket_field(&self, id: &TicketId, field: &str, value: &ChoiceId) -> Result<Ticket>;

    /// Reads a page of our tickets (those that bear a key) changed at or after `since`. Requires
    /// [`Capability::FindTicketByKey`](crate::Capability::FindTicketByKey).
    async fn tickets_changed_since(&self, since: DateTime<Utc>, query: &ReadQuery) -> Result<Page<Ticket>>;

    // ── Devices ─────────────────────────────────────────────────────────────────────────────────────────

    /// Finds the devices of a company that the console knows by `identifier`. Requires
    /// [`Capability::Devices`](crate::Capability::Devices).
    ///
    /// # Behavior
    /// * The comparison disregards case. None is an empty list.
    /// * Devices out of use are included and marked.
    async fn find_devices(&self, company: &CompanyId, identifier: &str) -> Result<Vec<Device>>;

    /// Links a device to a ticket. Requires [`Capability::Devices`](crate::Capability::Devices).
    ///
    /// # Behavior
    /// * One that is linked already is left as it is.
    /// * `Ambiguous` when the outcome is unknown: calling again is safe.
    async fn link_device(&self, ticket: &TicketId, device: &DeviceId) -> Result<()>;

    // ── Webhooks ────────────────────────────────────────────────────────────────────────────────────────

    /// Makes the PSA announce changes at an endpoint. Requires [`Capability::Webhooks`](crate::Capability::Webhooks).
    ///
    /// # Behavior
    /// * One subscription per topic, in the endpoint's order. What is there is left as it is, so calling daily is right:
    ///   it revives what the PSA switched off.
    /// * A topic that the descriptor does not name is `Unsupported`.
    async fn ensure_webhook(&self, endpoint: &WebhookEndpoint) -> Result<Vec<Subscription>>;

    /// Makes the PSA announce nothing more at an endpoint, whatever its topics. Requires
    /// [`Capability::Webhooks`](crate::Capability::Webhooks).
    ///
    /// # Behavior
    /// * Nothing to remove is no error. Subscriptions of others are left alone.
    async fn remove_webhook(&self, endpoint: &WebhookEndpoint) -> Result<()>;

    /// Checks an announcement and says what may have changed. Requires
    /// [`Capability::Webhooks`](crate::Capability::Webhooks).
    ///
    /// # Behavior
    /// * The signature is checked over the raw bytes before anything else is believed; a wrong or missing one is
    ///   `Invalid` and names `signature`.
    /// * Nothing in the body decides where a request goes, beyond the PSA's own hosts.
    /// * An announcement of something that is not a topic is an empty list.
    async fn open_delivery(&self, endpoint: &WebhookEndpoint, delivery: InboundDelivery<'_>) -> Result<Vec<Hint>>;
}
