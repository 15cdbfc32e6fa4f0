//! Deleting an integration with everything that belongs to it: asked for by name, carried out by a job.
//!
//! The PSA and what the console reported are left alone. The audit log keeps what was done, as it keeps everything.

use async_trait::async_trait;
use psa_entities::{
    JobId, ProviderScope, Scoped, agreement,
    audit_entry::AuditAction,
    billing_configuration, billing_run, board, company_mapping, contact_mapping, credential, delivery,
    ids::IntegrationId,
    incident,
    integration::{self, IntegrationStatus},
    job, product_mapping, psa_company, psa_contact, psa_product, webhook_delivery,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    name,
    webhooks::farewell::{self, Farewell},
};
use crate::{
    app::App,
    audit::{Entry, Stamp},
    auth::actor::SYSTEM,
    failure::{ErrorCode, Failure, Outcome, UserError},
    jobs::{self, Job, JobContext, JobError, NewJob},
    live::Subject,
};

/// Rows that one transaction deletes: few enough that nobody waits long for the database's writer.
const BATCH: u64 = 500;

/// Billing runs that one transaction deletes; each takes thousands of lines with it.
const RUNS: u64 = 1;

/// Asks for the deletion. From now on nothing is read from the PSA and nothing is sent to it; asking again answers with
/// the same job, or with a new one when that one failed.
///
/// # Errors
/// `NOT_FOUND`; `INVALID` at `confirmName`: it is not the name of the integration.
pub async fn request(
    app: &App,
    stamp: Stamp<'_>,
    id: IntegrationId,
    confirm_name: &str,
) -> Outcome<(integration::Model, JobId)> {
    let transaction = app.db.begin().await?;
    let found = super::hold_any(&transaction, stamp.scope, id).await?;
    if name::check(confirm_name).ok().as_ref() != Some(&found.name) {
        let error = UserError::new(ErrorCode::Invalid, "This is not the name of the integration.").at("confirmName");
        return Err(Failure::refused(error.with_remedy(format!(
            "Send “{}” to delete it with everything that belongs to it.",
            found.name
        ))));
    }
    let deletion = Deletion { integration: id };
    let job = NewJob::new(stamp.scope, &deletion, &stamp.by.name, stamp.at)?.of_integration(id);
    if found.status == IntegrationStatus::Deleting {
        let job = jobs::enqueue(&transaction, job).await?;
        transaction.commit().await?;
        app.wake.jobs.notify_one();
        return Ok((found, job));
    }
    cancel_jobs(&transaction, stamp, id).await?;
    let deleting = super::lifecycle::change(&transaction, stamp, AuditAction::DeletionRequested, found, |row| {
        row.status = IntegrationStatus::Deleting;
    })
    .await?;
    let job = jobs::enqueue(&transaction, job).await?;
    transaction.commit().await?;
    app.wake.jobs.notify_one();
    app.changes.tell(Subject::Integration(id));
    Ok((deleting, job))
}

/// Stops what is under way: nothing that it would still do is wanted.
async fn cancel_jobs(db: &impl ConnectionTrait, stamp: Stamp<'_>, id: IntegrationId) -> Result<(), DbErr> {
    let open = [job::JobState::Queued, job::JobState::Running, job::JobState::Retrying];
    let jobs = stamp
        .scope
        .find::<job::Entity>()
        .filter(job::Column::IntegrationId.eq(id))
        .filter(job::Column::State.is_in(open))
        .select_only()
        .column(job::Column::Id)
        .into_tuple::<JobId>()
        .all(db)
        .await?;
    for job in jobs {
        jobs::queue::cancel(db, stamp.scope, job, stamp.at).await?;
    }
    Ok(())
}

/// Deletes everything that belongs to an integration, and the integration last.
#[derive(Debug, Serialize, Deserialize)]
pub struct Deletion {
    /// The integration.
    integration: IntegrationId,
}

/// How far a deletion is.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
struct Place {
    /// Rows deleted by earlier attempts and this one.
    deleted: i64,
    /// What became of the address that the PSA announces to; absent until it was tried.
    #[serde(default)]
    farewell: Option<Farewell>,
}

#[async_trait]
impl Job for Deletion {
    const KIND: &'static str = "integrations.delete";

    async fn run(&self, cx: &JobContext) -> Result<serde_json::Value, JobError> {
        let mut work = Work {
            cx,
            integration: self.integration,
            place: cx.place().await?.unwrap_or_default(),
            total: 0,
        };
        work.total = work.place.deleted + work.remaining().await?;
        work.run().await?;
        Ok(match work.place.farewell {
            None | Some(Farewell::Nothing) => json!({ "deleted": work.place.deleted }),
            Some(farewell) => json!({ "deleted": work.place.deleted, "webhook": farewell }),
        })
    }
}

/// One attempt at a deletion.
struct Work<'a> {
    cx: &'a JobContext,
    integration: IntegrationId,
    place: Place,
    total: i64,
}

