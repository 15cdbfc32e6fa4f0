//! What the suite must know of a simulated PSA: how to reach it, where the records are that cases need, and how to disturb
//! it, act in it as a person, and look at what it holds.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use psa_connectors::{
    Capability, Platform,
    record::{
        AdditionId, AgreementId, BoardId, ChoiceId, CompanyId, ContactId, DeviceId, ProductId, StatusId, TicketId,
        WebhookEndpoint, WriteKey,
    },
};

use psa_conformance::receiver::Delivery;

/// One running simulated PSA.
#[async_trait]
pub(crate) trait Bench: Send + Sync {
    // ── Reaching it ─────────────────────────────────────────────────────────────────────────────────────

    /// The values of the credential fields that are right for it: the required ones, and those of the optional ones without
    /// which the simulated PSA would not be found.
    fn credentials(&self) -> BTreeMap<&'static str, String>;
    /// The values of the optional fields; what they take in the PSA is granted from now on.
    fn optional_credentials(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::new()
    }
    /// A field, and a value of it that names an account which the PSA does not have.
    fn wrong_account(&self) -> (&'static str, String);
    /// A field, and a value of it that names a host which is not the PSA's.
    fn foreign_host(&self) -> (&'static str, String);
    /// What the connector is given besides its credentials; its clock is the PSA's.
    fn platform(&self) -> Platform;
    /// How secrets look when they are sent, such as an encoded header.
    fn sent_secrets(&self) -> Vec<String>;
    /// Stops it; afterwards nobody answers at its address.
    async fn stop(&self);

    // ── What it holds ───────────────────────────────────────────────────────────────────────────────────

    /// Where the records are that cases need.
    fn facts(&self) -> &Facts;
    /// Its time.
    fn now(&self) -> DateTime<Utc>;
    /// Lets time pass.
    fn pass(&self, time: TimeDelta);
    /// Acts as a person who works there.
    fn act(&self, deed: Deed<'_>);

    // ── Disturbing it ───────────────────────────────────────────────────────────────────────────────────

    /// The next requests of this kind meet a trouble.
    fn arm(&self, trouble: Trouble, on: On, times: u32);
    /// Every route meets a fault in five of a hundred requests from now on, of a kind drawn from the seed.
    fn disturb(&self, seed: u64);
    /// Ends every disturbance.
    fn calm(&self);
    /// Takes a right of the descriptor away.
    fn revoke(&self, right: &str);
    /// Disables the keys, or enables them again.
    fn enable_keys(&self, enabled: bool);
    /// Replaces the keys by others.
    fn replace_keys(&self);

    // ── What it was asked ───────────────────────────────────────────────────────────────────────────────

    /// Every request so far.
    fn requests(&self) -> Vec<Asked>;

    // ── What only some capabilities ask for ─────────────────────────────────────────────────────────────

    /// The tickets that bear exactly this key.
    fn tickets(&self, _: &WriteKey) -> usize {
        lacks("tickets", Capability::Tickets)
    }
    /// All tickets.
    fn all_tickets(&self) -> usize {
        lacks("all_tickets", Capability::Tickets)
    }
    /// The summary of a ticket, and its first text that the customer can read.
    fn texts_of(&self, _: &TicketId) -> (String, String) {
        lacks("texts_of", Capability::Tickets)
    }
    /// The value that a ticket has of a routing field.
    fn choice_of(&self, _: &TicketId, _: &str) -> Option<ChoiceId> {
        lacks("choice_of", Capability::Tickets)
    }
    /// The notes of a ticket whose text contains this: whether customers can read each.
    fn notes(&self, _: &TicketId, _: &str) -> Vec<bool> {
        lacks("notes", Capability::TicketNotes)
    }
    /// The additions of an agreement for a product, ended or not.
    fn additions(&self, _: &AgreementId, _: &ProductId) -> usize {
        lacks("additions", Capability::Agreements)
    }
    /// The devices that are linked to a ticket, each as often as it is linked.
    fn links(&self, _: &TicketId) -> usize {
        lacks("links", Capability::Devices)
    }
    /// The subscriptions that lead to an endpoint: whether each is active.
    fn subscriptions(&self, _: &WebhookEndpoint) -> Vec<bool> {
        lacks("subscriptions", Capability::Webhooks)
    }
    /// The same announcement as somebody would forge it who wants the connector to ask `host` for the key; `None` when
    /// announcements of this PSA name no address.
    fn forge(&self, _: &Delivery, _: &str) -> Option<Delivery> {
        lacks("forge", Capability::Webhooks)
    }
}

/// A request that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Method and path, with ids replaced by `{id}`.
    pub(crate) route: (String, String),
    /// Whether it could change anything.
    pub(crate) writes: bool,
    /// Whether it certainly met a fault.
    pub(crate) faulty: bool,
}

/// What can go wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The connection is reset before anything is done.
    ResetBefore,
    /// It is done, and the connection is reset before the answer.
    ResetAfter,
    /// The PSA asks for a pause of this many seconds.
    TooManyRequests(u32),
    /// The PSA, or something in front of it, does not work for a moment.
    ServerError,
    /// A web page is answered with success.
    Html,
    /// It is done, and the answer's body is cut off.
    Truncated,
    /// The answer's body arrives slowly.
    Slow,
}

/// Which requests meet a trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    /// Those that only read.
    Read,
    /// Those that can change something.
    Write,
}

