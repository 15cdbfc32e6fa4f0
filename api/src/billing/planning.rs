//! The planning job: what is stored here and what the agreements hold there become the lines of a run.

mod store;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use psa_connectors::record;
use psa_entities::{
    billing_run::{self, RunState},
    ids::{AgreementId, BillingRunId, ConsoleCompanyId},
    integration,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    guard, plan,
    plan::input::Addition,
    runs, settings,
    snapshot::{self, Asked, Snapshot, addition_snapshot},
};
use crate::{
    integrations::{self, health},
    jobs::{Job, JobContext, JobError},
};

/// After how many agreements the progress is written down. The connector reads so many in a few requests.
const STEP: usize = 400;

/// Plans a run.
#[derive(Debug, Serialize, Deserialize)]
pub struct Planning {
    /// The run.
    pub run: BillingRunId,
    /// The companies whose lines it has; `None` means all of them.
    pub companies: Option<Vec<ConsoleCompanyId>>,
    /// The moment as of which licences are counted, in place of the settings'.
    #[serde(default)]
    pub licenses_at: Option<DateTime<Utc>>,
}

/// What an agreement holds; `None` when the PSA does not know it any more.
type Holdings = BTreeMap<AgreementId, Option<Vec<record::Addition>>>;

#[async_trait]
impl Job for Planning {
    const KIND: &'static str = "billing.plan";

    async fn run(&self, cx: &JobContext) -> Result<serde_json::Value, JobError> {
        match self.attempt(cx).await {
            Ok(result) => Ok(result),
            Err(error) => Err(runs::note(cx, self.run, RunState::Planning, RunState::Failed, error).await),
        }
    }
}

impl Planning {
    async fn attempt(&self, cx: &JobContext) -> Result<serde_json::Value, JobError> {
        let (app, scope) = (&cx.app, cx.scope);
        let run = runs::find(app.db.read(), scope, self.run).await?;
        if run.state != RunState::Planning {
            return Ok(json!({ "state": run.state }));
        }
        cx.progress("collecting", 0, None).await?;
        let integration = integrations::find(app.db.read(), scope, run.integration_id).await?;
        runs::check_connection(&integration)?;
        let only: Option<BTreeSet<ConsoleCompanyId>> = self.companies.as_ref().map(|ids| ids.iter().copied().collect());
        let asked = Asked {
            month: run.month,
            only: only.as_ref(),
            licenses_at: self.licenses_at,
        };
        let mut snapshot = snapshot::take(app, scope, &integration, asked).await?;
        let holdings = self.read(cx, &integration, &snapshot).await?;
        let read_at = cx.now();
        fill(&mut snapshot, &holdings);
        let mut plan = plan::plan(&snapshot.input);
        if let Some(only) = &only {
            // The others are planned as well, because a line may be shared; then only lines of the named ones are kept.
            plan.lines
                .retain(|line| line.parts.iter().any(|part| only.contains(&part.company_id)));
            plan.totals = plan::totals(&plan.lines);
        }
        let verdict = guard::judge(&plan, settings::guard(&snapshot.settings), snapshot.first_run);
        cx.progress("storing", 0, i64::try_from(plan.lines.len()).ok()).await?;
        let totals = plan.totals.clone();
        let run = billing_run::Model {
            licenses_at: Some(snapshot.licenses_at),
            ..run
        };
        let state = store::store(cx, &run, &snapshot.settings, plan, verdict).await?;
        let millis = (cx.now() - read_at).num_milliseconds();
        tracing::info!(billing.run = %run.id, lines = totals.lines, blocked = totals.blocked, changes = totals.changes, millis, ?state, "planned");
        Ok(json!({ "state": state, "totals": totals, "millisAfterReading": millis }))
    }

    /// Reads what the agreements hold, many at a time.
    async fn read(
        &self,
        cx: &JobContext,
        integration: &integration::Model,
        snapshot: &Snapshot,
    ) -> Result<Holdings, JobError> {
        let mut holdings = Holdings::new();
        if snapshot.to_read.is_empty() {
            return Ok(holdings);
        }
        let connector = cx.app.connections.get(&cx.app, cx.scope, integration).await?;
        let total = i64::try_from(snapshot.to_read.len()).ok();
        for part in snapshot.to_read.chunks(STEP) {
            cx.progress(
                "reading agreements",
                i64::try_from(holdings.len()).unwrap_or(i64::MAX),
                total,
            )
            .await?;
            let ids: Vec<_> = part.iter().map(|(_, external)| external.clone()).collect();
            let mut read = match connector.additions_of(&ids).await {
                Ok(read) => read,
                Err(error) => return Err(health::job_error(&cx.app, cx.scope, integration.id, &error).await),
            };
            holdings.extend(part.iter().map(|(id, external)| (*id, read.remove(external))));
        }
        Ok(holdings)
    }
}

/// Adds what was read. An agreement that the PSA does not know any more is gone, whatever the last import said.
fn fill(snapshot: &mut Snapshot, holdings: &Holdings) {
    for agreement in &mut snapshot.input.agreements {
        match holdings.get(&agreement.id) {
            None => {}
            Some(None) => agreement.deleted = true,
            Some(Some(additions)) => agreement.additions = Some(additions.iter().map(addition).collect()),
        }
    }
}

fn addition(addition: &record::Addition) -> Addition {
    Addition {
        product: addition.product.to_string(),
        snapshot: addition_snapshot(addition),
        cancelled_date: addition.cancelled_date,
    }
}
