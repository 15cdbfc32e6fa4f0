//! One month of one company: planned, approved, written, and never written twice.

use psa_tests::{on_each_database, setup};
use serde_json::{Value, json};

use super::{
    psa::{additions, held, writes},
    scene::{POLICY, PRICES, SAVE, Scene, line, lines},
};

const REPORT_ACCOUNTS: &str =
    "mutation Report($input: ReportStorageAccountsInput!) { reportStorageAccounts(input: $input) {
    results { outcome error { message } } userErrors { code }
} }";
const REPORT_STORAGE: &str = "mutation Report($input: ReportStorageUsageInput!) { reportStorageUsage(input: $input) {
    results { outcome error { message } } userErrors { code }
} }";
const STORAGE: [&str; 3] = [
    "Backup storage, Wasabi",
    "Backup storage, Backblaze",
    "Restored data, Wasabi",
];

/// Reports storage whose averages are known: on Wasabi 300 GB and from the last day on so much more that the average of
/// the month, however long it is, is 301 GB and one byte; on Backblaze 9 GB all month; 40 GB restored.
async fn report_storage(scene: &Scene) {
    let accounts = json!([{ "externalId": "w", "name": "Wasabi" }, { "externalId": "b", "name": "Backblaze" }]);
    scene
        .client
        .succeed(REPORT_ACCOUNTS, json!({ "records": accounts }))
        .await;
    let (first, last) = (scene.month.first_day(), scene.month.last_day());
    let days = (last - first).num_days() + 1;
    let sample = |account: &str, day: chrono::NaiveDate, stored: i64, restored: i64| {
        json!({
            "companyExternalId": "c0", "storageAccountExternalId": account, "day": day.to_string(),
            "backupBytes": stored.to_string(), "restoredBytes": restored.to_string(),
        })
    };
    let records = json!([
        sample("w", first, 300_000_000_000, 15_000_000_000),
        sample("w", last, 300_000_000_000 + days * 1_000_000_001, 25_000_000_000),
        sample("b", first, 9_000_000_000, 0),
        sample(
            "w",
            first.pred_opt().expect("a day before"),
            77_000_000_000_000,
            77_000_000_000_000
        ),
    ]);
    let payload = scene
        .client
        .succeed(REPORT_STORAGE, json!({ "records": records }))
        .await;
    let outcomes = payload["results"].as_array().expect("a list");
    assert!(
        outcomes.iter().all(|result| result["outcome"] == "CREATED"),
        "{outcomes:?}"
    );
}

async fn bill_storage(scene: &Scene) {
    for (name, identifier) in STORAGE.into_iter().zip(["MBS-STORAGE", "MBS-STORAGE", "MBS-RESTORE"]) {
        setup::bind_product(&scene.client, &scene.integration, name, identifier).await;
    }
    let mut items = scene.items().await;
    let mut prices = Vec::new();
    for name in STORAGE {
        let product = setup::billable_product(&scene.client, &scene.integration, name).await;
        items.push(json!({ "productId": product, "unit": "GB" }));
        prices.push(json!({ "productId": product, "unitPrice": "0.06", "unitCost": "0.02" }));
    }
    scene
        .client
        .succeed(PRICES, json!({ "integrationId": scene.integration, "prices": prices }))
        .await;
    // The same company and agreement: with the id of the configuration that is there.
    let query = "query Q($id: ID!) { integration(id: $id) { billing { configurations { nodes { id } } } } }";
    let data = scene.client.run(query, json!({ "id": scene.integration })).await;
    let mut input = scene.configuration(0, "ContosoDental", items).await;
    input["id"] = data["integration"]["billing"]["configurations"]["nodes"][0]["id"].clone();
    scene.client.succeed(SAVE, input).await;
}

