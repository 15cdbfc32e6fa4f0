//! What a token is good for, until it is revoked or its time is over.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use psa_bridge::auth::Permission;
use psa_tests::{Bridge, MovedClock, Options, on_each_database, setup};
use serde_json::{Value, json};

use super::{CREATE, LIST, NODE, REVOKE, WHO, refusal, script};
use crate::rows;

#[tokio::test]
async fn a_script_may_do_what_its_token_allows_and_nothing_more() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let agent = script(&bridge, &bridge.admin(), "inventory", &["AGENT_REPORT"]).await;
        let who = agent.client.run(WHO, json!({})).await;
        let expected =
            json!({ "subject": "inventory", "permissions": ["AGENT_REPORT"], "provider": { "name": "acme" } });
        assert_eq!(who["viewer"], expected);

        let records = json!([{ "externalId": "c0", "name": "Coho" }]);
        agent
            .client
            .succeed(setup::REPORT_COMPANIES, json!({ "records": records }))
            .await;
        let companies = "{ consoleCompanies { nodes { name } } }";
        let seen = bridge.admin().run(companies, json!({})).await;
        assert_eq!(seen["consoleCompanies"]["nodes"], json!([{ "name": "Coho" }]));

        let input = json!({ "input": { "name": "another", "permissions": ["AGENT_REPORT"] } });
        for (query, variables) in [
            (companies, json!({})),
            (LIST, json!({})),
            (CREATE, input),
            (REVOKE, json!({ "input": { "id": agent.id } })),
        ] {
            let (status, code, _) = refusal(&agent.client, query, variables).await;
            assert_eq!((status, code.as_str()), (200, "FORBIDDEN"), "{query}");
        }
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_secret_is_shown_once_and_kept_nowhere() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let admin = bridge.admin();
        let token = script(&bridge, &admin, "nightly", &["PSA_READ", "PSA_MANAGE"]).await;
        let (hint, rest) = token.secret.split_at(11);
        assert!(hint.starts_with("psab_"), "{hint}");

        let answers = [
            token.client.run(WHO, json!({})).await,
            token.client.run(LIST, json!({})).await,
            admin.run(NODE, json!({ "id": token.id })).await,
            admin
                .mutate(CREATE, json!({ "name": "nightly", "permissions": ["PSA_READ"] }))
                .await,
            admin.mutate(REVOKE, json!({ "id": token.id })).await,
            admin.run(LIST, json!({ "filter": { "includeRevoked": true } })).await,
            token.client.send(WHO, json!({})).await.expect("an answer").1,
        ];
        for answer in &answers {
            assert!(!answer.to_string().contains(rest), "{answer}");
        }
        assert_eq!(answers[2]["node"]["hint"], hint);

        let digits = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
        let random = URL_SAFE_NO_PAD.decode(&token.secret["psab_".len()..]).expect("base64");
        let rows = rows::of(&database.url).await;
        assert!(
            rows.iter().any(|row| row.contains(hint)),
            "the rows can be searched at all"
        );
        for needle in [rest.to_owned(), digits(rest.as_bytes()), digits(&random)] {
            let found = rows
                .iter()
                .find(|row| row.to_lowercase().contains(&needle.to_lowercase()));
            assert_eq!(found, None);
        }
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_revoked_token_is_refused_at_once_by_every_replica() {
    on_each_database(|database| async move {
        let (bridge, replica) = (Bridge::start(&database).await, Bridge::start(&database).await);
        let admin = bridge.admin();
        let here = script(&bridge, &admin, "nightly", &["PSA_READ"]).await;
        let there = psa_tests::Client::new(&replica.base, Some(here.secret.clone().into()));
        for client in [&here.client, &there] {
            client.run(WHO, json!({})).await;
        }
        let first = admin.succeed(REVOKE, json!({ "id": here.id })).await;
        assert_eq!(first["apiToken"]["state"], "REVOKED");
        assert_eq!(first["apiToken"]["revokedBy"], "tester");
        for client in [&here.client, &there] {
            let (status, code, message) = refusal(client, WHO, json!({})).await;
            assert_eq!((status, code.as_str()), (401, "UNAUTHENTICATED"));
            assert!(message.starts_with("The API token was revoked."), "{message}");
        }
        let again = admin.succeed(REVOKE, json!({ "id": here.id })).await;
        assert_eq!(again, first, "revoking again changes nothing");
        replica.stop().await;
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_token_is_refused_when_its_time_is_over() {
    on_each_database(|database| async move {
        let (bridge, clock) = with_clock(&database).await;
        let end = bridge.app.now() + TimeDelta::days(30);
        let input = json!({ "name": "nightly", "permissions": ["PSA_READ"], "expiresAt": end });
        let payload = bridge.admin().succeed(CREATE, input).await;
        let token = &payload["apiToken"];
        assert_eq!((instant(&token["expiresAt"]), &token["state"]), (end, &json!("ACTIVE")));
        let secret = setup::text(&payload["secret"]);
        let client = psa_tests::Client::new(&bridge.base, Some(secret.into()));
        clock.advance(TimeDelta::days(30) - TimeDelta::minutes(5));
        client.run(WHO, json!({})).await;
        clock.advance(TimeDelta::minutes(5));
        let (status, code, message) = refusal(&client, WHO, json!({})).await;
        assert_eq!((status, code.as_str()), (401, "UNAUTHENTICATED"));
        assert!(message.starts_with("The API token has expired."), "{message}");
        let list = bridge.admin().run(LIST, json!({})).await;
        assert_eq!(list["apiTokens"]["nodes"][0]["state"], "EXPIRED");
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_last_use_is_seen_to_the_minute() {
    on_each_database(|database| async move {
        let (bridge, clock) = with_clock(&database).await;
        let admin = bridge.admin();
        let token = script(&bridge, &admin, "nightly", &["PSA_READ"]).await;
        let last_used = async || {
            let node = admin.run(NODE, json!({ "id": token.id })).await;
            node["node"]["lastUsedAt"].clone()
        };
        assert_eq!(last_used().await, Value::Null);
        let before = bridge.app.now();
        token.client.run(WHO, json!({})).await;
        let first = last_used().await;
        assert!(
            instant(&first) >= before && instant(&first) <= bridge.app.now(),
            "{first}"
        );
        token.client.run(WHO, json!({})).await;
        assert_eq!(last_used().await, first, "not every use is written down");
        clock.advance(TimeDelta::minutes(1));
        token.client.run(WHO, json!({})).await;
        assert!(instant(&last_used().await) - instant(&first) >= TimeDelta::minutes(1));
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_no_token_is_refused_and_nothing_is_told_about_those_there_are() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let token = script(&bridge, &bridge.admin(), "nightly", &["PSA_READ"]).await;
        let invented = format!("{}{}", &token.secret[..11], "A".repeat(37));
        for (text, reason) in [
            (invented, "The API token is not valid."),
            (token.secret[..40].to_owned(), "The API token is not complete."),
            ("psab_".to_owned(), "The API token is not complete."),
            (token.secret["psab_".len()..].to_owned(), "The token is malformed."),
        ] {
            let client = psa_tests::Client::new(&bridge.base, Some(text.into()));
            let (status, code, message) = refusal(&client, WHO, json!({})).await;
            assert_eq!((status, code.as_str()), (401, "UNAUTHENTICATED"), "{message}");
            assert!(message.starts_with(reason), "{message}");
            assert!(!message.contains(&token.secret[11..40]), "{message}");
        }
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn another_provider_neither_sees_nor_revokes_it() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let (ours, theirs) = (bridge.client("ours", &[]), bridge.client("theirs", &[]));
        let token = script(&bridge, &ours, "nightly", &["PSA_READ"]).await;
        let everything = json!({ "filter": { "includeRevoked": true } });
        let list = theirs.run(LIST, everything).await;
        assert_eq!(list["apiTokens"], json!({ "totalCount": 0, "nodes": [] }));
        let node = json!({ "id": token.id });
        assert_eq!(ours.run(NODE, node.clone()).await["node"]["name"], "nightly");
        assert_eq!(theirs.run(NODE, node.clone()).await["node"], Value::Null);

        let stolen = theirs.mutate(REVOKE, json!({ "id": token.id })).await;
        assert_eq!(stolen["userErrors"][0]["code"], "NOT_FOUND");
        let unknown = theirs.mutate(REVOKE, json!({ "id": "bm90aGluZw" })).await;
        assert_eq!(stolen, unknown, "not yours and not there are the same");
        token.client.run(WHO, json!({})).await;
        script(&bridge, &theirs, "nightly", &["PSA_READ"]).await;
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_token_is_seen_only_by_who_may_manage() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let token = script(&bridge, &bridge.admin(), "nightly", &["PSA_READ"]).await;
        let all_but_manage: Vec<_> = Permission::ALL
            .into_iter()
            .filter(|permission| *permission != Permission::PsaManage)
            .collect();
        let reader = bridge.client("acme", &all_but_manage);
        let (_, code, _) = refusal(&reader, LIST, json!({})).await;
        assert_eq!(code, "FORBIDDEN");
        let node = reader.run(NODE, json!({ "id": token.id })).await;
        assert_eq!(node["node"], Value::Null, "node is no way around it");
        bridge.stop().await;
    })
    .await;
}

async fn with_clock(database: &psa_tests::TestDatabase) -> (Bridge, Arc<MovedClock>) {
    let clock = Arc::new(MovedClock::default());
    let options = Options {
        clock: clock.clone(),
        worker: false,
        ..Options::default()
    };
    (Bridge::start_with(database, options).await, clock)
}

fn instant(value: &Value) -> DateTime<Utc> {
    setup::text(value).parse().expect("an instant")
}
