//! Which companies are billed, and which of them by the schedule.

mod problems;

pub use problems::problems;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use psa_entities::{
    ProviderScope,
    audit_entry::{AuditAction, AuditSubject},
    company_billing::{Column, Entity, Model},
    console_company,
    ids::{CompanyBillingId, ConsoleCompanyId, IntegrationId},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, sea_query::OnConflict};
use serde_json::{Value, json};

use crate::{
    app::App,
    audit::{Entry, Stamp, Subject},
    console::batch,
    failure::{ErrorCode, Failure, Outcome, UserError},
    integrations,
};

/// The most companies that one call may change.
const LARGEST_BATCH: usize = 1_000;

/// How companies shall be billed. `None` leaves a switch as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Switches {
    /// Whether runs take them in.
    pub enabled: Option<bool>,
    /// Whether the schedule bills them every month.
    pub auto_billing: Option<bool>,
}

/// Changes how companies are billed, all of them or none. Gives back the companies in the order of the call.
///
/// # Errors
/// No company or too many, one twice, one that does not exist; no switch at all.
pub async fn set(
    app: &App,
    stamp: Stamp<'_>,
    id: IntegrationId,
    companies: &[ConsoleCompanyId],
    switches: Switches,
) -> Outcome<Vec<ConsoleCompanyId>> {
    let scope = stamp.scope;
    let names = names(app.db.read(), scope, companies).await?;
    let errors = errors(companies, &names, switches);
    if !errors.is_empty() {
        return Err(Failure::Refused(errors));
    }
    let transaction = app.db.begin().await?;
    integrations::hold(&transaction, scope, id).await?;
    let known = of(&transaction, scope, id, companies).await?;
    let mut rows = Vec::new();
    let mut entries = Vec::new();
    for company in companies {
        let before = known.get(company);
        let row = wanted(stamp, id, *company, before, switches);
        let (was, is) = (shown(before), shown(Some(&row)));
        if was == is {
            continue;
        }
        let name = names.get(company).map_or("", String::as_str);
        let subject = Subject::new(AuditSubject::ConsoleCompany, company, name);
        let entry = Entry::new(AuditAction::CompanyBillingChanged, subject).within(id);
        entries.push(entry.changing(&was, &is));
        rows.push(row);
    }
    let replace = OnConflict::columns([Column::IntegrationId, Column::CompanyId])
        .update_columns([Column::Enabled, Column::AutoSince, Column::ChangedAt, Column::ChangedBy])
        .to_owned();
    batch::store::<Entity>(&transaction, rows, replace).await?;
    stamp.record(&transaction, entries).await?;
    transaction.commit().await?;
    Ok(companies.to_vec())
}

/// The companies that the schedule bills, with since when.
///
/// # Errors
/// Only of the database.
pub async fn automatic(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    id: IntegrationId,
) -> Result<Vec<Model>, DbErr> {
    scope
        .find::<Entity>()
        .filter(Column::IntegrationId.eq(id))
        .filter(Column::Enabled.eq(true))
        .filter(Column::AutoSince.is_not_null())
        .all(db)
        .await
}

/// The switches of companies that somebody has touched.
///
/// # Errors
/// Only of the database.
pub async fn of(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    id: IntegrationId,
    companies: &[ConsoleCompanyId],
) -> Result<HashMap<ConsoleCompanyId, Model>, DbErr> {
    let rows = scope
        .find::<Entity>()
        .filter(Column::IntegrationId.eq(id))
        .filter(Column::CompanyId.is_in(companies.iter().copied()));
    let rows = rows.all(db).await?;
    Ok(rows.into_iter().map(|row| (row.company_id, row)).collect())
}

