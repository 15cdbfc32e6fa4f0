//! The connector: each operation of the contract is one function of the module that it belongs to.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

use super::{
    agreements, bundle, client::Client, config::Config, descriptor::DESCRIPTOR, devices, directory, retry::passes,
    rights, routing, tickets, webhooks,
};
use crate::{
    connector::PsaConnector,
    descriptor::{Descriptor, RightFinding},
    error::Result,
    platform::{Credentials, Platform},
    query::{Filter, Page, ReadQuery},
    record::{
        Account, Addition, AdditionReceipt, AdditionTarget, Agreement, AgreementId, Board, BoardId, Choice, ChoiceId,
        Company, CompanyId, Contact, DesiredAddition, Device, DeviceId, FilterValue, Hint, InboundDelivery, Note,
        NoteDraft, Product, StatusId, Subscription, Ticket, TicketDraft, TicketId, WebhookEndpoint, WriteKey,
    },
    transport,
};

/// An authenticated connection to one company's ConnectWise PSA.
#[derive(Debug)]
pub struct ConnectWise {
    client: Client,
    keys: webhooks::Keys,
}

impl ConnectWise {
    /// Checks credentials and settings and builds the transport. Does no I/O.
    pub(super) fn new(credentials: &Credentials, platform: &Platform) -> Result<Self> {
        let config = Config::new(credentials, platform)?;
        let transport = transport::usual(platform, DESCRIPTOR.hosts, config.limits, passes)?;
        Ok(Self::over(Client::new(config, transport, Arc::clone(&platform.clock))))
    }

    /// A connector that speaks through `client`.
    pub(super) fn over(client: Client) -> Self {
        Self {
            client,
            keys: webhooks::Keys::default(),
        }
    }
}

#[async_trait]
impl PsaConnector for ConnectWise {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    async fn verify(&self) -> Result<Account> {
        directory::verify(&self.client).await
    }

    async fn check_rights(&self) -> Result<Vec<RightFinding>> {
        rights::check(&self.client).await
    }

    async fn companies(&self, query: &ReadQuery) -> Result<Page<Company>> {
        directory::companies(&self.client, query).await
    }

    async fn filter_values(&self, filter: Filter) -> Result<Vec<FilterValue>> {
        directory::filter_values(&self.client, filter).await
    }

    async fn contacts(&self, query: &ReadQuery) -> Result<Page<Contact>> {
        directory::contacts(&self.client, query).await
    }

    async fn products(&self, query: &ReadQuery) -> Result<Page<Product>> {
        directory::products(&self.client, query).await
    }

    async fn agreements(&self, query: &ReadQuery) -> Result<Page<Agreement>> {
        agreements::agreements(&self.client, query).await
    }

    async fn additions(&self, agreement: &AgreementId) -> Result<Vec<Addition>> {
        agreements::additions(&self.client, agreement).await
    }

    async fn additions_of(&self, agreements: &[AgreementId]) -> Result<BTreeMap<AgreementId, Vec<Addition>>> {
        bundle::additions_of(&self.client, agreements).await
    }

    // An addition has no member that could hold the key. It is not needed: the quantity is absolute, and an addition in
    // force is looked for before one is created.
    async fn set_addition(
        &self,
        target: &AdditionTarget,
        desired: &DesiredAddition,
        effective: NaiveDate,
        _key: &WriteKey,
    ) -> Result<AdditionReceipt> {
        agreements::set_addition(&self.client, target, desired, effective).await
    }

    async fn end_addition(&self, target: &AdditionTarget, on: NaiveDate, _key: &WriteKey) -> Result<AdditionReceipt> {
        agreements::end_addition(&self.client, target, on).await
    }

    async fn boards(&self) -> Result<Vec<Board>> {
        tickets::boards(&self.client).await
    }

    async fn choices(&self, field: &str, board: &BoardId) -> Result<Vec<Choice>> {
        routing::choices(&self.client, field, board).await
    }

    async fn create_ticket(&self, draft: &TicketDraft, key: &WriteKey) -> Result<Ticket> {
        tickets::create(&self.client, draft, key).await
    }

    async fn find_tickets(&self, key: &WriteKey) -> Result<Vec<Ticket>> {
        tickets::find(&self.client, key).await
    }

    async fn ticket(&self, id: &TicketId) -> Result<Ticket> {
        tickets::get(&self.client, "ticket", id).await
    }

    async fn add_note(&self, id: &TicketId, note: &NoteDraft, key: &WriteKey) -> Result<Note> {
        tickets::add_note(&self.client, id, note, key).await
    }

    async fn is_worked_on(&self, id: &TicketId) -> Result<bool> {
        tickets::is_worked_on(&self.client, id).await
    }

    async fn find_notes(&self, id: &TicketId, key: &WriteKey) -> Result<Vec<Note>> {
        tickets::find_notes(&self.client, id, key).await
    }

    async fn set_ticket_status(&self, id: &TicketId, status: &StatusId) -> Result<Ticket> {
        tickets::set_status(&self.client, id, status).await
    }

    async fn set_ticket_field(&self, id: &TicketId, field: &str, value: &ChoiceId) -> Result<Ticket> {
        tickets::set_field(&self.client, id, field, value).await
    }

    async fn tickets_changed_since(&self, since: DateTime<Utc>, query: &ReadQuery) -> Result<Page<Ticket>> {
        tickets::changed_since(&self.client, since, query).await
    }

    async fn find_devices(&self, company: &CompanyId, identifier: &str) -> Result<Vec<Device>> {
        devices::find(&self.client, company, identifier).await
    }

    async fn link_device(&self, ticket: &TicketId, device: &DeviceId) -> Result<()> {
        devices::link(&self.client, ticket, device).await
    }

    async fn ensure_webhook(&self, endpoint: &WebhookEndpoint) -> Result<Vec<Subscription>> {
        webhooks::ensure(&self.client, endpoint).await
    }

    async fn remove_webhook(&self, endpoint: &WebhookEndpoint) -> Result<()> {
        webhooks::remove(&self.client, endpoint).await
    }

    // The key that a delivery is signed with is the PSA's own and is fetched from it: the endpoint's secret is not needed.
    async fn open_delivery(&self, _endpoint: &WebhookEndpoint, delivery: InboundDelivery<'_>) -> Result<Vec<Hint>> {
        webhooks::open(&self.client, &self.keys, delivery).await
    }
}
