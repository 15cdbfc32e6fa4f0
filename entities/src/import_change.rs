//! What an import found different.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::audit_entry::FieldChanges;
use crate::ids::{ImportChangeId, JobId, ProviderId};
use crate::import_state::ImportResource;
use crate::scope::Scoped;

/// One record that an import found different from what was known. The first import of a resource notes none: everything
/// would be new.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_change")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImportChangeId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The import.
    pub job_id: JobId,
    /// What kind of record it is.
    pub resource: ImportResource,
    /// What became of it.
    pub kind: ImportChangeKind,
    /// Id in the PSA.
    pub external_id: String,
    /// Name in the PSA.
    pub name: String,
    /// What was different of it.
    pub changes: FieldChanges,
}

/// How it relates to other tables.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The job that `job_id` names.
    #[sea_orm(
        belongs_to = "super::job::Entity",
        from = "Column::JobId",
        to = "super::job::Column::Id",
        on_delete = "Cascade"
    )]
    Job,
}

impl Related<super::job::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Job.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ImportChangeKind {
    /// It was not known.
    Added,
    /// It says something else.
    Changed,
    /// The PSA no longer has it, or the filter leaves it out.
    Gone,
    /// It was gone and is there again.
    Returned,
}
