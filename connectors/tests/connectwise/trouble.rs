//! Bad moments between us and the PSA.

use std::time::{Duration, Instant};

use psa_connectors::{
    ErrorKind, ReadQuery,
    record::{AdditionTarget, AgreementId, DesiredAddition, ProductId, WriteKey},
};
use psa_simulator::Fault;
use serde_json::json;

use crate::support::{World, connect, day, refused_fields};

fn status(code: u16) -> Fault {
    Fault::Status {
        code,
        retry_after: None,
        body: None,
    }
}

#[tokio::test]
async fn reads_come_through_resets_and_gateway_errors() {
    for fault in [Fault::ResetBefore, Fault::ResetAfterCommit, status(502), status(503)] {
        let world = World::small().await;
        world.trouble("GET", "company/companies", fault.clone(), Some(1));
        let companies = world
            .connector
            .companies(&ReadQuery::all())
            .await
            .expect("read at last");
        assert_eq!(companies.records.len(), 12, "{fault:?}");
        assert_eq!(world.requests("GET", "company/companies"), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn a_500_is_repeated_only_when_it_speaks_of_time() {
    let world = World::small().await;
    let body = |message: &str| Some(json!({ "code": "ConnectWiseApi", "message": message }));
    let slow = Fault::Status {
        code: 500,
        retry_after: None,
        body: body("A timeout has occured. Please try again."),
    };
    world.trouble("GET", "company/contacts", slow, Some(1));
    assert!(world.connector.contacts(&ReadQuery::all()).await.is_ok());
    let broken = Fault::Status {
        code: 500,
        retry_after: None,
        body: body("Object reference not set."),
    };
    world.trouble("GET", "finance/agreements", broken, None);
    let error = world.connector.agreements(&ReadQuery::all()).await.expect_err("broken");
    assert_eq!(error.kind(), &ErrorKind::Unavailable);
    assert_eq!(world.requests("GET", "finance/agreements"), 1);
}

#[tokio::test]
async fn a_429_is_waited_for_and_a_long_one_is_handed_back() {
    let world = World::small().await;
    world.connector.verify().await.expect("verified");
    world.trouble(
        "GET",
        "company/companies",
        Fault::Status {
            code: 429,
            retry_after: Some(1),
            body: None,
        },
        Some(1),
    );
    #[expect(
        clippy::disallowed_methods,
        reason = "a real pause is measured against a real server"
    )]
    let started = Instant::now();
    let companies = world
        .connector
        .companies(&ReadQuery::all())
        .await
        .expect("after the pause");
    assert_eq!(companies.records.len(), 12);
    assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());

    let long = Fault::Status {
        code: 429,
        retry_after: Some(600),
        body: Some("<html>slow down</html>".into()),
    };
    world.trouble("POST", "additions", long, None);
    let target = AdditionTarget {
        agreement: AgreementId::new("2"),
        product: ProductId::new("1"),
        addition: None,
        seen: None,
    };
    let desired = DesiredAddition {
        quantity: 1.into(),
        unit_price: None,
        unit_cost: None,
        description: None,
    };
    let set = world
        .connector
        .set_addition(&target, &desired, day("2026-03-01"), &WriteKey::new("PB:x"))
        .await;
    let error = set.expect_err("ten minutes are not waited for");
    assert_eq!(
        (error.kind(), error.retry_after()),
        (&ErrorKind::RateLimited, Some(Duration::from_secs(600)))
    );
    world.psa.clear_requests();
    let quiet = world
        .connector
        .companies(&ReadQuery::all())
        .await
        .expect_err("all of us keep quiet");
    assert_eq!(quiet.kind(), &ErrorKind::RateLimited);
    assert!(quiet.retry_after().is_some_and(|left| left > Duration::from_secs(590)));
    assert_eq!(world.psa.requests().len(), 0);
}

#[tokio::test]
async fn a_page_of_html_is_no_answer() {
    let world = World::small().await;
    world.trouble("GET", "company/companies", Fault::HtmlBody, Some(1));
    let error = world.connector.companies(&ReadQuery::all()).await.expect_err("HTML");
    assert_eq!(error.kind(), &ErrorKind::Protocol);
    world.trouble("GET", "companyinfo", Fault::HtmlBody, Some(1));
    let error = world.connector.verify().await.expect_err("not a PSA");
    assert_eq!(refused_fields(&error), ["site"]);
}

#[tokio::test]
async fn a_slow_body_is_read_to_its_end() {
    let world = World::small().await;
    world.trouble("GET", "company/companies", Fault::SlowBody { ms: 300 }, Some(1));
    assert_eq!(
        world
            .connector
            .companies(&ReadQuery::all())
            .await
            .expect("read")
            .records
            .len(),
        12
    );
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    let world = World::small().await;
    let site = world.psa.base_url().to_owned();
    world.psa.shutdown().await.expect("stopped");
    let error = connect(&site, &[]).verify().await.expect_err("nobody listens");
    assert_eq!(error.kind(), &ErrorKind::Unavailable);
    assert!(error.is_temporary());
}
