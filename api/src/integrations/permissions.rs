//! The permission check: every right the connector needs, what was found, and what to do about what is missing.

use psa_connectors::{
    Descriptor,
    descriptor::{RightFinding, RightState},
};
use psa_entities::{
    audit_entry::AuditAction,
    ids::IntegrationId,
    permission_check::{self, PermissionRow, PermissionRows},
};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, sea_query::OnConflict};

use serde_json::{Value, json};

use super::{health, lifecycle};
use crate::{
    app::App,
    audit::{Entry, Stamp},
    failure::{Failure, Outcome},
    live::Subject,
};

/// Asks the PSA for the state of every right and stores the answer; gives it back with what was asked for.
///
/// An answer mends an integration that was broken; one that differs from the last is a matter for the log.
///
/// # Errors
/// What the PSA says when it cannot be asked; keys that it does not accept break the integration.
pub async fn check(
    app: &App,
    stamp: Stamp<'_>,
    id: IntegrationId,
) -> Outcome<(&'static Descriptor, permission_check::Model)> {
    let scope = stamp.scope;
    let integration = super::find(app.db.read(), scope, id).await?;
    let connector = app.connections.get(app, scope, &integration).await?;
    let findings = match connector.check_rights().await {
        Ok(findings) => findings,
        Err(error) => {
            health::report(app, scope, id, &error).await?;
            return Err(Failure::from(&error));
        }
    };
    let descriptor = connector.descriptor();
    Ok((descriptor, keep(app, stamp, id, descriptor, &findings).await?))
}

/// Stores what a check found.
///
/// # Errors
/// The integration is gone or being deleted.
pub(super) async fn keep(
    app: &App,
    stamp: Stamp<'_>,
    id: IntegrationId,
    descriptor: &Descriptor,
    findings: &[RightFinding],
) -> Outcome<permission_check::Model> {
    let scope = stamp.scope;
    let row = permission_check::Model {
        integration_id: id,
        provider_id: scope.provider_id(),
        checked_at: app.now(),
        passed: findings.iter().all(|finding| !stops_activation(descriptor, finding)),
        rows: PermissionRows(findings.iter().map(to_row).collect()),
    };
    let replace = OnConflict::column(permission_check::Column::IntegrationId)
        .update_columns([
            permission_check::Column::CheckedAt,
            permission_check::Column::Passed,
            permission_check::Column::Rows,
        ])
        .to_owned();
    let transaction = app.db.begin().await?;
    let integration = super::hold(&transaction, scope, id).await?;
    let before = scope
        .find_by_id::<permission_check::Entity>(id)
        .one(&transaction)
        .await?;
    permission_check::Entity::insert(row.clone().into_active_model().reset_all())
        .on_conflict(replace)
        .exec_without_returning(&transaction)
        .await?;
    let changed = before.filter(|before| before.rows != row.rows);
    let entry = changed.map(|before| {
        let view = |check: &permission_check::Model| levels(descriptor, check);
        Entry::about(AuditAction::PermissionsChanged, &integration).changing(&view(&before), &view(&row))
    });
    stamp.record(&transaction, entry.into_iter().collect()).await?;
    lifecycle::mend(&transaction, stamp, integration).await?;
    transaction.commit().await?;
    app.wake.deliveries.notify_one();
    app.changes.tell(Subject::Integration(id));
    Ok(row)
}

/// The levels of every right, by the names that the PSA's own screen has.
fn levels(descriptor: &Descriptor, check: &permission_check::Model) -> Value {
    let named = check.rows.0.iter().filter_map(|row| {
        let right = descriptor.right(&row.right)?;
        let levels = json!({ "add": row.add, "edit": row.edit, "inquire": row.inquire });
        Some((format!("{} > {}", right.module, right.function), levels))
    });
    Value::Object(named.collect())
}

/// Whether a level that is needed is not granted. What the PSA will not tell does not count as missing.
pub fn is_missing(finding: &RightFinding) -> bool {
    [finding.add, finding.edit, finding.inquire].contains(&RightState::Missing)
}

/// Whether a right is missing without which the integration cannot be activated.
pub fn stops_activation(descriptor: &Descriptor, finding: &RightFinding) -> bool {
    is_missing(finding) && !descriptor.right(finding.right).is_some_and(|right| right.optional)
}

fn to_row(finding: &RightFinding) -> PermissionRow {
    let text = |state: RightState| state_name(state).to_owned();
    PermissionRow {
        right: finding.right.to_owned(),
        add: text(finding.add),
        edit: text(finding.edit),
        inquire: text(finding.inquire),
    }
}

const STATES: [(RightState, &str); 5] = [
    (RightState::NotNeeded, "NOT_NEEDED"),
    (RightState::Granted, "GRANTED"),
    (RightState::Partial, "PARTIAL"),
    (RightState::Missing, "MISSING"),
    (RightState::Unknown, "UNKNOWN"),
];

fn state_name(state: RightState) -> &'static str {
    STATES
        .iter()
        .find(|(known, _)| *known == state)
        .map_or("UNKNOWN", |(_, name)| name)
}

/// A stored state as the connector's own type; what no longer exists reads as unknown.
pub fn state(name: &str) -> RightState {
    STATES
        .iter()
        .find(|(_, known)| *known == name)
        .map_or(RightState::Unknown, |(state, _)| *state)
}

/// The stored findings in the descriptor's words; rights that the connector no longer asks for are left out.
pub fn findings(descriptor: &'static Descriptor, check: &permission_check::Model) -> Vec<RightFinding> {
    check
        .rows
        .0
        .iter()
        .filter_map(|row| {
            let right = descriptor.right(&row.right)?.id;
            Some(RightFinding {
                right,
                add: state(&row.add),
                edit: state(&row.edit),
                inquire: state(&row.inquire),
            })
        })
        .collect()
}
