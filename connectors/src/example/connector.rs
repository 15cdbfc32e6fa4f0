//! The connector: each operation of the contract is one function of the module that it belongs to. Those of capabilities that
//! the descriptor does not declare are left out.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

use super::{client::Client, config::Config, descriptor::DESCRIPTOR, directory, error::passes, rights};
use crate::{
    connector::PsaConnector,
    descriptor::{Descriptor, RightFinding},
    error::{Error, ErrorKind, Result},
    platform::{Credentials, Platform},
    query::{Filter, Page, ReadQuery},
    record::{
        Account, Addition, AdditionReceipt, AdditionTarget, Agreement, AgreementId, Board, BoardId, Choice, ChoiceId,
        Company, CompanyId, Contact, DesiredAddition, Device, DeviceId, FilterValue, Hint, InboundDelivery, Note,
        NoteDraft, Product, StatusId, Subscription, Ticket, TicketDraft, TicketId, WebhookEndpoint, WriteKey,
    },
    transport,
};

/// An authenticated connection to one account.
#[derive(Debug)]
pub struct Example {
    client: Client,
}

impl Example {
    /// Checks credentials and builds the transport. Does no I/O.
    pub(super) fn new(credentials: &Credentials, platform: &Platform) -> Result<Self> {
        let config = Config::new(credentials, platform)?;
        let transport = transport::usual(platform, DESCRIPTOR.hosts, DESCRIPTOR.limits, passes)?;
        Ok(Self {
            client: Client::new(config, transport, Arc::clone(&platform.clock)),
        })
    }
}

/// The answer of an operation whose capability is not declared.
fn left_out() -> Error {
    Error::new(ErrorKind::Unsupported, "the connector of Example PSA leaves this out")
}

#[async_trait]
impl PsaConnector for Example {
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

    async fn filter_values(&self, _: Filter) -> Result<Vec<FilterValue>> {
        Err(left_out())
    }

    async fn contacts(&self, _: &ReadQuery) -> Result<Page<Contact>> {
        Err(left_out())
    }

    async fn products(&self, _: &ReadQuery) -> Result<Page<Product>> {
        Err(left_out())
    }

    async fn agreements(&self, _: &ReadQuery) -> Result<Page<Agreement>> {
        Err(left_out())
    }

    async fn additions(&self, _: &AgreementId) -> Result<Vec<Addition>> {
        Err(left_out())
    }

    async fn additions_of(&self, _: &[AgreementId]) -> Result<BTreeMap<AgreementId, Vec<Addition>>> {
        Err(left_out())
    }

    async fn set_addition(
        &self,
        _: &AdditionTarget,
        _: &DesiredAddition,
        _: NaiveDate,
        _: &WriteKey,
    ) -> Result<AdditionReceipt> {
        Err(left_out())
    }

    async fn end_addition(&self, _: &AdditionTarget, _: NaiveDate, _: &WriteKey) -> Result<AdditionReceipt> {
        Err(left_out())
    }

    async fn boards(&self) -> Result<Vec<Board>> {
        Err(left_out())
    }

    async fn choices(&self, _: &str, _: &BoardId) -> Result<Vec<Choice>> {
        Err(left_out())
    }

    async fn create_ticket(&self, _: &TicketDraft, _: &WriteKey) -> Result<Ticket> {
        Err(left_out())
    }

    async fn find_tickets(&self, _: &WriteKey) -> Result<Vec<Ticket>> {
        Err(left_out())
    }

    async fn ticket(&self, _: &TicketId) -> Result<Ticket> {
        Err(left_out())
    }

    async fn add_note(&self, _: &TicketId, _: &NoteDraft, _: &WriteKey) -> Result<Note> {
        Err(left_out())
    }

    async fn find_notes(&self, _: &TicketId, _: &WriteKey) -> Result<Vec<Note>> {
        Err(left_out())
    }

    async fn is_worked_on(&self, _: &TicketId) -> Result<bool> {
        Err(left_out())
    }

    async fn set_ticket_status(&self, _: &TicketId, _: &StatusId) -> Result<Ticket> {
        Err(left_out())
    }

    async fn set_ticket_field(&self, _: &TicketId, _: &str, _: &ChoiceId) -> Result<Ticket> {
        Err(left_out())
    }

    async fn tickets_changed_since(&self, _: DateTime<Utc>, _: &ReadQuery) -> Result<Page<Ticket>> {
        Err(left_out())
    }

    async fn find_devices(&self, _: &CompanyId, _: &str) -> Result<Vec<Device>> {
        Err(left_out())
    }

    async fn link_device(&self, _: &TicketId, _: &DeviceId) -> Result<()> {
        Err(left_out())
    }

    async fn ensure_webhook(&self, _: &WebhookEndpoint) -> Result<Vec<Subscription>> {
        Err(left_out())
    }

    async fn remove_webhook(&self, _: &WebhookEndpoint) -> Result<()> {
        Err(left_out())
    }

    async fn open_delivery(&self, _: &WebhookEndpoint, _: InboundDelivery<'_>) -> Result<Vec<Hint>> {
        Err(left_out())
    }
}
