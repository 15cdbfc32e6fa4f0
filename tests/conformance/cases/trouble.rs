//! Bad moments between the connector and the PSA.

use std::time::Duration;

use psa_connectors::{
    Capability, Error, ErrorKind, ReadQuery, Result,
    descriptor::{Purpose, Right},
    record::WriteKey,
};
use tokio::time::Instant;

use crate::{
    bench::{On, Trouble},
    case::{Case, case},
    cases::tickets::draft,
    world::{World, walk},
};

pub(super) const CASES: &[Case] = &[
    case!("R-TROUBLE-01", [Companies], calm reads_come_through),
    case!("R-TROUBLE-02", [Companies], calm slow_answers_are_awaited),
    case!("R-TROUBLE-03", [Companies], calm a_pause_is_honoured),
    case!("R-TROUBLE-04", [Companies], calm a_long_pause_is_handed_back),
    case!("R-TROUBLE-05", [Companies], calm a_web_page_is_no_answer),
    case!("R-TROUBLE-06", [Tickets, FindTicketByKey], calm a_write_is_never_sent_twice),
    case!("R-TROUBLE-07", [Tickets, FindTicketByKey], calm a_refused_write_may_come_again),
    case!("R-TROUBLE-08", [Companies, Contacts], the_missing_right_is_named),
    case!("R-TROUBLE-09", [Companies], disabled_keys),
];

async fn read(world: &World) -> Result<usize> {
    world
        .psa
        .companies(&ReadQuery::all())
        .await
        .map(|page| page.records.len())
}

/// What an undisturbed read gives. The connection is warm afterwards: the next request is that of a list.
async fn undisturbed(world: &World) -> usize {
    let companies = read(world).await.expect("companies");
    assert!(companies > 0);
    companies
}

async fn reads_come_through(world: &World) {
    let companies = undisturbed(world).await;
    for trouble in [
        Trouble::ResetBefore,
        Trouble::ResetAfter,
        Trouble::ServerError,
        Trouble::Truncated,
    ] {
        let before = world.bench.requests().len();
        world.bench.arm(trouble, On::Read, 1);
        assert_eq!(read(world).await.expect("at last"), companies, "{trouble:?}");
        assert_eq!(world.bench.requests().len() - before, 2, "{trouble:?}");
        world.bench.calm();
    }
}

async fn slow_answers_are_awaited(world: &World) {
    let companies = undisturbed(world).await;
    world.bench.arm(Trouble::Slow, On::Read, 1);
    assert_eq!(read(world).await.expect("read to its end"), companies);
}

async fn a_pause_is_honoured(world: &World) {
    let companies = undisturbed(world).await;
    world.bench.arm(Trouble::TooManyRequests(1), On::Read, 1);
    let started = Instant::now();
    assert_eq!(read(world).await.expect("after the pause"), companies);
    assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
}

async fn a_long_pause_is_handed_back(world: &World) {
    undisturbed(world).await;
    world.bench.arm(Trouble::TooManyRequests(600), On::Read, 1);
    let error = read(world).await.expect_err("ten minutes are not waited for");
    assert_eq!(error.kind(), &ErrorKind::RateLimited, "{error:?}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(600)));
    assert!(error.is_temporary());
    world.bench.calm();
    let before = world.bench.requests().len();
    let quiet = read(world).await.expect_err("the pause is not over");
    assert_eq!(quiet.kind(), &ErrorKind::RateLimited, "{quiet:?}");
    assert!(
        quiet.retry_after().is_some_and(|left| left > Duration::from_secs(500)),
        "{quiet:?}"
    );
    assert_eq!(world.bench.requests().len(), before);
}

async fn a_web_page_is_no_answer(world: &World) {
    let companies = undisturbed(world).await;
    world.bench.arm(Trouble::Html, On::Read, 1);
    let error = read(world).await.expect_err("a web page");
    assert_eq!(error.kind(), &ErrorKind::Protocol, "{error:?}");
    world.bench.calm();
    assert_eq!(read(world).await.expect("companies"), companies);
}

async fn a_write_is_never_sent_twice(world: &World) {
    let troubles = [
        (Trouble::ResetBefore, false),
        (Trouble::ResetAfter, true),
        (Trouble::ServerError, false),
        (Trouble::Truncated, true),
        (Trouble::Html, false),
    ];
    for (trouble, happened) in troubles {
        let key = WriteKey::new(format!("PB:{trouble:?}"));
        let before = world.writes();
        world.bench.arm(trouble, On::Write, 1);
        let created = world.psa.create_ticket(&draft(world.facts()), &key).await;
        world.bench.calm();
        let error = created.expect_err("there is no good answer");
        assert_eq!(world.writes(), before + 1, "{trouble:?}");
        let allowed = match error.kind() {
            ErrorKind::Ambiguous => true,
            ErrorKind::Unavailable => !happened,
            _ => false,
        };
        assert!(allowed && error.is_temporary(), "{trouble:?}: {error:?}");
        let found = world.psa.find_tickets(&key).await.expect("a look");
        assert_eq!(
            (found.len(), world.bench.tickets(&key)),
            (usize::from(happened), usize::from(happened))
        );
    }
}

async fn a_refused_write_may_come_again(world: &World) {
    for seconds in [1, 600] {
        let key = WriteKey::new(format!("PB:pause-{seconds}"));
        world.bench.arm(Trouble::TooManyRequests(seconds), On::Write, 1);
        let created = world.psa.create_ticket(&draft(world.facts()), &key).await;
        world.bench.calm();
        match created {
            Ok(ticket) => assert_eq!((ticket.key.as_ref(), world.bench.tickets(&key)), (Some(&key), 1)),
            Err(error) => {
                assert_eq!(error.kind(), &ErrorKind::RateLimited, "{error:?}");
                assert_eq!(world.bench.tickets(&key), 0);
            }
        }
    }
}

async fn the_missing_right_is_named(world: &World) {
    for purpose in [Purpose::Companies, Purpose::Contacts] {
        let needed = world
            .descriptor()
            .rights
            .iter()
            .filter(|right| right.needed_for.contains(&purpose));
        let mut refused = 0;
        for right in needed {
            world.bench.revoke(right.id);
            let read = match purpose {
                Purpose::Companies => world.psa.companies(&ReadQuery::all()).await.map(drop),
                _ => world.psa.contacts(&ReadQuery::all()).await.map(drop),
            };
            if let Err(error) = read {
                is_named(&error, right);
                refused += 1;
                break;
            }
        }
        assert_eq!(refused, 1, "no right is needed for {purpose:?}");
    }
    if world.descriptor().capabilities.has(Capability::Products) {
        // What has nothing to do with those rights still works.
        walk(&ReadQuery::all(), async |query| world.psa.products(&query).await).await;
    }
}

fn is_named(error: &Error, right: &Right) {
    assert_eq!(
        error.kind(),
        &ErrorKind::Forbidden { right: Some(right.id) },
        "{error:?}"
    );
    assert!(!error.is_temporary());
}

async fn disabled_keys(world: &World) {
    let companies = undisturbed(world).await;
    world.bench.enable_keys(false);
    let error = read(world).await.expect_err("the keys are disabled");
    assert_eq!(error.kind(), &ErrorKind::Unauthorized, "{error:?}");
    assert!(!error.is_temporary());
    world.bench.enable_keys(true);
    assert_eq!(read(world).await.expect("enabled again"), companies);
    world.bench.replace_keys();
    let error = read(world).await.expect_err("the keys are replaced");
    assert_eq!(error.kind(), &ErrorKind::Unauthorized, "{error:?}");
}