async fn names(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    companies: &[ConsoleCompanyId],
) -> Result<BTreeMap<ConsoleCompanyId, String>, DbErr> {
    let own = scope
        .find::<console_company::Entity>()
        .filter(console_company::Column::Id.is_in(companies.iter().copied().take(LARGEST_BATCH)));
    let rows = own.all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

fn errors(
    companies: &[ConsoleCompanyId],
    names: &BTreeMap<ConsoleCompanyId, String>,
    switches: Switches,
) -> Vec<UserError> {
    if switches.enabled.is_none() && switches.auto_billing.is_none() {
        let error = UserError::new(ErrorCode::Required, "Nothing is asked for.").at("enabled");
        return vec![error.with_remedy("Send enabled, autoBilling or both.")];
    }
    if companies.is_empty() || companies.len() > LARGEST_BATCH {
        let message = format!(
            "A call changes between 1 and {LARGEST_BATCH} companies, not {}.",
            companies.len()
        );
        let error = UserError::new(ErrorCode::Invalid, message).at("companyIds");
        return vec![error.with_remedy("Send them in several calls.")];
    }
    let mut seen = BTreeSet::new();
    let mut errors = Vec::new();
    for (index, company) in companies.iter().enumerate() {
        let field = format!("companyIds.{index}");
        if !names.contains_key(company) {
            errors.push(UserError::not_found(&field, "company"));
        } else if !seen.insert(company) {
            let error = UserError::new(ErrorCode::Invalid, "The company is named twice.").at(&field);
            errors.push(error.with_remedy("Name every company once."));
        }
    }
    errors
}

/// The row that the switches ask for. A company that the schedule bills already keeps the day since when it does.
fn wanted(
    stamp: Stamp<'_>,
    integration: IntegrationId,
    company: ConsoleCompanyId,
    before: Option<&Model>,
    switches: Switches,
) -> Model {
    let standing = before.and_then(|row| row.auto_since);
    Model {
        id: before.map_or_else(|| CompanyBillingId::at(stamp.at), |row| row.id),
        provider_id: stamp.scope.provider_id(),
        integration_id: integration,
        company_id: company,
        enabled: switches.enabled.unwrap_or_else(|| before.is_none_or(|row| row.enabled)),
        auto_since: match switches.auto_billing {
            None => standing,
            Some(false) => None,
            Some(true) => standing.or(Some(stamp.at)),
        },
        changed_at: stamp.at,
        changed_by: stamp.by.name.to_string(),
    }
}

/// What the audit log compares: a company without a row is billed, and by hand.
fn shown(row: Option<&Model>) -> Value {
    json!({
        "enabled": row.is_none_or(|row| row.enabled),
        "autoBilling": row.is_some_and(|row| row.auto_since.is_some()),
    })
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use psa_entities::ids::ProviderId;

    use super::*;
    use crate::auth::actor::SYSTEM;

    fn stamp(at: DateTime<Utc>) -> Stamp<'static> {
        Stamp {
            scope: ProviderScope::new(ProviderId::at(DateTime::UNIX_EPOCH)),
            by: &SYSTEM,
            at,
        }
    }

    #[test]
    fn a_switch_that_is_left_out_stays() {
        let (first, later) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + TimeDelta::days(40));
        let (integration, company) = (IntegrationId::at(first), ConsoleCompanyId::at(first));
        let row = |before: Option<&Model>, at, enabled, auto_billing| {
            wanted(
                stamp(at),
                integration,
                company,
                before,
                Switches { enabled, auto_billing },
            )
        };
        let new = row(None, first, None, Some(true));
        assert_eq!(
            (new.enabled, new.auto_since),
            (true, Some(first)),
            "a company is billed unless somebody says not"
        );
        let off = row(Some(&new), later, Some(false), None);
        assert_eq!((off.enabled, off.auto_since), (false, Some(first)));
        let again = row(Some(&off), later, Some(true), Some(true));
        assert_eq!(
            (again.enabled, again.auto_since),
            (true, Some(first)),
            "it keeps since when"
        );
        let by_hand = row(Some(&again), later, None, Some(false));
        assert_eq!(by_hand.auto_since, None);
    }

    #[test]
    fn every_mistake_is_named_at_its_company() {
        let [one, other] = [1_u128, 2].map(|number| ConsoleCompanyId::from_uuid(uuid::Uuid::from_u128(number)));
        let names = BTreeMap::from([(one, "Acme".to_owned())]);
        let on = Switches {
            enabled: Some(true),
            ..Switches::default()
        };
        let paths = |companies: &[ConsoleCompanyId], switches| {
            let errors = errors(companies, &names, switches);
            errors
                .into_iter()
                .map(|error| error.field.join("."))
                .collect::<Vec<_>>()
        };
        assert_eq!(paths(&[one], on), [""; 0]);
        assert_eq!(paths(&[one, other, one], on), ["companyIds.1", "companyIds.2"]);
        assert_eq!(paths(&[], on), ["companyIds"]);
        assert_eq!(paths(&[one; LARGEST_BATCH + 1], on), ["companyIds"]);
        assert_eq!(paths(&[one], Switches::default()), ["enabled"]);
    }
}
