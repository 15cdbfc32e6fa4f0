//! Tests of answers that the engine leaves incomplete.

use async_graphql::{EmptySubscription, Interface, Object, Result, Schema};
use serde_json::{Value as Json, json};

use super::*;

#[derive(Clone)]
struct Leaf;

#[Object]
impl Leaf {
    async fn slow(&self) -> i32 {
        tokio::task::yield_now().await;
        1
    }

    async fn quick(&self) -> i32 {
        2
    }

    async fn broken(&self) -> Result<i32> {
        Err("broken".into())
    }

    async fn perhaps(&self) -> Result<Option<i32>> {
        Err("perhaps".into())
    }

    async fn absent(&self) -> Option<i32> {
        None
    }

    async fn json(&self) -> async_graphql::Json<Json> {
        async_graphql::Json(json!({ "b": [{ "c": 1 }], "a": null }))
    }

    async fn wrong(&self) -> async_graphql::Json<Json> {
        async_graphql::Json(Json::Null)
    }
}

struct Twig(i32);

#[Object]
impl Twig {
    async fn name(&self) -> Result<String> {
        if self.0 == 1 {
            return Err("no name".into());
        }
        Ok(format!("twig {}", self.0))
    }
}

#[derive(Interface)]
#[graphql(field(name = "quick", ty = "i32"))]
enum Any {
    Leaf(Leaf),
}

struct Query;

#[Object]
impl Query {
    async fn leaf(&self) -> Option<Leaf> {
        Some(Leaf)
    }

    async fn certain(&self) -> Leaf {
        Leaf
    }

    async fn any(&self) -> Any {
        Leaf.into()
    }

    async fn twigs(&self) -> Vec<Option<Twig>> {
        (0..3).map(|number| Some(Twig(number))).collect()
    }

    async fn certain_twigs(&self) -> Option<Vec<Twig>> {
        Some((0..3).map(Twig).collect())
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn first(&self) -> Option<Leaf> {
        Some(Leaf)
    }

    async fn second(&self) -> Result<Option<Leaf>> {
        Err("forbidden".into())
    }
}

async fn answer(query: &str) -> (String, usize) {
    let schema = Schema::new(Query, Mutation, EmptySubscription);
    let shapes = Shapes::parse(&schema.sdl()).unwrap();
    let response = Complete::new(schema, Arc::new(shapes))
        .execute(Request::new(query))
        .await;
    (serde_json::to_string(&response.data).unwrap(), response.errors.len())
}

#[tokio::test]
async fn fields_come_in_the_order_of_the_query() {
    let (data, _) = answer("{ leaf { slow quick b: slow __typename a: quick } twigs @skip(if: true) { name } }").await;
    assert_eq!(data, r#"{"leaf":{"slow":1,"quick":2,"b":1,"__typename":"Leaf","a":2}}"#);
    let (data, _) = answer("{ any { ...Slow quick } } fragment Slow on Leaf { slow }").await;
    assert_eq!(data, r#"{"any":{"slow":1,"quick":2}}"#);
    let (data, _) = answer("{ leaf { slow } leaf { quick } __schema { queryType { name } } }").await;
    assert_eq!(
        data,
        r#"{"leaf":{"slow":1,"quick":2},"__schema":{"queryType":{"name":"Query"}}}"#
    );
}

#[tokio::test]
async fn what_failed_is_null_where_the_schema_lets_it_and_else_what_it_belongs_to() {
    for (query, expected, errors) in [
        (
            "{ leaf { quick perhaps } }",
            json!({ "leaf": { "quick": 2, "perhaps": null } }),
            1,
        ),
        ("{ leaf { perhaps } }", json!({ "leaf": { "perhaps": null } }), 1),
        ("{ leaf { quick broken } }", json!({ "leaf": null }), 1),
        (
            "{ leaf { broken } certain { quick } }",
            json!({ "leaf": null, "certain": { "quick": 2 } }),
            1,
        ),
        ("{ certain { broken } }", Json::Null, 1),
        ("{ certain { perhaps broken } }", Json::Null, 2),
        (
            "{ leaf { perhaps json } }",
            json!({ "leaf": { "perhaps": null, "json": { "b": [{ "c": 1 }], "a": null } } }),
            1,
        ),
        (
            "{ leaf { quick wrong } }",
            json!({ "leaf": { "quick": 2, "wrong": null } }),
            0,
        ),
        ("{ leaf { absent } }", json!({ "leaf": { "absent": null } }), 0),
        (
            "{ twigs { name } }",
            json!({ "twigs": [{ "name": "twig 0" }, null, { "name": "twig 2" }] }),
            1,
        ),
        ("{ certainTwigs { name } }", json!({ "certainTwigs": null }), 1),
        (
            "mutation { first { quick } second { quick } }",
            json!({ "first": { "quick": 2 }, "second": null }),
            1,
        ),
        (
            "query A { leaf { perhaps } }",
            json!({ "leaf": { "perhaps": null } }),
            1,
        ),
    ] {
        let (data, found) = answer(query).await;
        let data: Json = serde_json::from_str(&data).unwrap();
        assert_eq!((data, found), (expected, errors), "{query}");
    }
}

#[tokio::test]
async fn an_object_of_which_nothing_is_wanted_is_no_null() {
    let (data, _) = answer("{ certain { quick @skip(if: true) } }").await;
    assert_eq!(data, r#"{"certain":{}}"#);
}
