//! What a console contact is in an integration's PSA.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::ids::{ConsoleContactId, ContactMappingId, IntegrationId, ProviderId, PsaContactId};
use crate::scope::Scoped;

/// Binds a console contact to a PSA contact. No row means that it is not bound.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contact_mapping")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContactMappingId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The integration it belongs to.
    pub integration_id: IntegrationId,
    /// The console contact; several may share one PSA contact.
    pub contact_id: ConsoleContactId,
    /// The PSA contact it is bound to; absent when what is known of that was removed.
    pub psa_contact_id: Option<PsaContactId>,
    /// Name of the PSA contact when it was bound, to notice that it was renamed.
    pub psa_name: String,
    /// When it was bound.
    pub changed_at: DateTime<Utc>,
    /// Who bound it: the subject of the token.
    pub changed_by: String,
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
    /// The console contact that `contact_id` names.
    #[sea_orm(
        belongs_to = "super::console_contact::Entity",
        from = "Column::ContactId",
        to = "super::console_contact::Column::Id",
        on_delete = "Cascade"
    )]
    Contact,
    /// The PSA contact that `psa_contact_id` names.
    #[sea_orm(
        belongs_to = "super::psa_contact::Entity",
        from = "Column::PsaContactId",
        to = "super::psa_contact::Column::Id",
        on_delete = "SetNull"
    )]
    PsaContact,
}

impl Related<super::integration::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Integration.def()
    }
}

impl Related<super::console_contact::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Contact.def()
    }
}

impl Related<super::psa_contact::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::PsaContact.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}
