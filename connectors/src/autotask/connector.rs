//! The connector: each operation of the contract is one function of the module that it belongs to.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

use super::{
    additions, agreements, client::Client, config::Config, descriptor::DESCRIPTOR, devices, directory, error::passes,
    notes, products, rights, routing, tickets, webhooks,
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

/// An authenticated connection to one tenant's Autotask PSA.
#[derive(Debug)]
pub struct Autotask {
    client: Client,
}

impl Autotask {
    /// Checks credentials and settings and builds the transport. Does no I/O.
    pub(super) fn new(credentials: &Credentials, platform: &Platform) -> Result<Self> {
        let config = Config::new(credentials, platform)?;
        let transport = transport::usual(platform, DESCRIPTOR.hosts, config.limits, passes)?;
        Ok(Self {
            client: Client::new(config, transport, Arc::clone(&platform.clock)),
        })
    }
}

#[async_trait]
impl PsaConnector for Autotask {
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
        products::products(&self.client, query).await
    }

    async fn agreements(&self, query: &ReadQuery) -> Result<Page<Agreement>> {
        agreements::agreements(&self.client, query).await
    }

    async fn additions(&self, agreement: &AgreementId) -> Result<Vec<Addition>> {
        additions::additions(&self.client, agreement).await
    }

    async fn additions_of(&self, agreements: &[AgreementId]) -> Result<BTreeMap<AgreementId, Vec<Addition>>> {
        additions::additions_of(&self.client, agreements).await
    }

    async fn set_addition(
        &self,
        target: &AdditionTarget,
        desired: &DesiredAddition,
        effective: NaiveDate,
        key: &WriteKey,
    ) -> Result<AdditionReceipt> {
        additions::set_addition(&self.client, target, desired, effective, key).await
    }

    // Ending is written as what it leads to, so writing it again changes nothing: no key is needed.
    async fn end_addition(&self, target: &AdditionTarget, on: NaiveDate, _key: &WriteKey) -> Result<AdditionReceipt> {
        additions::end_addition(&self.client, target, on).await
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
        tickets::get(&self.client, id).await
    }

    async fn add_note(&self, id: &TicketId, note: &NoteDraft, key: &WriteKey) -> Result<Note> {
        notes::add(&self.client, id, note, key).await
    }

    async fn is_worked_on(&self, id: &TicketId) -> Result<bool> {
        notes::is_worked_on(&self.client, id).await
    }

    async fn find_notes(&self, id: &TicketId, key: &WriteKey) -> Result<Vec<Note>> {
        notes::find(&self.client, id, key).await
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

    async fn open_delivery(&self, endpoint: &WebhookEndpoint, delivery: InboundDelivery<'_>) -> Result<Vec<Hint>> {
        webhooks::open(endpoint, delivery)
    }
}
