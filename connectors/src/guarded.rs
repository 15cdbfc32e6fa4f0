//! The one wrapper on the operation plane.
//!
//! It refuses what a connector cannot do before it is asked, opens a span, and names the operation and the connector in
//! every error. Everything else (retry, rate, time-out) wraps the transport.

use std::{collections::BTreeMap, future::Future, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use tracing::Instrument;

use crate::{
    capability::Capability,
    connector::PsaConnector,
    descriptor::{Descriptor, RightFinding},
    error::{Error, ErrorKind, Result},
    query::{Filter, Page, ReadQuery},
    record::{
        Account, Addition, AdditionReceipt, AdditionTarget, Agreement, AgreementId, Board, BoardId, Choice, ChoiceId,
        Company, CompanyId, Contact, DesiredAddition, Device, DeviceId, FilterValue, Hint, InboundDelivery, Note,
        NoteDraft, Product, StatusId, Subscription, Ticket, TicketDraft, TicketId, WebhookEndpoint, WriteKey,
    },
};

/// A connector behind its capability check.
#[derive(Debug)]
pub struct Guarded {
    inner: Arc<dyn PsaConnector>,
}

impl Guarded {
    /// Wraps a connector.
    pub fn new(inner: Arc<dyn PsaConnector>) -> Self {
        Self { inner }
    }

    async fn run<T>(
        &self,
        operation: &'static str,
        needs: &[Capability],
        call: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        let kind = self.descriptor().kind;
        for &capability in needs {
            self.check(operation, self.descriptor().capabilities.has(capability), capability)?;
        }
        let span = tracing::info_span!("psa.operation", connector.kind = kind, operation);
        call.instrument(span)
            .await
            .map_err(|error| error.with_operation(operation).with_context("connector", kind))
    }

    /// Runs the reading of a page after checking the query's filters as well.
    async fn read<T>(
        &self,
        operation: &'static str,
        list: Capability,
        query: &ReadQuery,
        call: impl Future<Output = Result<Page<T>>> + Send,
    ) -> Result<Page<T>> {
        for (filter, _) in query.filters() {
            self.check(operation, self.descriptor().filters.contains(&filter), filter)?;
            if narrowed_by(filter) != list {
                let message = format!("{filter:?} is no filter of this list");
                return Err(Error::invalid("only", message).with_operation(operation));
            }
        }
        let incremental = query.since.map(|_| Capability::IncrementalRead);
        let needs: Vec<_> = std::iter::once(list).chain(incremental).collect();
        self.run(operation, &needs, call).await
    }

    fn check(&self, operation: &'static str, has: bool, what: impl std::fmt::Debug) -> Result<()> {
        if has {
            return Ok(());
        }
        let message = format!("{} cannot do this: it has no {what:?}", self.descriptor().name);
        Err(Error::new(ErrorKind::Unsupported, message).with_operation(operation))
    }
}

#[async_trait]
impl PsaConnector for Guarded {
    fn descriptor(&self) -> &'static Descriptor {
        self.inner.descriptor()
    }

    async fn verify(&self) -> Result<Account> {
        self.run("verify", &[], self.inner.verify()).await
    }

    async fn check_rights(&self) -> Result<Vec<RightFinding>> {
        self.run("check_rights", &[], self.inner.check_rights()).await
    }

    async fn companies(&self, query: &ReadQuery) -> Result<Page<Company>> {
        let call = self.inner.companies(query);
        self.read("companies", Capability::Companies, query, call).await
    }

    async fn filter_values(&self, filter: Filter) -> Result<Vec<FilterValue>> {
        const OPERATION: &str = "filter_values";
        self.check(OPERATION, self.descriptor().filters.contains(&filter), filter)?;
        self.run(OPERATION, &[narrowed_by(filter)], self.inner.filter_values(filter))
            .await
    }

    async fn contacts(&self, query: &ReadQuery) -> Result<Page<Contact>> {
        let call = self.inner.contacts(query);
        self.read("contacts", Capability::Contacts, query, call).await
    }

    async fn products(&self, query: &ReadQuery) -> Result<Page<Product>> {
        let call = self.inner.products(query);
        self.read("products", Capability::Products, query, call).await
    }

    async fn agreements(&self, query: &ReadQuery) -> Result<Page<Agreement>> {
        let call = self.inner.agreements(query);
        self.read("agreements", Capability::Agreements, query, call).await
    }

    async fn additions(&self, agreement: &AgreementId) -> Result<Vec<Addition>> {
        self.run("additions", &[Capability::Agreements], self.inner.additions(agreement))
            .await
    }

    async fn additions_of(&self, agreements: &[AgreementId]) -> Result<BTreeMap<AgreementId, Vec<Addition>>> {
        let call = self.inner.additions_of(agreements);
        self.run("additions_of", &[Capability::Agreements], call).await
    }

    async fn set_addition(
        &self,
        target: &AdditionTarget,
        desired: &DesiredAddition,
        effective: NaiveDate,
        key: &WriteKey,
    ) -> Result<AdditionReceipt> {
        let call = self.inner.set_addition(target, desired, effective, key);
        self.run("set_addition", &[Capability::Agreements], call).await
    }

    async fn end_addition(&self, target: &AdditionTarget, on: NaiveDate, key: &WriteKey) -> Result<AdditionReceipt> {
        self.run(
            "end_addition",
            &[Capability::Agreements],
            self.inner.end_addition(target, on, key),
        )
        .await
    }

    async fn boards(&self) -> Result<Vec<Board>> {
        self.run("boards", &[Capability::Tickets], self.inner.boards()).await
    }

    async fn choices(&self, field: &str, board: &BoardId) -> Result<Vec<Choice>> {
        self.run("choices", &[Capability::Tickets], self.inner.choices(field, board))
            .await
    }

    async fn create_ticket(&self, draft: &TicketDraft, key: &WriteKey) -> Result<Ticket> {
        self.run(
            "create_ticket",
            &[Capability::Tickets],
            self.inner.create_ticket(draft, key),
        )
        .await
    }

    async fn find_tickets(&self, key: &WriteKey) -> Result<Vec<Ticket>> {
        self.run(
            "find_tickets",
            &[Capability::FindTicketByKey],
            self.inner.find_tickets(key),
        )
        .await
    }

    async fn ticket(&self, id: &TicketId) -> Result<Ticket> {
        self.run("ticket", &[Capability::Tickets], self.inner.ticket(id)).await
    }

    async fn add_note(&self, id: &TicketId, note: &NoteDraft, key: &WriteKey) -> Result<Note> {
        self.run(
            "add_note",
            &[Capability::TicketNotes],
            self.inner.add_note(id, note, key),
        )
        .await
    }

    async fn find_notes(&self, id: &TicketId, key: &WriteKey) -> Result<Vec<Note>> {
        self.run("find_notes", &[Capability::TicketNotes], self.inner.find_notes(id, key))
            .await
    }

    async fn is_worked_on(&self, id: &TicketId) -> Result<bool> {
        self.run("is_worked_on", &[Capability::TicketNotes], self.inner.is_worked_on(id))
            .await
    }

    async fn set_ticket_status(&self, id: &TicketId, status: &StatusId) -> Result<Ticket> {
        self.run(
            "set_ticket_status",
            &[Capability::Tickets],
            self.inner.set_ticket_status(id, status),
        )
        .await
    }

    async fn set_ticket_field(&self, id: &TicketId, field: &str, value: &ChoiceId) -> Result<Ticket> {
        self.run(
            "set_ticket_field",
            &[Capability::Tickets],
            self.inner.set_ticket_field(id, field, value),
        )
        .await
    }

    async fn tickets_changed_since(&self, since: DateTime<Utc>, query: &ReadQuery) -> Result<Page<Ticket>> {
        let call = self.inner.tickets_changed_since(since, query);
        self.run("tickets_changed_since", &[Capability::FindTicketByKey], call)
            .await
    }

    async fn find_devices(&self, company: &CompanyId, identifier: &str) -> Result<Vec<Device>> {
        let call = self.inner.find_devices(company, identifier);
        self.run("find_devices", &[Capability::Devices], call).await
    }

    async fn link_device(&self, ticket: &TicketId, device: &DeviceId) -> Result<()> {
        let call = self.inner.link_device(ticket, device);
        self.run("link_device", &[Capability::Devices], call).await
    }

    async fn ensure_webhook(&self, endpoint: &WebhookEndpoint) -> Result<Vec<Subscription>> {
        const OPERATION: &str = "ensure_webhook";
        for topic in &endpoint.topics {
            self.check(OPERATION, self.descriptor().topics.contains(topic), topic)?;
        }
        self.run(OPERATION, &[Capability::Webhooks], self.inner.ensure_webhook(endpoint))
            .await
    }

    async fn remove_webhook(&self, endpoint: &WebhookEndpoint) -> Result<()> {
        let call = self.inner.remove_webhook(endpoint);
        self.run("remove_webhook", &[Capability::Webhooks], call).await
    }

    async fn open_delivery(&self, endpoint: &WebhookEndpoint, delivery: InboundDelivery<'_>) -> Result<Vec<Hint>> {
        let call = self.inner.open_delivery(endpoint, delivery);
        self.run("open_delivery", &[Capability::Webhooks], call).await
    }
}

/// The list that a filter narrows down, as the capability that reading it takes.
const fn narrowed_by(filter: Filter) -> Capability {
    match filter {
        Filter::CompanyType | Filter::CompanyStatus => Capability::Companies,
        Filter::AgreementType => Capability::Agreements,
    }
}

#[cfg(test)]
mod tests;
