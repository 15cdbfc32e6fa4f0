//! Companies by the hundred: switched, priced and configured at once, found again in a list.

use psa_tests::{on_each_database, setup};
use serde_json::{Value, json};

use super::scene::{Customer, SAVE, Scene, line};

const SWITCH: &str = "mutation Switch($input: SetCompanyBillingInput!) { setCompanyBilling(input: $input) {
    companies { company { name } enabled autoBilling } userErrors { code field message remedy }
} }";
const PRICES: &str = "mutation Prices($input: UpdateCompanyPricesInput!) { updateCompanyPrices(input: $input) {
    prices { product { name } unitPrice unitCost } userErrors { code field message remedy }
} }";
const COPY: &str = "mutation Copy($input: CopyBillingConfigurationInput!) { copyBillingConfiguration(input: $input) {
    configurations { id company { name } agreement { name } items { product { name } minimum } }
    userErrors { code field message remedy }
} }";
const LIST: &str = "query Q($id: ID!, $filter: CompanyBillingFilter) { integration(id: $id) { billing {
    companies(filter: $filter) { totalCount nodes {
        company { name } enabled autoBilling problems { code } lastRun { id month } configurations { items { product { name } } } prices { product { name } unitPrice }
    } }
} } }";
const CUSTOMERS: [Customer<'static>; 3] = [
    ("ContosoDental", &[("Server", 2)]),
    ("Fabrikam", &[("Server", 3)]),
    ("Northwind", &[("Server", 4)]),
];

async fn list(scene: &Scene, filter: Value) -> Vec<Value> {
    let variables = json!({ "id": scene.integration, "filter": filter });
    let mut data = scene.client.run(LIST, variables).await;
    let found = data["integration"]["billing"]["companies"].take();
    let nodes = found["nodes"].as_array().expect("a list").clone();
    assert_eq!(found["totalCount"], nodes.len());
    nodes
}

fn names(nodes: &[Value]) -> Vec<&str> {
    nodes
        .iter()
        .filter_map(|node| node["company"]["name"].as_str())
        .collect()
}

fn paths(payload: &Value) -> Vec<String> {
    let path = |error: &Value| {
        let path = error["field"].as_array().expect("a path").iter();
        path.map(setup::text).collect::<Vec<_>>().join(".")
    };
    payload["userErrors"]
        .as_array()
        .expect("a list")
        .iter()
        .map(path)
        .collect()
}

