//! Who has which storage limit in a month.

use chrono::NaiveDate;
use psa_entities::YearMonth;
use psa_entities::billing_evidence::EvidenceKind;
use psa_entities::ids::StorageLimitId;
use rust_decimal::Decimal;

use super::{EvidenceItem, Usage};
use crate::billing::product::BillableProduct;

/// A storage limit that somebody of a company has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitRecord {
    /// The id of the assignment in the console.
    pub external_id: String,
    /// The limit.
    pub limit: StorageLimitId,
    /// Who has it.
    pub label: String,
    /// The first day, in the provider's time zone.
    pub first_day: NaiveDate,
    /// The last day; `None` while they have it.
    pub last_day: Option<NaiveDate>,
}

/// Counts, for each storage limit, who has it on any day of `month`: a limit is charged in full however short the time
/// and however little of it is used.
pub fn count_limits(month: YearMonth, records: &[LimitRecord]) -> Usage {
    let mut usage = Usage::new();
    let in_month = |record: &&LimitRecord| {
        record.first_day <= month.last_day() && record.last_day.is_none_or(|last| last >= month.first_day())
    };
    for record in records.iter().filter(in_month) {
        let measured = usage.entry(BillableProduct::StorageLimit(record.limit)).or_default();
        measured.quantity += Decimal::ONE;
        measured.evidence.push(EvidenceItem {
            kind: EvidenceKind::StorageLimit,
            reference: record.external_id.clone(),
            label: record.label.clone(),
            quantity: Decimal::ONE,
            day: None,
        });
    }
    for measured in usage.values_mut() {
        measured.evidence.sort_by(|a, b| a.reference.cmp(&b.reference));
    }
    usage
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_limit_counts_in_every_month_that_it_touches() {
        let limit = StorageLimitId::from_uuid(Uuid::from_u128(5));
        let record = |id: &str, first: &str, last: Option<&str>| LimitRecord {
            external_id: id.to_owned(),
            limit,
            label: format!("user {id}"),
            first_day: first.parse().unwrap(),
            last_day: last.map(|day| day.parse().unwrap()),
        };
        let records = [
            record("4", "2026-11-30", None),
            record("1", "2026-01-01", None),
            record("2", "2026-01-01", Some("2026-11-01")),
            record("3", "2026-11-10", Some("2026-11-10")),
            record("over", "2026-01-01", Some("2026-10-31")),
            record("to come", "2026-12-01", None),
        ];
        let usage = count_limits("2026-11".parse().unwrap(), &records);
        let measured = &usage[&BillableProduct::StorageLimit(limit)];
        assert_eq!(measured.quantity, Decimal::from(4));
        let who: Vec<&str> = measured.evidence.iter().map(|item| item.label.as_str()).collect();
        assert_eq!(who, ["user 1", "user 2", "user 3", "user 4"]);
        assert!(count_limits("2025-12".parse().unwrap(), &records).is_empty());
    }
}
