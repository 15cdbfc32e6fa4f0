//! Ticket boards imported from a PSA.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    FromJsonQueryResult, PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::ids::{BoardId, IntegrationId, ProviderId};
use crate::scope::Scoped;

/// A board (in Autotask a queue) with what a ticket on it may choose from.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "board")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BoardId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The integration it belongs to.
    pub integration_id: IntegrationId,
    /// Id in the PSA.
    pub external_id: String,
    /// Name in the PSA.
    pub name: String,
    /// Whether the PSA still uses it.
    pub active: bool,
    /// Whether the PSA no longer has it.
    pub deleted: bool,
    /// Its ticket statuses, in the PSA's order.
    pub statuses: BoardStatuses,
    /// The choices of each routing field of the connector, by field name.
    pub choices: RoutingChoices,
    /// When an import last saw it, or found it gone.
    pub imported_at: DateTime<Utc>,
}

/// How it relates to other tables.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The integration that `integration_id` names.
    #[sea_orm(
        belongs_to = "super::integration::Entity",
        from = "Column::IntegrationId",
        to = "super::integration::Column::Id",
        on_delete = "Cascade"
    )]
    Integration,
}

impl Related<super::integration::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Integration.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// The ticket statuses of a board.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct BoardStatuses(pub Vec<BoardStatus>);

/// One ticket status of a board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardStatus {
    /// Id in the PSA.
    pub id: String,
    /// Name in the PSA.
    pub name: String,
    /// Whether a ticket in it counts as closed.
    pub closed: bool,
    /// Whether new tickets start in it.
    pub default: bool,
    /// Whether the PSA still uses it.
    pub active: bool,
}

/// What the routing fields of a board offer, by field name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct RoutingChoices(pub BTreeMap<String, Vec<Choice>>);

/// One choice of a routing field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Id in the PSA.
    pub id: String,
    /// Name in the PSA.
    pub name: String,
    /// The ids of other fields' choices, by field name, together with which it can be chosen; empty when with all.
    #[serde(default)]
    pub combinations: Vec<BTreeMap<String, String>>,
}