#[tokio::test]
async fn the_psa_holds_exactly_the_plan_and_is_left_alone_afterwards() {
    on_each_database(|database| async move {
        let scene = Scene::active(&database, &[("ContosoDental", &[("Server", 2), ("Desktop", 5)])]).await;
        report_storage(&scene).await;
        bill_storage(&scene).await;
        let simulator = &scene.bridge.simulator;
        let before = additions(simulator, "ContosoDental");
        assert_eq!(
            (before.len(), &before[0]["product"]["identifier"]),
            (1, &json!("MBS-DESKTOP"))
        );

        let run = scene.plan().await;
        assert_eq!(run["state"], "WAITING_FOR_APPROVAL");
        // 2 × 27.50, 5 × 8.25, 302 + 9 GB and 40 GB × 0.06; the agreement held 3 desktops at 9.
        let totals = json!({ "lines": 5, "blocked": 0, "changes": 4, "amount": "117.31", "delta": "90.31" });
        assert_eq!(run["totals"], totals, "{run:#}");
        let desktop = line(&run, "ContosoDental", "Desktop");
        assert_eq!(
            (&desktop["action"], &desktop["before"]["externalId"]),
            (&json!("UPDATE"), &json!(before[0]["id"].to_string()))
        );
        assert_eq!(line(&run, "ContosoDental", "VM Server")["action"], "NOOP");
        assert_eq!(writes(simulator), [], "a plan writes nothing");

        let run = scene.apply(&run).await;
        assert_eq!(run["state"], "APPLIED");
        for line in lines(&run) {
            assert_eq!(
                (&line["state"], &line["problem"]),
                (&json!("VERIFIED"), &Value::Null),
                "{line:#}"
            );
        }
        let first = scene.month.first_day().to_string();
        let storage = scene.text("Backup storage", "311", "GB");
        let expected = json!([
            [
                "MBS-DESKTOP",
                "5",
                "8.25",
                scene.text("Desktop", "5", "pcs"),
                "2025-01-01",
                null
            ],
            [
                "MBS-RESTORE",
                "40",
                "0.06",
                scene.text("Restored data", "40", "GB"),
                first,
                null
            ],
            ["MBS-SERVER", "2", "27.5", scene.text("Server", "2", "pcs"), first, null],
            ["MBS-STORAGE", "311", "0.06", storage, first, null],
        ]);
        assert_eq!(held(simulator, "ContosoDental"), expected);
        let after = additions(simulator, "ContosoDental");
        assert_eq!(
            after[0]["id"], before[0]["id"],
            "the addition that was there is adopted"
        );
        assert!(
            after.iter().all(|addition| addition["billCustomer"] == "Billable"),
            "{after:#?}"
        );
        assert_eq!(writes(simulator).len(), 4, "each line is written once");

        scene.assert_settled().await;
        assert_eq!(held(simulator, "ContosoDental"), expected);
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_used_no_more_is_set_to_zero_or_ended_once() {
    on_each_database(|database| async move {
        let scene = Scene::active(
            &database,
            &[("ContosoDental", &[("Desktop", 5)]), ("Fabrikam", &[("Server", 2)])],
        )
        .await;
        let simulator = &scene.bridge.simulator;
        let run = scene.plan().await;
        assert_eq!(scene.apply(&run).await["state"], "APPLIED");

        for (company, kind, count) in [("c0", "Desktop", 5), ("c1", "Server", 2)] {
            let freed: Vec<_> = (0..count)
                .map(|number| {
                    json!({
                        "externalId": format!("{company}-{kind}-{number}"), "companyExternalId": company,
                        "licenseType": kind, "taken": false, "trial": false,
                    })
                })
                .collect();
            scene
                .client
                .succeed(setup::REPORT_LICENSES, json!({ "records": freed }))
                .await;
        }
        scene
            .client
            .succeed(
                POLICY,
                json!({ "integrationId": scene.integration, "zero": "SET_ZERO" }),
            )
            .await;
        let run = scene.plan().await;
        assert_eq!(run["totals"]["changes"], 2, "{run:#}");
        assert_eq!(
            run["totals"]["delta"], "-96.25",
            "5 × 8.25 + 2 × 27.50 are charged no more"
        );
        assert_eq!(scene.apply(&run).await["state"], "APPLIED");
        assert_eq!(held(simulator, "ContosoDental")[0][1], "0");
        assert_eq!(held(simulator, "Fabrikam")[0][1], "0");
        scene.assert_settled().await;

        scene
            .client
            .succeed(POLICY, json!({ "integrationId": scene.integration, "zero": "END" }))
            .await;
        let run = scene.plan().await;
        let actions: Vec<_> = lines(&run)
            .iter()
            .map(|line| &line["action"])
            .filter(|action| **action != "NOOP")
            .collect();
        assert_eq!(actions, ["END", "END"], "{run:#}");
        let run = scene.apply(&run).await;
        assert_eq!(
            (&run["state"], &line(&run, "Fabrikam", "Server")["state"]),
            (&json!("APPLIED"), &json!("VERIFIED"))
        );
        let first = json!(scene.month.first_day().to_string());
        for identifier in ["ContosoDental", "Fabrikam"] {
            assert_eq!(
                held(simulator, identifier)[0][5],
                first,
                "it ends on the first day of the month"
            );
        }
        scene.assert_settled().await;

        // What was ended is not revived: usage that returns gets an addition of its own.
        setup::report_licenses(&scene.client, "c1", &[("Server", 4)]).await;
        let run = scene.plan().await;
        assert_eq!(scene.apply(&run).await["state"], "APPLIED");
        let held = held(simulator, "Fabrikam");
        assert_eq!(
            (&held[0][5], &held[1][1], &held[1][5]),
            (&first, &json!("4"), &Value::Null),
            "{held:#}"
        );
        scene.assert_settled().await;
        scene.bridge.stop().await;
    })
    .await;
}
