//! What can be wrong with an agent's settings: its rules, its routing and its templates.

use psa_entities::{
    ProviderScope,
    agent_settings::{self, Agent, RuleAction},
    integration,
    ticket_settings::{self, OnRecovery},
};

use crate::{
    app::App,
    failure::{ErrorCode, Fault, Outcome, UserError},
    tickets::{
        routing::{self, Route},
        rules, template,
    },
};

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
    let descriptor = app
        .registry
        .descriptor(&integration.connector_kind)
        .map_err(|unknown| Fault::Inconsistent(unknown.to_string()))?;
    let board = match &settings.routing.board {
        Some(board) => routing::board(app, scope, integration.id, board).await?,
        None => None,
    };
    let route = Route {
        routing: &settings.routing,
        board: board.as_ref(),
        descriptor,
    };
    let mut errors = rule_mistakes(settings);
    let mut routing = route.opening();
    let closes =
        shared.on_recovery == OnRecovery::Close && settings.rules.0.iter().any(|rule| rule.action == RuleAction::Close);
    if closes || settings.routing.closed_status.is_some() {
        routing.extend(
            route
                .closing()
                .into_iter()
                .filter(|error| error.field.last().is_some_and(|field| field != "boardId")),
        );
    }
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
