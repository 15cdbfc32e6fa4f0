//! What a run tells afterwards: sums, a spreadsheet, the month before, and where the PSA says something else by now.

use psa_tests::{on_each_database, setup, socket::Said};
use serde_json::{Value, json};

use super::{
    psa::{additions, agreement_number, tamper},
    scene::{APPROVE, Customer, POLICY, Scene, approval, line, settled},
};

const REPORT: &str = "query Q($id: ID!) { node(id: $id) { ... on BillingRun {
    totals { amount delta } previousTotals { amount } csv
    companies: breakdown(by: COMPANY) { company { name } totals { lines amount } }
    products: breakdown(by: PRODUCT) { product { name } totals { lines amount } }
    kinds: breakdown(by: KIND) { kind totals { lines amount delta } }
    lines(first: 100) { nodes { product { name } company { name } billed monthBefore { billed amount } } }
} } }";
const DRIFT: &str = "query Q($id: ID!) { node(id: $id) { ... on BillingRun {
    drift { line { company { name } product { name } measured billed inPsaNow } found { quantity unitPrice } }
} } }";
const PREVIEW: &str = "query Q($id: ID!, $template: String!, $company: ID) { integration(id: $id) { billing {
    invoicePreview(template: $template, companyId: $company) { companies product { name } text isCut }
} } }";
const PROVIDER: &str = "mutation Change($input: UpdateProviderInput!) { updateProvider(input: $input) {
    provider { timeZone currency } userErrors { code field message remedy }
} }";
const CUSTOMERS: [Customer<'static>; 2] = [
    ("ContosoDental", &[("Server", 2), ("Desktop", 5)]),
    ("Fabrikam", &[("Server", 4)]),
];

async fn ask(scene: &Scene, query: &str, run: &Value) -> Value {
    let mut data = scene.client.run(query, json!({ "id": run["id"] })).await;
    data["node"].take()
}

