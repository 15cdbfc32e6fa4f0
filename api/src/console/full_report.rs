//! Full reports: several calls under one name that together bring everything the console has.
//!
//! A report begins with whichever of its calls comes first. Whatever was last reported before that moment, and is not
//! brought by it, is removed when it is completed. So its calls may come in any order and any number of times, and what
//! is reported beside it by others is never taken for gone. Removing marks a record: its row and its bindings stay, and
//! it comes back with all of them when it is reported again.

use async_graphql::InputObject;
use chrono::{DateTime, TimeDelta, Utc};
use psa_entities::{
    ProviderId, ProviderScope, Scoped,
    audit_entry::{AuditAction, AuditSubject},
    console_company, console_contact,
    full_report::{self, Column, ReportedResource},
    provider,
};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, LockType, OnConflict},
};
use serde_json::{Value, json};

use super::text;
use crate::{
    audit::{Entry, Stamp, Subject},
    failure::{ErrorCode, Failure, Outcome, UserError},
};

/// Fewer records than this are removed without asking: in a small inventory a few customers are a large share.
const SUSPICIOUS_COUNT: u64 = 20;
/// A report that would remove more than this share of what there was when it began stops and asks, in percent. Providers
/// lose single customers in a month; a page that was left out, or the keys of another console, cost far more.
const SUSPICIOUS_SHARE: u64 = 20;
/// How long a report is remembered, so that a call of it that is repeated is known as one.
const REMEMBERED: TimeDelta = TimeDelta::days(90);

/// Which full report a call belongs to.
#[derive(Debug, InputObject)]
pub struct FullReport {
    /// The name of the report: chosen by the sender, the same in each of its calls, another for each report. The time at
    /// which the console was read is a good one.
    pub id: String,
    /// Whether the report is complete with this call: what it did not bring is removed. It may come before other calls
    /// of the report, because what those bring comes back.
    pub complete: bool,
}

/// A table that full reports keep in step with the console.
pub(super) trait Inventory: Scoped {
    /// What it is called in reports.
    const RESOURCE: ReportedResource;
    /// What its records are called by people.
    const WORD: &'static str;
    /// The console's id.
    const EXTERNAL_ID: Self::Column;
    /// When the console last reported it.
    const REPORTED_AT: Self::Column;
    /// When a full report no longer had it.
    const REMOVED_AT: Self::Column;
}

impl Inventory for console_company::Entity {
    const RESOURCE: ReportedResource = ReportedResource::Companies;
    const WORD: &'static str = "companies";
    const EXTERNAL_ID: Self::Column = console_company::Column::ExternalId;
    const REPORTED_AT: Self::Column = console_company::Column::ReportedAt;
    const REMOVED_AT: Self::Column = console_company::Column::RemovedAt;
}

impl Inventory for console_contact::Entity {
    const RESOURCE: ReportedResource = ReportedResource::Contacts;
    const WORD: &'static str = "contacts";
    const EXTERNAL_ID: Self::Column = console_contact::Column::ExternalId;
    const REPORTED_AT: Self::Column = console_contact::Column::ReportedAt;
    const REMOVED_AT: Self::Column = console_contact::Column::RemovedAt;
}

/// A call's turn to change the inventory.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    stamp: Stamp<'a>,
    report: Option<full_report::Model>,
    completes: bool,
}

impl<'a> Turn<'a> {
    /// Waits for the turn of a call, and begins the full report that it belongs to when it is the first of it.
    ///
    /// Calls work beside each other; one that completes a report works alone, so that nothing is reported while it
    /// looks for what was not.
    ///
    /// # Errors
    /// `REQUIRED` or `INVALID` at `fullReport.id`; `WRONG_STATE` there: a later report is complete already.
    pub(super) async fn take<E: Inventory>(
        db: &DatabaseTransaction,
        stamp: Stamp<'a>,
        of: Option<&FullReport>,
    ) -> Outcome<Self>
    where
        E::Model: Send + Sync,
    {
        let (scope, now) = (stamp.scope, stamp.at);
        let report_id = of
            .map(|of| text::required(&of.id, "fullReport.id", text::LONGEST_ID))
            .transpose()?;
        let completes = of.is_some_and(|of| of.complete);
        let lock = if completes {
            LockType::NoKeyUpdate
        } else {
            LockType::Share
        };
        provider::Entity::find_by_id(scope.provider_id())
            .select_only()
            .column(provider::Column::Id)
            .lock(lock)
            .into_tuple::<ProviderId>()
            .one(db)
            .await?;
        let report = match report_id {
            Some(id) => Some(begun::<E>(db, scope, id, now).await?),
            None => None,
        };
        Ok(Self {
            stamp,
            report,
            completes,
        })
    }

    /// When the records of the call are said to be reported. Never before the report began, even where the clocks of two
    /// replicas differ.
    pub(super) fn reported_at(&self) -> DateTime<Utc> {
        self.report
            .as_ref()
            .map_or(self.stamp.at, |report| self.stamp.at.max(report.started_at))
    }

