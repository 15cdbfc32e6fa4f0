//! The one wrapper on the operation plane.
//!
//! It refuses what a connector cannot do before it is asked, opens a span, and names the operation and the connector in
//! every error. Everything else (retry, rate, time-out) wraps the transport.

use std::{future::Future, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use tracing::Instrument;

use crate::{
    capability::Capability,
    connector::PsaConnector,
    descriptor::{Descriptor, RightFinding},
    error::{Error, ErrorKind, Result},
    query::{Page, ReadQuery},
    record::{
        Account, Addition, AdditionReceipt, AdditionTarget, Agreement, AgreementId, Board, BoardId, Choice, ChoiceId,
        Company, Contact, DesiredAddition, Note, NoteDraft, Product, StatusId, Ticket, TicketDraft, TicketId, WriteKey,
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
            if !self.descriptor().capabilities.has(capability) {
                let message = format!("{} cannot do this: it has no {capability}", self.descriptor().name);
                return Err(Error::new(ErrorKind::Unsupported, message).with_operation(operation));
            }
        }
        let span = tracing::info_span!("psa.operation", connector.kind = kind, operation);
        call.instrument(span)
            .await
            .map_err(|error| error.with_operation(operation).with_context("connector", kind))
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
        self.run(
            "companies",
            &reading(query, Capability::Companies),
            self.inner.companies(query),
        )
        .await
    }

    async fn contacts(&self, query: &ReadQuery) -> Result<Page<Contact>> {
        self.run(
            "contacts",
            &reading(query, Capability::Contacts),
            self.inner.contacts(query),
        )
        .await
    }

    async fn products(&self, query: &ReadQuery) -> Result<Page<Product>> {
        self.run(
            "products",
            &reading(query, Capability::Products),
            self.inner.products(query),
        )
        .await
    }

    async fn agreements(&self, query: &ReadQuery) -> Result<Page<Agreement>> {
        self.run(
            "agreements",
            &reading(query, Capability::Agreements),
            self.inner.agreements(query),
        )
        .await
    }

    async fn additions(&self, agreement: &AgreementId) -> Result<Vec<Addition>> {
        self.run("additions", &[Capability::Agreements], self.inner.additions(agreement))
            .await
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
}

/// What reading a list needs: the list's own capability, and incremental reading when the query asks for it.
fn reading(query: &ReadQuery, list: Capability) -> Vec<Capability> {
    let incremental = query.since.map(|_| Capability::IncrementalRead);
    std::iter::once(list).chain(incremental).collect()
}
