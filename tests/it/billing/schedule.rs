//! Billing by the calendar: on the billing day, once, with nobody at the keyboard, and never behind the guard's back.

use std::sync::Arc;

use chrono::{Datelike, TimeDelta};
use psa_bridge::integrations::upkeep;
use psa_tests::{Bridge, Options, clock::MovedClock, on_each_database, setup, wait};
use serde_json::{Value, json};

use super::{
    psa::{additions, writes},
    scene::{PAUSE, POLICY, Scene, lines, read},
};

const SCHEDULE: &str = "mutation Schedule($input: UpdateBillingScheduleInput!) { updateBillingSchedule(input: $input) {
    schedule { billingDay licenseMoment version } userErrors { code field message remedy }
} }";
const SWITCH: &str = "mutation Switch($input: SetCompanyBillingInput!) { setCompanyBilling(input: $input) {
    companies { company { name } enabled autoBilling autoBillingSince } userErrors { code field message remedy }
} }";
const ACTIVATE: &str = "mutation Activate($input: ActivateIntegrationInput!) { activateIntegration(input: $input) {
    integration { status } userErrors { message }
} }";
const RUNS: &str = "query Q($id: ID!) { integration(id: $id) { billing { runs(first: 20) { nodes {
    id month trigger createdBy approvedBy state
} } } } }";

async fn runs(scene: &Scene) -> Vec<Value> {
    let mut data = scene.client.run(RUNS, json!({ "id": scene.integration })).await;
    let runs = data["integration"]["billing"]["runs"]["nodes"].take();
    runs.as_array().expect("a list").clone()
}

/// Waits until the newest run is in a state.
async fn newest_is(scene: &Scene, state: &str) -> Value {
    wait::until("the newest run", || async {
        let newest = runs(scene).await.into_iter().next()?;
        (newest["state"] == *state).then_some(newest)
    })
    .await
}

/// Puts the clock on the tenth of the month after the one that it is in.
fn next_month(scene: &mut Scene, clock: &MovedClock) {
    let today = scene.bridge.app.now().date_naive();
    let month = psa_entities::YearMonth::of(today).next();
    let day = month.first_day().with_day(10).expect("every month has a tenth");
    clock.advance(day - today);
    scene.client = scene.bridge.admin();
}

