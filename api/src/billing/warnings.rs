//! What will go wrong in billing unless somebody changes something.

use chrono::NaiveDate;
use psa_entities::{Problem, ProviderScope, agreement, billing_configuration, integration};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{calendar, settings};
use crate::{app::App, failure::Outcome};

/// The most warnings that are shown.
const MOST: u64 = 100;

/// The code of an agreement that is invoiced too early.
pub const INVOICE_BEFORE_BILLING_DAY: &str = "INVOICE_BEFORE_BILLING_DAY";

/// The agreements in use whose next invoice comes before the next billing day, so that it would miss the month's usage.
///
/// # Errors
/// Only of the database.
pub async fn find(app: &App, scope: ProviderScope, integration: &integration::Model) -> Outcome<Vec<Problem>> {
    let db = app.db.read();
    let day = settings::load(db, scope, integration).await?.billing_day;
    let today = calendar::today(&calendar::provider(db, scope).await?, app.now())?;
    let billing_day = calendar::next_billing_day(today, day);
    let invoiced: Vec<(String, NaiveDate)> = scope
        .find::<agreement::Entity>()
        .inner_join(billing_configuration::Entity)
        .filter(agreement::Column::IntegrationId.eq(integration.id))
        .filter(agreement::Column::Deleted.eq(false))
        .filter(billing_configuration::Column::Enabled.eq(true))
        .filter(agreement::Column::NextInvoiceDate.gte(today))
        .filter(agreement::Column::NextInvoiceDate.lt(billing_day))
        .select_only()
        .column(agreement::Column::Name)
        .column(agreement::Column::NextInvoiceDate)
        .distinct()
        .order_by_asc(agreement::Column::Name)
        .limit(MOST)
        .into_tuple()
        .all(db)
        .await?;
    let problem = |(name, invoice): (String, NaiveDate)| Problem {
        code: INVOICE_BEFORE_BILLING_DAY.to_owned(),
        message: format!("“{name}” is invoiced on {invoice}, before the month is billed on {billing_day}."),
        remedy: "Bill on an earlier day of the month, or move the agreement's next invoice date in the PSA.".to_owned(),
        detail: None,
        since: app.now(),
    };
    Ok(invoiced.into_iter().map(problem).collect())
}
