//! How an integration handles tickets, whatever agent reports.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::ids::{IntegrationId, ProviderId};
use crate::scope::Scoped;

/// Ticket settings shared by the agents. One row per integration.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket_settings")]
pub struct Model {
    /// The integration it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub integration_id: IntegrationId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// What a further event of an open condition does.
    pub mode: TicketMode,
    /// What happens to the ticket when the condition recovers.
    pub on_recovery: OnRecovery,
    /// Whether recovery closes only tickets that no person touched.
    pub close_only_untouched: bool,
    /// Days after closing during which a new failure reopens the ticket; 0 never reopens.
    pub reopen_within_days: i32,
    /// Repeats of an open condition after which its ticket gets the agent's raised priority; never when absent.
    pub escalate_after: Option<i32>,
    /// New tickets of a company within `storm_minutes` after which further conditions share one ticket; no cap when
    /// absent.
    pub storm_tickets: Option<i32>,
    /// The minutes over which `storm_tickets` are counted.
    pub storm_minutes: i32,
    /// Days after which a held delivery is given up as a dead letter; never when absent.
    pub expire_after_days: Option<i32>,
    /// Who sees the notes we add.
    pub notes: NoteVisibility,
    /// Grows by one with every change, so that a stale form cannot overwrite a newer one.
    pub version: i32,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
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

/// What a further event of an open condition does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TicketMode {
    /// Each opens a ticket of its own.
    NewTicketPerEvent,
    /// It becomes a note on the open ticket.
    AppendToOpen,
}

/// What happens to the ticket when the condition recovers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OnRecovery {
    /// It is closed.
    Close,
    /// It gets a note.
    Note,
    /// It stays as it is.
    Nothing,
}

/// Who sees a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NoteVisibility {
    /// The customer too.
    Discussion,
    /// Only the provider's people.
    Internal,
}