/// What a person does in the PSA.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deed<'a> {
    /// Gives a company another name.
    RenameCompany(&'a CompanyId, &'a str),
    /// Enters a company.
    AddCompany(&'a str),
    /// Deletes a company: into the recycle bin, where there is one.
    BinCompany(&'a CompanyId),
    /// Takes a contact out of use.
    RetireContact(&'a ContactId),
    /// Takes a product out of use.
    RetireProduct(&'a ProductId),
    /// Takes a device out of use.
    RetireDevice(&'a DeviceId),
    /// Bills a product once more on an agreement.
    DoubleAddition(&'a AgreementId, &'a ProductId),
    /// Gives a ticket a status.
    SetStatus(&'a TicketId, &'a StatusId),
    /// Adds a note to a ticket.
    AddNote(&'a TicketId),
    /// Enters time on a ticket.
    AddTime(&'a TicketId),
    /// Deletes a ticket.
    DeleteTicket(&'a TicketId),
    /// Merges a ticket into another.
    MergeTicket(&'a TicketId, &'a TicketId),
    /// Makes a ticket like this one that bears the marker of another program.
    CopyTicketOfOthers(&'a TicketId),
    /// Subscribes another program's address to everything that an endpoint is subscribed to.
    SubscribeOthers(&'a WebhookEndpoint, &'a WebhookEndpoint),
    /// Subscribes an endpoint to something that is none of the connector's topics, and makes it happen.
    AnnounceSomethingElse(&'a WebhookEndpoint),
    /// Switches every subscription of an endpoint off, as the PSA does after failed deliveries.
    SwitchOff(&'a WebhookEndpoint),
}

/// Where the records are that cases need. What belongs to a capability is given with it.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// A company; with the capabilities for them it has contacts, an agreement and a device.
    pub(crate) company: CompanyId,
    /// Another one.
    pub(crate) other_company: CompanyId,
    /// An id in the PSA's own form that no record has.
    pub(crate) unknown: String,
    /// A contact of the company. With `Contacts`.
    pub(crate) contact: Option<ContactId>,
    /// With `Products` or `Agreements`.
    pub(crate) products: Option<Products>,
    /// With `Agreements`.
    pub(crate) billing: Option<Billing>,
    /// With `Tickets`.
    pub(crate) desk: Option<Desk>,
    /// With `Devices`.
    pub(crate) devices: Option<Devices>,
}

/// Where the products are that cases need.
#[derive(Debug, Clone)]
pub(crate) struct Products {
    /// A product that can be billed, with a price and a text for invoices.
    pub(crate) product: ProductId,
    /// A product that cannot be an addition, where the PSA has such ones.
    pub(crate) unbillable: Option<ProductId>,
    /// A product whose quantities are written in another way than the connector's usual one, where there are such ones.
    pub(crate) otherwise_counted: Option<ProductId>,
}

/// Where the agreements are that cases need.
#[derive(Debug, Clone)]
pub(crate) struct Billing {
    /// An agreement in force that bills none of the products that cases use.
    pub(crate) agreement: AgreementId,
    /// An agreement in force with exactly one addition, which is in force.
    pub(crate) billed: AgreementId,
    /// The product of that addition.
    pub(crate) billed_product: ProductId,
    /// An agreement whose current month was invoiced already, without proration.
    pub(crate) invoiced: AgreementId,
    /// An agreement that was ended by a person.
    pub(crate) cancelled: AgreementId,
    /// The first day of the current month.
    pub(crate) this_month: NaiveDate,
    /// The last day of the current month.
    pub(crate) month_end: NaiveDate,
    /// The first day of the next month.
    pub(crate) next_month: NaiveDate,
    /// The day of the next invoice of `invoiced`, where the PSA fixes one beforehand.
    pub(crate) next_invoice: Option<NaiveDate>,
    /// A day before any agreement is billed.
    pub(crate) too_early: NaiveDate,
    /// As [`Facts::unknown`], for additions.
    pub(crate) unknown_addition: AdditionId,
}

/// Where tickets go in the cases.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    /// A board.
    pub(crate) board: BoardId,
    /// A status of the board that does not close; not the default.
    pub(crate) open_status: StatusId,
    /// A status of the board that closes.
    pub(crate) closed_status: StatusId,
    /// A status that the board does not have: one of another board, where statuses belong to boards.
    pub(crate) foreign_status: StatusId,
    /// Values of routing fields that go together on the board.
    pub(crate) routing: BTreeMap<String, ChoiceId>,
    /// A routing field of a ticket with `routing`, and another value that it can take.
    pub(crate) change: (String, ChoiceId),
}

/// Where the device is that cases need.
#[derive(Debug, Clone)]
pub(crate) struct Devices {
    /// A device of the company.
    pub(crate) device: DeviceId,
    /// The identifier that the console knows it by; it has letters.
    pub(crate) identifier: String,
}

impl Facts {
    /// The contact; a bench without one fails the case.
    #[track_caller]
    pub(crate) fn contact(&self) -> &ContactId {
        given(self.contact.as_ref(), "contact", Capability::Contacts)
    }

    /// The products; a bench without them fails the case.
    #[track_caller]
    pub(crate) fn products(&self) -> &Products {
        given(self.products.as_ref(), "products", Capability::Products)
    }

    /// The agreements; a bench without them fails the case.
    #[track_caller]
    pub(crate) fn billing(&self) -> &Billing {
        given(self.billing.as_ref(), "billing", Capability::Agreements)
    }

    /// Where tickets go; a bench without it fails the case.
    #[track_caller]
    pub(crate) fn desk(&self) -> &Desk {
        given(self.desk.as_ref(), "desk", Capability::Tickets)
    }

    /// The device; a bench without it fails the case.
    #[track_caller]
    pub(crate) fn devices(&self) -> &Devices {
        given(self.devices.as_ref(), "devices", Capability::Devices)
    }
}

#[track_caller]
fn given<'f, T>(fact: Option<&'f T>, name: &str, capability: Capability) -> &'f T {
    fact.unwrap_or_else(|| panic!("the bench's facts have no `{name}`, which cases of {capability} ask for"))
}

/// Fails a case that asks a bench for what it does not have.
#[track_caller]
fn lacks(method: &str, capability: Capability) -> ! {
    panic!("the bench has no `{method}`, which cases of {capability} ask for")
}
