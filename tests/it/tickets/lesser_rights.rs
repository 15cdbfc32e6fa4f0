//! An API user that may create tickets but not edit them, as the vendor's documents have it: what cannot be done to a
//! ticket is told in a note, nothing is stuck, and the permission check says what is lost.

use psa_simulator::{
    Psa,
    autotask::{Access, RightsChange, Simulator, SimulatorOptions},
};
use psa_tests::{Bridge, Options, on_each_database, setup};
use serde_json::{Value, json};

use super::desk::{CONTOSO, Desk, run};

fn may_edit_tickets(simulator: &Simulator, access: Access) {
    let known = simulator.set_rights(&RightsChange {
        entity: "Tickets".to_owned(),
        query: None,
        create: None,
        update: Some(access),
        delete: None,
    });
    assert!(known, "there are tickets");
}

#[tokio::test]
async fn tickets_that_may_not_be_edited_get_notes_instead() {
    on_each_database(|database| async move {
        let simulator = Simulator::start(SimulatorOptions::default()).await.expect("it starts");
        may_edit_tickets(&simulator, Access::None);
        let bridge = Bridge::start_beside(&database, simulator, Options::default()).await;
        let client = bridge.admin();
        let desk = Desk::open_on(bridge, client).await;
        desk.share(json!({ "onRecovery": "CLOSE", "reopenWithinDays": 7 }))
            .await;

        let input = json!({ "integrationId": desk.integration });
        let payload = desk.client.succeed(setup::CHECK_PERMISSIONS, input).await;
        let check = &payload["permissionCheck"];
        assert_eq!(check["passed"], true, "an integration works without it: {check:#}");
        let rows = check["rows"].as_array().expect("rows");
        let missing: Vec<&Value> = rows.iter().filter(|row| row["edit"] == "MISSING").collect();
        assert_eq!(missing.len(), 1, "{missing:#?}");
        assert_eq!(missing[0]["function"], "Tickets (editing)");
        let remedy = setup::text(&missing[0]["remedy"]);
        assert!(remedy.contains("neither closed nor opened again"), "{remedy}");

        desk.happens(run("1", CONTOSO.0, "PC-1", "ERROR")).await;
        desk.happens(run("2", CONTOSO.0, "PC-1", "SUCCESS")).await;
        let psa = &desk.bridge.simulator;
        let tickets = psa.tickets();
        assert_eq!(tickets.len(), 1, "{tickets:?}");
        assert!(!tickets[0].closed, "nobody may close it");
        assert_eq!(notes(psa).len(), 1, "a note says that it is over");
        assert_eq!(desk.incidents().await[0]["state"], "RECOVERED", "the ticket is open");

        may_edit_tickets(psa, Access::All);
        desk.happens(run("3", CONTOSO.0, "PC-2", "ERROR")).await;
        desk.happens(run("4", CONTOSO.0, "PC-2", "SUCCESS")).await;
        let tickets = psa.tickets();
        assert_eq!(
            tickets.iter().map(|ticket| ticket.closed).collect::<Vec<_>>(),
            [false, true],
            "with the right they are closed again"
        );
        desk.bridge.stop().await;
    })
    .await;
}

/// The notes that we added.
fn notes(simulator: &Simulator) -> Vec<String> {
    let notes = Psa::notes(simulator).into_iter().map(|note| note.text);
    notes.filter(|text| text.contains("[psa-bridge: PB:")).collect()
}
