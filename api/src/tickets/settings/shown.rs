//! What the audit log compares of ticket settings.

use psa_entities::{
    agent_settings::{self, TicketRule},
    ticket_settings,
};
use serde_json::{Value, json};

/// The shared settings.
pub(super) fn shared(settings: &ticket_settings::Model) -> Value {
    json!({
        "mode": settings.mode,
        "onRecovery": settings.on_recovery,
        "closeOnlyUntouched": settings.close_only_untouched,
        "reopenWithinDays": settings.reopen_within_days,
        "escalateAfterRepeats": settings.escalate_after,
        "stormTickets": settings.storm_tickets,
        "stormMinutes": settings.storm_minutes,
        "expireAfterDays": settings.expire_after_days,
        "notes": settings.notes,
    })
}

/// The settings of one agent, under its name.
pub(super) fn agent(settings: &agent_settings::Model) -> Value {
    let rules = settings.rules.0.iter();
    let rules: Value = rules
        .map(|rule| {
            let TicketRule {
                trigger,
                action,
                after,
                after_minutes,
                priority,
            } = rule;
            let shown =
                json!({ "action": action, "after": after, "afterMinutes": after_minutes, "priority": priority });
            (trigger.clone(), shown)
        })
        .collect();
    let own = json!({
        "enabled": settings.enabled,
        "rules": rules,
        "routing": settings.routing,
        "summaryTemplate": settings.summary_template,
        "bodyTemplate": settings.body_template,
    });
    match settings.agent {
        agent_settings::Agent::Backup => json!({ "backup": own }),
        agent_settings::Agent::Rmm => json!({ "rmm": own }),
    }
}
