//! What differs from one server to another: its age, its release, its role, whether it takes bundles.

use psa_connectors::{ErrorKind, ReadQuery, descriptor::RightState, record::AgreementId};
use psa_simulator::DataSet;
use psa_simulator::connectwise::{Assumptions, BadCredentials, Codebase, Level, OtherCodebase, RightsChange};

use crate::support::{World, connect, walk};

#[tokio::test]
async fn an_old_server_is_read_by_number_without_losing_or_doubling_a_record() {
    let world = World::assuming(Assumptions {
        forward_only: false,
        ..Assumptions::default()
    })
    .await;
    for size in [1, 4, 5, 6, 12, 1000] {
        let query = ReadQuery {
            page_size: Some(size),
            ..ReadQuery::all()
        };
        let connector = &world.connector;
        let (companies, _) = walk(query, |query| async move { connector.companies(&query).await }).await;
        let ids: Vec<i64> = companies
            .iter()
            .map(|company| company.id.as_str().parse().expect("a number"))
            .collect();
        assert_eq!(ids.len(), 12, "pages of {size}");
        assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
    }
}

#[tokio::test]
async fn an_upgraded_server_is_found_at_its_new_release() {
    for others in [OtherCodebase::CannotRoute, OtherCodebase::NotFound] {
        let world = World::small().await;
        world.connector.verify().await.expect("verified");
        world.psa.set_codebase(Codebase {
            alias: false,
            others,
            ..Codebase::new("v2025_2")
        });
        let companies = world.connector.companies(&ReadQuery::all()).await.expect("found again");
        assert_eq!(companies.records.len(), 12);
        world.psa.clear_requests();
        world.connector.contacts(&ReadQuery::all()).await.expect("known by now");
        assert_eq!(world.psa.requests().len(), 1);
    }
}

#[tokio::test]
async fn keys_that_a_cloud_answers_with_404_are_still_wrong_keys() {
    let world = World::assuming(Assumptions {
        bad_credentials: BadCredentials::NotFound,
        ..Assumptions::default()
    })
    .await;
    let wrong = connect(world.psa.base_url(), &[("private_key", "guess")]);
    assert_eq!(
        wrong.verify().await.expect_err("wrong keys").kind(),
        &ErrorKind::Unauthorized
    );
    assert!(world.connector.verify().await.is_ok());
}

#[tokio::test]
async fn the_role_tells_what_trying_cannot() {
    let world = World::small().await;
    let named = connect(world.psa.base_url(), &[("member_id", "apimember")]);
    let of = async |right: &str| {
        let findings = named.check_rights().await.expect("findings");
        *findings.iter().find(|finding| finding.right == right).expect(right)
    };
    let refused = of("service.tickets").await;
    assert_eq!(
        (refused.add, refused.inquire),
        (RightState::Unknown, RightState::Granted),
        "the role may not be read"
    );

    let set = |module: &str, function: &str, levels: [Option<Level>; 3]| {
        let [add, edit, inquire] = levels;
        world.psa.set_rights(&RightsChange {
            module: module.to_owned(),
            function: function.to_owned(),
            add,
            edit,
            delete: None,
            inquire,
        });
    };
    set("System", "Security Roles", [None, None, Some(Level::All)]);
    set(
        "Finance",
        "Agreements",
        [Some(Level::None), Some(Level::My), Some(Level::All)],
    );
    set("Companies", "Contacts", [None, None, Some(Level::None)]);
    let tickets = of("service.tickets").await;
    assert_eq!(
        (tickets.add, tickets.edit, tickets.inquire),
        (RightState::Granted, RightState::Granted, RightState::Granted)
    );
    let agreements = of("finance.agreements").await;
    assert_eq!(
        (agreements.add, agreements.edit),
        (RightState::Missing, RightState::Partial)
    );
    assert_eq!(of("companies.contacts").await.inquire, RightState::Missing);
    assert_eq!(of("companies.contacts").await.add, RightState::NotNeeded);
    let unknown = of("procurement.billable_option").await;
    assert_eq!(
        (unknown.add, unknown.inquire),
        (RightState::Unknown, RightState::Unknown),
        "the role has no such row"
    );

    // A setup table that is hidden by "customize" does not show in the levels, but in trying.
    let stranger = connect(world.psa.base_url(), &[("member_id", "Nobody")]);
    let findings = stranger.check_rights().await.expect("findings");
    assert!(
        findings.iter().all(|finding| finding.add != RightState::Granted),
        "the role of nobody is not known"
    );
    assert!(world.psa.requests().iter().all(|request| request.method == "GET"));
}

async fn agreements(world: &World) -> Vec<AgreementId> {
    let connector = &world.connector;
    let (agreements, _) = walk(
        ReadQuery::all(),
        |query| async move { connector.agreements(&query).await },
    )
    .await;
    agreements.into_iter().map(|agreement| agreement.id).collect()
}

#[tokio::test]
async fn what_all_agreements_hold_is_read_in_bundles_where_there_are_any() {
    for (bundles_served, bundle_limit) in [(true, 100), (true, 10), (false, 100)] {
        let world = World::assuming(Assumptions {
            bundles_served,
            bundle_limit,
            ..Assumptions::default()
        })
        .await;
        let mut asked = agreements(&world).await;
        asked.push(AgreementId::new("4711"));
        let held = world.connector.additions_of(&asked).await.expect("read");
        assert_eq!(held.len(), asked.len() - 1, "an unknown agreement is left out");
        let mut count = 0;
        for (agreement, additions) in &held {
            let alone = world.connector.additions(agreement).await.expect("read");
            assert_eq!(*additions, alone);
            count += additions.len();
        }
        assert_eq!(count, world.psa.records("additions").len());
    }
}

#[tokio::test]
async fn a_revoked_right_is_an_error_and_not_an_empty_agreement() {
    let world = World::small().await;
    let asked = agreements(&world).await;
    world.revoke("Finance", "Agreements");
    let error = world.connector.additions_of(&asked).await.expect_err("refused");
    let right = Some("finance.agreements");
    assert_eq!(error.kind(), &ErrorKind::Forbidden { right });
}

#[tokio::test]
async fn twelve_hundred_agreements_take_few_requests() {
    let world = World::new(DataSet::Msp).await;
    let asked = agreements(&world).await;
    world.psa.clear_requests();
    let held = world.connector.additions_of(&asked).await.expect("read");
    assert_eq!(held.len(), 1200);
    assert_eq!(
        held.values().map(Vec::len).sum::<usize>(),
        world.psa.records("additions").len()
    );
    let requests = world.psa.requests().len();
    assert!(requests <= 30, "{requests} requests");
}
