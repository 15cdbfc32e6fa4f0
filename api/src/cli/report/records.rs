//! From an export to the records of the `report…` mutations. The console attributes licences, storage and runs to users;
//! the API wants the company, so the way goes through the user.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::export::{Export, Run};
use crate::tickets::event::PlanStatus;

/// The console's plan types in the order of its numbers.
const PLAN_TYPES: [&str; 18] = [
    "N/A",
    "Backup",
    "Restore",
    "File backup",
    "File restore",
    "VM backup",
    "VM restore",
    "SQL backup",
    "SQL restore",
    "Exchange backup",
    "Exchange restore",
    "System image backup",
    "System image restore",
    "Consistency check",
    "EC2 backup",
    "EC2 restore",
    "Hyper-V backup",
    "Hyper-V restore",
];

/// The records of one mutation.
#[derive(Debug)]
pub struct Batch {
    /// The mutation.
    pub mutation: &'static str,
    /// The name of its input type.
    pub input: &'static str,
    /// What the records are, for people.
    pub what: String,
    /// The records.
    pub records: Vec<Value>,
}

/// The inventory: companies, licences, storage accounts and daily usage, in the order in which they refer to each other.
pub fn inventory(export: &Export) -> Vec<Batch> {
    let company_of = companies_of_users(export);
    let companies = export
        .companies
        .iter()
        .map(|company| json!({ "externalId": company.id, "name": company.name }));
    let licenses = export.licenses.iter().filter_map(|license| {
        let company = company_of.get(license.user_id.as_deref()?)?;
        Some(json!({
            "externalId": license.id,
            "companyExternalId": company,
            "licenseType": license.license_type,
            "computer": license.computer_name,
            "userName": license.user,
            "taken": license.is_taken,
            "trial": license.is_trial,
        }))
    });
    let accounts = export
        .accounts
        .iter()
        .map(|account| json!({ "externalId": account.id, "name": account.display_name }));
    vec![
        batch(
            "reportCompanies",
            "ReportCompaniesInput",
            "companies",
            companies.collect(),
        ),
        batch("reportLicenses", "ReportLicensesInput", "licences", licenses.collect()),
        batch(
            "reportStorageAccounts",
            "ReportStorageAccountsInput",
            "storage accounts",
            accounts.collect(),
        ),
        batch(
            "reportStorageUsage",
            "ReportStorageUsageInput",
            "days of storage usage",
            usage(export, &company_of),
        ),
    ]
}

/// The backup runs of one reading.
pub fn runs(export: &Export, name: &str, runs: &[Run]) -> Batch {
    let company_of = companies_of_users(export);
    let records = runs
        .iter()
        .filter_map(|run| Some(run_record(run, company_of.get(run.user_id.as_str())?)));
    batch(
        "reportBackupRuns",
        "ReportBackupRunsInput",
        &format!("backup runs ({name})"),
        records.collect(),
    )
}

fn batch(mutation: &'static str, input: &'static str, what: &str, records: Vec<Value>) -> Batch {
    Batch {
        mutation,
        input,
        what: what.to_owned(),
        records,
    }
}

/// The company's id by the user's. The console names a user's company by name, which is unique there.
fn companies_of_users(export: &Export) -> HashMap<&str, &str> {
    let ids: HashMap<&str, &str> = export
        .companies
        .iter()
        .map(|company| (company.name.as_str(), company.id.as_str()))
        .collect();
    export
        .users
        .iter()
        .filter_map(|user| Some((user.id.as_str(), *ids.get(user.company.as_str())?)))
        .collect()
}

/// One record for each company, storage account and day: the sum over its users and computers.
fn usage(export: &Export, company_of: &HashMap<&str, &str>) -> Vec<Value> {
    let mut sums: BTreeMap<_, (i64, i64)> = BTreeMap::new();
    for (day, users) in &export.usage {
        for user in users {
            let Some(company) = company_of.get(user.user_id.as_str()) else {
                continue;
            };
            for usage in &user.user_detail_list {
                let sum = sums.entry((day, *company, usage.account_id.as_str())).or_default();
                sum.0 = sum.0.saturating_add(usage.size_backup);
                sum.1 = sum.1.saturating_add(usage.size_restore);
            }
        }
    }
    let record = |((day, company, account), (backup, restored)): ((_, _, _), (i64, i64))| {
        json!({
            "companyExternalId": company,
            "storageAccountExternalId": account,
            "day": day,
            "backupBytes": backup.to_string(),
            "restoredBytes": restored.to_string(),
        })
    };
    sums.into_iter().map(record).collect()
}

/// A run as an event. The console gives runs no id of their own; a plan on a computer runs once at a time, so its start
/// and outcome name the event.
fn run_record(run: &Run, company: &str) -> Value {
    let status = PlanStatus::from_console(run.status).unwrap_or(PlanStatus::Unknown);
    json!({
        "eventId": format!("{}/{}/{}/{}", run.computer_hid, run.plan_id, run.last_start.format("%Y%m%dT%H%M%SZ"), status.code()),
        "companyExternalId": company,
        "occurredAt": run.last_start,
        "status": status.code(),
        "planName": run.plan_name,
        "planId": run.plan_id,
        "planType": usize::try_from(run.plan_type).ok().and_then(|number| PLAN_TYPES.get(number)),
        "computerName": run.computer_name,
        "computerHid": run.computer_hid,
        "user": run.user_name,
        "startedAt": run.last_start,
        "filesCopied": run.files_copied,
        "filesFailed": run.files_failed,
        "dataCopied": run.data_copied.to_string(),
        "errorMessage": run.error_message.as_deref().filter(|message| !message.is_empty()),
        "reportLink": run.detailed_report_link,
    })
}
