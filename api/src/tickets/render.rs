//! The texts of tickets and notes: the pure templates, filled from rows.

mod storm;

use chrono_tz::Tz;
use psa_entities::{
    agent_settings::{self, RuleAction},
    delivery::DeliveryKind,
    incident::IncidentKind,
};

use super::{
    event::AgentReport,
    placeholder::{Template, one_line, shorten},
    prepare::Background,
    preview,
    rules::action_for,
    template::{self, MAX_BODY, TicketFacts},
};
use crate::failure::{Fault, Outcome};

/// The most characters of an incident's title.
const LONGEST_TITLE: usize = 200;

/// What the ticket of a test says first.
const TEST: &str = "This is a test of the ticket settings. Nothing is wrong; the ticket can be closed.";

/// Makes the titles of incidents from an agent's summary template, which is read once for a batch.
#[derive(Debug)]
pub struct Titles(Template);

impl Titles {
    /// Reads the template.
    ///
    /// # Errors
    /// The stored template is none, which saving rules out.
    pub fn new(settings: &agent_settings::Model) -> Result<Self, Fault> {
        read(settings.agent, &settings.summary_template).map(Self)
    }

    /// The title of an event.
    pub fn title(&self, company: &str, report: &AgentReport, time_zone: Tz) -> String {
        template::summary(
            &self.0,
            &TicketFacts {
                company,
                report,
                time_zone,
            },
            LONGEST_TITLE,
        )
    }
}

/// The summary and the text of a ticket. Without its event, which is cleared away after a time, it says what is left.
///
/// # Errors
/// The stored template or event is none, which saving rules out.
pub fn ticket(
    background: &Background,
    settings: &agent_settings::Model,
    summary_chars: usize,
) -> Outcome<(String, String)> {
    let incident = &background.incident;
    if incident.kind == IncidentKind::Storm {
        let company = &background.company.name;
        let summary = one_line(&format!("{} at {company}", incident.title));
        return Ok((shorten(&summary, summary_chars), storm::list(background)));
    }
    let Some(report) = report(background)? else {
        let title = &incident.title;
        return Ok((
            shorten(title, summary_chars),
            format!("{title}\n\n{}", background.company.name),
        ));
    };
    let facts = facts(background, &report);
    let summary = template::summary(
        &read(settings.agent, &settings.summary_template)?,
        &facts,
        summary_chars,
    );
    let body = template::body(&read(settings.agent, &settings.body_template)?, &facts);
    Ok(match incident.kind {
        IncidentKind::Test => (
            shorten(&format!("Test: {summary}"), summary_chars),
            format!("{TEST}\n\n{body}"),
        ),
        IncidentKind::Condition | IncidentKind::Storm => (summary, body),
    })
}

/// The text of a note: what changed, then the event in the words of the ticket, or the list of a storm.
///
/// # Errors
/// The stored template or event is none, which saving rules out.
pub fn note(background: &Background, settings: &agent_settings::Model, kind: DeliveryKind) -> Outcome<String> {
    let incident = &background.incident;
    if incident.kind == IncidentKind::Storm && kind == DeliveryKind::Note {
        return Ok(storm::list(background));
    }
    let report = report(background)?;
    let closes = |report: &AgentReport| action_for(&settings.rules.0, &report.trigger()) == RuleAction::Close;
    let recovered = report
        .as_ref()
        .is_some_and(|report| report.has_ended() || closes(report));
    let heading = match kind {
        DeliveryKind::Reopen => "The trouble is back.",
        DeliveryKind::Close => "The trouble is over. The ticket stays open because a person has worked on it.",
        _ if recovered => "The trouble is over.",
        _ => "It was reported again.",
    };
    let text = match &report {
        Some(report) => template::body(
            &read(settings.agent, &settings.body_template)?,
            &facts(background, report),
        ),
        None => incident.title.clone(),
    };
    Ok(shorten(&format!("{heading}\n\n{text}"), MAX_BODY))
}

/// What the event of a delivery says; of a test, what a sample says.
///
/// # Errors
/// The stored event is none, which reporting rules out.
pub fn report(background: &Background) -> Result<Option<AgentReport>, Fault> {
    let incident = &background.incident;
    if incident.kind == IncidentKind::Test {
        return Ok(Some(preview::sample(incident.agent, incident.first_at)));
    }
    let detail = background.event.as_ref().map(|event| event.detail.clone());
    Ok(detail.map(serde_json::from_value).transpose()?)
}

fn facts<'a>(background: &'a Background, report: &'a AgentReport) -> TicketFacts<'a> {
    TicketFacts {
        company: &background.company.name,
        report,
        time_zone: background.zone,
    }
}

fn read(agent: agent_settings::Agent, text: &str) -> Result<Template, Fault> {
    template::parse(agent, text).map_err(|error| Fault::Inconsistent(format!("a stored template: {error}")))
}
