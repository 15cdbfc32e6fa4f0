//! What is done about which trigger, as long as nobody says otherwise.

use psa_entities::agent_settings::{Agent, RuleAction, TicketRule};

use super::event::{AlertSeverity, AlertType, PlanStatus, rmm_trigger};

/// The rules of an agent before a person changes them: one for every trigger.
///
/// Backup: what failed, did not start or did not end opens, success closes, warnings and what is still running are
/// ignored. RMM: a problem opens, health closes, a warning is ignored, as the console itself notifies of problems only.
pub fn default_rules(agent: Agent) -> Vec<TicketRule> {
    match agent {
        Agent::Backup => PlanStatus::ALL
            .iter()
            .map(|status| TicketRule::new(status.code(), backup_action(*status)))
            .collect(),
        Agent::Rmm => AlertType::ALL
            .iter()
            .flat_map(|alert| AlertSeverity::ALL.iter().map(move |severity| (*alert, *severity)))
            .map(|(alert, severity)| TicketRule::new(rmm_trigger(alert, severity), rmm_action(severity)))
            .collect(),
    }
}

/// The rule about `trigger`: the first that names it.
pub fn rule_for<'a>(rules: &'a [TicketRule], trigger: &str) -> Option<&'a TicketRule> {
    rules.iter().find(|rule| rule.trigger == trigger)
}

/// What `rules` say about `trigger`. Without a rule it is ignored.
pub fn action_for(rules: &[TicketRule], trigger: &str) -> RuleAction {
    rule_for(rules, trigger).map_or(RuleAction::Ignore, |rule| rule.action)
}

/// The triggers in `rules` that `agent` never reports, for the check when rules are saved.
pub fn unknown_triggers(agent: Agent, rules: &[TicketRule]) -> Vec<&str> {
    let known = default_rules(agent);
    let unknown = rules
        .iter()
        .filter(|rule| !known.iter().any(|candidate| candidate.trigger == rule.trigger));
    unknown.map(|rule| rule.trigger.as_str()).collect()
}

fn backup_action(status: PlanStatus) -> RuleAction {
    match status {
        PlanStatus::Error | PlanStatus::Overdue | PlanStatus::Interrupted | PlanStatus::UnexpectedlyClosed => {
            RuleAction::Open
        }
        PlanStatus::Success => RuleAction::Close,
        PlanStatus::Warning | PlanStatus::Running | PlanStatus::Unknown => RuleAction::Ignore,
    }
}

fn rmm_action(severity: AlertSeverity) -> RuleAction {
    match severity {
        AlertSeverity::Problem => RuleAction::Open,
        AlertSeverity::Healthy => RuleAction::Close,
        AlertSeverity::Warning => RuleAction::Ignore,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trigger_has_a_default() {
        for (agent, trigger, action) in [
            (Agent::Backup, "ERROR", RuleAction::Open),
            (Agent::Backup, "OVERDUE", RuleAction::Open),
            (Agent::Backup, "INTERRUPTED", RuleAction::Open),
            (Agent::Backup, "UNEXPECTEDLY_CLOSED", RuleAction::Open),
            (Agent::Backup, "SUCCESS", RuleAction::Close),
            (Agent::Backup, "WARNING", RuleAction::Ignore),
            (Agent::Backup, "RUNNING", RuleAction::Ignore),
            (Agent::Backup, "UNKNOWN", RuleAction::Ignore),
            (Agent::Rmm, "SMART:PROBLEM", RuleAction::Open),
            (Agent::Rmm, "SMART:WARNING", RuleAction::Ignore),
            (Agent::Rmm, "SMART:HEALTHY", RuleAction::Close),
        ] {
            assert_eq!(action_for(&default_rules(agent), trigger), action, "{trigger}");
        }
        assert_eq!(
            (default_rules(Agent::Backup).len(), default_rules(Agent::Rmm).len()),
            (8, 39)
        );
    }

    #[test]
    fn what_no_rule_names_is_ignored_and_what_nobody_reports_is_found() {
        let rules = vec![TicketRule::new("EROR", RuleAction::Open)];
        assert_eq!(action_for(&rules, "ERROR"), RuleAction::Ignore);
        assert_eq!(unknown_triggers(Agent::Backup, &rules), ["EROR"]);
        assert!(unknown_triggers(Agent::Rmm, &default_rules(Agent::Rmm)).is_empty());
    }
}
