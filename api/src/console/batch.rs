//! A batch of reported records: judged one by one, answered one by one.

use std::{collections::HashMap, hash::Hash};

use async_graphql::{Enum, SimpleObject};
use sea_orm::{ActiveModelTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, sea_query::OnConflict};

use crate::{
    database::rows::ROWS_PER_STATEMENT,
    failure::{ErrorCode, Failure, UserError},
};

/// The most records that one call may bring.
pub const LARGEST: usize = 1_000;

/// What became of a reported record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum RecordOutcome {
    /// It was not known before.
    Created,
    /// It was known and is different now.
    Updated,
    /// It was known and says nothing new.
    Unchanged,
    /// It breaks a rule and was not stored; `error` says which.
    Rejected,
}

/// The answer to one reported record.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
#[graphql(name = "ReportResult")]
pub struct RecordResult {
    /// The position of the record in the batch, from 0.
    pub index: usize,
    /// The console's id of the record, as it was sent; null for storage usage, which has none.
    pub external_id: Option<String>,
    /// What became of it.
    pub outcome: RecordOutcome,
    /// Why it was rejected; null when it was not.
    pub error: Option<UserError>,
}

/// What became of a report that may be a part of a full one.
#[derive(Debug, Default)]
pub struct Reported {
    /// The answer to each record.
    pub results: Vec<RecordResult>,
    /// How many records the full report no longer had.
    pub removed: u64,
}

impl From<Vec<RecordResult>> for Reported {
    fn from(results: Vec<RecordResult>) -> Self {
        Self { results, removed: 0 }
    }
}

/// Refuses a batch that is too large to be stored at once.
///
/// # Errors
/// `INVALID` at the list.
pub fn check_size(list: &str, records: usize) -> Result<(), Failure> {
    if records <= LARGEST {
        return Ok(());
    }
    let message = format!("A call brings at most {LARGEST} records, not {records}.");
    Err(Failure::refused(
        UserError::new(ErrorCode::Invalid, message)
            .at(list)
            .with_remedy("Send them in several calls."),
    ))
}

/// Records on their way into the database: each is a row, or a reason why it is none.
#[derive(Debug)]
pub struct Batch<T> {
    records: Vec<(Option<String>, Result<T, UserError>)>,
}

impl<T> Batch<T> {
    /// Judges every record on its own. `external_id` is what the answer names it by.
    pub fn check<R>(
        records: Vec<R>,
        external_id: impl Fn(&R) -> Option<String>,
        row: impl Fn(R) -> Result<T, UserError>,
    ) -> Self {
        let records = records
            .into_iter()
            .map(|record| (external_id(&record), row(record)))
            .collect();
        Self { records }
    }

    /// Rejects every row whose key came before in the batch: which of the two is right cannot be known.
    pub fn reject_repeats<K: Eq + Hash>(&mut self, field: &str, key: impl Fn(&T) -> K) {
        let mut seen = HashMap::new();
        for (index, (_, row)) in self.records.iter_mut().enumerate() {
            let Ok(accepted) = row else { continue };
            let first = *seen.entry(key(accepted)).or_insert(index);
            if first != index {
                let message = format!("The record is in this batch already, at position {first}.");
                *row = Err(UserError::new(ErrorCode::Invalid, message)
                    .at(field)
                    .with_remedy("Send every record once in a batch."));
            }
        }
    }

    /// The rows that are accepted so far.
    pub fn accepted(&self) -> impl Iterator<Item = &T> {
        self.records.iter().filter_map(|(_, row)| row.as_ref().ok())
    }

    /// The ids of the records that are rejected so far, as they were sent.
    pub fn rejected(&self) -> impl Iterator<Item = &str> {
        let rejected = self.records.iter().filter(|(_, row)| row.is_err());
        rejected.filter_map(|(external_id, _)| external_id.as_deref().map(str::trim))
    }

    /// Answers every record and gives the accepted rows back, to be stored.
    pub fn finish(self, outcome: impl Fn(&T) -> RecordOutcome) -> (Vec<RecordResult>, Vec<T>) {
        let mut rows = Vec::with_capacity(self.records.len());
        let mut results = Vec::with_capacity(self.records.len());
        for (index, (external_id, row)) in self.records.into_iter().enumerate() {
            let (outcome, error) = match row {
                Ok(row) => {
                    let outcome = outcome(&row);
                    rows.push(row);
                    (outcome, None)
                }
                Err(error) => (RecordOutcome::Rejected, Some(error.in_record("records", index))),
            };
            results.push(RecordResult {
                index,
                external_id,
                outcome,
                error,
            });
        }
        (results, rows)
    }
}

/// The outcome of a row that is stored over `known`, when `same` tells whether that says the same.
pub fn outcome<M>(known: Option<&M>, same: impl FnOnce(&M) -> bool) -> RecordOutcome {
    match known {
        None => RecordOutcome::Created,
        Some(known) if same(known) => RecordOutcome::Unchanged,
        Some(_) => RecordOutcome::Updated,
    }
}

/// Stores rows, over those that `conflict` finds.
///
/// # Errors
/// Only of the database.
pub async fn store<E>(db: &DatabaseTransaction, rows: Vec<E::Model>, conflict: OnConflict) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let mut rows = rows
        .into_iter()
        .map(|row| row.into_active_model().reset_all())
        .peekable();
    while rows.peek().is_some() {
        let chunk: Vec<_> = rows.by_ref().take(ROWS_PER_STATEMENT).collect();
        E::insert_many(chunk)
            .on_conflict(conflict.clone())
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(records: &[i32]) -> Batch<i32> {
        Batch::check(
            records.to_vec(),
            |record| Some(record.to_string()),
            |record| {
                if record < 0 {
                    Err(UserError::new(ErrorCode::Invalid, "negative").at("value"))
                } else {
                    Ok(record)
                }
            },
        )
    }

    #[test]
    fn a_wrong_record_keeps_no_other_out() {
        let (results, rows) = batch(&[1, -2, 3]).finish(|row| outcome(Some(&1), |known| known == row));
        assert_eq!(rows, [1, 3]);
        let outcomes: Vec<_> = results.iter().map(|result| result.outcome).collect();
        assert_eq!(
            outcomes,
            [
                RecordOutcome::Unchanged,
                RecordOutcome::Rejected,
                RecordOutcome::Updated
            ]
        );
        assert_eq!(results[1].error.as_ref().unwrap().field, ["records", "1", "value"]);
        assert_eq!(results[1].external_id.as_deref(), Some("-2"));
    }

    #[test]
    fn a_repeated_record_is_rejected_and_its_first_is_not() {
        let mut batch = batch(&[5, -5, 6, 5, 5]);
        batch.reject_repeats("externalId", |row| *row);
        assert_eq!(batch.accepted().collect::<Vec<_>>(), [&5, &6]);
        let (results, _) = batch.finish(|_| RecordOutcome::Created);
        for index in [3, 4] {
            let error = results[index].error.as_ref().unwrap();
            assert_eq!(error.field, ["records", &index.to_string(), "externalId"]);
            assert!(error.message.contains("position 0"), "{}", error.message);
        }
    }

    #[test]
    fn the_largest_batch_is_accepted_and_one_more_is_not() {
        assert!(check_size("records", LARGEST).is_ok());
        let Err(Failure::Refused(errors)) = check_size("records", LARGEST + 1) else {
            panic!("accepted")
        };
        assert_eq!(errors[0].field, ["records"]);
    }
}
