//! Subscriptions: what is followed is seen, by those who may see it, until there is nothing more to see.

use std::path::Path;

use psa_bridge::auth::Permission;
use psa_entities::integration::{self, IntegrationStatus};
use psa_simulator::connectwise::SimulatorOptions;
use psa_simulator::{DataSet, Fault, FaultRule};
use psa_tests::{Bridge, Client, Options, Said, Socket, bridge, on_each_database, process::Process, setup};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};

use crate::tickets::desk::Desk;

const PROGRAM: &str = env!("CARGO_BIN_EXE_bridge-under-test");

const JOB: &str = "subscription Job($id: ID!) { jobProgress(id: $id) {
    id state phase progress { done total ratePerSecond etaSeconds } finishedAt
} }";

const INTEGRATION: &str = "subscription Integration($id: ID!) { integrationChanged(id: $id) {
    status problem { code }
} }";

/// The contacts of the large data set, in five pages.
const CONTACTS: i64 = 5000;

fn large() -> Options {
    Options {
        simulator: SimulatorOptions {
            data_set: DataSet::Msp,
            ..SimulatorOptions::default()
        },
        ..Options::default()
    }
}

/// Begins an import, of which every page takes this long.
async fn slow_import(bridge: &Bridge, client: &Client, resource: &str, ms: u64) -> String {
    let integration = setup::connect(bridge, client).await;
    bridge.simulator.inject(FaultRule::new(Fault::Latency { ms }));
    let input = json!({ "integrationId": integration, "resources": [resource] });
    let payload = client.succeed(setup::IMPORT, input).await;
    setup::text(&payload["jobs"][0]["id"])
}

/// Hears of a job until it has ended; what was heard has risen and is never said twice.
async fn until_done(socket: &mut Socket) -> Vec<Value> {
    let mut events = Vec::new();
    loop {
        match socket.hear().await {
            Said::Next(payload) => events.push(payload["data"]["jobProgress"].clone()),
            Said::Complete => break,
            other => panic!("{other:?}"),
        }
    }
    let shown = |event: &Value| {
        (
            event["state"].clone(),
            event["progress"]["done"].clone(),
            event["phase"].clone(),
        )
    };
    assert!(
        events.windows(2).all(|two| shown(&two[0]) != shown(&two[1])),
        "{events:#?}"
    );
    assert!(events.iter().map(done).is_sorted(), "{events:#?}");
    events
}

fn done(event: &Value) -> i64 {
    event["progress"]["done"].as_i64().expect("a count")
}

