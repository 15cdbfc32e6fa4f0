//! The lines of a run as a spreadsheet reads them.

use std::collections::HashMap;

use psa_entities::{
    ProviderScope, agreement,
    billing_line::{self, Column, Entity},
    billing_run, console_company, psa_product, storage_account, storage_limit,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder};
use serde::Serialize;

use super::{calendar, product::BillableProduct};
use crate::failure::{Fault, Outcome};

/// One row. The names of the columns are the API's.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    month: String,
    company: Text<'a>,
    agreement: Text<'a>,
    product: Text<'a>,
    psa_product: Text<'a>,
    action: &'a billing_line::LineAction,
    state: &'a billing_line::LineState,
    measured: Decimal,
    quantity_before: Option<Decimal>,
    billed: Decimal,
    unit_price: Option<Decimal>,
    unit_cost: Option<Decimal>,
    amount: Decimal,
    delta: Decimal,
    currency: &'a str,
    effective_date: Option<String>,
    description: Text<'a>,
    addition_external_id: Text<'a>,
    code: &'a str,
    message: Text<'a>,
}

/// A text that a spreadsheet takes for a text: one that would be read as a formula gets an apostrophe in front.
#[derive(Debug)]
struct Text<'a>(&'a str);

impl Serialize for Text<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            serializer.collect_str(&format_args!("'{}", self.0))
        } else {
            serializer.serialize_str(self.0)
        }
    }
}

/// What the lines call by id.
struct Names {
    companies: HashMap<psa_entities::ConsoleCompanyId, String>,
    agreements: HashMap<psa_entities::AgreementId, String>,
    psa_products: HashMap<psa_entities::PsaProductId, String>,
    accounts: HashMap<psa_entities::StorageAccountId, String>,
    limits: HashMap<psa_entities::StorageLimitId, String>,
    currency: String,
}

/// The lines of a run as CSV (RFC 4180, UTF-8, one header line), in the order of the plan.
///
/// # Errors
/// Only of the database and of what is stored in it.
pub async fn csv(db: &impl ConnectionTrait, scope: ProviderScope, run: &billing_run::Model) -> Outcome<String> {
    let lines = scope
        .find::<Entity>()
        .filter(Column::RunId.eq(run.id))
        .order_by_asc(Column::Position)
        .all(db)
        .await?;
    let names = names(db, scope, run).await?;
    Ok(write(run, &lines, &names)?)
}

async fn names(db: &impl ConnectionTrait, scope: ProviderScope, run: &billing_run::Model) -> Outcome<Names> {
    let agreements = scope
        .find::<agreement::Entity>()
        .filter(agreement::Column::IntegrationId.eq(run.integration_id));
    let psa_products = scope
        .find::<psa_product::Entity>()
        .filter(psa_product::Column::IntegrationId.eq(run.integration_id));
    let companies = scope.find::<console_company::Entity>().all(db).await?;
    let accounts = scope.find::<storage_account::Entity>().all(db).await?;
    let limits = scope.find::<storage_limit::Entity>().all(db).await?;
    Ok(Names {
        companies: companies.into_iter().map(|row| (row.id, row.name)).collect(),
        agreements: agreements
            .all(db)
            .await?
            .into_iter()
            .map(|row| (row.id, row.name))
            .collect(),
        psa_products: psa_products
            .all(db)
            .await?
            .into_iter()
            .map(|row| (row.id, row.identifier))
            .collect(),
        accounts: accounts.into_iter().map(|row| (row.id, row.name)).collect(),
        limits: limits.into_iter().map(|row| (row.id, row.name)).collect(),
        currency: calendar::provider(db, scope).await?.currency,
    })
}

fn write(run: &billing_run::Model, lines: &[billing_line::Model], names: &Names) -> Result<String, Fault> {
    let broken =
        |error: &dyn std::fmt::Display| Fault::Inconsistent(format!("a run cannot be written as CSV: {error}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines {
        let product = names.product(&line.product_key)?;
        writer
            .serialize(names.row(run, line, &product))
            .map_err(|error| broken(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| broken(&error))?;
    String::from_utf8(bytes).map_err(|error| broken(&error))
}

impl Names {
    fn product(&self, key: &str) -> Result<String, Fault> {
        let product: BillableProduct = key
            .parse()
            .map_err(|_| Fault::Inconsistent(format!("product key {key}")))?;
        let of = match &product {
            BillableProduct::License(_) => None,
            BillableProduct::Storage { account, .. } => self.accounts.get(account),
            BillableProduct::StorageLimit(limit) => self.limits.get(limit),
        };
        let name = product.display_name();
        Ok(of.map_or_else(|| name.to_owned(), |of| format!("{name}, {of}")))
    }

    fn row<'a>(&'a self, run: &billing_run::Model, line: &'a billing_line::Model, product: &'a str) -> Row<'a> {
        fn name<'m, K: std::hash::Hash + Eq>(names: &'m HashMap<K, String>, key: Option<&K>) -> Text<'m> {
            Text(key.and_then(|key| names.get(key)).map_or("", String::as_str))
        }
        Row {
            month: run.month.to_string(),
            company: name(&self.companies, line.company_id.as_ref()),
            agreement: name(&self.agreements, line.agreement_id.as_ref()),
            product: Text(product),
            psa_product: name(&self.psa_products, line.psa_product_id.as_ref()),
            action: &line.action,
            state: &line.state,
            measured: line.measured.0,
            quantity_before: line.before.as_ref().map(|before| before.quantity.normalize()),
            billed: line.billed.0,
            unit_price: line.unit_price.map(Decimal::from),
            unit_cost: line.unit_cost.map(Decimal::from),
            amount: line.amount.0,
            delta: line.delta.0,
            currency: &self.currency,
            effective_date: line.effective_date.map(|day| day.to_string()),
            description: Text(line.description.as_deref().unwrap_or_default()),
            addition_external_id: Text(line.addition_external_id.as_deref().unwrap_or_default()),
            code: line.problem.as_ref().map_or("", |problem| &problem.code),
            message: Text(line.problem.as_ref().map_or("", |problem| &problem.message)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_formula() {
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
        for text in ["=1+1", "@cmd", "-5", "+49 30", "Acme, Inc. \"North\"", "", "plain"] {
            writer.serialize((Text(text),)).unwrap();
        }
        let written = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let expected = "'=1+1\n'@cmd\n'-5\n'+49 30\n\"Acme, Inc. \"\"North\"\"\"\n\"\"\nplain\n";
        assert_eq!(written, expected);
    }
}
