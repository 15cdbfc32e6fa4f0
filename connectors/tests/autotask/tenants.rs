//! What differs from one tenant to another, and what one tenant has in the course of time.

use psa_connectors::{ErrorKind, FieldProblem, ReadQuery};
use psa_simulator::autotask::{Assumptions, BadIntegrationCode, LastPage, SimulatorOptions};

use crate::support::{World, connect};

#[tokio::test]
async fn a_tenant_that_moved_is_followed() {
    let world = World::small().await;
    let before = world.connector.companies(&ReadQuery::all()).await.expect("a page");
    world.psa.move_zone();
    world.psa.clear_requests();
    assert_eq!(
        world.connector.companies(&ReadQuery::all()).await.expect("a page"),
        before
    );
    let statuses: Vec<_> = world.psa.requests().iter().map(|request| request.status).collect();
    assert_eq!(
        statuses,
        [Some(401), Some(200), Some(200)],
        "refused, asked for, answered"
    );
}

#[tokio::test]
async fn a_list_ends_however_its_end_is_told() {
    for last_page in [LastPage::Null, LastPage::Empty, LastPage::Absent] {
        let world = World::assuming(Assumptions {
            last_page,
            ..Assumptions::default()
        })
        .await;
        let query = ReadQuery {
            page_size: Some(13),
            ..ReadQuery::all()
        };
        let page = world.connector.companies(&query).await.expect("a page");
        assert_eq!((page.records.len(), page.next), (13, None), "{last_page:?}");
    }
}

#[tokio::test]
async fn a_wrong_tracking_identifier_is_the_operators_where_the_psa_tells() {
    let operators = ErrorKind::Invalid {
        fields: vec![FieldProblem {
            field: "autotask.integration_code".to_owned(),
            message: "IntegrationCode is invalid".to_owned(),
        }],
    };
    for (bad_integration_code, expected) in [
        (BadIntegrationCode::Error, operators),
        (BadIntegrationCode::Unauthorized, ErrorKind::Unauthorized),
    ] {
        let world = World::assuming(Assumptions {
            bad_integration_code,
            ..Assumptions::default()
        })
        .await;
        let usual = SimulatorOptions::default();
        let wrong = connect(world.psa.base_url(), &usual.user_name, &usual.secret, "ANOTHER");
        let error = wrong.verify().await.expect_err("a wrong identifier");
        assert_eq!(error.kind(), &expected);
        world.connector.verify().await.expect("the right one");
    }
}

#[tokio::test]
async fn the_others_of_a_tenant_are_not_starved() {
    let world = World::assuming(Assumptions {
        requests_per_hour: 100,
        ..Assumptions::default()
    })
    .await;
    for _ in 0..75 {
        world.connector.contacts(&ReadQuery::all()).await.expect("a page");
    }
    // The look at the threshold is a request too: it is the 78th, and that is more than three quarters.
    world.connector.verify().await.expect_err("little is left");
    let error = world
        .connector
        .contacts(&ReadQuery::all())
        .await
        .expect_err("little is left");
    assert_eq!(error.kind(), &ErrorKind::RateLimited);
    assert!(error.retry_after().is_some());
    let before = world.psa.requests().len();
    world.connector.contacts(&ReadQuery::all()).await.expect_err("still");
    assert_eq!(world.psa.requests().len(), before, "nothing was sent");
}
