//! Who changed what.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    FromJsonQueryResult, Json, PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::ids::{AuditEntryId, IntegrationId, ProviderId};
use crate::scope::Scoped;

/// One change that somebody made. It is written with the change and never changed itself.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEntryId,
    /// The provider whose affair it is.
    pub provider_id: ProviderId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What kind of actor did it.
    pub actor_kind: ActorKind,
    /// Who did it, by name.
    pub actor: String,
    /// What was done.
    pub action: AuditAction,
    /// The integration that it was done in; it may be gone by now.
    pub integration_id: Option<IntegrationId>,
    /// What kind of thing it was done to.
    pub subject_kind: AuditSubject,
    /// The key of that thing: a UUID, or a product's own key; absent when it is no single record.
    pub subject_key: Option<String>,
    /// The name of that thing at the time.
    pub subject_name: String,
    /// What was different afterwards; secrets are masked.
    pub changes: FieldChanges,
}

/// How it relates to other tables.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The provider that `provider_id` names.
    #[sea_orm(
        belongs_to = "super::provider::Entity",
        from = "Column::ProviderId",
        to = "super::provider::Column::Id",
        on_delete = "Cascade"
    )]
    Provider,
}

impl Related<super::provider::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Provider.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActorKind {
    /// A person or program with a token of the console.
    User,
    /// A script with an API token.
    ApiToken,
    /// The server itself, by its schedule or because of what the PSA answered.
    System,
}

/// What a change was made to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuditSubject {
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
    /// A billing run.
    BillingRun,
    /// A delivery.
    Delivery,
    /// An API token.
    ApiToken,
    /// The provider itself.
    Provider,
    /// What the console reports as a whole.
    Inventory,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
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

/// One thing that was different after a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The path of the field, as the API names it.
    pub field: String,
    /// What it was before; null when it was not there.
    pub before: Json,
    /// What it was after; null when it is gone.
    pub after: Json,
}

/// Everything that was different after a change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct FieldChanges(pub Vec<FieldChange>);
