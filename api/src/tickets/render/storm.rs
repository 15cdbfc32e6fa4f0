//! The list that a storm's ticket tells.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use psa_entities::incident;

use crate::tickets::{
    placeholder::{one_line, shorten},
    prepare::{Background, Listed},
    template::MAX_BODY,
};

/// What holds now, the latest first, with how much is over.
pub(super) fn list(background: &Background) -> String {
    let company = one_line(&background.company.name);
    let title = &background.incident.title;
    let heading = format!("{title} at {company}. What follows shares this ticket until it is over.");
    text(&heading, &background.storm, background.zone)
}

fn text(heading: &str, listed: &Listed, zone: Tz) -> String {
    let count = format!("{} of {} last.", listed.holds, listed.holds + listed.over);
    let mut text = format!("{heading}\n\n{count}\n");
    let mut named = 0;
    for incident in &listed.holding {
        let line = line(incident, zone);
        // Room for the last line, which says how many are not named.
        if text.chars().count() + line.chars().count() + 50 > MAX_BODY {
            break;
        }
        text += &line;
        named += 1;
    }
    let unnamed = listed.holds.saturating_sub(named);
    if unnamed > 0 {
        text += &format!("\n… and {unnamed} more.");
    }
    shorten(&text, MAX_BODY)
}

fn line(incident: &incident::Model, zone: Tz) -> String {
    let since = |at: DateTime<Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z").to_string();
    let times = match incident.occurrences {
        ..=1 => String::new(),
        times => format!(", {times} times"),
    };
    format!(
        "\n• {}, since {}{times}",
        one_line(&incident.title),
        since(incident.first_at)
    )
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use psa_entities::{
        agent_settings::Agent,
        ids::{ConsoleCompanyId, IncidentId, IntegrationId, ProviderId},
        incident::{IncidentKind, IncidentState, Severity},
    };

    use super::*;

    fn incident(title: &str, occurrences: i32) -> incident::Model {
        let at = DateTime::UNIX_EPOCH + TimeDelta::hours(3);
        incident::Model {
            id: IncidentId::at(at),
            provider_id: ProviderId::at(at),
            integration_id: IntegrationId::at(at),
            company_id: ConsoleCompanyId::at(at),
            agent: Agent::Backup,
            kind: IncidentKind::Condition,
            parent_id: None,
            condition_key: "backup:1".to_owned(),
            open_key: None,
            epoch: 0,
            state: IncidentState::Open,
            severity: Severity::Error,
            title: title.to_owned(),
            occurrences,
            first_at: at,
            last_at: at,
            opens_at: None,
            opened_at: Some(at),
            escalated: false,
            recovered_at: None,
            ended_at: None,
            marker: "PB:1".to_owned(),
            ticket_external_id: None,
            ticket: None,
            updated_at: at,
        }
    }

    #[test]
    fn what_holds_is_named_and_the_rest_is_counted() {
        let listed = Listed {
            holding: vec![incident("Backup Failed: A", 1), incident("Backup\nFailed: B", 3)],
            holds: 5,
            over: 2,
        };
        assert_eq!(
            text("Storm.", &listed, Tz::UTC),
            "Storm.\n\n5 of 7 last.\n\n• Backup Failed: A, since 1970-01-01 03:00 UTC\n\
             • Backup Failed: B, since 1970-01-01 03:00 UTC, 3 times\n… and 3 more."
        );
    }

    #[test]
    fn a_long_list_ends_in_time() {
        let holding = vec![incident(&"x".repeat(200), 1); 100];
        let text = text(
            "Storm.",
            &Listed {
                holding,
                holds: 100,
                over: 0,
            },
            Tz::UTC,
        );
        assert!(text.chars().count() <= MAX_BODY);
        let named = u64::try_from(text.matches('•').count()).unwrap();
        assert!(
            named < 100 && text.ends_with(&format!("… and {} more.", 100 - named)),
            "{text}"
        );
    }
}