    /// Marks as removed what the report did not bring, when the call completes it, and tells how many those are.
    /// `rejected` were brought but not stored: the console has them, so they stay as they are.
    ///
    /// # Errors
    /// `CONFLICT` at `fullReport.complete`: suspiciously many would be removed and nobody confirmed it.
    pub(super) async fn end<E: Inventory>(
        self,
        db: &DatabaseTransaction,
        rejected: &[String],
        confirmed: bool,
    ) -> Outcome<u64>
    where
        E::Model: Send + Sync,
    {
        let Some(report) = &self.report else { return Ok(0) };
        self.keep::<E>(db, rejected).await?;
        if !self.completes {
            return Ok(0);
        }
        let unseen = Condition::all()
            .add(E::REPORTED_AT.lt(report.started_at))
            .add(E::REMOVED_AT.is_null());
        let removed = self.stamp.scope.find::<E>().filter(unseen.clone()).count(db).await?;
        let known = u64::try_from(report.known).unwrap_or(0);
        if is_suspicious(removed, known) && !confirmed {
            return Err(Failure::refused(suspicious::<E>(removed, known)));
        }
        self.stamp
            .scope
            .update_many::<E>()
            .col_expr(E::REMOVED_AT, Expr::value(self.stamp.at))
            .filter(unseen)
            .exec(db)
            .await?;
        self.completed::<E>(db, report).await?;
        if removed > 0 {
            let subject = Subject::new(AuditSubject::Inventory, &report.report_id, E::WORD);
            let entry = Entry::new(AuditAction::InventoryRemoved, subject);
            let entry = entry.changing(&Value::Null, &json!({ "removed": removed, "confirmed": confirmed }));
            self.stamp.record(db, vec![entry]).await?;
        }
        Ok(removed)
    }

    /// Notes that the console has these records, without changing what is known of them.
    async fn keep<E: Inventory>(&self, db: &DatabaseTransaction, external_ids: &[String]) -> Result<(), DbErr> {
        if external_ids.is_empty() {
            return Ok(());
        }
        self.stamp
            .scope
            .update_many::<E>()
            .col_expr(E::REPORTED_AT, Expr::value(self.reported_at()))
            .filter(E::EXTERNAL_ID.is_in(external_ids.iter().map(String::as_str)))
            .filter(E::REMOVED_AT.is_null())
            .exec(db)
            .await?;
        Ok(())
    }

    async fn completed<E: Inventory>(
        &self,
        db: &DatabaseTransaction,
        report: &full_report::Model,
    ) -> Result<(), DbErr> {
        let reports = self.stamp.scope.update_many::<full_report::Entity>();
        reports
            .col_expr(Column::CompletedAt, Expr::value(Some(self.stamp.at)))
            .filter(Column::Resource.eq(E::RESOURCE))
            .filter(Column::ReportId.eq(report.report_id.as_str()))
            .exec(db)
            .await?;
        self.stamp
            .scope
            .delete_many::<full_report::Entity>()
            .filter(Column::Resource.eq(E::RESOURCE))
            .filter(Column::StartedAt.lt(self.stamp.at - REMEMBERED))
            .exec(db)
            .await?;
        Ok(())
    }
}

/// The report of this id, which begins now when there is none.
async fn begun<E: Inventory>(
    db: &DatabaseTransaction,
    scope: ProviderScope,
    report_id: String,
    now: DateTime<Utc>,
) -> Outcome<full_report::Model>
where
    E::Model: Send + Sync,
{
    let known = scope.find::<E>().filter(E::REMOVED_AT.is_null()).count(db).await?;
    let first = full_report::Model {
        provider_id: scope.provider_id(),
        resource: E::RESOURCE,
        report_id: report_id.clone(),
        started_at: now,
        known: i32::try_from(known).unwrap_or(i32::MAX),
        completed_at: None,
    };
    let keep = OnConflict::columns([Column::ProviderId, Column::Resource, Column::ReportId])
        .do_nothing()
        .to_owned();
    full_report::Entity::insert(first.clone().into_active_model())
        .on_conflict(keep)
        .exec_without_returning(db)
        .await?;
    let reports = scope
        .find::<full_report::Entity>()
        .filter(Column::Resource.eq(E::RESOURCE));
    let report = reports.clone().filter(Column::ReportId.eq(report_id)).one(db).await?;
    let report = report.unwrap_or(first);
    let later = reports
        .filter(Column::StartedAt.gt(report.started_at))
        .filter(Column::CompletedAt.is_not_null())
        .order_by_desc(Column::StartedAt)
        .one(db)
        .await?;
    match later {
        Some(later) => Err(Failure::refused(over(&report.report_id, &later.report_id))),
        None => Ok(report),
    }
}

/// Whether removing so many of what there was needs a person's word.
fn is_suspicious(removed: u64, known: u64) -> bool {
    removed > SUSPICIOUS_COUNT && removed.saturating_mul(100) > known.saturating_mul(SUSPICIOUS_SHARE)
}

fn suspicious<E: Inventory>(removed: u64, known: u64) -> UserError {
    let word = E::WORD;
    let message = format!(
        "The report did not bring {removed} of the {known} {word} that there were when it began. Nothing of this call is stored."
    );
    UserError::new(ErrorCode::Conflict, message)
        .at("fullReport.complete")
        .with_remedy("Check that the report brings everything. If the records are really gone, send the call again with `confirmRemovals: true`.")
}

fn over(report: &str, later: &str) -> UserError {
    let message = format!("The full report “{report}” is over: “{later}” began later and is complete.");
    UserError::new(ErrorCode::WrongState, message)
        .at("fullReport.id")
        .with_remedy("Begin a new full report under a new id.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_many_records_that_are_a_large_share_are_suspicious() {
        for (removed, known, expected) in [
            (0, 0, false),
            (20, 20, false),
            (21, 21, true),
            (21, 105, false),
            (22, 105, true),
            (200, 1_000, false),
            (201, 1_000, true),
            (u64::MAX, u64::MAX, false),
        ] {
            assert_eq!(is_suspicious(removed, known), expected, "{removed} of {known}");
        }
    }
}
