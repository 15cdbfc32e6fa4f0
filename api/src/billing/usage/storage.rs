//! What storage accounts held over a month, and what was restored from them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use psa_entities::YearMonth;
use psa_entities::billing_evidence::EvidenceKind;
use psa_entities::ids::StorageAccountId;
use rust_decimal::{Decimal, RoundingStrategy};

use super::{EvidenceItem, Measured, StorageRecord, Usage};
use crate::billing::product::{BillableProduct, StorageMetric};

/// Measures what each storage account held on average in `month`, and what was restored from it.
///
/// The average runs from the first day of the month that has a sample to the month's last day. A day without a sample
/// counts with the value of the last sample before it: data does not leave because nobody reported it. Days before the
/// first sample do not count at all, neither as bytes nor as days: nobody knows what was there. The average is rounded to
/// the nearest whole byte, halves up. Of two samples of one day the larger counts. Samples of other months are ignored.
/// Of a company that was removed on the day `removed` nothing is there after it unless a sample says so.
pub fn measure_storage(month: YearMonth, records: &[StorageRecord], removed: Option<NaiveDate>) -> Usage {
    let mut accounts: BTreeMap<StorageAccountId, BTreeMap<NaiveDate, &StorageRecord>> = BTreeMap::new();
    for record in records.iter().filter(|record| YearMonth::of(record.day) == month) {
        let kept = accounts
            .entry(record.account)
            .or_default()
            .entry(record.day)
            .or_insert(record);
        let size = |record: &StorageRecord| (record.backup_bytes, record.restored_bytes);
        if size(kept) < size(record) {
            *kept = record;
        }
    }
    let mut usage = Usage::new();
    for (account, days) in accounts {
        usage.insert(
            BillableProduct::Storage {
                account,
                metric: StorageMetric::BackupAverage,
            },
            average(month, &days, removed),
        );
        let restored = restored(&days);
        if !restored.quantity.is_zero() {
            usage.insert(
                BillableProduct::Storage {
                    account,
                    metric: StorageMetric::Restored,
                },
                restored,
            );
        }
    }
    usage
}

fn average(month: YearMonth, samples: &BTreeMap<NaiveDate, &StorageRecord>, removed: Option<NaiveDate>) -> Measured {
    let mut evidence = Vec::new();
    let mut total = Decimal::ZERO;
    let mut last: Option<&StorageRecord> = None;
    let days = month.first_day().iter_days().take_while(|day| *day <= month.last_day());
    for day in days {
        let sample = samples.get(&day).copied();
        let Some(record) = sample.or(last) else { continue };
        last = Some(record);
        let is_gone = sample.is_none() && removed.is_some_and(|removed| day > removed);
        let bytes = Decimal::from(if is_gone { 0 } else { record.backup_bytes });
        total += bytes;
        let label = match sample {
            Some(_) => record.account_name.clone(),
            None if is_gone => format!("{} (the company was removed)", record.account_name),
            None => format!("{} (no sample, as on {})", record.account_name, record.day),
        };
        evidence.push(sample_evidence(record, label, bytes, day));
    }
    let average = total / Decimal::from(evidence.len().max(1));
    let quantity = average.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    Measured { quantity, evidence }
}

fn restored(samples: &BTreeMap<NaiveDate, &StorageRecord>) -> Measured {
    let mut measured = Measured::default();
    for (day, record) in samples.iter().filter(|(_, record)| record.restored_bytes != 0) {
        let bytes = Decimal::from(record.restored_bytes);
        measured.quantity += bytes;
        measured
            .evidence
            .push(sample_evidence(record, record.account_name.clone(), bytes, *day));
    }
    measured
}

