//! Settings that cannot work are refused, each mistake at its field; a preview shows what a ticket would say.

use psa_tests::on_each_database;
use serde_json::{Value, json};

use super::desk::{CONTOSO, Desk, run, status};

const UPDATE: &str = "mutation B($input: UpdateAgentTicketsInput!) { updateBackupAgentTickets(input: $input) {
    tickets { version enabled summaryTemplate routing { board { name } newStatus { name } } }
    userErrors { code field message remedy }
} }";

const PREVIEW: &str = "mutation P($input: PreviewTicketInput!) { previewTicket(input: $input) {
    preview { summary body trigger action } userErrors { code field message remedy }
} }";

/// The errors of a payload: codes and fields.
fn errors(payload: &Value) -> Vec<(Value, Value)> {
    let errors = payload["userErrors"].as_array().expect("a list");
    for error in errors {
        assert!(
            error["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()),
            "{error}"
        );
    }
    errors
        .iter()
        .map(|error| (error["code"].clone(), error["field"].clone()))
        .collect()
}

fn invalid(field: &[&str]) -> (Value, Value) {
    (json!("INVALID"), json!(field))
}

#[tokio::test]
async fn every_mistake_is_named_at_its_field_and_nothing_is_saved() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let before = saved(&desk).await;
        // What is wrong, and where it says so. 101 and 104 are statuses of another board.
        let table = [
            (json!({ "routing": { "newStatusId": "101" } }), vec![invalid(&["routing", "newStatusId"])]),
            (json!({ "routing": { "closedStatusId": "104" } }), vec![invalid(&["routing", "closedStatusId"])]),
            (json!({ "routing": { "reopenStatusId": "105" } }), vec![invalid(&["routing", "reopenStatusId"])]),
            // An open status does not close, a closed one does not open.
            (json!({ "routing": { "closedStatusId": status::NEW.to_string() } }), vec![invalid(&["routing", "closedStatusId"])]),
            (json!({ "routing": { "newStatusId": status::COMPLETED.to_string() } }), vec![invalid(&["routing", "newStatusId"])]),
            (json!({ "routing": { "reopenStatusId": status::COMPLETED.to_string() } }), vec![invalid(&["routing", "reopenStatusId"])]),
            // The statuses stay those of the old board when only the board is changed.
            (
                json!({ "routing": { "boardId": desk.board("Service Desk").await } }),
                vec![
                    invalid(&["routing", "newStatusId"]),
                    invalid(&["routing", "reopenStatusId"]),
                    invalid(&["routing", "closedStatusId"]),
                ],
            ),
            (json!({ "routing": { "fields": [{ "name": "colour", "choiceId": "1" }] } }), vec![invalid(&["routing", "fields", "colour"])]),
            (json!({ "routing": { "fields": [{ "name": "type", "choiceId": "101" }] } }), vec![invalid(&["routing", "fields", "type"])]),
            (json!({ "summaryTemplate": "{computer} {compny}" }), vec![invalid(&["summaryTemplate"])]),
            (json!({ "bodyTemplate": "{computer" }), vec![invalid(&["bodyTemplate"])]),
            (json!({ "summaryTemplate": "{alert}" }), vec![invalid(&["summaryTemplate"])]),
            (json!({ "rules": [{ "trigger": "EROR", "action": "OPEN" }] }), vec![invalid(&["rules", "0", "trigger"])]),
            (
                json!({ "rules": [{ "trigger": "ERROR", "action": "OPEN" }, { "trigger": "ERROR", "action": "CLOSE" }] }),
                vec![invalid(&["rules", "1", "trigger"])],
            ),
            (json!({ "routing": { "boardId": null } }), vec![(json!("REQUIRED"), json!(["routing", "boardId"]))]),
            (json!({ "routing": { "closedStatusId": null } }), vec![(json!("REQUIRED"), json!(["routing", "closedStatusId"]))]),
            (json!({ "routing": { "boardId": "bm90aGluZw" } }), vec![(json!("NOT_FOUND"), json!(["routing", "boardId"]))]),
            (json!({ "expectedVersion": 99 }), vec![(json!("CONFLICT"), json!(["expectedVersion"]))]),
            // All at once, not one after the other.
            (
                json!({ "routing": { "newStatusId": "101" }, "summaryTemplate": "{x}", "bodyTemplate": " " }),
                vec![invalid(&["routing", "newStatusId"]), invalid(&["summaryTemplate"]), invalid(&["bodyTemplate"])],
            ),
        ];
        for (mut change, expected) in table {
            change["integrationId"] = json!(desk.integration);
            let payload = desk.client.mutate(UPDATE, change.clone()).await;
            assert_eq!(errors(&payload), expected, "{change}");
            assert_eq!(payload["tickets"], Value::Null);
        }
        assert_eq!(saved(&desk).await, before);

        let shared = "mutation S($input: UpdateTicketSettingsInput!) { updateTicketSettings(input: $input) {
            settings { version } userErrors { code field message remedy }
        } }";
        for days in [-1, 366] {
            let input = json!({ "integrationId": desk.integration, "reopenWithinDays": days });
            assert_eq!(errors(&desk.client.mutate(shared, input).await), [invalid(&["reopenWithinDays"])], "{days}");
        }
        desk.bridge.stop().await;
    })
    .await;
}

