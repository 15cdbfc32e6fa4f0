//! One provider's connection to one PSA.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    Json, PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::ids::{IntegrationId, ProviderId};
use crate::problem::Problem;
use crate::scope::Scoped;

/// A connection of a provider to a PSA, from draft to deletion.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "integration")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IntegrationId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// Kind of the connector that speaks to the PSA, as its descriptor names it (`connectwise`).
    pub connector_kind: String,
    /// Name the person gave it; unique within the provider, asked for again on deletion.
    pub name: String,
    /// Where it is in its life.
    pub status: IntegrationStatus,
    /// Why it is `BROKEN`, or what degrades it; absent while nothing is wrong.
    pub problem: Option<Problem>,
    /// What the PSA said about itself and the account when it was last verified.
    pub account: Option<Json>,
    /// When it was connected.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was first activated; nothing is sent to the PSA before.
    pub activated_at: Option<DateTime<Utc>>,
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
    /// Its credentials.
    #[sea_orm(has_many = "super::credential::Entity")]
    Credential,
    /// Its import states.
    #[sea_orm(has_many = "super::import_state::Entity")]
    ImportState,
    /// Its billing runs.
    #[sea_orm(has_many = "super::billing_run::Entity")]
    BillingRun,
    /// Its incidents.
    #[sea_orm(has_many = "super::incident::Entity")]
    Incident,
}

impl Related<super::provider::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Provider.def()
    }
}

impl Related<super::credential::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Credential.def()
    }
}

impl Related<super::import_state::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ImportState.def()
    }
}

impl Related<super::billing_run::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::BillingRun.def()
    }
}

impl Related<super::incident::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Incident.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// Life cycle of an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IntegrationStatus {
    /// Created, its credentials were not verified yet.
    Draft,
    /// The PSA accepted its credentials.
    Connected,
    /// Everything on its checklist is done; it may be activated.
    Ready,
    /// It sends usage and tickets.
    Active,
    /// A person stopped it; deliveries are held.
    Paused,
    /// The PSA refuses us; `problem` says why.
    Broken,
    /// A job removes it with all its data.
    Deleting,
}