fn sample_evidence(record: &StorageRecord, label: String, quantity: Decimal, day: NaiveDate) -> EvidenceItem {
    let reference = record.account.to_string();
    EvidenceItem {
        kind: EvidenceKind::StorageSample,
        reference,
        label,
        quantity,
        day: Some(day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn november() -> YearMonth {
        "2026-11".parse().unwrap()
    }

    fn account() -> StorageAccountId {
        StorageAccountId::from_uuid(Uuid::from_u128(7))
    }

    fn sample(day: &str, backup_bytes: i64, restored_bytes: i64) -> StorageRecord {
        let day = day.parse().unwrap();
        StorageRecord {
            account: account(),
            account_name: "Wasabi".to_owned(),
            day,
            backup_bytes,
            restored_bytes,
        }
    }

    fn measured(records: &[StorageRecord], metric: StorageMetric) -> Option<Measured> {
        measure_storage(november(), records, None).remove(&BillableProduct::Storage {
            account: account(),
            metric,
        })
    }

    #[test]
    fn averages_follow_the_rule_for_missing_days() {
        for (case, samples, expected, days) in [
            (
                "every day from the first sample on",
                vec![sample("2026-11-01", 100, 0)],
                100,
                30,
            ),
            (
                "days before the first sample do not count",
                vec![sample("2026-11-21", 500, 0)],
                500,
                10,
            ),
            (
                "a gap keeps the last value",
                vec![sample("2026-11-01", 0, 0), sample("2026-11-16", 100, 0)],
                50,
                30,
            ),
            (
                "halves go up",
                vec![sample("2026-11-29", 1, 0), sample("2026-11-30", 2, 0)],
                2,
                2,
            ),
            (
                "the larger of a day",
                vec![sample("2026-11-30", 8, 0), sample("2026-11-30", 5, 0)],
                8,
                1,
            ),
            (
                "another month is ignored",
                vec![sample("2026-10-31", 900, 0), sample("2026-11-30", 4, 0)],
                4,
                1,
            ),
        ] {
            let average = measured(&samples, StorageMetric::BackupAverage).unwrap();
            assert_eq!(average.quantity, Decimal::from(expected), "{case}");
            assert_eq!(average.evidence.len(), days, "{case}");
        }
        assert!(measured(&[sample("2026-12-01", 1, 1)], StorageMetric::BackupAverage).is_none());
    }

    #[test]
    fn a_carried_day_says_so() {
        let average = measured(&[sample("2026-11-29", 10, 0)], StorageMetric::BackupAverage).unwrap();
        assert_eq!(average.evidence[1].label, "Wasabi (no sample, as on 2026-11-29)");
    }

    #[test]
    fn a_removed_company_holds_nothing_any_more() {
        let removed = Some("2026-11-15".parse().unwrap());
        let samples = [sample("2026-11-01", 100, 0)];
        let usage = measure_storage(november(), &samples, removed);
        let average = usage.values().next().unwrap();
        assert_eq!((average.quantity, average.evidence.len()), (Decimal::from(50), 30));
        assert_eq!(average.evidence[15].label, "Wasabi (the company was removed)");
    }

    #[test]
    fn restores_are_summed_and_never_carried() {
        let samples = [
            sample("2026-11-02", 1, 30),
            sample("2026-11-05", 1, 12),
            sample("2026-12-01", 1, 99),
        ];
        let restored = measured(&samples, StorageMetric::Restored).unwrap();
        assert_eq!((restored.quantity, restored.evidence.len()), (Decimal::from(42), 2));
        assert!(measured(&[sample("2026-11-02", 1, 0)], StorageMetric::Restored).is_none());
    }

    proptest! {
        #[test]
        fn evidence_explains_the_quantity(bytes in prop::collection::vec((1_u32..=30, 0..i64::MAX, 0..i64::MAX / 40), 1..40)) {
            let mut samples: Vec<StorageRecord> =
                bytes.iter().map(|(day, stored, restored)| sample(&format!("2026-11-{day:02}"), *stored, *restored)).collect();
            let usage = measure_storage(november(), &samples, None);
            for (product, measured) in &usage {
                let sum: Decimal = measured.evidence.iter().map(|item| item.quantity).sum();
                let expected = match product {
                    BillableProduct::Storage { metric: StorageMetric::BackupAverage, .. } => sum / Decimal::from(measured.evidence.len()),
                    _ => sum,
                };
                prop_assert!((expected - measured.quantity).abs() <= Decimal::new(5, 1));
            }
            samples.reverse();
            prop_assert_eq!(measure_storage(november(), &samples, None), usage);
        }
    }
}
