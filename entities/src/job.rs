//! Work that goes on in the background.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    Json, PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::ids::{IntegrationId, JobId, ProviderId};
use crate::problem::Problem;
use crate::scope::Scoped;

/// A job of the runner. Workers lease due rows across providers.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The integration it works for; absent for none, or when a deletion job has removed it.
    pub integration_id: Option<IntegrationId>,
    /// What it does, as the runner registers it.
    pub kind: String,
    /// Its input.
    pub payload: Json,
    /// How far it is.
    pub state: JobState,
    /// The step it is at, for people.
    pub phase: Option<String>,
    /// Units of work done.
    pub done: i64,
    /// Units of work in all; absent while unknown.
    pub total: Option<i64>,
    /// Times it was begun.
    pub attempts: i32,
    /// When it is due.
    pub run_at: DateTime<Utc>,
    /// The worker that leases it; absent while none does.
    pub lease_owner: Option<String>,
    /// When the lease lapses and another worker may take it.
    pub lease_until: Option<DateTime<Utc>>,
    /// Whether a person asked it to stop.
    pub cancel_requested: bool,
    /// Unique while it is not final, so that the same work is not queued twice; absent after.
    #[sea_orm(unique)]
    pub dedupe_key: Option<String>,
    /// Why its latest attempt failed.
    pub problem: Option<Problem>,
    /// What it produced.
    pub result: Option<Json>,
    /// Where it goes on when the process that worked on it ends; in the job's own form.
    pub checkpoint: Option<Json>,
    /// When the count was taken that its pace is measured from; absent while nothing is measured.
    pub pace_since: Option<DateTime<Utc>>,
    /// What was done then.
    pub pace_from: Option<i64>,
    /// Who asked for it: the subject of the token, or `schedule`.
    pub created_by: String,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was first begun.
    pub started_at: Option<DateTime<Utc>>,
    /// When it reached a final state.
    pub finished_at: Option<DateTime<Utc>>,
}

/// How it relates to other tables.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The integration that `integration_id` names.
    #[sea_orm(
        belongs_to = "super::integration::Entity",
        from = "Column::IntegrationId",
        to = "super::integration::Column::Id",
        on_delete = "SetNull"
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

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum JobState {
    /// Waits for its time and a worker.
    Queued,
    /// A worker is on it.
    Running,
    /// It failed and will be tried again at `run_at`.
    Retrying,
    /// Done.
    Succeeded,
    /// Failed for good.
    Failed,
    /// Stopped on request.
    Cancelled,
}

impl JobState {
    /// Whether the job stays as it is from here on.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}
