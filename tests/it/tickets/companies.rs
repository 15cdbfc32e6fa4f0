//! Routings of single companies, the contact that a ticket names, and test tickets.

use psa_tests::{on_each_database, setup, wait};
use serde_json::{Value, json};

use super::desk::{CONTOSO, Desk, FABRIKAM, run, status};

const OVERRIDE: &str = "mutation O($input: SetTicketOverrideInput!) { setTicketOverride(input: $input) {
    overrides { agent company { id } routing { board { name } contact } problems { code } } userErrors { code field message remedy }
} }";

const TEST: &str = "mutation T($input: SendTestTicketInput!) { sendTestTicket(input: $input) {
    incident { id kind state } userErrors { code field message remedy }
} }";

/// A routing to the board that the others' tickets do not go to.
async fn elsewhere(desk: &Desk) -> Value {
    json!({ "boardId": desk.board("Service Desk").await, "closedStatusId": "104" })
}

fn of(desk: &Desk, routing: &Value) -> Value {
    json!({ "integrationId": desk.integration, "agent": "BACKUP", "companyIds": [desk.companies[0]], "routing": routing })
}

fn boards(desk: &Desk) -> Vec<Value> {
    desk.tickets()
        .iter()
        .map(|ticket| ticket["board"]["name"].clone())
        .collect()
}

