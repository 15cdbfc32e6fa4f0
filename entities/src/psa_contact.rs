//! Contacts imported from a PSA.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    FromJsonQueryResult, PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::ids::{IntegrationId, ProviderId, PsaContactId};
use crate::scope::Scoped;

/// A person at a PSA company.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "psa_contact")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PsaContactId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The integration it belongs to.
    pub integration_id: IntegrationId,
    /// Id in the PSA.
    pub external_id: String,
    /// Id, in the PSA, of the company; absent for a contact without one.
    pub company_external_id: Option<String>,
    /// Full name.
    pub name: String,
    /// Name folded for matching and search, as in `console_contact`.
    pub normalized_name: String,
    /// Default e-mail address, as the PSA writes it.
    pub email: Option<String>,
    /// Its other e-mail addresses.
    pub other_emails: Emails,
    /// Whether the PSA still uses it; a contact that is gone is inactive.
    pub active: bool,
    /// Whether the PSA no longer has it.
    pub deleted: bool,
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
    /// Its contact mappings.
    #[sea_orm(has_many = "super::contact_mapping::Entity")]
    ContactMapping,
}

impl Related<super::integration::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Integration.def()
    }
}

impl Related<super::contact_mapping::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ContactMapping.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// E-mail addresses as the PSA writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Emails(pub Vec<String>);
