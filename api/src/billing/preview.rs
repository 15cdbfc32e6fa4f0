//! What an invoice template makes of the provider's own data, before anything is planned or saved.

use std::collections::BTreeSet;

use psa_entities::{
    ProviderScope, YearMonth,
    ids::{ConsoleCompanyId, IntegrationId},
};

use super::{
    describe::{self, InvoiceText},
    plan::{self, PlannedLine},
    product::BillableProduct,
    snapshot::{self, Asked},
};
use crate::{
    app::App,
    failure::{ErrorCode, Failure, Outcome, UserError},
    integrations,
};

/// The most lines that are shown.
const MOST: usize = 20;

/// A line as an invoice would show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewedLine {
    /// The companies on the line.
    pub companies: Vec<String>,
    /// The first product on the line.
    pub product: BillableProduct,
    /// The text; `None` when the PSA's product decides.
    pub text: Option<String>,
    /// Whether the text was too long for the PSA and is cut.
    pub is_cut: bool,
}

/// The first lines of `month` with the texts of `template`, as they would be written to empty agreements. Nothing is read
/// from the PSA. With `company`, only its lines.
///
/// # Errors
/// `NOT_FOUND`; `INVALID` at `template`.
pub async fn lines(
    app: &App,
    scope: ProviderScope,
    id: IntegrationId,
    template: &str,
    month: YearMonth,
    company: Option<ConsoleCompanyId>,
) -> Outcome<Vec<PreviewedLine>> {
    let template = describe::parse(template).map_err(|error| {
        let message = format!("The template cannot be used: {error}.");
        Failure::refused(UserError::new(ErrorCode::Invalid, message).at("template"))
    })?;
    let integration = integrations::find(app.db.read(), scope, id).await?;
    let only: Option<BTreeSet<ConsoleCompanyId>> = company.map(|company| BTreeSet::from([company]));
    let asked = Asked {
        month,
        only: only.as_ref(),
        licenses_at: None,
    };
    let mut input = snapshot::take(app, scope, &integration, asked).await?.input;
    for agreement in &mut input.agreements {
        agreement.additions = Some(Vec::new());
    }
    input.settings.invoice_text = InvoiceText::Template(template);
    let longest = input.settings.longest_text;
    let is_shown = |line: &PlannedLine| {
        let named = |company| line.parts.iter().any(|part| part.company_id == company);
        line.is_change() && company.is_none_or(named)
    };
    let lines = plan::plan(&input).lines.into_iter().filter(is_shown).take(MOST);
    Ok(lines.filter_map(|line| previewed(line, longest)).collect())
}

fn previewed(line: PlannedLine, longest: usize) -> Option<PreviewedLine> {
    let counted = line.parts.iter().filter(|part| part.counted);
    let mut companies: Vec<String> = counted.clone().map(|part| part.company_name.clone()).collect();
    companies.dedup();
    let product = counted.clone().next()?.product.clone();
    let length = line.description.as_ref().map_or(0, |text| text.chars().count());
    Some(PreviewedLine {
        companies,
        product,
        is_cut: length >= longest,
        text: line.description,
    })
}
