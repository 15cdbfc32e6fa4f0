//! What is counted when: licences as of a moment, storage limits by the days that somebody has them, and nothing of a
//! company that is gone.

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::join_all;
use psa_tests::{Bridge, Client, Options, clock::MovedClock, on_each_database, setup};
use serde_json::{Value, json};

use super::{
    psa::held,
    scene::{PLAN, SAVE, Scene, line, read, settled},
};

const REPORT_LIMITS: &str = "mutation Report($input: ReportStorageLimitsInput!) { reportStorageLimits(input: $input) {
    results { outcome error { message } } userErrors { code }
} }";
const REPORT_USES: &str =
    "mutation Report($input: ReportStorageLimitUsesInput!) { reportStorageLimitUses(input: $input) {
    results { outcome error { code field } } userErrors { code }
} }";
const EVIDENCE: &str = "query Q($id: ID!) { node(id: $id) { ... on BillingLine {
    evidence(first: 100) { totalCount nodes { kind reference quantity } }
} } }";
const MOMENT: &str = "query Q($id: ID!) { node(id: $id) { ... on BillingRun { licensesAt } } }";

/// A server whose clock can be put forward.
async fn scene(database: &psa_tests::TestDatabase, clock: &Arc<MovedClock>) -> Scene {
    let options = Options {
        clock: Arc::<MovedClock>::clone(clock),
        ..Options::default()
    };
    let bridge = Bridge::start_with(database, options).await;
    Scene::active_on(
        bridge,
        &[("ContosoDental", &[("Server", 5)]), ("Fabrikam", &[("Server", 2)])],
    )
    .await
}

/// Puts the clock past the end of the month that is going on. Tokens do not last that long.
fn next_month(scene: &mut Scene, clock: &MovedClock) {
    clock.advance(TimeDelta::days(35));
    scene.client = scene.bridge.admin();
    scene.month = scene.month.next();
}

/// Releases the first `count` servers of a company.
async fn release(client: &Client, company: &str, count: usize) {
    let freed = (0..count).map(|number| {
        json!({
            "externalId": format!("{company}-Server-{number}"), "companyExternalId": company, "licenseType": "Server",
            "taken": false,
        })
    });
    let records: Vec<Value> = freed.collect();
    client
        .succeed(setup::REPORT_LICENSES, json!({ "records": records }))
        .await;
}

async fn measured(scene: &Scene, moment: Option<Value>) -> (Value, Value) {
    let mut input = scene.month_input();
    if let Some(moment) = moment {
        input["licensesAt"] = moment;
    }
    let payload = scene.client.succeed(PLAN, input).await;
    let run = settled(&scene.client, &payload, "PLANNING").await;
    let found = line(&run, "ContosoDental", "Server");
    let evidence = scene.client.run(EVIDENCE, json!({ "id": found["id"] })).await;
    let evidence = &evidence["node"]["evidence"];
    assert_eq!(
        evidence["totalCount"].to_string(),
        found["measured"].as_str().expect("a quantity"),
        "every licence is proven: {evidence:#}"
    );
    let moment = scene.client.run(MOMENT, json!({ "id": run["id"] })).await;
    (found["measured"].clone(), moment["node"]["licensesAt"].clone())
}

