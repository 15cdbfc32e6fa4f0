//! Webhooks that are half made, or made with another secret.

use psa_connectors::record::{SubscriptionChange, Topic, WebhookEndpoint};
use psa_simulator::{Fault, FaultRule, autotask::Assumptions};

use crate::support::World;

fn endpoint(secret: &str) -> WebhookEndpoint {
    WebhookEndpoint {
        url: "http://127.0.0.1:9/hook".parse().expect("an address"),
        secret: secret.to_owned().into(),
        topics: vec![Topic::Tickets],
    }
}

#[tokio::test]
async fn one_that_is_half_made_is_completed() {
    let world = World::small().await;
    let fault = FaultRule::new(Fault::ResetBefore).on("POST", "/Fields").times(1);
    world.psa.inject(fault);
    let endpoint = endpoint("one");
    world.connector.ensure_webhook(&endpoint).await.expect_err("half made");
    assert_eq!(world.psa.records("TicketWebhookFields").len(), 0);
    let completed = world.connector.ensure_webhook(&endpoint).await.expect("completed");
    assert_eq!(completed[0].change, SubscriptionChange::Registered);
    let (hooks, fields) = (
        world.psa.records("TicketWebhooks"),
        world.psa.records("TicketWebhookFields"),
    );
    assert_eq!((hooks.len(), fields.len()), (1, 3));
    assert_eq!(world.psa.records("TicketWebhookExcludedResources").len(), 1);
    let again = world.connector.ensure_webhook(&endpoint).await.expect("whole");
    assert_eq!(again[0].change, SubscriptionChange::Unchanged);
}

#[tokio::test]
async fn one_with_another_secret_is_made_anew() {
    let world = World::assuming(Assumptions {
        shows_secret_key: true,
        ..Assumptions::default()
    })
    .await;
    let first = world
        .connector
        .ensure_webhook(&endpoint("one"))
        .await
        .expect("registered");
    let second = world
        .connector
        .ensure_webhook(&endpoint("two"))
        .await
        .expect("registered");
    assert_eq!(second[0].change, SubscriptionChange::Registered);
    assert_ne!(first[0].id, second[0].id);
    assert_eq!(world.psa.records("TicketWebhooks").len(), 1);
    let long = world.connector.ensure_webhook(&endpoint(&"x".repeat(65))).await;
    assert!(long.is_err(), "a secret that the PSA would cut off");
}
