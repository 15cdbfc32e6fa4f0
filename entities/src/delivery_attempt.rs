//! Every call that a delivery made.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::ids::{DeliveryAttemptId, DeliveryId, ProviderId};
use crate::problem::Problem;
use crate::scope::Scoped;

/// One attempt, stored before the PSA is called: without an outcome, the call may have happened.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery_attempt")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeliveryAttemptId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The delivery it serves.
    pub delivery_id: DeliveryId,
    /// Its number within the delivery, from 1.
    pub number: i32,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When its outcome was known.
    pub finished_at: Option<DateTime<Utc>>,
    /// How it ended; absent while that is not known.
    pub outcome: Option<AttemptOutcome>,
    /// Why it failed.
    pub problem: Option<Problem>,
}

/// How it relates to other tables.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The delivery that `delivery_id` names.
    #[sea_orm(
        belongs_to = "super::delivery::Entity",
        from = "Column::DeliveryId",
        to = "super::delivery::Column::Id",
        on_delete = "Cascade"
    )]
    Delivery,
}

impl Related<super::delivery::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Delivery.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AttemptOutcome {
    /// The PSA accepted the write.
    Delivered,
    /// An earlier attempt had already written it; its marker was found.
    Adopted,
    /// The PSA refused it.
    Refused,
    /// The call ended without an answer.
    Uncertain,
    /// The call did not leave.
    NotSent,
}