#[tokio::test]
async fn a_run_adds_up_every_way_and_is_compared_with_the_month_before() {
    on_each_database(|database| async move {
        let mut scene = Scene::active(&database, &CUSTOMERS).await;
        scene.month = scene.month.previous();
        let query = "query Q($id: ID!) { integration(id: $id) { billing { configurations { nodes { id company { name } } } } } }";
        let data = scene.client.run(query, json!({ "id": scene.integration })).await;
        let nodes = data["integration"]["billing"]["configurations"]["nodes"].as_array().expect("a list").clone();
        for (index, (identifier, _)) in CUSTOMERS.iter().enumerate() {
            let node = nodes.iter().find(|node| node["company"]["name"] == *identifier).expect("one of each");
            let mut input = scene.configuration(index, identifier, scene.items().await).await;
            input["id"] = node["id"].clone();
            scene.client.succeed(super::scene::SAVE, input).await;
        }
        let first = scene.plan().await;
        assert_eq!(scene.apply(&first).await["state"], "APPLIED");
        setup::report_licenses(&scene.client, "c1", &[("Server", 6)]).await;
        scene.month = scene.month.next();
        let run = scene.plan().await;
        let report = ask(&scene, REPORT, &run).await;
        // 2 × 27.50 + 5 × 8.25, and 4 and then 6 × 27.50.
        assert_eq!(report["previousTotals"]["amount"], "206.25", "{report:#}");
        assert_eq!(report["totals"], json!({ "amount": "261.25", "delta": "55" }));
        let sums = |name: &str, key: fn(&Value) -> Value| -> Vec<(Value, Value)> {
            let groups = report[name].as_array().expect("a list").iter();
            groups.map(|group| (key(group), group["totals"]["amount"].clone())).collect()
        };
        assert_eq!(
            sums("companies", |group| group["company"]["name"].clone()),
            [(json!("Fabrikam"), json!("165")), (json!("ContosoDental"), json!("96.25"))]
        );
        assert_eq!(
            sums("products", |group| group["product"]["name"].clone()),
            [
                (json!("Server"), json!("220")),
                (json!("Desktop"), json!("41.25")),
                (json!("VM Server"), json!("0")),
            ]
        );
        assert_eq!(sums("kinds", |group| group["kind"].clone()), [(json!("LICENSE"), json!("261.25"))]);
        let server = |company: &str| {
            let nodes = report["lines"]["nodes"].as_array().expect("a list").iter();
            let mut of = nodes.filter(|line| line["product"]["name"] == "Server" && line["company"]["name"] == *company);
            of.next().expect("a line").clone()
        };
        assert_eq!(server("Fabrikam")["monthBefore"], json!({ "billed": "4", "amount": "110" }));
        assert_eq!(server("ContosoDental")["monthBefore"]["billed"], "2");

        let csv = report["csv"].as_str().expect("a text");
        let rows: Vec<&str> = csv.lines().collect();
        assert!(rows[0].starts_with("month,company,agreement,product,psaProduct,action,state,measured,"), "{csv}");
        assert_eq!(rows.len(), 1 + run["totals"]["lines"].as_u64().and_then(|lines| usize::try_from(lines).ok()).expect("a number"));
        let fabrikam = rows.iter().find(|row| row.contains("Fabrikam") && row.contains("MBS-SERVER")).expect("its row");
        let start = format!("{},Fabrikam,Managed Backup,Server,MBS-SERVER,UPDATE,PLANNED,6,4,6,27.5,,165,55,USD,", scene.month);
        assert!(fabrikam.starts_with(&start), "{fabrikam}");
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_drift_report_shows_what_somebody_changed_afterwards() {
    on_each_database(|database| async move {
        let scene = Scene::active(&database, &CUSTOMERS).await;
        let simulator = &scene.bridge.simulator;
        let run = scene.plan().await;
        let run = scene.apply(&run).await;
        assert_eq!(
            ask(&scene, DRIFT, &run).await["drift"],
            json!([]),
            "all is as it was written"
        );
        let desktop = additions(simulator, "ContosoDental").remove(0);
        tamper(simulator, &desktop, "quantity", json!(7.0));
        let server = additions(simulator, "Fabrikam").remove(0);
        tamper(
            simulator,
            &server,
            "cancelledDate",
            json!(format!("{}T00:00:00Z", scene.month.first_day())),
        );
        let report = ask(&scene, DRIFT, &run).await;
        let drift = report["drift"].as_array().expect("a list");
        assert_eq!(drift.len(), 2, "{report:#}");
        assert_eq!(
            drift[0],
            json!({
                "line": {
                    "company": { "name": "ContosoDental" }, "product": { "name": "Desktop" },
                    "measured": "5", "billed": "5", "inPsaNow": "7",
                },
                "found": [{ "quantity": "7", "unitPrice": "8.25" }],
            })
        );
        assert_eq!(
            (&drift[1]["line"]["company"]["name"], &drift[1]["found"]),
            (&json!("Fabrikam"), &json!([]))
        );
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_template_is_shown_on_real_data_before_it_is_saved() {
    on_each_database(|database| async move {
        let scene = Scene::active(&database, &CUSTOMERS).await;
        let ask = |template: &str, company: Value| {
            json!({ "id": scene.integration, "template": template, "company": company })
        };
        let data = scene.client.run(PREVIEW, ask("{company}: {quantity} {product}", json!(scene.companies[1]))).await;
        assert_eq!(
            data["integration"]["billing"]["invoicePreview"],
            json!([{
                "companies": ["Fabrikam"], "product": { "name": "Server" }, "text": "Fabrikam: 4 Server", "isCut": false,
            }])
        );
        let data = scene.client.run(PREVIEW, ask("{quantity}", Value::Null)).await;
        assert_eq!(data["integration"]["billing"]["invoicePreview"].as_array().map(Vec::len), Some(3));
        let (_, answer) = scene.client.send(PREVIEW, ask("{price}", Value::Null)).await.expect("an answer");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INVALID", "{answer}");
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn prices_in_another_currency_than_the_agreement_are_not_billed() {
    on_each_database(|database| async move {
        let scene = Scene::active(&database, &CUSTOMERS).await;
        let wrong = scene
            .client
            .mutate(PROVIDER, json!({ "timeZone": "Mars/Olympus", "currency": "€" }))
            .await;
        assert_eq!(wrong["userErrors"].as_array().map(Vec::len), Some(2), "{wrong:#}");
        let input = json!({ "timeZone": "Europe/Berlin", "currency": "eur" });
        let payload = scene.client.succeed(PROVIDER, input).await;
        assert_eq!(
            payload["provider"],
            json!({ "timeZone": "Europe/Berlin", "currency": "EUR" })
        );
        let dollars = json!({
            "id": agreement_number(&scene.bridge.simulator, "Fabrikam"), "currency": { "id": 7, "currencyCode": "USD" },
        });
        let dollars = dollars.as_object().cloned().expect("an object");
        scene.bridge.simulator.upsert("agreements", dollars).expect("a kind");
        setup::import(&scene.client, &scene.integration).await;
        let run = scene.plan().await;
        let blocked = line(&run, "Fabrikam", "Server");
        assert_eq!(blocked["problem"]["code"], "CURRENCY_MISMATCH", "{blocked:#}");
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_run_is_followed_from_its_plan_to_its_end() {
    on_each_database(|database| async move {
        let scene = Scene::active(&database, &CUSTOMERS).await;
        let policy = json!({ "integrationId": scene.integration, "zero": "SET_ZERO" });
        scene.client.succeed(POLICY, policy).await;
        let run = scene.plan().await;
        let query = "subscription Run($id: ID!) { billingRunChanged(id: $id) { state version lines(filter: { state: VERIFIED }) { totalCount } } }";
        let mut socket = scene.client.subscribe(query, json!({ "id": run["id"] })).await;
        let mut last = socket.event().await;
        assert_eq!(last["state"], "WAITING_FOR_APPROVAL", "it begins with what it is");
        let payload = scene.client.succeed(APPROVE, approval(&run)).await;
        settled(&scene.client, &payload, "APPLYING").await;
        loop {
            match socket.hear().await {
                Said::Next(payload) => last = payload["data"]["billingRunChanged"].clone(),
                Said::Complete => break,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((&last["state"], &last["lines"]["totalCount"]), (&json!("APPLIED"), &json!(6)), "{last:#}");
        scene.bridge.stop().await;
    })
    .await;
}