#[tokio::test]
async fn licences_are_counted_as_of_the_end_of_the_month_or_another_moment() {
    on_each_database(|database| async move {
        let clock = Arc::new(MovedClock::default());
        let mut scene = scene(&database, &clock).await;
        let (counted, _) = measured(&scene, None).await;
        assert_eq!(counted, "5", "nothing is known of the time before the first report");

        next_month(&mut scene, &clock);
        release(&scene.client, "c0", 2).await;
        let (counted, moment) = measured(&scene, None).await;
        let end = format!("{}T00:00:00+00:00", scene.month.next().first_day());
        assert_eq!(
            (counted, moment),
            (json!("5"), json!(end)),
            "they were in use when the month ended"
        );
        let now = json!(scene.bridge.app.now());
        assert_eq!(measured(&scene, Some(now)).await.0, "3");

        let ahead = json!(scene.bridge.app.now() + TimeDelta::days(1));
        let mut input = scene.month_input();
        input["licensesAt"] = ahead;
        let refused = scene.client.mutate(PLAN, input).await;
        assert_eq!(refused["userErrors"][0]["field"], json!(["licensesAt"]), "{refused:#}");
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_company_that_the_console_removed_is_billed_no_more() {
    on_each_database(|database| async move {
        let clock = Arc::new(MovedClock::default());
        let mut scene = scene(&database, &clock).await;
        let run = scene.plan().await;
        assert_eq!(scene.apply(&run).await["state"], "APPLIED");
        let records = json!([{ "externalId": "c1", "name": "Fabrikam" }]);
        let full =
            json!({ "records": records, "fullReport": { "id": "1", "complete": true }, "confirmRemovals": true });
        scene.client.succeed(setup::REPORT_COMPANIES, full).await;

        let run = scene.plan().await;
        let gone = line(&run, "ContosoDental", "Server");
        assert_eq!(
            (&gone["measured"], &gone["action"], &gone["billed"]),
            (&json!("0"), &json!("UPDATE"), &json!("0")),
            "{gone:#}"
        );
        next_month(&mut scene, &clock);
        let run = scene.plan().await;
        assert_eq!(line(&run, "ContosoDental", "Server")["measured"], "0");
        assert_eq!(line(&run, "Fabrikam", "Server")["measured"], "2");
        assert_eq!(scene.apply(&run).await["state"], "APPLIED");
        assert_eq!(held(&scene.bridge.simulator, "ContosoDental")[1][1], "0");
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_storage_limit_is_charged_in_full_at_the_consoles_price() {
    on_each_database(|database| async move {
        let scene = Scene::active(&database, &[("ContosoDental", &[])]).await;
        let limits = json!([{ "externalId": "gold", "name": "Gold, 600 GB", "unitPrice": "30" }]);
        scene.client.succeed(REPORT_LIMITS, json!({ "records": limits })).await;
        let (first, last) = (scene.month.first_day(), scene.month.last_day());
        let before = first.pred_opt().expect("a day before").to_string();
        let holder = |id: &str, limit: &str, from: &str, until: Option<&str>| {
            json!({
                "externalId": id, "companyExternalId": "c0", "storageLimitExternalId": limit, "label": format!("user {id}"),
                "firstDay": from, "lastDay": until,
            })
        };
        let records = json!([
            holder("ada", "gold", "2025-01-01", None),
            holder("bob", "gold", &last.to_string(), None),
            holder("eve", "gold", "2025-01-01", Some(&before)),
            holder("ann", "silver", "2025-01-01", None),
        ]);
        let payload = scene.client.mutate(REPORT_USES, json!({ "records": records })).await;
        let outcomes: Vec<_> = payload["results"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|result| result["outcome"].clone())
            .collect();
        assert_eq!(outcomes, ["CREATED", "CREATED", "CREATED", "REJECTED"], "{payload:#}");
        assert_eq!(
            payload["results"][3]["error"]["field"],
            json!(["records", "3", "storageLimitExternalId"])
        );

        let name = "Storage limit, Gold, 600 GB";
        setup::bind_product(&scene.client, &scene.integration, name, "MBS-STORAGE").await;
        let product = setup::billable_product(&scene.client, &scene.integration, name).await;
        let mut items = scene.items().await;
        items.push(json!({ "productId": product, "unit": "EACH" }));
        let query = "query Q($id: ID!) { integration(id: $id) { billing { configurations { nodes { id } } } } }";
        let data = scene.client.run(query, json!({ "id": scene.integration })).await;
        let mut input = scene.configuration(0, "ContosoDental", items).await;
        input["id"] = data["integration"]["billing"]["configurations"]["nodes"][0]["id"].clone();
        scene.client.succeed(SAVE, input).await;

        let run = scene.plan().await;
        let found = line(&run, "ContosoDental", name);
        assert_eq!(
            (&found["billed"], &found["unitPrice"], &found["amount"]),
            (&json!("2"), &json!("30"), &json!("60")),
            "{found:#}"
        );
        assert_eq!(found["description"], scene.text("Gold, 600 GB", "2", "pcs"));
        let evidence = scene.client.run(EVIDENCE, json!({ "id": found["id"] })).await;
        let references: Vec<_> = evidence["node"]["evidence"]["nodes"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|item| (item["kind"].clone(), item["reference"].clone()))
            .collect();
        let limit = json!("STORAGE_LIMIT");
        assert_eq!(references, [(limit.clone(), json!("ada")), (limit, json!("bob"))]);
        assert_eq!(scene.apply(&run).await["state"], "APPLIED");
        scene.assert_settled().await;
        let run = read(&scene.client, run["id"].as_str().expect("an id")).await;
        assert_eq!(line(&run, "ContosoDental", name)["state"], "VERIFIED");
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn reports_that_come_at_once_count_a_licence_once() {
    on_each_database(|database| async move {
        let scene = Scene::active(&database, &[("ContosoDental", &[])]).await;
        let records: Vec<Value> = (0..40)
            .map(|number| {
                json!({
                    "externalId": format!("both-{number}"), "companyExternalId": "c0", "licenseType": "Server",
                    "taken": true,
                })
            })
            .collect();
        let report = || {
            let input = json!({ "records": records });
            scene.client.succeed(setup::REPORT_LICENSES, input)
        };
        for payload in join_all((0..8).map(|_| report())).await {
            let results = payload["results"].as_array().expect("a list");
            assert!(results.iter().all(|result| result["error"].is_null()), "{payload:#}");
        }
        assert_eq!(measured(&scene, None).await.0, "40");
        scene.bridge.stop().await;
    })
    .await;
}
