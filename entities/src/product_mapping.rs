//! What an integration knows of a billable product.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::exact::Exact;
use crate::ids::{IntegrationId, ProductMappingId, ProviderId, PsaProductId};
use crate::scope::Scoped;

/// The PSA product and the price rule of one billable product; either may be absent.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_mapping")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductMappingId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The integration it belongs to.
    pub integration_id: IntegrationId,
    /// The billable product: a licence type or a metric of a storage account.
    pub product_key: String,
    /// The PSA product that it is billed as.
    pub psa_product_id: Option<PsaProductId>,
    /// Price per unit in the provider's currency; comes before the PSA's list price.
    pub unit_price: Option<Exact>,
    /// Cost per unit in the provider's currency; comes before the PSA's list cost.
    pub unit_cost: Option<Exact>,
    /// When it last changed.
    pub changed_at: DateTime<Utc>,
    /// Who changed it: the subject of the token.
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
    /// The PSA product that `psa_product_id` names.
    #[sea_orm(
        belongs_to = "super::psa_product::Entity",
        from = "Column::PsaProductId",
        to = "super::psa_product::Column::Id",
        on_delete = "SetNull"
    )]
    PsaProduct,
}

impl Related<super::integration::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Integration.def()
    }
}

impl Related<super::psa_product::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::PsaProduct.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}