#[tokio::test]
async fn the_billing_day_bills_the_month_once_within_the_guard() {
    on_each_database(|database| async move {
        let clock = Arc::new(MovedClock::default());
        let options = Options {
            clock: Arc::<MovedClock>::clone(&clock),
            ..Options::default()
        };
        let bridge = Bridge::start_with(&database, options).await;
        let customers: [super::scene::Customer<'_>; 2] =
            [("ContosoDental", &[("Server", 5)]), ("Fabrikam", &[("Server", 2)])];
        let mut scene = Scene::active_on(bridge, &customers).await;
        let of = |input: Value| {
            let mut input = input;
            input["integrationId"] = json!(scene.integration);
            input
        };
        scene.client.succeed(SCHEDULE, of(json!({ "billingDay": 5 }))).await;
        let policy = json!({ "approval": "WITHIN_GUARD", "guardPercent": "10" });
        scene.client.succeed(POLICY, of(policy)).await;
        upkeep::look(&scene.bridge.app).await.expect("a look");
        assert_eq!(runs(&scene).await, [] as [Value; 0], "nobody has asked for it");
        let switched = scene
            .client
            .succeed(
                SWITCH,
                of(json!({ "companyIds": [scene.companies[0]], "autoBilling": true })),
            )
            .await;
        assert_eq!(switched["companies"][0]["autoBilling"], true, "{switched:#}");
        let wrong = scene.client.mutate(SCHEDULE, of(json!({ "billingDay": 32 }))).await;
        assert_eq!(wrong["userErrors"][0]["field"], json!(["billingDay"]), "{wrong:#}");

        // The first run is looked at by a person, whatever the guard allows.
        next_month(&mut scene, &clock);
        upkeep::look(&scene.bridge.app).await.expect("a look");
        let first = newest_is(&scene, "WAITING_FOR_APPROVAL").await;
        assert_eq!(
            (&first["trigger"], &first["createdBy"], &first["approvedBy"]),
            (&json!("SCHEDULE"), &json!("psa-bridge"), &Value::Null)
        );
        assert_eq!(writes(&scene.bridge.simulator), []);
        let run = read(&scene.client, first["id"].as_str().expect("an id")).await;
        assert!(
            lines(&run)
                .iter()
                .all(|line| line["company"]["name"] == "ContosoDental"),
            "the other company is billed by hand: {run:#}"
        );
        assert_eq!(scene.apply(&run).await["state"], "APPLIED");
        upkeep::look(&scene.bridge.app).await.expect("a look");
        assert_eq!(runs(&scene).await.len(), 1, "the month is billed once");

        // From then on it runs by itself.
        next_month(&mut scene, &clock);
        upkeep::look(&scene.bridge.app).await.expect("a look");
        upkeep::look(&scene.bridge.app)
            .await
            .expect("a second process looks too");
        let second = newest_is(&scene, "APPLIED").await;
        assert_eq!(
            (&second["approvedBy"], runs(&scene).await.len()),
            (&json!("schedule"), 2)
        );

        // A change beyond the guard waits for a person.
        setup::report_licenses(&scene.client, "c0", &[("Desktop", 9)]).await;
        next_month(&mut scene, &clock);
        let before = writes(&scene.bridge.simulator).len();
        upkeep::look(&scene.bridge.app).await.expect("a look");
        newest_is(&scene, "WAITING_FOR_APPROVAL").await;
        assert_eq!(writes(&scene.bridge.simulator).len(), before);

        // While it is paused nothing is billed; when it goes on, the last month is made up for, and that alone.
        scene
            .client
            .succeed(PAUSE, json!({ "integrationId": scene.integration }))
            .await;
        for _ in 0..3 {
            next_month(&mut scene, &clock);
            upkeep::look(&scene.bridge.app).await.expect("a look");
        }
        assert_eq!(runs(&scene).await.len(), 3);
        scene
            .client
            .succeed(ACTIVATE, json!({ "integrationId": scene.integration }))
            .await;
        upkeep::look(&scene.bridge.app).await.expect("a look");
        newest_is(&scene, "WAITING_FOR_APPROVAL").await;
        let all = runs(&scene).await;
        assert_eq!(all.len(), 4, "{all:#?}");
        let last = psa_entities::YearMonth::of(scene.bridge.app.now().date_naive()).previous();
        assert_eq!(all[0]["month"], last.to_string());
        assert_eq!(additions(&scene.bridge.simulator, "Fabrikam").len(), 0);
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_look_just_before_the_billing_day_bills_nothing() {
    on_each_database(|database| async move {
        let clock = Arc::new(MovedClock::default());
        let options = Options {
            clock: Arc::<MovedClock>::clone(&clock),
            ..Options::default()
        };
        let bridge = Bridge::start_with(&database, options).await;
        let mut scene = Scene::active_on(bridge, &[("ContosoDental", &[("Server", 5)])]).await;
        let input = json!({ "integrationId": scene.integration, "billingDay": 11 });
        scene.client.succeed(SCHEDULE, input).await;
        let input = json!({ "integrationId": scene.integration, "companyIds": scene.companies, "autoBilling": true });
        scene.client.succeed(SWITCH, input).await;
        next_month(&mut scene, &clock);
        upkeep::look(&scene.bridge.app).await.expect("a look");
        let early = runs(&scene).await;
        clock.advance(TimeDelta::days(1));
        scene.client = scene.bridge.admin();
        upkeep::look(&scene.bridge.app).await.expect("a look");
        newest_is(&scene, "WAITING_FOR_APPROVAL").await;
        assert_eq!(runs(&scene).await.len(), early.len() + 1);
        scene.bridge.stop().await;
    })
    .await;
}
