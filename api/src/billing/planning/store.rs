//! Storing a plan: the lines with their evidence and what follows for the run, in one transaction.

use chrono::{DateTime, Utc};
use psa_entities::{
    Exact, ProviderId,
    audit_entry::AuditAction,
    billing_evidence,
    billing_line::{self, AdditionSnapshots, LineState},
    billing_run::{self, GuardVerdict, RunState, RunTrigger},
    billing_settings::{self, Approval},
    ids::{BillingEvidenceId, BillingLineId, BillingRunId},
};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::{Value, json};

use crate::{
    audit::Stamp,
    auth::actor::SYSTEM,
    billing::{
        approval,
        plan::{Plan, PlannedLine},
        runs,
        usage::EvidenceItem,
    },
    database::rows::insert_all,
    failure::{Failure, Outcome},
    integrations,
    jobs::{JobContext, JobError},
    live::Subject,
};

/// Who approves a run within the guard.
const SCHEDULE: &str = "schedule";

/// Stores the plan and gives back the run's new state. A run that was cancelled meanwhile gets no lines.
pub(super) async fn store(
    cx: &JobContext,
    run: &billing_run::Model,
    settings: &billing_settings::Model,
    plan: Plan,
    mut verdict: GuardVerdict,
) -> Result<RunState, JobError> {
    let (app, scope, now) = (&cx.app, cx.scope, cx.now());
    let (lines, evidence) = rows(run.id, run.provider_id, plan.lines, now);
    let transaction = app.db.begin().await?;
    let integration = integrations::hold(&transaction, scope, run.integration_id).await?;
    let found = runs::hold(&transaction, scope, run.id).await?;
    if found.state != RunState::Planning {
        return Ok(found.state);
    }
    insert_all::<billing_line::Entity>(&transaction, lines).await?;
    insert_all::<billing_evidence::Entity>(&transaction, evidence).await?;
    let may_begin = found.trigger == RunTrigger::Schedule && settings.approval == Approval::WithinGuard;
    let mut begins = may_begin && verdict.passed;
    if begins && let Some(reason) = obstacle(approval::check_ready(&transaction, scope, &integration, &found).await)? {
        verdict = GuardVerdict {
            passed: false,
            reasons: vec![reason],
        };
        begins = false;
    }
    let idle = plan.totals.changes == 0;
    let planned = billing_run::Model {
        state: if idle {
            RunState::Planned
        } else {
            RunState::WaitingForApproval
        },
        planned_at: Some(now),
        licenses_at: run.licenses_at,
        totals: Some(plan.totals),
        guard: Some(verdict),
        problem: None,
        version: found.version + 1,
        ..found
    };
    let state = if begins {
        let approved = billing_run::Model {
            approved_by: Some(SCHEDULE.to_owned()),
            approved_at: Some(now),
            ..planned
        };
        let (begun, _) = approval::begin(&transaction, app, scope, SCHEDULE, approved).await?;
        let stamp = Stamp {
            scope,
            by: &SYSTEM,
            at: now,
        };
        let entry = runs::entry(AuditAction::BillingRunApproved, &begun);
        let entry = entry.changing(&Value::Null, &json!({ "state": begun.state, "totals": begun.totals }));
        stamp.record(&transaction, vec![entry]).await?;
        begun.state
    } else {
        planned
            .into_active_model()
            .reset_all()
            .update(&transaction)
            .await?
            .state
    };
    transaction.commit().await?;
    app.wake.jobs.notify_one();
    app.changes.tell(Subject::BillingRun(run.id));
    Ok(state)
}

/// Why a run that may begin by itself cannot.
fn obstacle(ready: Outcome<()>) -> Outcome<Option<String>> {
    match ready {
        Ok(()) => Ok(None),
        Err(Failure::Refused(errors)) => Ok(Some(
            errors
                .into_iter()
                .map(|error| error.message)
                .collect::<Vec<_>>()
                .join(" "),
        )),
        Err(internal) => Err(internal),
    }
}

fn rows(
    run: BillingRunId,
    provider: ProviderId,
    lines: Vec<PlannedLine>,
    now: DateTime<Utc>,
) -> (Vec<billing_line::Model>, Vec<billing_evidence::Model>) {
    let mut rows = Vec::with_capacity(lines.len());
    let mut evidence = Vec::new();
    for (index, line) in lines.into_iter().enumerate() {
        let id = BillingLineId::at(now);
        let items = line.evidence.iter().enumerate();
        evidence.extend(items.map(|(index, item)| evidence_row(id, provider, index, item, now)));
        rows.push(billing_line::Model {
            id,
            provider_id: provider,
            run_id: run,
            position: position(index),
            action: line.action,
            state: LineState::Planned,
            company_id: line.company_id,
            agreement_id: line.agreement_id,
            psa_product_id: line.psa_product_id,
            addition_external_id: line.addition_external_id().map(str::to_owned),
            product_key: line.product_key,
            measured: Exact(line.measured),
            billed: Exact(line.billed),
            unit_price: line.unit_price.map(Exact),
            unit_cost: line.unit_cost.map(Exact),
            amount: Exact(line.amount),
            delta: Exact(line.delta),
            description: line.description,
            effective_date: line.effective_date,
            before: line.before,
            candidates: AdditionSnapshots(line.candidates),
            receipt: None,
            problem: line.explanation.map(|explanation| explanation.to_problem(now)),
            attempts: 0,
            updated_at: now,
        });
    }
    (rows, evidence)
}

fn evidence_row(
    line: BillingLineId,
    provider: ProviderId,
    index: usize,
    item: &EvidenceItem,
    now: DateTime<Utc>,
) -> billing_evidence::Model {
    billing_evidence::Model {
        id: BillingEvidenceId::at(now),
        provider_id: provider,
        line_id: line,
        position: position(index),
        kind: item.kind,
        reference: item.reference.clone(),
        label: item.label.clone(),
        quantity: Exact(item.quantity),
        day: item.day,
    }
}

fn position(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}
