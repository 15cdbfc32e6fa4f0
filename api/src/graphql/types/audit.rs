//! Entries of the audit log.

use async_graphql::{Enum, ID, InputObject, Json, Object, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::audit_entry::{self, Column};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use super::product::product_id;
use crate::{failure::UserError, graphql::ids::NodeKind};

/// An entry.
#[derive(Debug, Clone)]
pub struct AuditEntry(pub audit_entry::Model);

/// One change that somebody made. Entries are never changed and outlive what they are about.
#[Object]
impl AuditEntry {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::AuditEntry.id(self.0.id)
    }

    /// When it happened.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Who did it.
    async fn actor(&self) -> Actor {
        Actor {
            kind: self.0.actor_kind.into(),
            name: self.0.actor.clone(),
        }
    }

    /// What was done.
    async fn action(&self) -> AuditAction {
        self.0.action.into()
    }

    /// The global id of the integration that it was done in, which may be gone by now; null when it was done in none.
    async fn integration_id(&self) -> Option<ID> {
        self.0.integration_id.map(|id| NodeKind::Integration.id(id))
    }

    /// What it was done to.
    async fn subject(&self) -> AuditSubject {
        AuditSubject {
            kind: self.0.subject_kind.into(),
            subject_id: subject_id(&self.0),
            name: self.0.subject_name.clone(),
        }
    }

    /// What was different afterwards. Of secrets it shows when they were set, never what they are.
    async fn changes(&self) -> Vec<AuditChange> {
        self.0.changes.0.iter().cloned().map(AuditChange::from).collect()
    }
}

fn subject_id(entry: &audit_entry::Model) -> Option<ID> {
    use audit_entry::AuditSubject as Kind;
    let key = entry.subject_key.as_deref()?;
    let node = |kind: NodeKind| key.parse::<Uuid>().ok().map(|key| kind.id(key));
    match entry.subject_kind {
        Kind::Integration => node(NodeKind::Integration),
        Kind::Job => node(NodeKind::Job),
        Kind::ConsoleCompany => node(NodeKind::ConsoleCompany),
        Kind::BillableProduct => key.parse().ok().map(|product| product_id(&product)),
        Kind::BillingConfiguration => node(NodeKind::BillingConfiguration),
        Kind::BillingRun => node(NodeKind::BillingRun),
        Kind::Delivery => node(NodeKind::Delivery),
        Kind::ApiToken => node(NodeKind::ApiToken),
        Kind::ConsoleContact => node(NodeKind::ConsoleContact),
        Kind::Provider => node(NodeKind::Provider),
        Kind::Inventory => None,
    }
}

/// Who acts.
#[derive(Debug, Clone, SimpleObject)]
pub struct Actor {
    /// What kind of actor it is.
    pub kind: ActorKind,
    /// The subject of the console's token, the name of the API token, or `psa-bridge` for the server itself.
    pub name: String,
}

/// What a change was made to.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "AuditSubject")]
pub struct AuditSubject {
    /// What kind of thing it is.
    pub kind: AuditSubjectKind,
    /// The global id of the record; null when it is no single one. The record may be gone by now, or have another name.
    pub subject_id: Option<ID>,
    /// What it was called at the time.
    pub name: String,
}

/// One thing that was different after a change.
#[derive(Debug, Clone, SimpleObject)]
pub struct AuditChange {
    /// The path of the field, such as `psaCompany.name`.
    pub field: String,
    /// What it was before; null when it was not there.
    pub before: Option<Json<serde_json::Value>>,
    /// What it was after; null when it is gone.
    pub after: Option<Json<serde_json::Value>>,
}

impl From<audit_entry::FieldChange> for AuditChange {
    fn from(change: audit_entry::FieldChange) -> Self {
        Self {
            field: change.field,
            before: Some(change.before).filter(|value| !value.is_null()).map(Json),
            after: Some(change.after).filter(|value| !value.is_null()).map(Json),
        }
    }
}

/// Which entries a list has.
#[derive(Debug, Default, InputObject)]
pub struct AuditFilter {
    /// Only those about this integration, even if it is gone.
    pub integration_id: Option<ID>,
    /// Only these actions.
    pub actions: Option<Vec<AuditAction>>,
    /// Only those of this kind of actor.
    pub actor_kind: Option<ActorKind>,
    /// Only those of the actor of exactly this name.
    pub actor: Option<String>,
    /// Only those about this company, product, configuration, run, delivery or job, by its global id.
    pub subject_id: Option<ID>,
    /// Only those at or after this time.
    pub since: Option<DateTime<Utc>>,
    /// Only those before this time.
    pub until: Option<DateTime<Utc>>,
}

