//! Which parts of an integration work, as a pure function: one may be broken while the others work.

use psa_connectors::{
    Descriptor,
    descriptor::{Purpose, Right, RightFinding},
};
use psa_entities::{Problem, integration::IntegrationStatus};

use super::permissions;
use crate::failure::{ErrorCode, UserError};

/// A part of an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum Feature {
    /// Importing from the PSA.
    Import,
    /// Billing usage into agreements.
    Billing,
    /// Turning trouble into tickets.
    Tickets,
    /// Linking the computer that has the trouble to its ticket.
    Devices,
}

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum FeatureHealth {
    /// It works.
    Working,
    /// Something is wrong; `problems` say what and what mends it.
    Degraded,
    /// It is switched off or not set up, or the integration is not active.
    Off,
}

/// How one part of an integration is.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureState {
    /// The part.
    pub feature: Feature,
    /// How it is.
    pub health: FeatureHealth,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// What is known of an integration.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The connector.
    pub descriptor: &'static Descriptor,
    /// Where the integration is in its life.
    pub status: IntegrationStatus,
    /// Why the PSA refuses us.
    pub problem: Option<&'a Problem>,
    /// What the last permission check found, with when it was.
    pub findings: Vec<RightFinding>,
    /// When rights were checked.
    pub checked_at: chrono::DateTime<chrono::Utc>,
    /// Whether anything is configured for billing.
    pub bills: bool,
    /// Whether the tickets of an agent are switched on.
    pub has_tickets: bool,
}

/// How every part is.
pub fn features(facts: &Facts<'_>) -> Vec<FeatureState> {
    use Feature::{Billing, Devices, Import, Tickets};
    let active = matches!(facts.status, IntegrationStatus::Active | IntegrationStatus::Broken);
    let alive = !matches!(facts.status, IntegrationStatus::Draft | IntegrationStatus::Deleting);
    let imports = [Purpose::Companies, Purpose::Contacts, Purpose::Products];
    let links = facts.descriptor.capabilities.has(psa_connectors::Capability::Devices);
    vec![
        state(facts, Import, alive, &imports),
        state(facts, Billing, active && facts.bills, &[Purpose::Billing]),
        state(facts, Tickets, active && facts.has_tickets, &[Purpose::Tickets]),
        state(
            facts,
            Devices,
            active && facts.has_tickets && links,
            &[Purpose::Devices],
        ),
    ]
}

fn state(facts: &Facts<'_>, feature: Feature, is_on: bool, purposes: &[Purpose]) -> FeatureState {
    if !is_on {
        return FeatureState {
            feature,
            health: FeatureHealth::Off,
            problems: Vec::new(),
        };
    }
    let missing = facts
        .findings
        .iter()
        .filter(|finding| permissions::is_missing(finding))
        .filter_map(|finding| facts.descriptor.right(finding.right))
        .filter(|right| right.needed_for.iter().any(|purpose| purposes.contains(purpose)))
        .map(|right| missing_right(right).to_problem(facts.checked_at));
    let problems: Vec<_> = facts.problem.cloned().into_iter().chain(missing).collect();
    let health = match problems.is_empty() {
        true => FeatureHealth::Working,
        false => FeatureHealth::Degraded,
    };
    FeatureState {
        feature,
        health,
        problems,
    }
}

fn missing_right(right: &Right) -> UserError {
    let message = format!("The right “{} > {}” is missing.", right.module, right.function);
    UserError::new(ErrorCode::MissingPermission, message).with_remedy(right.remedy)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use psa_connectors::{Registry, descriptor::RightState};

    use super::*;

    fn facts(status: IntegrationStatus) -> Facts<'static> {
        Facts {
            descriptor: Registry::builtin().descriptor("connectwise").expect("built in"),
            status,
            problem: None,
            findings: Vec::new(),
            checked_at: DateTime::UNIX_EPOCH,
            bills: true,
            has_tickets: true,
        }
    }

    fn healths(facts: &Facts<'_>) -> Vec<FeatureHealth> {
        features(facts).iter().map(|state| state.health).collect()
    }

    #[test]
    fn what_is_not_active_is_off_but_can_be_imported() {
        use FeatureHealth::{Off, Working};
        assert_eq!(healths(&facts(IntegrationStatus::Active)), [Working; 4]);
        assert_eq!(healths(&facts(IntegrationStatus::Paused)), [Working, Off, Off, Off]);
        assert_eq!(healths(&facts(IntegrationStatus::Deleting)), [Off; 4]);
        let idle = Facts {
            bills: false,
            ..facts(IntegrationStatus::Active)
        };
        assert_eq!(healths(&idle), [Working, Off, Working, Working]);
    }

    #[test]
    fn a_missing_right_degrades_only_what_needs_it() {
        use FeatureHealth::{Degraded, Working};
        let right = facts(IntegrationStatus::Active)
            .descriptor
            .rights
            .iter()
            .find(|right| right.needed_for == [Purpose::Billing])
            .expect("billing needs a right of its own");
        let findings = vec![RightFinding {
            right: right.id,
            add: RightState::Missing,
            edit: RightState::Granted,
            inquire: RightState::Granted,
        }];
        let without = Facts {
            findings,
            ..facts(IntegrationStatus::Active)
        };
        assert_eq!(healths(&without), [Working, Degraded, Working, Working]);
        let billing = features(&without).remove(1);
        assert!(billing.problems[0].message.contains(right.function));
        assert_eq!(billing.problems[0].remedy, right.remedy);
    }

    #[test]
    fn refused_keys_degrade_everything() {
        let problem = UserError::new(ErrorCode::InvalidCredentials, "no").to_problem(DateTime::UNIX_EPOCH);
        let broken = Facts {
            problem: Some(&problem),
            ..facts(IntegrationStatus::Broken)
        };
        assert_eq!(healths(&broken), [FeatureHealth::Degraded; 4]);
    }
}
