//! The managed service provider: the tenant that every other row belongs to.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::ids::ProviderId;

/// One managed service provider. It exists from the first valid token that names it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "provider")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProviderId,
    /// Name of the provider in the tokens of the console; never changes.
    #[sea_orm(unique)]
    pub external_key: String,
    /// Display name.
    pub name: String,
    /// IANA time zone (`Europe/Berlin`) in which its days and months begin and end.
    pub time_zone: String,
    /// ISO 4217 code of the currency it bills in.
    pub currency: String,
    /// When the first token named it.
    pub created_at: DateTime<Utc>,
}

/// How it relates to other tables.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Its integrations.
    #[sea_orm(has_many = "super::integration::Entity")]
    Integration,
    /// Its console companies.
    #[sea_orm(has_many = "super::console_company::Entity")]
    ConsoleCompany,
}

impl Related<super::integration::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Integration.def()
    }
}

impl Related<super::console_company::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ConsoleCompany.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
