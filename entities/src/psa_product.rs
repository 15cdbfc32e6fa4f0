//! Catalogue products imported from a PSA.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::exact::Exact;
use crate::ids::{IntegrationId, ProviderId, PsaProductId};
use crate::scope::Scoped;

/// A product of the PSA's catalogue that an addition can bill.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "psa_product")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PsaProductId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The integration it belongs to.
    pub integration_id: IntegrationId,
    /// Id in the PSA.
    pub external_id: String,
    /// Short name in the PSA.
    pub identifier: String,
    /// Description; on invoices unless the settings say otherwise.
    pub description: String,
    /// List price per unit, in the currency of the PSA.
    pub price: Option<Exact>,
    /// List cost per unit, in the currency of the PSA.
    pub cost: Option<Exact>,
    /// Name of its unit of measure in the PSA.
    pub unit: Option<String>,
    /// Whether the PSA still sells it.
    pub active: bool,
    /// Whether it may be put on an agreement.
    pub billable: bool,
    /// How many decimals its quantities keep; absent where they are those of the connector.
    pub quantity_scale: Option<i16>,
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
    /// Its product mappings.
    #[sea_orm(has_many = "super::product_mapping::Entity")]
    ProductMapping,
}

impl Related<super::integration::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Integration.def()
    }
}

impl Related<super::product_mapping::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ProductMapping.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}
