//! Writing down what became of a line: each step in a statement of its own, so that a crash loses no more than one.

use psa_connectors::record::{Addition, AdditionChange, AdditionReceipt};
use psa_entities::{
    Problem, ProviderScope,
    billing_line::{ActiveModel, AdditionSnapshots, Column, Entity, LineAction, LineState, Model},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, QueryFilter};

use crate::{app::App, billing::snapshot::addition_snapshot, failure::Outcome};

/// Notes that a write begins.
pub(super) async fn begun(app: &App, scope: ProviderScope, line: &Model) -> Outcome<()> {
    let change = ActiveModel {
        attempts: Set(line.attempts + 1),
        ..state(LineState::Applying, None)
    };
    save(app, scope, line, change).await
}

/// Notes that the PSA accepted a write.
pub(super) async fn accepted(app: &App, scope: ProviderScope, line: &Model, receipt: &AdditionReceipt) -> Outcome<()> {
    let change = ActiveModel {
        receipt: Set(Some(serde_json::to_value(receipt)?)),
        addition_external_id: Set(Some(receipt.after.id.to_string())),
        ..state(LineState::Applied, None)
    };
    save(app, scope, line, change).await
}

/// Notes that the agreement says what is wanted. A line without a receipt gets one: it was written by an attempt that got
/// no answer, or it was so already.
pub(super) async fn verified(app: &App, scope: ProviderScope, line: &Model, found: &Addition) -> Outcome<()> {
    let mut change = ActiveModel {
        addition_external_id: Set(Some(found.id.to_string())),
        ..state(LineState::Verified, None)
    };
    if line.receipt.is_none() {
        change.receipt = Set(Some(serde_json::to_value(inferred(line, found))?));
    }
    save(app, scope, line, change).await
}

/// Notes that the agreement is not what was planned with, and what it holds instead.
pub(super) async fn drifted(
    app: &App,
    scope: ProviderScope,
    line: &Model,
    problem: Problem,
    found: &[&Addition],
) -> Outcome<()> {
    let candidates = found.iter().map(|addition| addition_snapshot(addition)).collect();
    let change = ActiveModel {
        candidates: Set(AdditionSnapshots(candidates)),
        ..state(LineState::Drifted, Some(problem))
    };
    save(app, scope, line, change).await
}

/// Notes that a line cannot be written.
pub(super) async fn failed(app: &App, scope: ProviderScope, line: &Model, problem: Problem) -> Outcome<()> {
    save(app, scope, line, state(LineState::Failed, Some(problem))).await
}

/// Notes that nothing was written and that it is tried again.
pub(super) async fn postponed(app: &App, scope: ProviderScope, line: &Model, problem: Problem) -> Outcome<()> {
    save(app, scope, line, state(LineState::Planned, Some(problem))).await
}

/// Notes that a write may have happened: the next attempt looks.
pub(super) async fn uncertain(app: &App, scope: ProviderScope, line: &Model, problem: Problem) -> Outcome<()> {
    save(app, scope, line, state(LineState::Applying, Some(problem))).await
}

fn state(state: LineState, problem: Option<Problem>) -> ActiveModel {
    ActiveModel {
        state: Set(state),
        problem: Set(problem),
        ..ActiveModel::default()
    }
}

async fn save(app: &App, scope: ProviderScope, line: &Model, mut change: ActiveModel) -> Outcome<()> {
    change.updated_at = Set(app.now());
    scope
        .update_many::<Entity>()
        .set(change)
        .filter(Column::Id.eq(line.id))
        .exec(app.db.write())
        .await?;
    Ok(())
}

/// The receipt of a write that nobody confirmed, by what was there when it was planned and what is there now.
fn inferred(line: &Model, found: &Addition) -> AdditionReceipt {
    let after = found.clone();
    if line.attempts == 0 {
        return AdditionReceipt {
            change: AdditionChange::Unchanged,
            before: Some(after.clone()),
            after,
        };
    }
    let before = line.before.clone().map(|before| Addition {
        quantity: before.quantity,
        unit_price: before.unit_price,
        unit_cost: before.unit_cost,
        description: before.description,
        effective_date: before.effective_date,
        cancelled_date: None,
        ..after.clone()
    });
    let change = match line.action {
        LineAction::End => AdditionChange::Ended,
        _ if before.is_none() => AdditionChange::Created,
        _ => AdditionChange::Updated,
    };
    AdditionReceipt { change, before, after }
}
