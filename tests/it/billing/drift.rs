//! Somebody changes the agreement between plan and apply: what they did is never overwritten.

use psa_simulator::{Fault, FaultRule};
use psa_tests::{on_each_database, wait};
use serde_json::{Value, json};

use super::{
    psa::{add, additions, held, number, tamper, writes},
    scene::{APPROVE, POLICY, Scene, approval, line, read, settled},
};

#[tokio::test]
async fn what_changed_since_the_plan_is_left_to_a_person_and_the_rest_is_written() {
    on_each_database(|database| async move {
        let servers: &[(&str, usize)] = &[("Server", 2), ("Desktop", 5)];
        let customers: [(&str, &[(&str, usize)]); 4] = [
            ("ContosoDental", servers),
            ("Fabrikam", servers),
            ("Northwind", servers),
            ("LitwareLegal", &[("Server", 2), ("Desktop", 5), ("VM Server", 1)]),
        ];
        let scene = Scene::active(&database, &customers).await;
        let simulator = &scene.bridge.simulator;
        for (identifier, product) in [
            ("Northwind", "MBS-SERVER"),
            ("LitwareLegal", "MBS-DESKTOP"),
            ("LitwareLegal", "MBS-VM"),
        ] {
            add(simulator, identifier, product, json!({ "quantity": 1.0 }));
        }
        let run = scene.plan().await;
        assert_eq!(
            (&run["totals"]["changes"], &run["totals"]["blocked"]),
            (&json!(9), &json!(0)),
            "{run:#}"
        );

        // Another quantity, another price, an end, and an addition where none was: four ways to drift.
        let of = |identifier: &str, index: usize| additions(simulator, identifier).remove(index);
        tamper(simulator, &of("ContosoDental", 0), "quantity", json!(7.0));
        tamper(simulator, &of("Northwind", 0), "unitPrice", json!(99.5));
        tamper(
            simulator,
            &of("LitwareLegal", 0),
            "cancelledDate",
            json!(format!("{}T00:00:00Z", scene.month.first_day())),
        );
        add(simulator, "Fabrikam", "MBS-SERVER", json!({ "quantity": 9.0 }));
        // And one that is exactly what was planned: there is nothing left to do.
        let wanted = line(&run, "Fabrikam", "Desktop");
        let text = json!({ "quantity": 5.0, "unitPrice": 8.25, "invoiceDescription": wanted["description"] });
        add(simulator, "Fabrikam", "MBS-DESKTOP", text);
        let changed: Vec<_> = ["ContosoDental", "Fabrikam", "Northwind", "LitwareLegal"]
            .map(|name| additions(simulator, name))
            .concat();

        let run = scene.apply(&run).await;
        assert_eq!(run["state"], "PARTLY_APPLIED");
        for (identifier, product) in [
            ("ContosoDental", "Desktop"),
            ("Northwind", "Server"),
            ("LitwareLegal", "Desktop"),
            ("Fabrikam", "Server"),
        ] {
            let line = line(&run, identifier, product);
            assert_eq!(
                (&line["state"], &line["problem"]["code"]),
                (&json!("DRIFTED"), &json!("DRIFTED")),
                "{line:#}"
            );
            assert_eq!(
                (&line["attempts"], &line["receipt"]),
                (&json!(0), &Value::Null),
                "nothing was sent: {line:#}"
            );
            assert!(
                line["problem"]["detail"].is_string(),
                "it says what is different: {line:#}"
            );
        }
        assert_eq!(
            line(&run, "ContosoDental", "Desktop")["candidates"][0]["quantity"],
            "7",
            "it shows what is there now"
        );
        let found = line(&run, "Fabrikam", "Desktop");
        assert_eq!(
            (&found["state"], &found["receipt"]["change"]),
            (&json!("VERIFIED"), &json!("UNCHANGED"))
        );
        for (identifier, product) in [
            ("ContosoDental", "Server"),
            ("Northwind", "Desktop"),
            ("LitwareLegal", "Server"),
            ("LitwareLegal", "VM Server"),
        ] {
            assert_eq!(line(&run, identifier, product)["state"], "VERIFIED");
        }
        assert_eq!(writes(simulator).len(), 4);
        let untouched = |addition: &Value| addition["product"]["identifier"] != "MBS-VM";
        let now: Vec<_> = simulator.records("additions").into_iter().map(Value::Object).collect();
        for addition in changed.iter().filter(|addition| untouched(addition)) {
            assert!(now.contains(addition), "overwritten: {addition:#}");
        }

        // Trying again does not wear the refusal down; a new plan sees what there is.
        let before = writes(simulator).len();
        let run = scene.retry(&run).await;
        assert_eq!(
            (&run["state"], writes(simulator).len()),
            (&json!("PARTLY_APPLIED"), before)
        );
        let run = scene.plan().await;
        assert_eq!(line(&run, "ContosoDental", "Desktop")["before"]["quantity"], "7");
        assert_eq!(scene.apply(&run).await["state"], "APPLIED");
        assert_eq!(held(simulator, "ContosoDental")[0][1], "5");
        assert_eq!(held(simulator, "Northwind")[1][2], "27.5");
        scene.assert_settled().await;
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_addition_that_bills_something_else_now_is_neither_changed_nor_taken_for_ended() {
    on_each_database(|database| async move {
        let customers: [(&str, &[(&str, usize)]); 2] =
            [("ContosoDental", &[]), ("Fabrikam", &[("Server", 2), ("Desktop", 5)])];
        let scene = Scene::active(&database, &customers).await;
        let simulator = &scene.bridge.simulator;
        add(simulator, "Fabrikam", "MBS-DESKTOP", json!({ "quantity": 1.0 }));
        scene
            .client
            .succeed(POLICY, json!({ "integrationId": scene.integration, "zero": "END" }))
            .await;
        let run = scene.plan().await;
        assert_eq!(line(&run, "ContosoDental", "Desktop")["action"], "END");
        assert_eq!(line(&run, "Fabrikam", "Desktop")["action"], "UPDATE");
        // The planned additions keep their ids and get another product.
        let catalog = simulator.records("catalog");
        let rmm = catalog
            .iter()
            .find(|item| item["identifier"] == "MBS-RMM")
            .expect("a product");
        for identifier in ["ContosoDental", "Fabrikam"] {
            let desktop = additions(simulator, identifier).remove(0);
            tamper(
                simulator,
                &desktop,
                "product",
                json!({ "id": rmm["id"], "identifier": "MBS-RMM" }),
            );
        }
        let run = scene.apply(&run).await;
        assert_eq!(run["state"], "PARTLY_APPLIED", "{run:#}");
        assert_eq!(line(&run, "ContosoDental", "Desktop")["state"], "DRIFTED");
        assert_eq!(line(&run, "Fabrikam", "Desktop")["state"], "DRIFTED");
        assert_eq!(line(&run, "Fabrikam", "Server")["state"], "VERIFIED");
        for (identifier, quantity) in [("ContosoDental", "3"), ("Fabrikam", "1")] {
            let found = additions(simulator, identifier).remove(0);
            assert_eq!(
                (number(&found["quantity"]), found.get("cancelledDate")),
                (quantity.to_owned(), None),
                "{found:#}"
            );
        }
        assert_eq!(writes(simulator).len(), 1);
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_change_between_reading_and_writing_is_not_overwritten() {
    on_each_database(|database| async move {
        let scene = Scene::active(&database, &[("ContosoDental", &[("Desktop", 5)])]).await;
        let simulator = &scene.bridge.simulator;
        let run = scene.plan().await;
        let before = additions(simulator, "ContosoDental").remove(0);
        // The last look at the addition takes a while, and meanwhile somebody changes it.
        let path = format!("/additions/{}", before["id"]);
        let slow = FaultRule::new(Fault::Latency { ms: 1_500 }).on("GET", &path).times(1);
        simulator.inject(slow);
        simulator.clear_requests();
        let payload = scene.client.succeed(APPROVE, approval(&run)).await;
        let id = run["id"].as_str().expect("an id");
        wait::until("the last look", || async {
            let run = read(&scene.client, id).await;
            (line(&run, "ContosoDental", "Desktop")["state"] == "APPLYING").then_some(())
        })
        .await;
        tamper(simulator, &before, "quantity", json!(77.0));
        let run = settled(&scene.client, &payload, "APPLYING").await;
        let drifted = line(&run, "ContosoDental", "Desktop");
        assert_eq!(
            (&drifted["state"], &drifted["candidates"][0]["quantity"]),
            (&json!("DRIFTED"), &json!("77")),
            "{drifted:#}"
        );
        assert_eq!(writes(simulator), []);
        assert_eq!(held(simulator, "ContosoDental")[0][1], "77", "it is as they left it");
        scene.bridge.stop().await;
    })
    .await;
}