impl AuditFilter {
    /// The condition that it is.
    ///
    /// # Errors
    /// `NOT_FOUND`: an id is none of ours.
    pub fn condition(self) -> Result<Condition, UserError> {
        let integration = self
            .integration_id
            .map(|id| NodeKind::Integration.key(&id, "integrationId"));
        let subject = self.subject_id.map(|id| subject_key(&id)).transpose()?;
        let actions = self.actions.map(|actions| {
            actions
                .into_iter()
                .map(audit_entry::AuditAction::from)
                .collect::<Vec<_>>()
        });
        Ok(Condition::all()
            .add_option(integration.transpose()?.map(|id: Uuid| Column::IntegrationId.eq(id)))
            .add_option(actions.map(|actions| Column::Action.is_in(actions)))
            .add_option(
                self.actor_kind
                    .map(|kind| Column::ActorKind.eq(audit_entry::ActorKind::from(kind))),
            )
            .add_option(self.actor.map(|actor| Column::Actor.eq(actor)))
            .add_option(subject.map(|key| Column::SubjectKey.eq(key)))
            .add_option(self.since.map(|since| Column::At.gte(since)))
            .add_option(self.until.map(|until| Column::At.lt(until))))
    }
}

/// The key of a record by its global id. Keys of different kinds are never equal.
fn subject_key(id: &ID) -> Result<String, UserError> {
    match NodeKind::parse(id) {
        Some((_, key)) => Ok(key.to_string()),
        None => super::product::product_key(id, "subjectId").map(|product| product.to_string()),
    }
}

/// What kind of actor somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "audit_entry::ActorKind")]
pub enum ActorKind {
    /// A person or program with a token of the console.
    User,
    /// A script with an API token.
    ApiToken,
    /// The server itself, by its schedule or because of what the PSA answered.
    System,
}

/// What kind of thing a change was made to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "audit_entry::AuditSubject")]
pub enum AuditSubjectKind {
    /// An integration.
    Integration,
    /// A background job.
    Job,
    /// A company of the console.
    ConsoleCompany,
    /// A contact of the console.
    ConsoleContact,
    /// A billable product.
    BillableProduct,
    /// A billing configuration.
    BillingConfiguration,
    /// A billing run, called by its month.
    BillingRun,
    /// A delivery, called by its marker.
    Delivery,
    /// An API token.
    ApiToken,
    /// The provider itself.
    Provider,
    /// What the console reports as a whole.
    Inventory,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "audit_entry::AuditAction")]
pub enum AuditAction {
    /// A PSA was connected.
    IntegrationConnected,
    /// The integration got another name.
    IntegrationRenamed,
    /// Its keys were replaced.
    CredentialsReplaced,
    /// A permission check found other rights than the one before.
    PermissionsChanged,
    /// It was activated.
    IntegrationActivated,
    /// It was paused.
    IntegrationPaused,
    /// The PSA stopped accepting its keys.
    IntegrationBroke,
    /// The PSA accepts its keys again.
    IntegrationMended,
    /// Somebody asked for its deletion.
    DeletionRequested,
    /// It is gone with everything that belonged to it.
    IntegrationDeleted,
    /// What is imported, or when, was changed.
    ImportSettingsChanged,
    /// An import was asked for.
    ImportRequested,
    /// A job was stopped.
    JobCancelled,
    /// A company was bound, or bound anew.
    CompanyBound,
    /// A company's binding or exclusion was taken back.
    CompanyUnbound,
    /// A company was left out.
    CompanyExcluded,
    /// A contact was bound, or bound anew.
    ContactBound,
    /// A contact's binding was taken back.
    ContactUnbound,
    /// A product was bound, or bound anew.
    ProductBound,
    /// A product's binding was taken back.
    ProductUnbound,
    /// A full report left records out that are removed now.
    InventoryRemoved,
    /// The text of invoice lines was changed.
    InvoiceSettingsChanged,
    /// A product's price or cost was changed.
    PriceChanged,
    /// What a product costs one company was changed.
    CompanyPriceChanged,
    /// A company's billing was switched on or off, or given to the schedule.
    CompanyBillingChanged,
    /// A billing policy was changed.
    BillingPolicyChanged,
    /// The billing day, or the moment at which licences are counted, was changed.
    BillingScheduleChanged,
    /// A billing configuration was made or changed.
    BillingConfigurationSaved,
    /// A billing configuration was deleted.
    BillingConfigurationDeleted,
    /// A billing run was asked for.
    BillingRunPlanned,
    /// A billing run was approved.
    BillingRunApproved,
    /// A billing run was cancelled.
    BillingRunCancelled,
    /// Lines of a billing run were tried again.
    BillingLinesRetried,
    /// The shared ticket settings were changed.
    TicketSettingsChanged,
    /// The settings of an agent's tickets were changed.
    AgentTicketsChanged,
    /// The routing of a company's tickets was changed.
    CompanyRoutingChanged,
    /// A test ticket was sent.
    TestTicketSent,
    /// A delivery was tried again.
    DeliveryRetried,
    /// A delivery was given up.
    DeliveryDiscarded,
    /// The provider's name, time zone or currency was changed.
    ProviderChanged,
    /// An API token was made.
    ApiTokenCreated,
    /// An API token was revoked.
    ApiTokenRevoked,
}