/// Calls a macro with every large table of an integration, dependents first: what a row of it takes along is in brackets.
/// What is not listed is small and goes with the integration itself.
macro_rules! for_each_table {
    ($with:ident) => {
        $with! {
            credential(Field, BATCH, "credentials")
            webhook_delivery(Delivery, BATCH, "announcements")
            delivery(Id, BATCH, "deliveries")                       // its attempts
            incident(Id, BATCH, "incidents")
            billing_run(Id, RUNS, "billing runs")                   // its lines and their evidence
            billing_configuration(Id, BATCH, "billing configurations") // its items
            product_mapping(Id, BATCH, "product mappings")
            company_mapping(Id, BATCH, "company mappings")
            contact_mapping(Id, BATCH, "contact mappings")
            agreement(Id, BATCH, "agreements")
            psa_contact(Id, BATCH, "contacts")
            psa_company(Id, BATCH, "companies")
            psa_product(Id, BATCH, "products")
            board(Id, BATCH, "boards")
        }
    };
}

impl Work<'_> {
    async fn run(&mut self) -> Result<(), JobError> {
        macro_rules! empty {
            ($($table:ident($key:ident, $batch:ident, $phase:literal))+) => {$(
                self.empty::<$table::Entity>(
                    $table::Column::IntegrationId,
                    $table::Column::$key,
                    $batch,
                    $phase,
                ).await?;
            )+};
        }
        self.leave().await?;
        for_each_table!(empty);
        self.finish().await
    }

    /// Tells the PSA to announce nothing more, while there are keys to tell it with.
    async fn leave(&mut self) -> Result<(), JobError> {
        if self.place.farewell.is_some() {
            return Ok(());
        }
        let found = self.scope().find_by_id::<integration::Entity>(self.integration);
        let Some(found) = found.one(self.cx.app.db.read()).await? else {
            return Ok(());
        };
        self.cx
            .progress("webhook", self.place.deleted, Some(self.total))
            .await?;
        self.place.farewell = Some(farewell::withdraw(&self.cx.app, self.scope(), &found).await?);
        Ok(())
    }

    async fn remaining(&self) -> Result<i64, DbErr> {
        let db = self.cx.app.db.read();
        let mut rows = 0;
        macro_rules! count {
            ($($table:ident($key:ident, $batch:ident, $phase:literal))+) => {$(
                let own = $table::Column::IntegrationId.eq(self.integration);
                rows += self.scope().find::<$table::Entity>().filter(own).count(db).await?;
            )+};
        }
        for_each_table!(count);
        Ok(i64::try_from(rows).unwrap_or(i64::MAX))
    }

    fn scope(&self) -> ProviderScope {
        self.cx.scope
    }

    /// Deletes the rows of one table, a batch in each transaction, and notes with each how far it is.
    async fn empty<E: Scoped>(
        &mut self,
        integration: E::Column,
        key: E::Column,
        batch: u64,
        phase: &str,
    ) -> Result<(), JobError> {
        loop {
            self.cx.progress(phase, self.place.deleted, Some(self.total)).await?;
            let transaction = self.cx.app.db.begin().await?;
            let some = self
                .scope()
                .find::<E>()
                .filter(integration.eq(self.integration))
                .select_only()
                .column(key)
                .limit(batch);
            let gone = self
                .scope()
                .delete_many::<E>()
                .filter(integration.eq(self.integration))
                .filter(key.in_subquery(some.into_query()))
                .exec(&transaction)
                .await?
                .rows_affected;
            if gone == 0 {
                return Ok(());
            }
            self.place.deleted += i64::try_from(gone).unwrap_or(0);
            self.cx.checkpoint(&transaction, &self.place).await?;
            transaction.commit().await?;
        }
    }

    /// Deletes the integration with what is left of it, and says so in the log.
    async fn finish(&self) -> Result<(), JobError> {
        self.cx
            .progress("integration", self.place.deleted, Some(self.total))
            .await?;
        let transaction = self.cx.app.db.begin().await?;
        let own = || {
            self.scope()
                .find::<integration::Entity>()
                .filter(integration::Column::Id.eq(self.integration))
        };
        // An earlier attempt may have come this far and not been able to say so.
        let Some(found) = own().one(&transaction).await? else {
            return Ok(());
        };
        self.scope()
            .delete_many::<job::Entity>()
            .filter(job::Column::IntegrationId.eq(self.integration))
            .filter(job::Column::Id.ne(self.cx.job))
            .exec(&transaction)
            .await?;
        let stamp = Stamp {
            scope: self.scope(),
            by: &SYSTEM,
            at: self.cx.now(),
        };
        let gone = json!({ "rows": self.place.deleted });
        let entry = Entry::about(AuditAction::IntegrationDeleted, &found).changing(&gone, &serde_json::Value::Null);
        stamp.record(&transaction, vec![entry]).await?;
        self.scope()
            .delete_many::<integration::Entity>()
            .filter(integration::Column::Id.eq(self.integration))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        self.cx.app.connections.forget(self.integration);
        tracing::info!(integration.id = %self.integration, rows = self.place.deleted, "the integration is deleted");
        Ok(())
    }
}