#[tokio::test]
async fn an_import_is_followed_to_its_end() {
    on_each_database(|database| async move {
        let bridge = Bridge::start_with(&database, large()).await;
        let client = bridge.admin();
        let job = slow_import(&bridge, &client, "CONTACTS", 300).await;
        let mut socket = client.subscribe(JOB, json!({ "id": job })).await;
        let events = until_done(&mut socket).await;
        let last = events.last().expect("there are events");
        assert_eq!((&last["state"], done(last)), (&json!("SUCCEEDED"), CONTACTS), "{last}");
        assert!(
            last["finishedAt"].is_string() && last["progress"]["ratePerSecond"].is_null(),
            "{last}"
        );
        let running: Vec<_> = events.iter().filter(|event| event["state"] == "RUNNING").collect();
        assert!(running.len() >= 4, "{events:#?}");
        let rates = running
            .iter()
            .filter_map(|event| event["progress"]["ratePerSecond"].as_f64());
        // A page of a thousand takes 300 ms and what the database needs.
        assert!(
            rates.clone().count() >= 2 && rates.clone().all(|rate| rate > 0.0 && rate < 3_400.0),
            "{events:#?}"
        );

        let mut late = client.subscribe(JOB, json!({ "id": job })).await;
        assert_eq!(until_done(&mut late).await.len(), 1, "an ended job is shown once");
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_job_of_another_process_is_followed_too() {
    on_each_database(|database| async move {
        let options = Options {
            worker: false,
            ..Options::default()
        };
        let config = bridge::config(&database, &options);
        let bridge = Bridge::start_with(&database, options).await;
        let client = bridge.admin();
        let job = slow_import(&bridge, &client, "COMPANIES", 300).await;
        let mut socket = client.subscribe(JOB, json!({ "id": job })).await;
        assert_eq!(socket.event().await["state"], "QUEUED");
        let worker = Process::start(Path::new(PROGRAM), &config);
        let events = until_done(&mut socket).await;
        let states: Vec<_> = events.iter().map(|event| &event["state"]).collect();
        assert_eq!(states.last(), Some(&&json!("SUCCEEDED")), "{states:?}");
        worker.kill();
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_integration_tells_when_it_breaks_is_mended_or_moves_on_elsewhere() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let (client, id) = (&desk.client, json!({ "id": desk.integration }));
        let mut socket = client.subscribe(INTEGRATION, id.clone()).await;
        let told = |status: &str, problem: Option<&str>| {
            json!({ "status": status, "problem": problem.map(|code| json!({ "code": code })) })
        };
        assert_eq!(socket.event().await, told("ACTIVE", None));

        desk.bridge.simulator.rotate_keys("public-2", "private-2");
        let input = json!({ "integrationId": desk.integration });
        client.mutate(setup::CHECK_PERMISSIONS, input.clone()).await;
        assert_eq!(socket.event().await, told("BROKEN", Some("INVALID_CREDENTIALS")));

        let rekey = "mutation R($input: UpdateCredentialsInput!) { updateCredentials(input: $input) {
            integration { id } userErrors { code field message }
        } }";
        let mut credentials = setup::connection(&desk.bridge)["credentials"].clone();
        for (field, value) in [("public_key", "public-2"), ("private_key", "private-2")] {
            let fields = credentials.as_array_mut().expect("a list");
            let entry = fields.iter_mut().find(|entry| entry["field"] == *field);
            entry.expect("a field of the form")["value"] = json!(value);
        }
        let keys = json!({ "integrationId": desk.integration, "credentials": credentials });
        client.succeed(rekey, keys).await;
        assert_eq!(socket.event().await, told("ACTIVE", None));

        let pause = "mutation P($input: PauseIntegrationInput!) { pauseIntegration(input: $input) {
            integration { id } userErrors { code field message }
        } }";
        client.succeed(pause, input).await;
        assert_eq!(socket.event().await, told("PAUSED", None));
        desk.activate().await;
        assert_eq!(socket.event().await, told("ACTIVE", None));

        // Another replica changes the row; where the integration is then is computed.
        let db = desk.bridge.app.db.write();
        let row = integration::Entity::find().one(db).await.expect("it can be read");
        let mut row: integration::ActiveModel = row.expect("there is one").into();
        row.status = Set(IntegrationStatus::Connected);
        row.update(db).await.expect("it can be written");
        assert_eq!(socket.event().await, told("READY", None));
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn only_those_who_may_see_it_are_told() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let (ours, theirs) = (bridge.client("ours", &[]), bridge.client("theirs", &[]));
        let job = slow_import(&bridge, &ours, "COMPANIES", 0).await;
        setup::finished(&ours, &job).await;
        let integration = "bm90aGluZw";
        for (client, query, id, code) in [
            (&theirs, JOB, job.as_str(), "NOT_FOUND"),
            (&ours, JOB, integration, "NOT_FOUND"),
            (&ours, INTEGRATION, job.as_str(), "NOT_FOUND"),
            (&ours, INTEGRATION, integration, "NOT_FOUND"),
            (
                &bridge.client("ours", &[Permission::AgentReport]),
                JOB,
                job.as_str(),
                "FORBIDDEN",
            ),
        ] {
            let mut socket = client.subscribe(query, json!({ "id": id })).await;
            match socket.hear().await {
                Said::Error(errors) => assert_eq!(errors[0]["extensions"]["code"], code, "{errors}"),
                other => panic!("{other:?}"),
            }
        }
        for (payload, code) in [(json!({}), 4401), (json!({ "Authorization": "Bearer x" }), 4403)] {
            let mut nobody = Socket::open(&bridge.base).await;
            nobody.introduce(payload).await;
            assert_eq!(nobody.hear().await, Said::Close(code));
        }
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_limits_of_queries_are_those_of_subscriptions() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        let subscription =
            |selection: &str| format!("subscription S($id: ID!) {{ integrationChanged(id: $id) {{ {selection} }} }}");
        let page = "companies(first: 100) { nodes { id state health company { id name } psaCompany { id name } } }";
        let costly: String = (0..8).map(|number| format!("c{number}: {page} ")).collect();
        let deep = format!("{} id {}", "jobs { ".repeat(40), "} ".repeat(40));
        for (selection, words) in [(costly, "too complex"), (deep, "recursion depth")] {
            let query = subscription(&selection);
            let mut socket = client.subscribe(&query, json!({ "id": integration })).await;
            match socket.hear().await {
                Said::Error(errors) => {
                    assert_eq!(errors[0]["extensions"]["code"], "QUERY_TOO_COMPLEX", "{errors}");
                    let message = errors[0]["message"].as_str().expect("a text");
                    assert!(message.contains(words), "{message}");
                }
                other => panic!("{other:?}"),
            }
        }
        let mut socket = client
            .subscribe(&subscription(page), json!({ "id": integration }))
            .await;
        assert_eq!(socket.event().await["companies"]["nodes"], json!([]));
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_stopping_server_closes_what_is_open() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        let mut socket = client.subscribe(INTEGRATION, json!({ "id": integration })).await;
        assert_eq!(socket.event().await["status"], "CONNECTED");
        let began = tokio::time::Instant::now();
        let (_, heard) = tokio::join!(bridge.stop(), socket.hear());
        assert_eq!(heard, Said::Close(1001));
        assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    })
    .await;
}
