//! Saving what is billed: every mistake is named at its field at once, and nothing is stored half.

use futures_util::future::join_all;
use psa_tests::{Bridge, on_each_database, setup};
use serde_json::{Value, json};

use super::scene::{SAVE, Scene};

const CUSTOMERS: [super::scene::Customer<'static>; 2] = [("ContosoDental", &[]), ("Fabrikam", &[])];
const STORED: &str = "query Q($id: ID!) { integration(id: $id) { billing { configurations {
    totalCount nodes { id version items { product { name } minimum } }
} } } }";

async fn stored(scene: &Scene) -> Value {
    let mut data = scene.client.run(STORED, json!({ "id": scene.integration })).await;
    data["integration"]["billing"]["configurations"].take()
}

/// The errors of a configuration that must not be saved: code and path.
async fn mistakes(scene: &Scene, input: Value) -> Vec<String> {
    let payload = scene.client.mutate(SAVE, input).await;
    assert_eq!(payload["configuration"], Value::Null, "{payload:#}");
    let path = |error: &Value| {
        error["field"]
            .as_array()
            .expect("a path")
            .iter()
            .map(setup::text)
            .collect::<Vec<_>>()
            .join(".")
    };
    let errors = payload["userErrors"].as_array().expect("a list");
    let mut found: Vec<_> = errors
        .iter()
        .map(|error| format!("{} {}", setup::text(&error["code"]), path(error)))
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn what_is_billed_by_a_binding_is_told_before_it_is_taken_away() {
    on_each_database(|database| async move {
        let scene = Scene::mapped(Bridge::start(&database).await, &CUSTOMERS).await;
        let item = scene.items().await.remove(0);
        let product = item["productId"].clone();
        let configuration = scene.configuration(0, "ContosoDental", vec![item]).await;
        scene.client.succeed(SAVE, configuration).await;
        let unbind = "mutation U($input: UnbindProductsInput!) { unbindProducts(input: $input) {
            results { outcome mapping { usedBy } } dependents { billingItems } userErrors { code }
        } }";
        let input =
            |dry_run: bool| json!({ "integrationId": scene.integration, "productIds": [product], "dryRun": dry_run });
        let told = json!([{ "outcome": "UNBOUND", "mapping": { "usedBy": 1 } }]);
        for dry_run in [true, false] {
            let payload = scene.client.succeed(unbind, input(dry_run)).await;
            assert_eq!(payload["results"], told, "a dry run changes nothing");
            assert_eq!(payload["dependents"]["billingItems"], 1);
        }
        let again = scene.client.succeed(unbind, input(false)).await;
        assert_eq!(again["results"][0]["outcome"], "UNCHANGED");
        assert_eq!(again["dependents"]["billingItems"], 0);
    })
    .await;
}

