//! Shows what a ticket would say, before one is sent.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use psa_entities::{
    ProviderScope,
    agent_settings::{Agent, RuleAction},
    ids::IntegrationId,
    provider,
};
use sea_orm::EntityTrait;

use super::{
    event::{AgentReport, AlertSeverity, AlertType, BackupRun, PlanStatus, RmmAlert},
    rules, settings,
    template::{self, TicketFacts},
};
use crate::{
    app::App,
    failure::{Failure, Outcome},
    integrations,
};

/// What to preview.
#[derive(Debug)]
pub struct Wanted {
    /// The integration.
    pub integration: IntegrationId,
    /// The agent.
    pub agent: Agent,
    /// A template of the summary that is not saved yet.
    pub summary_template: Option<String>,
    /// A template of the text that is not saved yet.
    pub body_template: Option<String>,
    /// The company's name; a sample when absent.
    pub company: Option<String>,
    /// What is told; a sample when absent.
    pub report: Option<AgentReport>,
}

/// What a ticket would say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The summary, shortened as the PSA demands.
    pub summary: String,
    /// The text.
    pub body: String,
    /// The trigger whose rule decides about such an event.
    pub trigger: String,
    /// What the saved rules do with such an event.
    pub action: RuleAction,
}

/// Renders the templates, the saved ones unless others are given, for a given or a sample event.
///
/// # Errors
/// `NOT_FOUND`; `INVALID` at a template.
pub async fn preview(app: &App, scope: ProviderScope, wanted: Wanted) -> Outcome<Preview> {
    let integration = integrations::find(app.db.read(), scope, wanted.integration).await?;
    let saved = settings::of_agent(app, scope, wanted.integration, wanted.agent).await?;
    let descriptor = integrations::descriptor(app, &integration)?;
    let summary = wanted.summary_template.unwrap_or(saved.summary_template);
    let body = wanted.body_template.unwrap_or(saved.body_template);
    let mistakes = [
        settings::template_mistake(wanted.agent, "summaryTemplate", &summary),
        settings::template_mistake(wanted.agent, "bodyTemplate", &body),
    ];
    let (Ok(summary), Ok(body)) = (
        template::parse(wanted.agent, &summary),
        template::parse(wanted.agent, &body),
    ) else {
        return Err(Failure::Refused(mistakes.into_iter().flatten().collect()));
    };
    let provider = provider::Entity::find_by_id(scope.provider_id())
        .one(app.db.read())
        .await?;
    let time_zone = provider
        .and_then(|provider| provider.time_zone.parse().ok())
        .unwrap_or(Tz::UTC);
    let report = wanted.report.unwrap_or_else(|| sample(wanted.agent, app.now()));
    let company = wanted.company.as_deref().unwrap_or("Sample Company");
    let facts = TicketFacts {
        company,
        report: &report,
        time_zone,
    };
    let trigger = report.trigger();
    Ok(Preview {
        summary: template::summary(&summary, &facts, descriptor.limits.summary_chars),
        body: template::body(&body, &facts),
        action: rules::action_for(&saved.rules.0, &trigger),
        trigger,
    })
}

/// An event as an agent might report it.
pub(super) fn sample(agent: Agent, now: DateTime<Utc>) -> AgentReport {
    let an_hour_ago = now - TimeDelta::hours(1);
    match agent {
        Agent::Backup => AgentReport::Backup(BackupRun {
            status: PlanStatus::Error,
            plan_name: "Nightly image".to_owned(),
            plan_id: None,
            plan_type: Some("Image-based backup".to_owned()),
            computer_name: "SERVER-01".to_owned(),
            computer_hid: None,
            user: Some("backup@sample.example".to_owned()),
            started_at: Some(an_hour_ago),
            finished_at: Some(now),
            files_copied: Some(1_284),
            files_failed: Some(3),
            data_copied: Some(52_400_000_000),
            error_message: Some("The storage cannot be reached.".to_owned()),
            report_link: Some("https://console.example/reports/1".to_owned()),
        }),
        Agent::Rmm => AgentReport::Rmm(RmmAlert {
            alert_type: AlertType::UsedDiskSpace,
            severity: AlertSeverity::Problem,
            subject: Some("C:".to_owned()),
            computer_name: "SERVER-01".to_owned(),
            computer_hid: None,
            begin_at: an_hour_ago,
            end_at: None,
            title: "Disk C: is 95 % full".to_owned(),
            message: Some("2.1 GB of 42 GB are free.".to_owned()),
        }),
    }
}