async fn saved(desk: &Desk) -> Value {
    let query = "query Q($id: ID!) { integration(id: $id) { ticketing {
        settings { version } backupAgent { version enabled rules { trigger action } summaryTemplate bodyTemplate problems { message }
            routing { board { name } newStatus { externalId } closedStatus { externalId } reopenStatus { externalId } fields { name } } }
    } } }";
    desk.client.run(query, json!({ "id": desk.integration })).await
}

#[tokio::test]
async fn settings_switched_on_without_a_board_are_incomplete() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let rmm = UPDATE.replace("updateBackupAgentTickets", "updateRmmAgentTickets");
        let input = json!({ "integrationId": desk.integration, "enabled": true });
        let payload = desk.client.mutate(&rmm, input).await;
        assert_eq!(errors(&payload), [(json!("REQUIRED"), json!(["routing", "boardId"]))]);
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_preview_says_what_the_ticket_will_say() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let template = "{company}: {plan} on {computer} is {status}";
        let mut event = run("e1", CONTOSO.0, "PC-1", "OVERDUE");
        let fields = event.as_object_mut().expect("an object");
        fields.remove("eventId");
        fields.remove("companyExternalId");
        let input = json!({
            "integrationId": desk.integration, "agent": "BACKUP", "companyName": "Contoso Dental", "summaryTemplate": template,
            "event": { "backupRun": event },
        });
        let preview = desk.client.succeed(PREVIEW, input).await["preview"].take();
        assert_eq!(preview["summary"], "Contoso Dental: Nightly on PC-1 is Overdue");
        assert_eq!((&preview["trigger"], &preview["action"]), (&json!("OVERDUE"), &json!("OPEN")));
        assert!(desk.tickets().is_empty() && desk.incidents().await.is_empty(), "nothing is stored or sent");

        desk.route(json!({ "summaryTemplate": template })).await;
        desk.happens(run("e1", CONTOSO.0, "PC-1", "OVERDUE")).await;
        assert_eq!(desk.ticket()["summary"], preview["summary"], "it said what came");
        let opened = desk.bridge.simulator.records("notes").remove(0);
        assert_eq!(opened["text"], preview["body"]);

        let sample = desk.client.succeed(PREVIEW, json!({ "integrationId": desk.integration, "agent": "RMM" })).await;
        assert_eq!((&sample["preview"]["trigger"], &sample["preview"]["action"]), (&json!("USED_DISK_SPACE:PROBLEM"), &json!("OPEN")));
        let long = json!({ "integrationId": desk.integration, "agent": "RMM", "summaryTemplate": "x".repeat(300) });
        let preview = desk.client.succeed(PREVIEW, long).await["preview"].take();
        assert_eq!(preview["summary"].as_str().map(|text| text.chars().count()), Some(100), "as long as the PSA takes it");

        for (input, field) in [
            (json!({ "summaryTemplate": "{nobody}" }), vec!["summaryTemplate"]),
            (json!({ "event": { "rmmAlert": {
                "alertType": "SMART", "severity": "PROBLEM", "computerName": "PC-1", "beginAt": "2026-01-01T00:00:00Z", "title": "t",
            } } }), vec!["event"]),
        ] {
            let mut input = input;
            input["integrationId"] = json!(desk.integration);
            input["agent"] = json!("BACKUP");
            let payload = desk.client.mutate(PREVIEW, input).await;
            assert_eq!(errors(&payload), [invalid(&field)]);
            assert_eq!(payload["preview"], Value::Null);
        }
        desk.bridge.stop().await;
    })
    .await;
}
