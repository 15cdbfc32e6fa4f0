//! The items of a billing configuration.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::billing_settings::ZeroPolicy;
use crate::exact::Exact;
use crate::ids::{BillingConfigurationId, BillingItemId, ProviderId, PsaProductId};
use crate::scope::Scoped;

/// One billed product of a configuration. Absent values fall back to the product's rule, then to the settings.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "billing_item")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BillingItemId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The configuration it is part of.
    pub configuration_id: BillingConfigurationId,
    /// Its place in the configuration, from 0.
    pub position: i32,
    /// The billable product, as in `product_mapping`.
    pub product_key: String,
    /// The PSA product, in place of the mapped one.
    pub psa_product_id: Option<PsaProductId>,
    /// Price per unit in the provider's currency, in place of the rule's.
    pub unit_price: Option<Exact>,
    /// Cost per unit in the provider's currency, in place of the rule's.
    pub unit_cost: Option<Exact>,
    /// Unit that the quantity is billed in.
    pub unit: Unit,
    /// How the quantity is rounded.
    pub rounding: Rounding,
    /// Decimal places that the quantity is rounded to, from 0.
    pub decimals: i16,
    /// Least billed quantity, in `unit`.
    pub minimum: Option<Exact>,
    /// Quantity that the agreement already covers, in `unit`; counts in mode `OVERAGE`.
    pub included: Exact,
    /// Whether everything is billed or only what exceeds the included quantity.
    pub mode: ItemMode,
    /// What happens at quantity zero, in place of the settings' policy.
    pub zero: Option<ZeroPolicy>,
}

/// How it relates to other tables.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The billing configuration that `configuration_id` names.
    #[sea_orm(
        belongs_to = "super::billing_configuration::Entity",
        from = "Column::ConfigurationId",
        to = "super::billing_configuration::Column::Id",
        on_delete = "Cascade"
    )]
    Configuration,
    /// The PSA product that `psa_product_id` names.
    #[sea_orm(
        belongs_to = "super::psa_product::Entity",
        from = "Column::PsaProductId",
        to = "super::psa_product::Column::Id",
        on_delete = "SetNull"
    )]
    PsaProduct,
}

impl Related<super::billing_configuration::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Configuration.def()
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

/// Unit that a quantity is billed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Unit {
    /// Pieces.
    Each,
    /// 10⁹ bytes.
    Gb,
    /// 2³⁰ bytes.
    Gib,
    /// 10¹² bytes.
    Tb,
    /// 2⁴⁰ bytes.
    Tib,
}

/// How a quantity is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Rounding {
    /// Away from zero.
    Up,
    /// To the nearest, halves away from zero.
    Nearest,
    /// Towards zero.
    Down,
}

/// What part of a quantity is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ItemMode {
    /// All of it.
    Total,
    /// What exceeds the included quantity.
    Overage,
}
