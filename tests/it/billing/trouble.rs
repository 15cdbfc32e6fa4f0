//! The PSA refuses, breaks off, and takes our keys away: nothing is doubled, nothing else is held up.

use psa_simulator::Fault;
use psa_tests::{Bridge, Options, on_each_database, setup, wait};
use serde_json::{Value, json};

use super::{
    psa::{additions, agreement_number, held, trouble, writes},
    scene::{APPROVE, RETRY, Scene, approval, line, lines, read, settled},
};

fn status(code: u16, body: Option<Value>) -> Fault {
    Fault::Status {
        code,
        retry_after: None,
        body,
    }
}

#[tokio::test]
async fn a_line_that_is_refused_stops_no_other_and_is_finished_when_the_cause_is_gone() {
    on_each_database(|database| async move {
        let both: &[(&str, usize)] = &[("Server", 2), ("Desktop", 5)];
        let customers = ["ContosoDental", "Fabrikam", "Northwind", "LitwareLegal"].map(|identifier| (identifier, both));
        let scene = Scene::active(&database, &customers).await;
        let simulator = &scene.bridge.simulator;
        let run = scene.plan().await;
        let body = json!({ "code": "InvalidObject", "message": "addition object is invalid", "errors": [
            { "code": "InvalidField", "message": "The product is on hold.", "resource": "addition", "field": "product" },
        ] });
        trouble(simulator, Some("POST"), Some("Fabrikam"), status(400, Some(body)), Some(1));
        trouble(simulator, Some("POST"), Some("Northwind"), status(403, None), None);
        let run = scene.apply(&run).await;
        assert_eq!(run["state"], "PARTLY_APPLIED");
        let (mut refused, mut verified) = (Vec::new(), 0);
        for line in lines(&run) {
            match line["state"].as_str() {
                Some("FAILED") => refused.push((line["company"]["name"].clone(), line["problem"]["code"].clone())),
                Some("VERIFIED") => verified += 1,
                other => panic!("{other:?} of {line:#}"),
            }
        }
        refused.sort_by_key(|(company, code)| format!("{company} {code}"));
        let expected = [("Fabrikam", "REFUSED_BY_PSA"), ("Northwind", "MISSING_PERMISSION"), ("Northwind", "MISSING_PERMISSION")];
        assert_eq!(refused, expected.map(|(company, code)| (json!(company), json!(code))));
        assert_eq!(verified, 9, "the other product of Fabrikam too, and four that have nothing to do");
        let messages: String = lines(&run).iter().map(|line| line["problem"].to_string()).collect();
        assert!(messages.contains("The product is on hold."), "the PSA's own words are kept: {messages}");

        // One of the lines first, by its id; a line that went well cannot be chosen.
        let failed = lines(&run).iter().find(|line| line["company"]["name"] == "Fabrikam" && line["state"] == "FAILED").expect("one");
        let fine = line(&run, "LitwareLegal", "Server");
        let payload = scene.client.mutate(RETRY, json!({ "runId": run["id"], "lineIds": [failed["id"], fine["id"]] })).await;
        assert_eq!((&payload["run"], &payload["userErrors"][0]["code"]), (&Value::Null, &json!("WRONG_STATE")));
        assert_eq!(payload["userErrors"][0]["field"], json!(["lineIds", "1"]));
        let payload = scene.client.succeed(RETRY, json!({ "runId": run["id"], "lineIds": [failed["id"]] })).await;
        let run = settled(&scene.client, &payload, "APPLYING").await;
        assert_eq!(run["state"], "PARTLY_APPLIED", "two lines are still failed");
        assert_eq!(additions(simulator, "Fabrikam").len(), 2);
        assert_eq!(additions(simulator, "Northwind").len(), 0);

        simulator.clear_faults();
        let run = scene.retry(&run).await;
        assert_eq!(run["state"], "APPLIED");
        let first = scene.month.first_day().to_string();
        let full = json!([
            ["MBS-DESKTOP", "5", "8.25", scene.text("Desktop", "5", "pcs"), first, null],
            ["MBS-SERVER", "2", "27.5", scene.text("Server", "2", "pcs"), first, null],
        ]);
        for identifier in ["Fabrikam", "Northwind", "LitwareLegal"] {
            assert_eq!(held(simulator, identifier), full, "{identifier}");
        }
        let payload = scene.client.mutate(RETRY, json!({ "runId": run["id"] })).await;
        assert_eq!(payload["userErrors"][0]["code"], "WRONG_STATE", "nothing is left to try again");
        scene.assert_settled().await;
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_never_came_makes_no_second_addition() {
    on_each_database(|database| async move {
        let server: &[(&str, usize)] = &[("Server", 2)];
        let customers: [(&str, &[(&str, usize)]); 6] = [
            ("ContosoDental", &[("Server", 2), ("Desktop", 5)]),
            ("Fabrikam", server),
            ("Northwind", server),
            ("LitwareLegal", server),
            ("TailspinToys", server),
            ("Proseware", server),
        ];
        let scene = Scene::active(&database, &customers).await;
        let simulator = &scene.bridge.simulator;
        let run = scene.plan().await;
        trouble(
            simulator,
            Some("POST"),
            Some("ContosoDental"),
            Fault::ResetAfterCommit,
            Some(1),
        );
        trouble(
            simulator,
            Some("PATCH"),
            Some("ContosoDental"),
            Fault::ResetAfterCommit,
            Some(1),
        );
        trouble(simulator, Some("POST"), Some("Fabrikam"), Fault::ResetBefore, Some(1));
        trouble(simulator, Some("POST"), Some("Northwind"), status(500, None), Some(1));
        trouble(simulator, Some("POST"), Some("LitwareLegal"), Fault::HtmlBody, Some(1));
        let busy = Fault::Status {
            code: 429,
            retry_after: Some(1),
            body: None,
        };
        trouble(simulator, Some("POST"), Some("TailspinToys"), busy, Some(1));
        let run = scene.apply(&run).await;
        assert_eq!(run["state"], "APPLIED", "{run:#}");
        let first = scene.month.first_day().to_string();
        let server = json!(["MBS-SERVER", "2", "27.5", scene.text("Server", "2", "pcs"), first, null]);
        for identifier in ["Fabrikam", "Northwind", "LitwareLegal", "TailspinToys", "Proseware"] {
            assert_eq!(held(simulator, identifier), json!([server]), "{identifier}");
        }
        let desktop = json!([
            "MBS-DESKTOP",
            "5",
            "8.25",
            scene.text("Desktop", "5", "pcs"),
            "2025-01-01",
            null
        ]);
        assert_eq!(held(simulator, "ContosoDental"), json!([desktop, server]));
        let lost = writes(simulator)
            .iter()
            .filter(|request| request.status.is_none())
            .count();
        assert_eq!(lost, 3, "three writes got no answer");
        // What was written without an answer is found and not sent again; what was not written is.
        for (identifier, product, change, attempts) in [
            ("ContosoDental", "Server", "CREATED", 1),
            ("ContosoDental", "Desktop", "UPDATED", 1),
            ("Fabrikam", "Server", "CREATED", 2),
            ("Northwind", "Server", "CREATED", 2),
            ("LitwareLegal", "Server", "CREATED", 2),
        ] {
            let line = line(&run, identifier, product);
            let found = (&line["state"], &line["receipt"]["change"], &line["attempts"]);
            assert_eq!(
                found,
                (&json!("VERIFIED"), &json!(change), &json!(attempts)),
                "{line:#}"
            );
        }
        scene.assert_settled().await;
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_uncertain_write_is_looked_for_when_it_has_had_time_to_arrive() {
    // Longer than the job is at work, and the pause after which it comes back anyway when it failed for the first time.
    const SETTLE_SECONDS: u32 = 15;
    on_each_database(|database| async move {
        let server: &[(&str, usize)] = &[("Server", 2)];
        let names = ["Fabrikam", "Northwind", "LitwareLegal", "TailspinToys", "Proseware"];
        let options = Options {
            settle_seconds: SETTLE_SECONDS,
            ..Options::default()
        };
        let bridge = Bridge::start_with(&database, options).await;
        let scene = Scene::active_on(bridge, &names.map(|identifier| (identifier, server))).await;
        let simulator = &scene.bridge.simulator;
        let run = scene.plan().await;
        simulator.clear_requests();
        trouble(
            simulator,
            Some("POST"),
            Some(names[0]),
            Fault::ResetAfterCommit,
            Some(1),
        );
        // So much other trouble, with shorter pauses, that the job gives up for now: the longest pause counts.
        for identifier in &names[1..] {
            trouble(simulator, Some("GET"), Some(identifier), status(503, None), Some(4));
        }
        let run = scene.apply(&run).await;
        assert_eq!(run["state"], "APPLIED", "{run:#}");
        assert_eq!(additions(simulator, names[0]).len(), 1);
        let path = format!("agreements/{}/additions", agreement_number(simulator, names[0]));
        let mut requests = simulator.requests();
        requests.retain(|request| request.path.contains(&path) || request.path.ends_with("/system/bundles"));
        let lost = requests
            .iter()
            .position(|request| request.status.is_none())
            .expect("one got no answer");
        let pause = requests[lost + 1].at - requests[lost].at;
        assert!(
            pause.num_milliseconds() >= i64::from(SETTLE_SECONDS) * 1_000,
            "looked for after {pause}"
        );
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn revoked_keys_stop_the_run_and_new_ones_finish_it() {
    on_each_database(|database| async move {
        let both: &[(&str, usize)] = &[("Server", 2), ("Desktop", 5)];
        let scene = Scene::active(&database, &[("ContosoDental", both), ("Fabrikam", both)]).await;
        let simulator = &scene.bridge.simulator;
        let run = scene.plan().await;
        simulator.rotate_keys("public-2", "private-2");
        let payload = scene.client.succeed(APPROVE, approval(&run)).await;
        let query = "query Q($id: ID!) { integration(id: $id) { status } }";
        wait::until("the keys to be found wrong", || async {
            let data = scene.client.run(query, json!({ "id": scene.integration })).await;
            (data["integration"]["status"] == "BROKEN").then_some(())
        })
        .await;
        let stopped = read(&scene.client, &setup::text(&run["id"])).await;
        assert_eq!(stopped["state"], "APPLYING", "the run waits for keys: {stopped:#}");
        let rekey = "mutation R($input: UpdateCredentialsInput!) { updateCredentials(input: $input) {
            integration { status } userErrors { code field message remedy }
        } }";
        let mut credentials = setup::connection(&scene.bridge)["credentials"].clone();
        for credential in credentials.as_array_mut().expect("a list") {
            match credential["field"].as_str() {
                Some("public_key") => credential["value"] = json!("public-2"),
                Some("private_key") => credential["value"] = json!("private-2"),
                _ => {}
            }
        }
        let input = json!({ "integrationId": scene.integration, "credentials": credentials });
        let mended = scene.client.succeed(rekey, input).await;
        assert_eq!(mended["integration"]["status"], "ACTIVE");
        let run = settled(&scene.client, &payload, "APPLYING").await;
        assert_eq!(
            (&run["state"], &run["problem"]),
            (&json!("APPLIED"), &Value::Null),
            "{run:#}"
        );
        assert_eq!(additions(simulator, "ContosoDental").len(), 2);
        assert_eq!(additions(simulator, "Fabrikam").len(), 2);
        scene.assert_settled().await;
        scene.bridge.stop().await;
    })
    .await;
}
