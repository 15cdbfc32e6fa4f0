//! What can be wrong with an agent's settings: its rules, its routing and its templates.

use psa_entities::{
    ProviderScope,
    agent_settings::{self, Agent, RuleAction},
    integration,
    ticket_settings::{self, OnRecovery},
};

use crate::{
    app::App,
    failure::{ErrorCode, Outcome, UserError},
    integrations,
    tickets::{
        routing::{self, Route},
        rules, template,
    },
};

/// The most failures that a rule can wait for.
const MOST_FAILURES: u32 = 1_000;

/// The longest time that a rule can wait, in minutes: a week.
const LONGEST_WAIT: u32 = 10_080;

/// The most characters of a template.
const LONGEST_TEMPLATE: usize = 8_000;

/// Everything that is wrong with an agent's settings.
pub(super) async fn mistakes(
    app: &App,
    scope: ProviderScope,
    integration: &integration::Model,
    shared: &ticket_settings::Model,
    settings: &agent_settings::Model,
) -> Outcome<Vec<UserError>> {
    let descriptor = integrations::descriptor(app, integration)?;
    let chosen = routing::with_board(app, scope, integration.id, settings.routing.clone()).await?;
    let route = chosen.route(descriptor);
    let mut errors = rule_mistakes(settings);
    for (index, rule) in settings.rules.0.iter().enumerate() {
        let priority = rule.priority.as_deref();
        errors.extend(priority.and_then(|id| route.priority_error(id, &format!("rules.{index}.priorityId"))));
    }
    let closes =
        shared.on_recovery == OnRecovery::Close && settings.rules.0.iter().any(|rule| rule.action == RuleAction::Close);
    let mut routing = routing_mistakes(&route, closes);
    if !settings.enabled {
        routing.retain(|error| error.code != ErrorCode::Required);
    }
    errors.extend(routing);
    errors.extend(template_mistake(
        settings.agent,
        "summaryTemplate",
        &settings.summary_template,
    ));
    errors.extend(template_mistake(
        settings.agent,
        "bodyTemplate",
        &settings.body_template,
    ));
    Ok(errors)
}

/// What is wrong with a routing; a status that closes is needed when tickets shall be closed.
pub(super) fn routing_mistakes(route: &Route<'_>, closes: bool) -> Vec<UserError> {
    let mut errors = route.opening();
    if closes || route.routing.closed_status.is_some() {
        let closing = route.closing().into_iter();
        // What is wrong with the board is said once.
        errors.extend(closing.filter(|error| error.field.last().is_some_and(|field| field != "boardId")));
    }
    errors
}

pub(super) fn rule_mistakes(settings: &agent_settings::Model) -> Vec<UserError> {
    let rules = &settings.rules.0;
    let unknown = rules::unknown_triggers(settings.agent, rules);
    rules
        .iter()
        .enumerate()
        .filter_map(|(index, rule)| {
            let error = |message: String, remedy: &str| {
                Some(
                    UserError::new(ErrorCode::Invalid, message)
                        .at(&format!("rules.{index}.trigger"))
                        .with_remedy(remedy),
                )
            };
            if unknown.contains(&rule.trigger.as_str()) {
                return error(
                    format!("The agent never reports “{}”.", rule.trigger),
                    "Use one of the triggers of the usual rules.",
                );
            }
            let waits = rule.after != 1 || rule.after_minutes != 0;
            if waits && rule.action != RuleAction::Open {
                return error(
                    "Only a rule that opens can wait.".to_owned(),
                    "Leave after and afterMinutes out, or let the rule open.",
                );
            }
            if !(1..=MOST_FAILURES).contains(&rule.after) || rule.after_minutes > LONGEST_WAIT {
                return error(
                    format!("A rule waits for 1 to {MOST_FAILURES} failures and 0 to {LONGEST_WAIT} minutes."),
                    "Send smaller numbers.",
                );
            }
            let repeated = rules.iter().take(index).any(|earlier| earlier.trigger == rule.trigger);
            if repeated {
                error(
                    format!("There is a rule for “{}” already.", rule.trigger),
                    "Send one rule for a trigger.",
                )
            } else {
                None
            }
        })
        .collect()
}

/// What is wrong with a template, if anything is.
pub fn template_mistake(agent: Agent, field: &str, text: &str) -> Option<UserError> {
    if text.chars().count() > LONGEST_TEMPLATE {
        let error = UserError::new(
            ErrorCode::Invalid,
            format!("A template has at most {LONGEST_TEMPLATE} characters."),
        );
        return Some(error.at(field).with_remedy("Send a shorter text."));
    }
    let error = template::parse(agent, text).err()?;
    Some(
        UserError::new(ErrorCode::Invalid, error.to_string())
            .at(field)
            .with_remedy("Use the names that the message lists."),
    )
}
