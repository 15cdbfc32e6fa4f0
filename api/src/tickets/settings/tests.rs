//! Tests of changes of settings.

use psa_entities::{agent_settings::RuleAction, ids::ProviderId};

use super::{mistakes::rule_mistakes, *};

fn before() -> agent_settings::Model {
    let at = DateTime::UNIX_EPOCH;
    let usual = usual_of_agent(
        ProviderScope::new(ProviderId::at(at)),
        IntegrationId::at(at),
        Agent::Backup,
        at,
    );
    let routing = TicketRouting {
        board: Some("3".into()),
        new_status: Some("30".into()),
        ..TicketRouting::default()
    };
    agent_settings::Model {
        routing,
        summary_template: "{plan}".into(),
        version: 4,
        ..usual
    }
}

#[test]
fn what_is_left_out_stays_and_what_is_taken_back_goes() {
    let routing = RoutingChange {
        new_status: Some(None),
        closed_status: Some(Some("31".into())),
        ..RoutingChange::default()
    };
    let change = AgentChange {
        routing,
        summary_template: Some(None),
        enabled: Some(true),
        ..AgentChange::default()
    };
    let after = changed(before(), change, DateTime::UNIX_EPOCH);
    assert_eq!(after.routing.board.as_deref(), Some("3"));
    assert_eq!(
        (after.routing.new_status, after.routing.closed_status.as_deref()),
        (None, Some("31"))
    );
    assert_eq!(after.summary_template, template::default_summary(Agent::Backup));
    assert_eq!((after.enabled, after.version, after.rules), (true, 5, before().rules));
}

#[test]
fn a_stale_change_is_refused() {
    assert!(expect_version(None, 7).is_ok() && expect_version(Some(7), 7).is_ok());
    let Err(Failure::Refused(errors)) = expect_version(Some(6), 7) else {
        panic!("accepted")
    };
    assert_eq!(
        (errors[0].code, errors[0].field.join(".")),
        (ErrorCode::Conflict, "expectedVersion".to_owned())
    );
}

#[test]
fn rules_name_what_the_agent_reports_and_each_once() {
    let rule = |trigger: &str| TicketRule::new(trigger, RuleAction::Open);
    let rules = TicketRules(vec![rule("ERROR"), rule("EROR"), rule("SUCCESS"), rule("ERROR")]);
    let errors = rule_mistakes(&agent_settings::Model { rules, ..before() });
    let fields: Vec<_> = errors.iter().map(|error| error.field.join(".")).collect();
    assert_eq!(fields, ["rules.1.trigger", "rules.3.trigger"]);
    assert!(rule_mistakes(&before()).is_empty());
}

#[test]
fn templates_are_read_before_they_are_saved() {
    assert_eq!(template_mistake(Agent::Backup, "bodyTemplate", "{plan} {error}"), None);
    for text in ["{plam}", "", "{plan", &"x".repeat(8_001)] {
        let error = template_mistake(Agent::Backup, "bodyTemplate", text).expect("a mistake");
        assert_eq!(error.field.join("."), "bodyTemplate");
    }
}
