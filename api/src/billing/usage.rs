//! What was used: licences and storage limits counted, storage averaged, each with the records that make the number up.
//!
//! Licences are counted as of one moment, by what had been reported of them until then. Storage is measured over the days
//! of one month in the provider's time zone, and a storage limit counts in every month that it touches.

mod limits;
mod storage;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use psa_entities::billing_evidence::EvidenceKind;
use psa_entities::ids::StorageAccountId;
use rust_decimal::Decimal;

use super::product::{BillableProduct, LicenseType};
pub use limits::{LimitRecord, count_limits};
pub use storage::measure_storage;

/// A licence as it was reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenseRecord {
    /// Its id in the console.
    pub external_id: String,
    /// Its type, in the console's words.
    pub license_type: String,
    /// The computer it runs on.
    pub computer: Option<String>,
    /// The user who holds it.
    pub user_name: Option<String>,
    /// Whether it is in use.
    pub taken: bool,
    /// Whether it is a trial, which nobody pays for.
    pub trial: bool,
}

/// What one storage account held for one company on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageRecord {
    /// The storage account.
    pub account: StorageAccountId,
    /// Its name.
    pub account_name: String,
    /// The day, in the provider's time zone.
    pub day: NaiveDate,
    /// Bytes stored.
    pub backup_bytes: i64,
    /// Bytes restored on that day.
    pub restored_bytes: i64,
}

/// A quantity and its proof.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measured {
    /// Licences, or whole bytes.
    pub quantity: Decimal,
    /// The records behind it, in order of their reference and day.
    pub evidence: Vec<EvidenceItem>,
}

/// One record behind a quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceItem {
    /// What sort of record it is.
    pub kind: EvidenceKind,
    /// Its id in the console; of a sample, the storage account's.
    pub reference: String,
    /// What a person knows it by.
    pub label: String,
    /// What it contributes: 1 for a licence, bytes for a sample.
    pub quantity: Decimal,
    /// The day of a sample.
    pub day: Option<NaiveDate>,
}

/// What a company used, by product.
pub type Usage = BTreeMap<BillableProduct, Measured>;

/// Counts the licences that are taken and not a trial, per type. A type without one is absent.
pub fn count_licenses(records: &[LicenseRecord]) -> Usage {
    let mut usage = Usage::new();
    for record in records.iter().filter(|record| record.taken && !record.trial) {
        let product = BillableProduct::License(LicenseType::from_reported(&record.license_type));
        let measured = usage.entry(product).or_default();
        measured.quantity += Decimal::ONE;
        measured.evidence.push(EvidenceItem {
            kind: EvidenceKind::License,
            reference: record.external_id.clone(),
            label: license_label(record),
            quantity: Decimal::ONE,
            day: None,
        });
    }
    for measured in usage.values_mut() {
        measured.evidence.sort_by(|a, b| a.reference.cmp(&b.reference));
    }
    usage
}

fn license_label(record: &LicenseRecord) -> String {
    let parts: Vec<&str> = [&record.computer, &record.user_name]
        .into_iter()
        .filter_map(|part| part.as_deref())
        .collect();
    if parts.is_empty() {
        record.external_id.clone()
    } else {
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn license(id: &str, kind: &str, taken: bool, trial: bool) -> LicenseRecord {
        LicenseRecord {
            external_id: id.to_owned(),
            license_type: kind.to_owned(),
            computer: Some(format!("PC-{id}")),
            user_name: None,
            taken,
            trial,
        }
    }

    #[test]
    fn licences_count_when_taken_and_paid() {
        let records = [
            license("2", "Server", true, false),
            license("1", "server ", true, false),
            license("3", "Server", false, false),
            license("4", "Server", true, true),
            license("5", "Quantum", true, false),
        ];
        let usage = count_licenses(&records);
        let server = &usage[&BillableProduct::License(LicenseType::Server)];
        assert_eq!(server.quantity, Decimal::TWO);
        assert_eq!(
            server
                .evidence
                .iter()
                .map(|item| item.label.as_str())
                .collect::<Vec<_>>(),
            ["PC-1", "PC-2"]
        );
        assert_eq!(usage[&"license:Quantum".parse().unwrap()].quantity, Decimal::ONE);
        assert_eq!(usage.len(), 2);
    }
}
