//! The drift report: where the PSA does not hold what a run has written any more.

use std::collections::{BTreeMap, HashMap};

use psa_connectors::record::{self, Addition};
use psa_entities::{
    ProviderScope, agreement,
    billing_line::{self, AdditionSnapshot, Column, Entity, LineAction, LineState},
    billing_run,
    ids::{AgreementId, PsaProductId},
    psa_product,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::{apply::in_force, runs, snapshot::addition_snapshot};
use crate::{
    app::App,
    failure::{Failure, Outcome, UserError},
    integrations,
};

/// A line that the PSA does not hold as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The line.
    pub line: billing_line::Model,
    /// What the agreement holds for the product now.
    pub found: Vec<AdditionSnapshot>,
}

/// Compares every verified line of a run with what its agreement holds now, read from the PSA.
///
/// # Errors
/// `WRONG_STATE` while the PSA cannot be reached; what the PSA answers.
pub async fn find(app: &App, scope: ProviderScope, run: &billing_run::Model) -> Outcome<Vec<Drift>> {
    let db = app.db.read();
    let integration = integrations::find(db, scope, run.integration_id).await?;
    runs::check_connection(&integration)?;
    let lines = scope
        .find::<Entity>()
        .filter(Column::RunId.eq(run.id))
        .filter(Column::State.eq(LineState::Verified))
        .order_by_asc(Column::Position)
        .all(db)
        .await?;
    let agreements = scope
        .find::<agreement::Entity>()
        .filter(agreement::Column::IntegrationId.eq(integration.id));
    let agreements: HashMap<AgreementId, record::AgreementId> = agreements
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, record::AgreementId::new(row.external_id)))
        .collect();
    let products = scope
        .find::<psa_product::Entity>()
        .filter(psa_product::Column::IntegrationId.eq(integration.id));
    let products: HashMap<PsaProductId, record::ProductId> = products
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, record::ProductId::new(row.external_id)))
        .collect();
    let mut read: Vec<record::AgreementId> = lines
        .iter()
        .filter_map(|line| agreements.get(&line.agreement_id?).cloned())
        .collect();
    read.sort();
    read.dedup();
    let held: BTreeMap<record::AgreementId, Vec<Addition>> = if read.is_empty() {
        BTreeMap::new()
    } else {
        let connector = app.connections.get(app, scope, &integration).await?;
        let read = connector.additions_of(&read).await;
        read.map_err(|error| Failure::refused(UserError::from(&error)))?
    };
    let drift = |line: billing_line::Model| {
        let agreement = agreements.get(&line.agreement_id?)?;
        let product = products.get(&line.psa_product_id?)?;
        let additions = held.get(agreement).map_or(&[][..], Vec::as_slice);
        let day = line.effective_date.unwrap_or_else(|| run.month.first_day());
        let found = in_force(additions, product, day);
        (!holds(&line, &found)).then(|| Drift {
            found: found.into_iter().map(addition_snapshot).collect(),
            line,
        })
    };
    Ok(lines.into_iter().filter_map(drift).collect())
}

/// Whether the additions in force are what the line has written: one with its quantity and price, or none where it ended
/// one or nothing was to be billed.
fn holds(line: &billing_line::Model, found: &[&Addition]) -> bool {
    match (line.action, found) {
        (LineAction::End, found) => found.is_empty(),
        (_, []) => line.billed.0.is_zero(),
        (_, [only]) => {
            let priced = line.unit_price.map(Decimal::from);
            only.quantity == line.billed.0 && priced.is_none_or(|price| only.unit_price == Some(price))
        }
        _ => false,
    }
}
