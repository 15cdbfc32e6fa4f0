//! Lines that nobody may guess: blocked, with a code, a remedy and what stands in the way.

use psa_tests::{on_each_database, setup};
use serde_json::{Value, json};

use super::{
    psa::{add, agreement_number, held, writes},
    scene::{POLICY, PRICES, SAVE, Scene, line},
};

/// Asserts that a line is blocked for a reason that a person can act on.
fn assert_blocked(run: &Value, company: &str, product: &str, code: &str) {
    let line = line(run, company, product);
    assert_eq!(
        (&line["action"], &line["problem"]["code"]),
        (&json!("BLOCKED"), &json!(code)),
        "{line:#}"
    );
    assert!(
        line["problem"]["remedy"]
            .as_str()
            .is_some_and(|remedy| remedy.ends_with('.')),
        "{line:#}"
    );
    assert_eq!(
        (&line["billed"], &line["amount"]),
        (&json!("0"), &json!("0")),
        "it adds nothing to the totals: {line:#}"
    );
}

#[tokio::test]
async fn what_cannot_be_billed_says_why_and_holds_nothing_else() {
    on_each_database(|database| async move {
        let customers: [(&str, &[(&str, usize)]); 3] = [
            ("ContosoDental", &[("Server", 2), ("Desktop", 4), ("MS Exchange", 1)]),
            ("Fabrikam", &[("Server", 1), ("MS SQL Server", 2)]),
            ("Northwind", &[("Server", 3)]),
        ];
        let scene = Scene::active(&database, &customers).await;
        let simulator = &scene.bridge.simulator;
        // Two additions for one product: which one is ours?
        add(simulator, "ContosoDental", "MBS-DESKTOP", json!({ "quantity": 1.0 }));
        // A company that nobody has mapped, and a product that is configured but not mapped.
        let stray = json!([{ "externalId": "stray", "name": "Stray" }]);
        scene.client.succeed(setup::REPORT_COMPANIES, json!({ "records": stray })).await;
        setup::report_licenses(&scene.client, "stray", &[("Server", 7)]).await;
        let query = "query Q($id: ID!) { integration(id: $id) { billing { configurations { nodes { id company { name } } } } } }";
        let data = scene.client.run(query, json!({ "id": scene.integration })).await;
        let configurations = data["integration"]["billing"]["configurations"]["nodes"].as_array().expect("a list").clone();
        let configuration = configurations.iter().find(|node| node["company"]["name"] == "Fabrikam").expect("Fabrikam's");
        let sql = setup::billable_product(&scene.client, &scene.integration, "MS SQL Server").await;
        let mut items = scene.items().await;
        items.push(json!({ "productId": sql, "unit": "EACH" }));
        let mut input = scene.configuration(1, "Fabrikam", items).await;
        input["id"] = configuration["id"].clone();
        scene.client.succeed(SAVE, input).await;
        // An agreement that was cancelled after it was configured.
        let cancelled = json!({
            "id": agreement_number(simulator, "Northwind"), "agreementStatus": "Cancelled", "cancelledFlag": true,
        });
        simulator.upsert("agreements", cancelled.as_object().cloned().expect("an object")).expect("a kind");
        setup::import(&scene.client, &scene.integration).await;

        let run = scene.plan().await;
        assert_blocked(&run, "ContosoDental", "Desktop", "AMBIGUOUS_ADDITION");
        let candidates = line(&run, "ContosoDental", "Desktop")["candidates"].as_array().expect("a list").clone();
        let quantities: Vec<_> = candidates.iter().map(|candidate| &candidate["quantity"]).collect();
        assert_eq!(quantities, ["3", "1"], "both are shown: {candidates:?}");
        assert_blocked(&run, "ContosoDental", "MS Exchange", "NOT_CONFIGURED");
        assert_blocked(&run, "Fabrikam", "MS SQL Server", "PRODUCT_NOT_MAPPED");
        assert_blocked(&run, "Northwind", "Server", "AGREEMENT_CANCELLED");
        assert_blocked(&run, "Stray", "Server", "COMPANY_NOT_MAPPED");
        assert_eq!(run["totals"]["changes"], 2, "{run:#}");

        let held_before = held(simulator, "ContosoDental");
        let run = scene.apply(&run).await;
        assert_eq!(run["state"], "APPLIED", "what is blocked is no failure of the run");
        assert_eq!(line(&run, "Stray", "Server")["state"], "SKIPPED");
        assert_eq!(line(&run, "ContosoDental", "Desktop")["state"], "SKIPPED");
        let (before, after) = (held_before.as_array().expect("a list"), held(simulator, "ContosoDental"));
        assert_eq!(after.as_array().expect("a list")[..2], before[..], "the ambiguous ones are as they were");
        assert_eq!((&after[2][0], &after[2][1]), (&json!("MBS-SERVER"), &json!("2")));
        assert_eq!(held(simulator, "Fabrikam").as_array().map(Vec::len), Some(1));
        assert_eq!(held(simulator, "Northwind"), json!([]));
        assert_eq!(writes(simulator).len(), 2);
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_line_without_a_price_is_billed_as_the_policy_says() {
    on_each_database(|database| async move {
        let scene = Scene::active(&database, &[("Fabrikam", &[("Server", 2), ("Desktop", 1)])]).await;
        let simulator = &scene.bridge.simulator;
        let server = setup::billable_product(&scene.client, &scene.integration, "Server").await;
        let prices = json!([{ "productId": server, "unitPrice": null }]);
        scene
            .client
            .succeed(PRICES, json!({ "integrationId": scene.integration, "prices": prices }))
            .await;
        scene
            .client
            .succeed(
                POLICY,
                json!({ "integrationId": scene.integration, "unsetPrice": "BLOCK" }),
            )
            .await;
        let run = scene.plan().await;
        assert_blocked(&run, "Fabrikam", "Server", "PRICE_UNSET");
        assert_eq!(run["totals"]["amount"], "8.25", "{run:#}");
        assert_eq!(scene.apply(&run).await["state"], "APPLIED");
        let desktop = json!([
            "MBS-DESKTOP",
            "1",
            "8.25",
            scene.text("Desktop", "1", "pcs"),
            scene.month.first_day().to_string(),
            null
        ]);
        assert_eq!(
            held(simulator, "Fabrikam"),
            json!([desktop]),
            "nothing is billed at zero by accident"
        );

        scene
            .client
            .succeed(
                POLICY,
                json!({ "integrationId": scene.integration, "unsetPrice": "PSA_PRODUCT" }),
            )
            .await;
        let run = scene.plan().await;
        assert_eq!(run["totals"]["amount"], "58.25", "the PSA's own price is 25: {run:#}");
        assert_eq!(scene.apply(&run).await["state"], "APPLIED");
        assert_eq!(held(simulator, "Fabrikam")[1][2], "25");
        scene.assert_settled().await;
        scene.bridge.stop().await;
    })
    .await;
}
