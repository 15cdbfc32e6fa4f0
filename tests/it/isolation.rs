//! Not yours and not there are the same answer: everything of one provider, asked for and acted on by another.

mod cases;
mod ids;
mod mutations;
mod nodes;
mod lists;
mod world;

use psa_bridge::{auth::Permission, tickets::inbound::poll};
use psa_entities::integration;
use psa_tests::{Bridge, Options, TestDatabase, on_each_database, setup};
use sea_orm::EntityTrait;
use serde_json::json;

use crate::surface::Surface;
use world::World;

/// Two providers that have one record of everything, on a server whose workers stand still.
struct Neighbours {
    bridge: Bridge,
    surface: Surface,
    ours: World,
    theirs: World,
}

impl Neighbours {
    async fn settle(database: &TestDatabase) -> Self {
        let options = Options {
            webhooks: true,
            ..Options::default()
        };
        let bridge = Bridge::start_with(database, options).await;
        let (bridge, ours) = World::build(bridge, "ours").await;
        let (bridge, theirs) = World::build(bridge, "theirs").await;
        for integration in integration::Entity::find()
            .all(bridge.app.db.read())
            .await
            .expect("a list")
        {
            poll::go_on(&bridge.app, &integration).await.expect("a poll");
        }
        let simulator = bridge.stop().await;
        let options = Options {
            worker: false,
            ..Options::default()
        };
        let bridge = Bridge::start_beside(database, simulator, options).await;
        let (ours, theirs) = (ours.on(&bridge), theirs.on(&bridge));
        let surface = Surface::read(&ours.client).await;
        Self {
            bridge,
            surface,
            ours,
            theirs,
        }
    }
}

#[tokio::test]
async fn another_providers_records_are_not_there() {
    on_each_database(|database| async move {
        let neighbours = Neighbours::settle(&database).await;
        nodes::are_seen_by_their_owner_alone(&neighbours).await;
        lists::show_nothing_of_another_provider(&neighbours).await;
        mutations::reach_nothing_of_another_provider(&neighbours, &database.url).await;
        neighbours.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_token_allows_what_it_says_and_nothing_more() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let reader = bridge.client("acme", &[Permission::PsaRead]);
        let (_, answer) = reader
            .send(setup::CONNECT, json!({ "input": setup::connection(&bridge) }))
            .await
            .expect("an answer");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
        let agent = bridge.client("acme", &[Permission::AgentReport]);
        setup_report(&agent).await;
        let (_, answer) = agent
            .send("{ integrations { nodes { id } } }", json!({}))
            .await
            .expect("an answer");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
        let (status, answer) = psa_tests::Client::new(&bridge.base, None)
            .send("{ viewer { subject } }", json!({}))
            .await
            .expect("an answer");
        assert_eq!(
            (status, &answer["errors"][0]["extensions"]["code"]),
            (401, &json!("UNAUTHENTICATED")),
            "{answer}"
        );
        bridge.stop().await;
    })
    .await;
}

async fn setup_report(agent: &psa_tests::Client) {
    let records = json!([{ "externalId": "c0", "name": "Coho" }]);
    agent
        .succeed(setup::REPORT_COMPANIES, json!({ "records": records }))
        .await;
}
