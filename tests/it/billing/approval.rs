//! Nothing is written before somebody who may says so, about exactly the plan that they looked at, once.

use futures_util::future::join_all;
use psa_bridge::auth::Permission;
use psa_entities::YearMonth;
use psa_tests::{Bridge, on_each_database};
use serde_json::{Value, json};

use super::{
    psa::{additions, writes},
    scene::{APPROVE, PAUSE, PLAN, Scene, approval, read, settled},
};

const CUSTOMERS: [super::scene::Customer<'static>; 2] =
    [("ContosoDental", &[("Desktop", 5)]), ("Fabrikam", &[("Server", 2)])];

/// The code of the one user error of an approval that must not succeed.
async fn refused(scene: &Scene, input: Value) -> Value {
    let payload = scene.client.mutate(APPROVE, input).await;
    assert_eq!(payload["run"], Value::Null, "{payload:#}");
    let errors = payload["userErrors"].as_array().expect("a list");
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors[0]["code"].clone()
}

#[tokio::test]
async fn only_the_plan_that_was_looked_at_can_be_approved_and_only_by_who_may() {
    on_each_database(|database| async move {
        let scene = Scene::active(&database, &CUSTOMERS).await;
        let simulator = &scene.bridge.simulator;
        let old = scene.plan().await;
        let run = scene.plan().await;
        let superseded = read(&scene.client, old["id"].as_str().expect("an id")).await;
        assert_eq!(
            (&superseded["state"], &superseded["problem"]["code"]),
            (&json!("CANCELLED"), &json!("SUPERSEDED"))
        );
        assert_eq!(
            refused(&scene, approval(&old)).await,
            "CONFLICT",
            "nobody looked at it in this state"
        );
        assert_eq!(refused(&scene, approval(&superseded)).await, "WRONG_STATE");

        let version = run["version"].as_i64().expect("a number");
        for other in [version - 1, version + 1] {
            assert_eq!(
                refused(&scene, json!({ "runId": run["id"], "expectedVersion": other })).await,
                "CONFLICT"
            );
        }
        let manager = scene
            .bridge
            .client("acme", &[Permission::PsaRead, Permission::PsaManage]);
        let (_, answer) = manager
            .send(APPROVE, json!({ "input": approval(&run) }))
            .await
            .expect("an answer");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
        let stranger = scene.bridge.client("stranger", &[]);
        let payload = stranger.mutate(APPROVE, approval(&run)).await;
        assert_eq!(payload["userErrors"][0]["code"], "NOT_FOUND");
        let paused = scene
            .client
            .succeed(PAUSE, json!({ "integrationId": scene.integration }))
            .await;
        assert_eq!(paused["integration"]["status"], "PAUSED");
        assert_eq!(refused(&scene, approval(&run)).await, "WRONG_STATE");
        let untouched = read(&scene.client, run["id"].as_str().expect("an id")).await;
        assert_eq!(
            (&untouched["state"], &untouched["version"]),
            (&json!("WAITING_FOR_APPROVAL"), &run["version"])
        );
        assert_eq!(writes(simulator), [], "no refusal wrote anything");
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn ten_approvals_at_once_write_once() {
    on_each_database(|database| async move {
        let scene = Scene::active(&database, &CUSTOMERS).await;
        let simulator = &scene.bridge.simulator;
        let run = scene.plan().await;
        let approver = scene.bridge.client("acme", &[Permission::BillingApprove]);
        let payloads = join_all((0..10).map(|_| approver.mutate(APPROVE, approval(&run)))).await;
        let (accepted, refused): (Vec<_>, Vec<_>) = payloads.iter().partition(|payload| payload["run"] != Value::Null);
        assert_eq!(accepted.len(), 1, "{payloads:#?}");
        assert!(
            refused
                .iter()
                .all(|payload| payload["userErrors"][0]["code"] == "CONFLICT"),
            "{refused:#?}"
        );
        assert_eq!(accepted[0]["run"]["approvedBy"], "tester");
        let run = settled(&scene.client, accepted[0], "APPLYING").await;
        assert_eq!(run["state"], "APPLIED");
        let statuses: Vec<_> = writes(simulator)
            .iter()
            .map(|request| (request.method.clone(), request.status))
            .collect();
        assert_eq!(statuses.len(), 2, "{statuses:?}");
        assert_eq!(additions(simulator, "Fabrikam").len(), 1);
        assert_eq!(
            self::refused(&scene, approval(&run)).await,
            "WRONG_STATE",
            "an applied run is not applied again"
        );
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_integration_that_was_never_activated_plans_and_writes_nothing() {
    on_each_database(|database| async move {
        let scene = Scene::mapped(Bridge::start(&database).await, &CUSTOMERS).await;
        let items = scene.items().await;
        scene
            .client
            .succeed(super::scene::SAVE, scene.configuration(1, "Fabrikam", items).await)
            .await;
        let run = scene.plan().await;
        assert_eq!(
            (&run["state"], &run["totals"]["changes"]),
            (&json!("WAITING_FOR_APPROVAL"), &json!(1)),
            "{run:#}"
        );
        assert_eq!(refused(&scene, approval(&run)).await, "WRONG_STATE");
        assert_eq!(writes(&scene.bridge.simulator), []);
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_month_is_billed_after_it_ended() {
    on_each_database(|database| async move {
        let scene = Scene::active(&database, &CUSTOMERS).await;
        let plan = |month: YearMonth, open: bool| {
            let input =
                json!({ "integrationId": scene.integration, "month": month.to_string(), "allowOpenMonth": open });
            scene.client.mutate(PLAN, input)
        };
        let current = scene.month.next();
        for (month, open) in [(current, false), (current.next(), false), (current.next(), true)] {
            let payload = plan(month, open).await;
            assert_eq!(payload["run"], Value::Null, "{month} {open}");
            let error = &payload["userErrors"][0];
            assert_eq!(
                (&error["code"], &error["field"]),
                (&json!("INVALID"), &json!(["month"])),
                "{month} {open}"
            );
        }
        let payload = plan(current, true).await;
        assert_eq!(payload["userErrors"], json!([]));
        assert_eq!(
            settled(&scene.client, &payload, "PLANNING").await["state"],
            "WAITING_FOR_APPROVAL"
        );
        scene.bridge.stop().await;
    })
    .await;
}