#[tokio::test]
async fn a_company_that_is_switched_off_is_told_and_left_alone() {
    on_each_database(|database| async move {
        let scene = Scene::active(&database, &CUSTOMERS).await;
        let input = |companies: Value, enabled: Option<bool>, auto: Option<bool>| {
            json!({
                "integrationId": scene.integration, "companyIds": companies, "enabled": enabled, "autoBilling": auto,
            })
        };
        let both = json!([scene.companies[0], scene.companies[1]]);
        let payload = scene.client.succeed(SWITCH, input(both, None, Some(true))).await;
        assert_eq!(payload["companies"][1]["autoBilling"], true, "{payload:#}");
        let first = json!([scene.companies[0]]);
        scene.client.succeed(SWITCH, input(first, Some(false), None)).await;
        let wrong = json!([scene.companies[2], "nonsense", scene.companies[2]]);
        let refused = scene.client.mutate(SWITCH, input(wrong, Some(false), None)).await;
        assert_eq!(paths(&refused), ["companyIds.1"], "{refused:#}");

        assert_eq!(
            names(&list(&scene, json!({ "enabled": false })).await),
            ["ContosoDental"]
        );
        assert_eq!(
            names(&list(&scene, json!({ "autoBilling": true })).await),
            ["ContosoDental", "Fabrikam"]
        );
        assert_eq!(
            names(&list(&scene, json!({ "autoBilling": false })).await),
            ["Northwind"]
        );
        assert_eq!(
            names(&list(&scene, json!({ "search": "wind", "enabled": true })).await),
            ["Northwind"]
        );
        let run = scene.plan().await;
        let off = line(&run, "ContosoDental", "Server");
        assert_eq!(
            (&off["action"], &off["measured"]),
            (&json!("NOOP"), &json!("2")),
            "{off:#}"
        );
        assert!(
            off["explanation"]
                .as_str()
                .is_some_and(|said| said.contains("switched off for the company")),
            "{off:#}"
        );
        assert_eq!(line(&run, "Northwind", "Server")["action"], "CREATE");
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_company_pays_its_own_price_until_it_is_taken_away() {
    on_each_database(|database| async move {
        let scene = Scene::active(&database, &CUSTOMERS).await;
        let server = setup::billable_product(&scene.client, &scene.integration, "Server").await;
        let input = |price: Value| {
            json!({
                "integrationId": scene.integration, "companyId": scene.companies[1],
                "prices": [{ "productId": server, "unitPrice": price, "unitCost": price }],
            })
        };
        let payload = scene.client.succeed(PRICES, input(json!("19.99"))).await;
        assert_eq!(payload["prices"][0]["unitPrice"], "19.99", "{payload:#}");
        let refused = scene.client.mutate(PRICES, input(json!("-1"))).await;
        assert_eq!(paths(&refused), ["prices.0.unitPrice", "prices.0.unitCost"]);
        let run = scene.plan().await;
        assert_eq!(line(&run, "Fabrikam", "Server")["amount"], "59.97");
        assert_eq!(line(&run, "Northwind", "Server")["unitPrice"], "27.5");
        assert_eq!(
            list(&scene, json!({})).await[1]["lastRun"],
            Value::Null,
            "a plan is no run yet"
        );
        assert_eq!(scene.apply(&run).await["state"], "APPLIED");
        let listed = list(&scene, json!({ "search": "fabrikam" })).await;
        assert_eq!(listed[0]["prices"][0]["unitPrice"], "19.99");
        assert_eq!(listed[0]["lastRun"]["id"], run["id"]);

        let payload = scene.client.succeed(PRICES, input(Value::Null)).await;
        assert_eq!(payload["prices"], json!([]));
        let run = scene.plan().await;
        assert_eq!(line(&run, "Fabrikam", "Server")["unitPrice"], "27.5");
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_configuration_is_copied_to_all_companies_or_to_none() {
    on_each_database(|database| async move {
        let scene = Scene::mapped(psa_tests::Bridge::start(&database).await, &CUSTOMERS).await;
        let mut items = scene.items().await;
        items[0]["minimum"] = json!("10");
        let input = scene.configuration(0, "ContosoDental", items).await;
        let saved = scene.client.succeed(SAVE, input).await;
        let stray = json!([{ "externalId": "stray", "name": "Stray" }]);
        scene
            .client
            .succeed(setup::REPORT_COMPANIES, json!({ "records": stray }))
            .await;
        let unmapped = list(&scene, json!({ "configured": false })).await;
        assert_eq!(names(&unmapped), ["Fabrikam", "Northwind", "Stray"]);
        let problem = |index: usize| unmapped[index]["problems"][0]["code"].clone();
        assert_eq!(
            (problem(1), problem(2)),
            (json!("NOT_CONFIGURED"), json!("COMPANY_NOT_MAPPED"))
        );
        let data = scene
            .client
            .run(
                "{ consoleCompanies(filter: { search: \"Stray\" }) { nodes { id } } }",
                json!({}),
            )
            .await;
        let stray = data["consoleCompanies"]["nodes"][0]["id"].clone();

        let copy = |targets: Value| json!({ "configurationId": saved["configuration"]["id"], "targets": targets });
        let [_, fabrikam, northwind] = [0, 1, 2].map(|index| json!({ "companyId": scene.companies[index] }));
        let refused = scene
            .client
            .mutate(COPY, copy(json!([fabrikam, { "companyId": stray }])))
            .await;
        assert_eq!(paths(&refused), ["targets.1.agreementId"], "{refused:#}");
        assert_eq!(
            list(&scene, json!({ "configured": true })).await.len(),
            1,
            "none was made"
        );

        let payload = scene.client.succeed(COPY, copy(json!([fabrikam, northwind]))).await;
        let copies = payload["configurations"].as_array().expect("a list");
        assert_eq!(copies.len(), 2);
        for copy in copies {
            assert_eq!(
                (&copy["agreement"]["name"], &copy["items"][0]["minimum"]),
                (&json!("Managed Backup"), &json!("10")),
                "{copy:#}"
            );
        }
        let run = scene.plan().await;
        assert_eq!(line(&run, "Northwind", "Server")["billed"], "10");
        scene.bridge.stop().await;
    })
    .await;
}
