//! Announcements of the PSA.

use psa_conformance::receiver::{Delivery, Receiver};
use psa_connectors::{
    ErrorKind,
    record::{RecordChange, SubscriptionChange, Topic, WebhookEndpoint},
};

use crate::{
    bench::Deed,
    case::{Case, case},
    world::{World, again, refused_fields},
};

pub(super) const CASES: &[Case] = &[
    case!("R-WEBHOOK-01", [Webhooks], registered_once),
    case!("R-WEBHOOK-02", [Webhooks], revived),
    case!("R-WEBHOOK-03", [Webhooks], removed),
    case!("R-WEBHOOK-04", [Webhooks, Companies], a_change_is_announced),
    case!("R-WEBHOOK-05", [Webhooks, Companies], signed_byte_for_byte),
    case!("R-WEBHOOK-06", [Webhooks, Companies], no_foreign_host),
    case!("R-WEBHOOK-07", [Webhooks, Companies], delivered_twice),
    case!("R-WEBHOOK-08", [Webhooks], something_else),
    case!("R-WEBHOOK-09", [Webhooks], topics_are_declared),
];

async fn ensure(world: &World, endpoint: &WebhookEndpoint) -> Vec<(Topic, SubscriptionChange)> {
    let subscriptions = again(async || world.psa.ensure_webhook(endpoint).await).await;
    let known = subscriptions
        .iter()
        .all(|subscription| !subscription.id.trim().is_empty());
    assert!(known, "{subscriptions:?}");
    subscriptions
        .iter()
        .map(|subscription| (subscription.topic, subscription.change))
        .collect()
}

/// All topics of the connector, not in their own order.
fn topics(world: &World) -> Vec<Topic> {
    world.descriptor().topics.iter().rev().copied().collect()
}

async fn registered_once(world: &World) {
    let topics = topics(world);
    let endpoint = Receiver::start().await.endpoint("hook", &topics);
    let first = ensure(world, &endpoint).await;
    assert_eq!(first.iter().map(|(topic, _)| *topic).collect::<Vec<_>>(), topics);
    for (_, change) in first {
        world.assert_did(change, SubscriptionChange::Registered, SubscriptionChange::Unchanged);
    }
    let second = ensure(world, &endpoint).await;
    let unchanged: Vec<_> = topics
        .iter()
        .map(|topic| (*topic, SubscriptionChange::Unchanged))
        .collect();
    assert_eq!(second, unchanged);
    assert_eq!(world.bench.subscriptions(&endpoint), vec![true; topics.len()]);
}

async fn revived(world: &World) {
    let topics = topics(world);
    let endpoint = Receiver::start().await.endpoint("hook", &topics);
    ensure(world, &endpoint).await;
    world.bench.act(Deed::SwitchOff(&endpoint));
    assert_eq!(world.bench.subscriptions(&endpoint), vec![false; topics.len()]);
    for (_, change) in ensure(world, &endpoint).await {
        world.assert_did(change, SubscriptionChange::Revived, SubscriptionChange::Unchanged);
    }
    assert_eq!(world.bench.subscriptions(&endpoint), vec![true; topics.len()]);
}

async fn removed(world: &World) {
    let receiver = Receiver::start().await;
    let topics = topics(world);
    let endpoint = receiver.endpoint("ours", &topics);
    let others = receiver.endpoint("theirs", &topics);
    ensure(world, &endpoint).await;
    world.bench.act(Deed::SubscribeOthers(&endpoint, &others));
    // Whatever its topics: the endpoint that is removed need not name them all.
    let fewer = receiver.endpoint("ours", &topics[..1]);
    for _ in 0..2 {
        again(async || world.psa.remove_webhook(&fewer).await).await;
        assert_eq!(world.bench.subscriptions(&endpoint), Vec::<bool>::new());
        assert_eq!(world.bench.subscriptions(&others), vec![true; topics.len()]);
    }
}

/// An announcement of a change of the company, as the PSA sends it.
async fn announced(world: &World, receiver: &mut Receiver) -> (WebhookEndpoint, Delivery) {
    let endpoint = receiver.endpoint("hook", &[Topic::Companies]);
    ensure(world, &endpoint).await;
    world
        .bench
        .act(Deed::RenameCompany(&world.facts().company, "Renamed & \"announced\""));
    (endpoint, receiver.next().await)
}

