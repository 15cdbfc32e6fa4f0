//! What the PSA refuses for good is a dead letter: listed with its reason, retried or discarded by a person.

use psa_simulator::connectwise::{Level, RightsChange};
use psa_simulator::{Fault, FaultRule};
use psa_tests::{on_each_database, setup};
use serde_json::{Value, json};

use super::desk::{CONTOSO, Desk, run, status};

const RETRY: &str = "mutation R($input: RetryDeliveriesInput!) { retryDeliveries(input: $input) {
    deliveries { state } userErrors { code field message remedy }
} }";

const DISCARD: &str = "mutation D($input: DiscardDeliveriesInput!) { discardDeliveries(input: $input) {
    deliveries { id state problem { code message } } userErrors { code field message remedy }
} }";

fn rights_to_tickets(desk: &Desk, add: Level) {
    desk.bridge.simulator.set_rights(&RightsChange {
        module: "Service Desk".into(),
        function: "Service Tickets".into(),
        add: Some(add),
        edit: None,
        delete: None,
        inquire: None,
    });
}

#[tokio::test]
async fn a_refusal_is_a_dead_letter_that_is_delivered_once_its_cause_is_gone() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let company = desk.company_in_the_psa(CONTOSO.1);
        let on_hold = |id: i64, name: &str| json!({ "id": company, "status": { "id": id, "name": name } });
        let of_board = |id: i64, name: &str| json!({ "id": status::NEW, "board": { "id": id, "name": name } });
        type Change<'a> = Box<dyn Fn(&Desk) + 'a>;
        let causes: [(&str, &str, &str, Change<'_>, Change<'_>); 3] = [
            (
                "PC-1",
                "REFUSED_BY_PSA",
                "credit hold",
                Box::new(|desk| desk.in_the_psa("companies", on_hold(4, "Credit Hold"))),
                Box::new(|desk| desk.in_the_psa("companies", on_hold(1, "Active"))),
            ),
            (
                "PC-2",
                "REFUSED_BY_PSA",
                "Service Status 201 not found",
                Box::new(|desk| desk.in_the_psa("boardStatuses", of_board(1, "Service Desk"))),
                Box::new(|desk| desk.in_the_psa("boardStatuses", of_board(2, "Backup Alerts"))),
            ),
            (
                "PC-3",
                "MISSING_PERMISSION",
                "permission",
                Box::new(|desk| rights_to_tickets(desk, Level::None)),
                Box::new(|desk| rights_to_tickets(desk, Level::All)),
            ),
        ];
        for (index, (computer, code, reason, break_it, mend_it)) in causes.iter().enumerate() {
            break_it(&desk);
            assert_eq!(
                desk.report(&[run(&format!("{computer}-1"), CONTOSO.0, computer, "ERROR")])
                    .await,
                ["ACCEPTED"]
            );
            let dead = desk.waits("DEAD", None).await;
            let problem = &dead["problem"];
            assert_eq!(problem["code"], *code, "{problem}");
            assert!(setup::text(&problem["message"]).contains(reason), "{problem}");
            assert!(!setup::text(&problem["remedy"]).is_empty(), "{problem}");
            // What follows keeps its place behind it.
            assert_eq!(
                desk.report(&[run(&format!("{computer}-2"), CONTOSO.0, computer, "ERROR")])
                    .await,
                ["ACCEPTED"]
            );
            desk.waits("HELD", Some("EARLIER_DELIVERY")).await;
            assert_eq!((desk.tickets().len(), desk.notes().len()), (index, index));

            mend_it(&desk);
            let payload = desk.client.succeed(RETRY, json!({ "deliveryIds": [dead["id"]] })).await;
            assert_ne!(payload["deliveries"][0]["state"], "DEAD");
            desk.delivered().await;
            assert_eq!((desk.tickets().len(), desk.notes().len()), (index + 1, index + 1));
        }
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_discarded_opening_ends_its_incident() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let company = desk.company_in_the_psa(CONTOSO.1);
        desk.in_the_psa("companies", json!({ "id": company, "deletedFlag": true }));
        assert_eq!(
            desk.report(&[run("e1", CONTOSO.0, "PC-1", "ERROR")]).await,
            ["ACCEPTED"]
        );
        let dead = desk.waits("DEAD", None).await;
        assert_eq!(
            desk.report(&[run("e2", CONTOSO.0, "PC-1", "ERROR")]).await,
            ["ACCEPTED"]
        );
        desk.waits("HELD", Some("EARLIER_DELIVERY")).await;

        let ids = json!([dead["id"]]);
        let payload = desk
            .client
            .mutate(DISCARD, json!({ "deliveryIds": ids, "reason": " " }))
            .await;
        assert_eq!(
            (&payload["userErrors"][0]["code"], &payload["userErrors"][0]["field"]),
            (&json!("REQUIRED"), &json!(["reason"]))
        );
        let payload = desk
            .client
            .succeed(DISCARD, json!({ "deliveryIds": ids, "reason": "They left." }))
            .await;
        assert_eq!(payload["deliveries"][0]["state"], "DISCARDED");
        assert_eq!(
            payload["deliveries"][0]["problem"]["message"],
            "Discarded by tester: They left."
        );
        let incident = desk.incidents().await.remove(0);
        let states: Vec<_> = incident["deliveries"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|row| row["state"].clone())
            .collect();
        assert_eq!(
            (states, &incident["state"]),
            (vec![json!("DISCARDED"), json!("DISCARDED")], &json!("RECOVERED"))
        );

        // A success of a condition without a ticket is none of the PSA's business; the next failure is.
        desk.happens(run("e3", CONTOSO.0, "PC-1", "SUCCESS")).await;
        assert!(desk.tickets().is_empty() && desk.notes().is_empty());
        setup::bind_company(&desk.client, &desk.integration, &desk.companies[0], "TreyResearch").await;
        desk.happens(run("e4", CONTOSO.0, "PC-1", "ERROR")).await;
        assert_eq!(desk.ticket()["company"]["identifier"], "TreyResearch");

        let delivered = desk.incidents().await[0]["deliveries"][0]["id"].clone();
        for (query, input) in [
            (RETRY, json!({ "deliveryIds": [delivered] })),
            (DISCARD, json!({ "deliveryIds": [delivered], "reason": "Too late." })),
        ] {
            let payload = desk.client.mutate(query, input).await;
            let error = &payload["userErrors"][0];
            assert_eq!(
                (&error["code"], &error["field"]),
                (&json!("WRONG_STATE"), &json!(["deliveryIds", "0"]))
            );
            assert_eq!(payload["deliveries"], json!([]));
        }
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_ticket_that_was_deleted_in_the_psa_ends_its_incident() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        let path = format!("service/tickets/{}", desk.ticket()["id"]);
        let gone = json!({ "code": "NotFound", "message": "Ticket not found" });
        let rule = FaultRule::new(Fault::status_with(404, gone)).on_path(&path);
        let id = desk.bridge.simulator.inject(rule);
        desk.happens(run("e2", CONTOSO.0, "PC-1", "ERROR")).await;
        let incident = desk.incidents().await.remove(0);
        assert_eq!(
            (&incident["state"], &incident["deliveries"][1]["state"]),
            (&json!("CLOSED_IN_PSA"), &json!("DISCARDED"))
        );
        desk.bridge.simulator.remove_fault(id);

        // Even where closed tickets are reopened: this one is not there to be.
        desk.share(json!({ "reopenWithinDays": 30 })).await;
        desk.happens(run("e3", CONTOSO.0, "PC-1", "ERROR")).await;
        let markers: Vec<Value> = desk
            .tickets()
            .iter()
            .map(|ticket| ticket["externalXRef"].clone())
            .collect();
        assert_eq!(markers.len(), 2);
        assert_ne!(markers[0], markers[1]);
        desk.bridge.stop().await;
    })
    .await;
}