#[tokio::test]
async fn a_companys_own_routing_stands_in_the_place_of_the_agents() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let payload = desk.client.succeed(OVERRIDE, of(&desk, &elsewhere(&desk).await)).await;
        assert_eq!(payload["overrides"][0]["routing"]["board"]["name"], "Service Desk");
        assert_eq!(payload["overrides"][0]["problems"], json!([]));
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        desk.happens(run("e2", FABRIKAM.0, "PC-1", "ERROR")).await;
        assert_eq!(boards(&desk), ["Service Desk", "Backup Alerts"]);
        desk.happens(run("e3", CONTOSO.0, "PC-1", "SUCCESS")).await;
        assert_eq!(desk.tickets()[0]["status"]["id"], 104, "it is closed by its own board's status");

        // The mapping page shows it; taken back, the company follows the agent's again.
        let query = "query M($id: ID!) { integration(id: $id) { companies(first: 9) { nodes { ticketOverrides { agent } company { id } } } } }";
        let data = desk.client.run(query, json!({ "id": desk.integration })).await;
        let rows = data["integration"]["companies"]["nodes"].as_array().expect("a list").clone();
        let with = rows.iter().filter(|row| row["ticketOverrides"] != json!([]));
        assert_eq!(with.map(|row| row["company"]["id"].clone()).collect::<Vec<_>>(), [desk.companies[0].as_str()]);
        let payload = desk.client.succeed(OVERRIDE, of(&desk, &Value::Null)).await;
        assert_eq!(payload["overrides"], json!([]));
        desk.happens(run("e4", CONTOSO.0, "PC-2", "ERROR")).await;
        assert_eq!(boards(&desk)[2], "Backup Alerts");
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_own_routing_that_cannot_work_is_refused_and_one_that_stops_working_holds_its_company_alone() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let mut wrong = of(
            &desk,
            &json!({ "boardId": desk.board("Service Desk").await, "newStatusId": "201" }),
        );
        let payload = desk.client.mutate(OVERRIDE, wrong.clone()).await;
        let errors = payload["userErrors"].as_array().expect("a list").clone();
        let fields: Vec<_> = errors
            .iter()
            .map(|error| (error["code"].clone(), error["field"].clone()))
            .collect();
        assert_eq!(
            fields,
            [
                (json!("INVALID"), json!(["routing", "newStatusId"])),
                (json!("REQUIRED"), json!(["routing", "closedStatusId"])),
            ]
        );
        assert_eq!(payload["overrides"], Value::Null);
        wrong["routing"] = elsewhere(&desk).await;
        wrong["companyIds"] = json!([desk.companies[0], desk.integration]);
        let payload = desk.client.mutate(OVERRIDE, wrong).await;
        assert_eq!(payload["userErrors"][0]["field"], json!(["companyIds", "1"]));

        desk.client.succeed(OVERRIDE, of(&desk, &elsewhere(&desk).await)).await;
        desk.in_the_psa("boards", json!({ "id": 1, "inactiveFlag": true }));
        setup::import(&desk.client, &desk.integration).await;
        let runs = [
            run("e1", CONTOSO.0, "PC-1", "ERROR"),
            run("e2", FABRIKAM.0, "PC-1", "ERROR"),
        ];
        assert_eq!(desk.report(&runs).await, ["ACCEPTED"; 2]);
        desk.waits("HELD", Some("ROUTING_INCOMPLETE")).await;
        wait::until("the other company's ticket", || async {
            (desk.tickets().len() == 1).then_some(())
        })
        .await;
        let mut usual = of(&desk, &Value::Null);
        usual["companyIds"] = json!([desk.companies[1]]);
        desk.client.succeed(OVERRIDE, usual).await;
        desk.waits("HELD", Some("ROUTING_INCOMPLETE")).await;
        desk.client.succeed(OVERRIDE, of(&desk, &Value::Null)).await;
        desk.delivered().await;
        assert_eq!(boards(&desk), ["Backup Alerts"; 2]);
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_ticket_names_the_contact_that_its_user_is_bound_to() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let records =
            json!([{ "externalId": "u1", "companyExternalId": CONTOSO.0, "name": "Ann", "email": "ann@example.com" }]);
        desk.client
            .succeed(setup::REPORT_CONTACTS, json!({ "records": records }))
            .await;
        let psa_company = setup::psa_company(&desk.client, &desk.integration, CONTOSO.1).await;
        let psa_contact = setup::psa_contact(&desk.client, &desk.integration, &psa_company).await;
        let query = "{ consoleContacts(first: 9) { nodes { id externalId } } }";
        let data = desk.client.run(query, json!({})).await;
        let contact = data["consoleContacts"]["nodes"][0]["id"].clone();
        let bind = "mutation B($input: BindContactsInput!) { bindContacts(input: $input) {
            results { error { code message } } userErrors { code field message }
        } }";
        let pair = json!({ "contactId": contact, "psaContactId": psa_contact });
        desk.client
            .succeed(bind, json!({ "integrationId": desk.integration, "bindings": [pair] }))
            .await;
        let by = |event: &str, computer: &str, user: &str| {
            let mut run = run(event, CONTOSO.0, computer, "ERROR");
            run["user"] = json!(user);
            run
        };
        desk.happens(by("e1", "PC-1", "ANN@example.com")).await;
        desk.happens(by("e2", "PC-2", "nobody@example.com")).await;
        desk.route(json!({ "routing": { "contact": "NONE" } })).await;
        desk.happens(by("e3", "PC-3", "ann@example.com")).await;
        let contacts: Vec<_> = desk
            .tickets()
            .iter()
            .map(|ticket| ticket.contains_key("contact"))
            .collect();
        assert_eq!(contacts, [true, false, false]);
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_test_ticket_goes_the_way_of_every_ticket() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let input = |company: &str, close: bool| {
            json!({ "integrationId": desk.integration, "agent": "BACKUP", "companyId": company, "close": close })
        };
        let payload = desk.client.mutate(TEST, input(&desk.companies[2], false)).await;
        assert_eq!(payload["userErrors"][0]["code"], "COMPANY_NOT_MAPPED");
        let mut of_rmm = input(&desk.companies[0], false);
        of_rmm["agent"] = json!("RMM");
        let payload = desk.client.mutate(TEST, of_rmm).await;
        assert_eq!(payload["userErrors"][0]["field"], json!(["routing", "boardId"]), "its routing is not chosen yet");

        let payload = desk.client.succeed(TEST, input(&desk.companies[0], false)).await;
        assert_eq!((&payload["incident"]["kind"], &payload["incident"]["state"]), (&json!("TEST"), &json!("OPEN")));
        desk.delivered().await;
        let ticket = desk.ticket();
        assert_eq!(ticket["summary"], "Test: Backup Failed: Nightly image on SERVER-01");
        assert_eq!((&ticket["company"]["identifier"], &ticket["closedFlag"]), (&json!(CONTOSO.1), &json!(false)));

        desk.client.succeed(TEST, input(&desk.companies[1], true)).await;
        desk.delivered().await;
        let tickets = desk.tickets();
        assert_eq!((tickets.len(), &tickets[1]["status"]["id"]), (2, &json!(status::COMPLETED)));
        desk.bridge.stop().await;
    })
    .await;
}
