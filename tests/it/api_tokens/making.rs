//! Making and listing tokens: what a new one must be like, and in which order they stand.

use std::sync::Arc;

use chrono::TimeDelta;
use psa_bridge::auth::Permission;
use psa_tests::{Bridge, Client, MovedClock, Options, on_each_database, setup};
use serde_json::{Value, json};

use super::{CREATE, LIST, REVOKE, refusal, script};

/// Code and field of every user error, after making sure that each has a remedy and that nothing was made.
async fn mistakes(client: &Client, input: Value) -> Vec<(String, String)> {
    let payload = client.mutate(CREATE, input).await;
    assert_eq!((&payload["apiToken"], &payload["secret"]), (&Value::Null, &Value::Null));
    let errors = payload["userErrors"].as_array().expect("a list");
    let mistake = |error: &Value| {
        assert_ne!(setup::text(&error["remedy"]), "", "{error}");
        let field = error["field"].as_array().expect("a list").iter().map(setup::text);
        (setup::text(&error["code"]), field.collect::<Vec<_>>().join("."))
    };
    errors.iter().map(mistake).collect()
}

fn mistake(code: &str, field: &str) -> (String, String) {
    (code.to_owned(), field.to_owned())
}

#[tokio::test]
async fn wrong_input_gets_its_typed_errors_all_at_once() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let admin = bridge.admin();
        let taken = script(&bridge, &admin, "taken", &["PSA_READ"]).await;
        let past = bridge.app.now() - TimeDelta::seconds(1);
        let far = bridge.app.now() + TimeDelta::days(4_000);
        let with = |name: &str, permissions: &[&str], end: Value| {
            json!({ "name": name, "permissions": permissions, "expiresAt": end })
        };
        let reading = ["PSA_READ"].as_slice();
        for (input, expected) in [
            (with("  ", reading, Value::Null), vec![mistake("INVALID", "name")]),
            (with(&"x".repeat(101), reading, Value::Null), vec![mistake("INVALID", "name")]),
            (with("a\tb", reading, Value::Null), vec![mistake("INVALID", "name")]),
            (with(" taken ", reading, Value::Null), vec![mistake("ALREADY_EXISTS", "name")]),
            (with("new", &[], Value::Null), vec![mistake("REQUIRED", "permissions")]),
            (with("new", reading, json!(past)), vec![mistake("INVALID", "expiresAt")]),
            (with("new", reading, json!(far)), vec![mistake("INVALID", "expiresAt")]),
            (
                with("taken", &[], json!(past)),
                vec![
                    mistake("ALREADY_EXISTS", "name"),
                    mistake("REQUIRED", "permissions"),
                    mistake("INVALID", "expiresAt"),
                ],
            ),
        ] {
            assert_eq!(mistakes(&admin, input.clone()).await, expected, "{input}");
        }
        let list = admin.run(LIST, json!({})).await;
        assert_eq!(list["apiTokens"]["totalCount"], 1);
        admin.succeed(REVOKE, json!({ "id": taken.id })).await;
        script(&bridge, &admin, "taken", &["PSA_READ"]).await;
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn nobody_gives_away_more_than_they_have() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let manager = bridge.client("acme", &[Permission::PsaManage, Permission::PsaRead]);
        let script = script(&bridge, &manager, "deploy", &["PSA_MANAGE"]).await;
        for (maker, asked, refused) in [
            (&manager, "BILLING_APPROVE", "billing:approve"),
            (&script.client, "PSA_READ", "psa:read"),
        ] {
            let input = json!({ "name": "greedy", "permissions": ["PSA_MANAGE", asked] });
            let payload = maker.mutate(CREATE, input.clone()).await;
            let message = setup::text(&payload["userErrors"][0]["message"]);
            assert!(message.contains(refused), "{message}");
            let expected = [mistake("PERMISSION_NOT_HELD", "permissions.1")];
            assert_eq!(mistakes(maker, input).await, expected);
        }
        let child = super::script(&bridge, &script.client, "child", &["PSA_MANAGE"]).await;
        let list = child.client.run(LIST, json!({})).await;
        let maker = |index: usize| list["apiTokens"]["nodes"][index]["createdBy"].clone();
        let mut makers = [maker(0), maker(1)].map(|name| setup::text(&name));
        makers.sort();
        assert_eq!(makers, ["deploy", "tester"]);
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_list_has_the_newest_first_and_revoked_ones_only_when_asked() {
    on_each_database(|database| async move {
        let clock = Arc::new(MovedClock::default());
        let options = Options {
            clock: clock.clone(),
            worker: false,
            ..Options::default()
        };
        let bridge = Bridge::start_with(&database, options).await;
        let admin = bridge.admin();
        let mut ids = Vec::new();
        for name in ["a", "b", "c", "d"] {
            ids.push(script(&bridge, &admin, name, &["PSA_READ"]).await.id);
            clock.advance(TimeDelta::seconds(1));
        }
        admin.succeed(REVOKE, json!({ "id": ids[1] })).await;
        assert_eq!(names(&admin.run(LIST, json!({})).await), ["d", "c", "a"]);
        let everything = json!({ "filter": { "includeRevoked": true } });
        let list = admin.run(LIST, everything).await;
        assert_eq!(names(&list), ["d", "c", "b", "a"]);
        assert_eq!(list["apiTokens"]["totalCount"], 4);

        let page = "query P($first: Int, $after: String, $last: Int, $before: String) {
            apiTokens(first: $first, after: $after, last: $last, before: $before) {
                nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
            }
        }";
        let first = admin.run(page, json!({ "first": 2 })).await;
        let info = &first["apiTokens"]["pageInfo"];
        assert_eq!(names(&first), ["d", "c"]);
        assert_eq!(info["hasNextPage"], true);
        let second = admin.run(page, json!({ "first": 2, "after": info["endCursor"] })).await;
        let info = &second["apiTokens"]["pageInfo"];
        assert_eq!(names(&second), ["a"]);
        assert_eq!(
            (&info["hasNextPage"], &info["hasPreviousPage"]),
            (&json!(false), &json!(true))
        );
        let back = admin
            .run(page, json!({ "last": 1, "before": info["startCursor"] }))
            .await;
        assert_eq!(names(&back), ["c"]);
        let (_, code, _) = refusal(&admin, page, json!({ "first": 1, "last": 1 })).await;
        assert_eq!(code, "BAD_USER_INPUT");
        bridge.stop().await;
    })
    .await;
}

fn names(data: &Value) -> Vec<String> {
    let nodes = data["apiTokens"]["nodes"].as_array().expect("a list");
    nodes.iter().map(|node| setup::text(&node["name"])).collect()
}
