//! A PSA that counts some products in whole numbers, changed by differences, and others in fractions, charged by the month.

use psa_simulator::{
    Psa,
    autotask::{Simulator, SimulatorOptions},
};
use psa_tests::{Bridge, Client, Options, TestDatabase, on_each_database, setup};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::scene::{Customer, POLICY, SAVE, Scene, line};

const CUSTOMERS: [Customer<'static>; 1] = [("ContosoDental", &[("Server", 2), ("Desktop", 5), ("VM Server", 1)])];

async fn scene(database: &TestDatabase) -> Scene<Simulator> {
    let simulator = Simulator::start(SimulatorOptions::default()).await.expect("it starts");
    let bridge = Bridge::start_beside(database, simulator, Options::default()).await;
    Scene::active_on(bridge, &CUSTOMERS).await
}

/// Quantities that the PSA holds for the customer, by product.
fn held(scene: &Scene<Simulator>) -> Vec<(String, Decimal)> {
    let additions = scene.bridge.simulator.additions(CUSTOMERS[0].0).into_iter();
    additions
        .map(|addition| (addition.product, addition.quantity.normalize()))
        .collect()
}

#[tokio::test]
async fn what_is_used_no_more_ends_where_zero_is_an_end() {
    on_each_database(|database| async move {
        let scene = scene(&database).await;
        let run = scene.plan().await;
        assert_eq!(scene.apply(&run).await["state"], "APPLIED");
        let quantity = |product: &str, quantity: u32| (product.to_owned(), Decimal::from(quantity));
        let all = [
            quantity("MBS-DESKTOP", 5),
            quantity("MBS-SERVER", 2),
            quantity("MBS-VM", 1),
        ];
        assert_eq!(held(&scene), all);
        scene.assert_settled().await;

        release(&scene.client, "Server", 2).await;
        let run = scene.plan().await;
        assert_eq!(run["totals"]["changes"], 1, "{run:#}");
        let applied = scene.apply(&run).await;
        assert_eq!(applied["state"], "APPLIED", "{applied:#}");
        let left = [
            quantity("MBS-DESKTOP", 5),
            quantity("MBS-SERVER", 0),
            quantity("MBS-VM", 1),
        ];
        assert_eq!(held(&scene), left);
        scene.assert_settled().await;
        scene.bridge.stop().await;
    })
    .await;
}

/// The licences of a type are not used any more.
async fn release(client: &Client, kind: &str, count: usize) {
    let records: Vec<_> = (0..count)
        .map(|number| {
            json!({
                "externalId": format!("c0-{kind}-{number}"), "companyExternalId": "c0", "licenseType": kind,
                "computer": format!("PC-{number}"), "taken": false, "trial": false,
            })
        })
        .collect();
    client
        .succeed(setup::REPORT_LICENSES, json!({ "records": records }))
        .await;
}

#[tokio::test]
async fn a_posted_month_is_closed_and_says_so() {
    on_each_database(|database| async move {
        let scene = scene(&database).await;
        let policy = json!({ "integrationId": scene.integration, "period": "OF_THE_MONTH" });
        scene.client.succeed(POLICY, policy).await;
        let run = scene.plan().await;
        let applied = scene.apply(&run).await;
        let desktops = line(&applied, CUSTOMERS[0].0, "Desktop");
        assert_eq!(desktops["state"], "FAILED", "{desktops:#}");
        assert_eq!(desktops["problem"]["code"], "PERIOD_CLOSED", "{desktops:#}");
        let remedy = setup::text(&desktops["problem"]["remedy"]);
        assert!(remedy.contains("`period` of the billing policy"), "{remedy}");
        assert!(
            held(&scene).contains(&("MBS-DESKTOP".to_owned(), Decimal::from(3))),
            "what was billed stays: {:?}",
            held(&scene)
        );
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn fractions_are_for_products_that_keep_them() {
    on_each_database(|database| async move {
        let scene = scene(&database).await;
        let products = "query P($id: ID!) { integration(id: $id) { psaProducts(first: 100) { nodes {
            id identifier billable active quantityDecimals
        } } } }";
        let data = scene.client.run(products, json!({ "id": scene.integration })).await;
        let products = data["integration"]["psaProducts"]["nodes"].as_array().expect("a list");
        let usable = |product: &&Value| product["active"] == true && product["billable"] == true;
        let charged = products
            .iter()
            .filter(usable)
            .find(|product| product["quantityDecimals"] == 4);
        let charged = charged.unwrap_or_else(|| panic!("no product is counted in fractions: {products:#?}"));
        let server = setup::billable_product(&scene.client, &scene.integration, "Server").await;
        let save = async |item: Value| {
            let mut input = scene.configuration(0, CUSTOMERS[0].0, vec![item]).await;
            input["expectedVersion"] = Value::Null;
            let data = scene.client.run(SAVE, json!({ "input": input })).await;
            data["saveBillingConfiguration"]["userErrors"].clone()
        };
        let item = json!({ "productId": server, "unit": "EACH", "decimals": 2 });
        let errors = save(item.clone()).await;
        assert_eq!(errors[0]["field"], json!(["items", "0", "decimals"]), "{errors:#}");
        let mut fine = item;
        fine["psaProductId"] = charged["id"].clone();
        let errors = save(fine).await;
        assert!(
            errors
                .as_array()
                .expect("a list")
                .iter()
                .all(|error| error["field"] != json!(["items", "0", "decimals"])),
            "{errors:#}"
        );
        scene.bridge.stop().await;
    })
    .await;
}