#[tokio::test]
async fn every_mistake_is_named_at_its_field_at_once() {
    on_each_database(|database| async move {
        let scene = Scene::mapped(Bridge::start(&database).await, &CUSTOMERS).await;
        let items = scene.items().await;
        let bundle = setup::psa_product(&scene.client, &scene.integration, "BDL-START").await;
        let with = |mut item: Value, members: Value| {
            item.as_object_mut()
                .expect("an object")
                .extend(members.as_object().cloned().expect("an object"));
            item
        };
        let wrong = [
            with(
                items[0].clone(),
                json!({ "minimum": "-1", "included": "-0.5", "unitPrice": "-5", "decimals": 7 }),
            ),
            items[0].clone(),
            with(items[1].clone(), json!({ "unit": "GB" })),
            with(items[2].clone(), json!({ "psaProductId": bundle, "unitCost": "-0.01" })),
        ];
        let mut input = scene.configuration(0, "Fabrikam", wrong.to_vec()).await;
        let expected = [
            "INVALID agreementId",
            "INVALID items.0.decimals",
            "INVALID items.0.included",
            "INVALID items.0.minimum",
            "INVALID items.0.unitPrice",
            "INVALID items.1.productId",
            "INVALID items.2.unit",
            "INVALID items.3.psaProductId",
            "INVALID items.3.unitCost",
        ];
        assert_eq!(mistakes(&scene, input.clone()).await, expected);
        input["items"] = json!([]);
        assert_eq!(
            mistakes(&scene, input.clone()).await,
            ["INVALID agreementId", "REQUIRED items"]
        );

        let stray = json!([{ "externalId": "stray", "name": "Stray" }]);
        scene
            .client
            .succeed(setup::REPORT_COMPANIES, json!({ "records": stray }))
            .await;
        let data = scene
            .client
            .run("{ consoleCompanies(first: 10) { nodes { id externalId } } }", json!({}))
            .await;
        let companies = data["consoleCompanies"]["nodes"].as_array().expect("a list").clone();
        input["companyId"] = companies
            .iter()
            .find(|node| node["externalId"] == "stray")
            .expect("it was reported")["id"]
            .clone();
        input["items"] = json!([items[0]]);
        assert_eq!(mistakes(&scene, input.clone()).await, ["COMPANY_NOT_MAPPED companyId"]);
        input["agreementId"] = json!("bm90aGluZw");
        assert_eq!(mistakes(&scene, input).await, ["NOT_FOUND agreementId"]);
        assert_eq!(stored(&scene).await["totalCount"], 0, "nothing was stored");
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn saving_is_idempotent_and_never_overwrites_what_was_not_read() {
    on_each_database(|database| async move {
        let scene = Scene::mapped(Bridge::start(&database).await, &CUSTOMERS).await;
        let items = scene.items().await;
        let input = scene.configuration(0, "ContosoDental", items.clone()).await;
        let saved = join_all((0..5).map(|_| scene.client.succeed(SAVE, input.clone()))).await;
        let ids: Vec<_> = saved.iter().map(|payload| &payload["configuration"]["id"]).collect();
        assert!(
            ids.iter().all(|id| **id == saved[0]["configuration"]["id"]),
            "five times the same is one: {ids:?}"
        );
        let before = stored(&scene).await;
        assert_eq!(
            (&before["totalCount"], &before["nodes"][0]["version"]),
            (&json!(1), &json!(1))
        );

        let mut other = input.clone();
        other["items"] = json!([items[0]]);
        assert_eq!(
            mistakes(&scene, other.clone()).await,
            ["ALREADY_EXISTS agreementId"],
            "it has to be named to be changed"
        );
        other["id"] = saved[0]["configuration"]["id"].clone();
        other["expectedVersion"] = json!(1);
        let races = join_all((0..5).map(|number| {
            let mut input = other.clone();
            input["items"][0]["minimum"] = json!((number + 1).to_string());
            scene.client.mutate(SAVE, input)
        }))
        .await;
        let won: Vec<_> = races
            .iter()
            .filter(|payload| payload["configuration"] != Value::Null)
            .collect();
        assert_eq!(won.len(), 1, "who read version 1 first changes it: {races:#?}");
        let lost = races
            .iter()
            .filter(|payload| payload["userErrors"][0]["code"] == "CONFLICT")
            .count();
        assert_eq!(lost, 4, "{races:#?}");
        let after = stored(&scene).await;
        assert_eq!(
            (&after["totalCount"], &after["nodes"][0]["version"]),
            (&json!(1), &json!(2))
        );
        assert_eq!(after["nodes"][0]["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(
            after["nodes"][0]["items"][0]["minimum"],
            won[0]["configuration"]["items"][0]["minimum"]
        );

        let delete =
            "mutation D($input: DeleteBillingConfigurationInput!) { deleteBillingConfiguration(input: $input) {
            deletedId userErrors { code }
        } }";
        let gone = scene
            .client
            .mutate(delete, json!({ "id": other["id"], "expectedVersion": 1 }))
            .await;
        assert_eq!(
            (&gone["deletedId"], &gone["userErrors"][0]["code"]),
            (&Value::Null, &json!("CONFLICT"))
        );
        scene
            .client
            .succeed(delete, json!({ "id": other["id"], "expectedVersion": 2 }))
            .await;
        assert_eq!(stored(&scene).await["totalCount"], 0);
        scene.bridge.stop().await;
    })
    .await;
}