async fn a_change_is_announced(world: &World) {
    let (endpoint, delivery) = announced(world, &mut Receiver::start().await).await;
    let hints = world
        .psa
        .open_delivery(&endpoint, delivery.inbound())
        .await
        .expect("a hint");
    let seen: Vec<_> = hints
        .iter()
        .map(|hint| (hint.topic, hint.record.as_str(), hint.change))
        .collect();
    assert_eq!(
        seen,
        [(Topic::Companies, world.facts().company.as_str(), RecordChange::Changed)]
    );
}

async fn signed_byte_for_byte(world: &World) {
    let (endpoint, delivery) = announced(world, &mut Receiver::start().await).await;
    let open = async |delivery: &Delivery| world.psa.open_delivery(&endpoint, delivery.inbound()).await;
    open(&delivery).await.expect("the real one");
    let mut spaced = delivery.clone();
    spaced.body.push(b'\n');
    let with = |sign: fn(&str) -> Option<String>| {
        let mut other = delivery.clone();
        let kept = other.headers.into_iter().filter_map(|(name, value)| {
            if name.to_ascii_lowercase().contains("signature") {
                sign(&value).map(|value| (name, value))
            } else {
                Some((name, value))
            }
        });
        other.headers = kept.collect();
        other
    };
    let unsigned = with(|_| None);
    let emptied = with(|_| Some(String::new()));
    let reversed = with(|signature| Some(signature.chars().rev().collect()));
    for (what, forged) in [
        ("a space more", spaced),
        ("no signature", unsigned),
        ("an empty signature", emptied),
        ("another signature", reversed),
    ] {
        let error = open(&forged).await.expect_err(what);
        assert_eq!(refused_fields(&error), ["signature"], "{what}: {error:?}");
    }
    for place in (0..delivery.body.len()).step_by(7) {
        let mut changed = delivery.clone();
        changed.body[place] ^= 1;
        let error = open(&changed).await.expect_err("one byte is another");
        let named = refused_fields(&error);
        assert!(["signature", "body"].contains(&named[0]), "byte {place}: {error:?}");
    }
    open(&delivery).await.expect("the real one still");
}

async fn no_foreign_host(world: &World) {
    let (endpoint, delivery) = announced(world, &mut Receiver::start().await).await;
    let mut elsewhere = Receiver::start().await;
    for host in [
        elsewhere.base().to_owned(),
        elsewhere.base().replace("127.0.0.1", "localhost"),
    ] {
        let Some(forged) = world.bench.forge(&delivery, &host) else {
            continue;
        };
        let before = world.bench.requests().len();
        let error = world
            .psa
            .open_delivery(&endpoint, forged.inbound())
            .await
            .expect_err("forged");
        assert!(matches!(error.kind(), ErrorKind::Invalid { .. }), "{error:?}");
        assert!(elsewhere.is_untouched(), "a request left to {host}");
        assert_eq!(world.bench.requests().len(), before);
    }
    let hints = world.psa.open_delivery(&endpoint, delivery.inbound()).await;
    assert_eq!(hints.expect("the real one").len(), 1);
}

async fn delivered_twice(world: &World) {
    let (endpoint, delivery) = announced(world, &mut Receiver::start().await).await;
    let first = world
        .psa
        .open_delivery(&endpoint, delivery.inbound())
        .await
        .expect("a hint");
    let second = world
        .another()
        .open_delivery(&endpoint, delivery.inbound())
        .await
        .expect("a hint");
    assert_eq!(first, second);
    assert!(first.iter().all(|hint| hint.delivery.is_some()), "{first:?}");
}

async fn something_else(world: &World) {
    let mut receiver = Receiver::start().await;
    let endpoint = receiver.endpoint("hook", &topics(world));
    world.bench.act(Deed::AnnounceSomethingElse(&endpoint));
    let delivery = receiver.next().await;
    let hints = world.psa.open_delivery(&endpoint, delivery.inbound()).await;
    assert_eq!(hints.expect("it is genuine"), []);
}

async fn topics_are_declared(world: &World) {
    let endpoint = Receiver::start().await.endpoint("hook", &[]);
    let all = [
        Topic::Companies,
        Topic::Contacts,
        Topic::Products,
        Topic::Agreements,
        Topic::Tickets,
    ];
    for topic in all {
        if world.descriptor().topics.contains(&topic) {
            continue;
        }
        let topics = vec![topic];
        let endpoint = WebhookEndpoint {
            topics,
            ..endpoint.clone()
        };
        let error = world
            .psa
            .ensure_webhook(&endpoint)
            .await
            .expect_err("it is not declared");
        assert_eq!(error.kind(), &ErrorKind::Unsupported, "{topic:?}: {error:?}");
    }
    assert_eq!(world.bench.requests(), []);
}
