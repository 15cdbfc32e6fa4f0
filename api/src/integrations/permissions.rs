//! The permission check: every right the connector needs, what was found, and what to do about what is missing.

use psa_connectors::{
    Descriptor,
    descriptor::{RightFinding, RightState},
};
use psa_entities::{
    ProviderScope,
    ids::IntegrationId,
    permission_check::{self, PermissionRow, PermissionRows},
};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, sea_query::OnConflict};

use super::health;
use crate::{
    app::App,
    failure::{Failure, Outcome},
};

/// Asks the PSA for the state of every right and stores the answer; gives it back with what was asked for.
///
/// # Errors
/// What the PSA says when it cannot be asked; keys that it does not accept break the integration.
pub async fn check(
    app: &App,
    scope: ProviderScope,
    id: IntegrationId,
) -> Outcome<(&'static Descriptor, permission_check::Model)> {
    let integration = super::find(app.db.read(), scope, id).await?;
    let connector = app.connections.get(app, scope, &integration).await?;
    let findings = match connector.check_rights().await {
        Ok(findings) => findings,
        Err(error) => {
            health::report(app, scope, id, &error).await?;
            return Err(Failure::from(&error));
        }
    };
    let row = permission_check::Model {
        integration_id: id,
        provider_id: scope.provider_id(),
        checked_at: app.now(),
        passed: findings
            .iter()
            .all(|finding| !stops_activation(connector.descriptor(), finding)),
        rows: PermissionRows(findings.iter().map(to_row).collect()),
    };
    let replace = OnConflict::column(permission_check::Column::IntegrationId)
        .update_columns([
            permission_check::Column::CheckedAt,
            permission_check::Column::Passed,
            permission_check::Column::Rows,
        ])
        .to_owned();
    permission_check::Entity::insert(row.clone().into_active_model().reset_all())
        .on_conflict(replace)
        .exec_without_returning(app.db.write())
        .await?;
    Ok((connector.descriptor(), row))
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
