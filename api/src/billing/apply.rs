//! The apply job: writes the approved lines of a run to the PSA.
//!
//! What is done stands in the database and in the PSA and nowhere else, so the job can end anywhere and begin again.
//! Agreements are read many at a time: a line whose addition already says what is wanted was written by an earlier attempt,
//! one that says neither that nor what was planned with has drifted and is left to a person. Every write tells the
//! connector what was read, so that it writes over nothing else, and when all lines are written the agreements are read
//! again: only what they say then is verified. Lines of one agreement follow one another; agreements are worked on side
//! by side.

mod decide;
mod record;
mod writer;

pub use decide::in_force;

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use psa_connectors::record::AgreementId;
use psa_entities::{
    Problem, ProviderScope, agreement,
    billing_line::{self, LineAction, LineState},
    billing_run::{self, RunState},
    ids::{BillingRunId, PsaProductId},
    integration::{self, IntegrationStatus},
    psa_product,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{approval, runs};
use crate::{
    integrations,
    jobs::{Job, JobContext, JobError},
    live::Subject,
};
use writer::Writer;

/// How many agreements are read at once, written and read again.
const AT_ONCE: usize = 100;

/// Applies a run.
#[derive(Debug, Serialize, Deserialize)]
pub struct Apply {
    /// The run.
    pub run: BillingRunId,
}

#[async_trait]
impl Job for Apply {
    const KIND: &'static str = "billing.apply";

    async fn run(&self, cx: &JobContext) -> Result<serde_json::Value, JobError> {
        match self.attempt(cx).await {
            Ok(result) => Ok(result),
            Err(error) => Err(runs::note(cx, self.run, RunState::Applying, RunState::PartlyApplied, error).await),
        }
    }
}

impl Apply {
    async fn attempt(&self, cx: &JobContext) -> Result<serde_json::Value, JobError> {
        let (app, scope) = (&cx.app, cx.scope);
        let run = runs::find(app.db.read(), scope, self.run).await?;
        if run.state != RunState::Applying {
            return Ok(json!({ "state": run.state }));
        }
        let integration = integrations::find(app.db.read(), scope, run.integration_id).await?;
        if integration.status != IntegrationStatus::Active {
            return Err(JobError::Retry {
                problem: inactive(cx, &integration),
                after: None,
            });
        }
        settle_idle(cx, self.run).await?;
        loop {
            let lines = pending(app.db.read(), scope, self.run).await?;
            if !lines.is_empty() {
                write(cx, &integration, lines).await?;
            }
            if let Some(ended) = self.finish(cx).await? {
                tracing::info!(billing.run = %ended.id, state = ?ended.state, "applied");
                return Ok(json!({ "state": ended.state }));
            }
        }
    }

    /// Ends the run, unless lines were added to the work meanwhile.
    async fn finish(&self, cx: &JobContext) -> Result<Option<billing_run::Model>, JobError> {
        let scope = cx.scope;
        let transaction = cx.app.db.begin().await?;
        let found = runs::find(&transaction, scope, self.run).await?;
        integrations::hold(&transaction, scope, found.integration_id).await?;
        let run = runs::hold(&transaction, scope, self.run).await?;
        if run.state != RunState::Applying {
            return Ok(Some(run));
        }
        if approval::unfinished(&transaction, scope, self.run).await? > 0 {
            return Ok(None);
        }
        let wrong = scope
            .find::<billing_line::Entity>()
            .filter(billing_line::Column::RunId.eq(self.run))
            .filter(billing_line::Column::State.is_in([LineState::Failed, LineState::Drifted]))
            .count(&transaction)
            .await?;
        let version = run.version + 1;
        let mut change = run.into_active_model();
        change.state = Set(if wrong == 0 {
            RunState::Applied
        } else {
            RunState::PartlyApplied
        });
        change.problem = Set(None);
        change.finished_at = Set(Some(cx.now()));
        change.version = Set(version);
        let ended = change.update(&transaction).await?;
        transaction.commit().await?;
        cx.app.changes.tell(Subject::BillingRun(self.run));
        Ok(Some(ended))
    }
}

/// Ends the lines that write nothing: what is so already is verified, what is blocked is skipped.
async fn settle_idle(cx: &JobContext, run: BillingRunId) -> Result<(), DbErr> {
    for (action, state) in [
        (LineAction::Noop, LineState::Verified),
        (LineAction::Blocked, LineState::Skipped),
    ] {
        cx.scope
            .update_many::<billing_line::Entity>()
            .filter(billing_line::Column::RunId.eq(run))
            .filter(billing_line::Column::Action.eq(action))
            .filter(billing_line::Column::State.eq(LineState::Planned))
            .col_expr(billing_line::Column::State, Expr::value(state))
            .col_expr(billing_line::Column::UpdatedAt, Expr::value(cx.now()))
            .exec(cx.app.db.write())
            .await?;
    }
    Ok(())
}

/// The lines that are not brought to an end, in the order of the plan.
async fn pending(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    run: BillingRunId,
) -> Result<Vec<billing_line::Model>, DbErr> {
    let lines = scope
        .find::<billing_line::Entity>()
        .filter(billing_line::Column::RunId.eq(run));
    let lines = lines.filter(billing_line::Column::State.is_in(approval::UNFINISHED));
    lines.order_by_asc(billing_line::Column::Position).all(db).await
}

async fn write(
    cx: &JobContext,
    integration: &integration::Model,
    lines: Vec<billing_line::Model>,
) -> Result<(), JobError> {
    let (app, scope) = (&cx.app, cx.scope);
    let connector = app.connections.get(app, scope, integration).await?;
    let agreements = scope
        .find::<agreement::Entity>()
        .filter(agreement::Column::IntegrationId.eq(integration.id));
    let agreements: HashMap<_, _> = agreements
        .all(app.db.read())
        .await?
        .into_iter()
        .map(|row| (row.id, AgreementId::new(row.external_id)))
        .collect();
    let products = scope
        .find::<psa_product::Entity>()
        .filter(psa_product::Column::IntegrationId.eq(integration.id));
    let products: HashMap<PsaProductId, String> = products
        .all(app.db.read())
        .await?
        .into_iter()
        .map(|row| (row.id, row.external_id))
        .collect();
    let concurrency = connector.descriptor().limits.concurrency.max(1);
    let writer = Writer::new(cx, integration.id, connector, products, lines.len());
    let mut groups: BTreeMap<AgreementId, Vec<billing_line::Model>> = BTreeMap::new();
    for line in lines {
        match line.agreement_id.and_then(|id| agreements.get(&id)) {
            Some(agreement) => groups.entry(agreement.clone()).or_default().push(line),
            None => writer.orphaned(&line).await?,
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    while !groups.is_empty() && !writer.is_stopped() {
        let part: Vec<_> = groups.drain(..groups.len().min(AT_ONCE)).collect();
        let Some(mut held) = writer.read(&part).await? else {
            continue;
        };
        let work: Vec<_> = part
            .into_iter()
            .map(|(agreement, lines)| {
                let additions = held.remove(&agreement);
                writer.agreement(agreement, lines, additions)
            })
            .collect();
        let accepted = stream::iter(work)
            .buffer_unordered(concurrency)
            .collect::<Vec<_>>()
            .await;
        writer.prove(accepted.into_iter().flatten().collect()).await?;
    }
    writer.outcome().map_or(Ok(()), Err)
}

/// Why nothing is written now.
fn inactive(cx: &JobContext, integration: &integration::Model) -> Problem {
    let unknown = || Problem {
        code: "WRONG_STATE".to_owned(),
        message: "The integration is not active: nothing is sent to the PSA.".to_owned(),
        remedy: "Activate it with activateIntegration; the run goes on by itself, or with retryBillingLines."
            .to_owned(),
        detail: None,
        since: cx.now(),
    };
    integration.problem.clone().unwrap_or_else(unknown)
}
