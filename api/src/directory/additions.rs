//! The additions of imported agreements, stored with the page of agreements that they belong to.

use std::collections::{BTreeMap, HashMap};

use psa_connectors::record;
use psa_entities::{
    Exact,
    addition::{self, Column, Model},
    agreement,
    ids::{AdditionId, AgreementId},
};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, QueryFilter, QuerySelect, sea_query::OnConflict};

use super::import::Running;
use crate::console::batch;

/// Stores every addition of these agreements; those that the PSA no longer has are forgotten.
///
/// # Errors
/// Only of the database.
pub async fn store(
    db: &DatabaseTransaction,
    running: &Running<'_>,
    additions: BTreeMap<record::AgreementId, Vec<record::Addition>>,
) -> Result<(), DbErr> {
    let agreements: HashMap<String, AgreementId> = running
        .scope
        .find::<agreement::Entity>()
        .filter(agreement::Column::IntegrationId.eq(running.integration))
        .filter(agreement::Column::ExternalId.is_in(additions.keys().map(ToString::to_string)))
        .select_only()
        .columns([agreement::Column::ExternalId, agreement::Column::Id])
        .into_tuple::<(String, AgreementId)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let now = running.context.now();
    let rows = additions.into_iter().flat_map(|(agreement, additions)| {
        let id = agreements.get(&agreement.to_string()).copied();
        additions
            .into_iter()
            .filter_map(move |addition| id.map(|id| (id, addition)))
    });
    let rows = rows.map(|(agreement, addition)| Model {
        id: AdditionId::at(now),
        provider_id: running.scope.provider_id(),
        agreement_id: agreement,
        external_id: addition.id.to_string(),
        product_external_id: addition.product.to_string(),
        quantity: Exact::from(addition.quantity),
        unit_price: addition.unit_price.map(Exact::from),
        unit_cost: addition.unit_cost.map(Exact::from),
        description: addition.description,
        effective_date: addition.effective_date,
        cancelled_date: addition.cancelled_date,
        imported_at: now,
    });
    let replace = OnConflict::columns([Column::AgreementId, Column::ExternalId])
        .update_columns([
            Column::ProductExternalId,
            Column::Quantity,
            Column::UnitPrice,
            Column::UnitCost,
            Column::Description,
            Column::EffectiveDate,
            Column::CancelledDate,
            Column::ImportedAt,
        ])
        .to_owned();
    let rows = rows.collect();
    batch::store::<addition::Entity>(db, rows, replace).await?;
    running
        .scope
        .delete_many::<addition::Entity>()
        .filter(Column::AgreementId.is_in(agreements.into_values()))
        .filter(Column::ImportedAt.lt(now))
        .exec(db)
        .await?;
    Ok(())
}
