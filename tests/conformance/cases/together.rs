//! Calls beside each other: at the same time, and on other connections.

use futures_util::future::join_all;
use psa_connectors::{ReadQuery, record::WriteKey};

use crate::{
    case::{Case, case},
    cases::tickets::{create, draft},
    world::World,
};

pub(super) const CASES: &[Case] = &[
    case!("R-GENERAL-09", [Companies], calm many_calls_at_once),
    case!("R-TICKET-18", [Tickets, FindTicketByKey], connections_share_nothing),
];

/// More than any PSA takes at a time.
const CALLS: usize = 24;

async fn many_calls_at_once(world: &World) {
    let query = ReadQuery::all();
    let alone = world.psa.companies(&query).await.expect("a page");
    let together = join_all((0..CALLS).map(|_| world.psa.companies(&query))).await;
    for page in together {
        assert_eq!(page.expect("a page"), alone);
    }
    let requests = world.bench.requests();
    assert!(requests.len() > CALLS, "what was asked for was not read");
    let refused: Vec<_> = requests.iter().filter(|asked| asked.faulty).collect();
    assert!(refused.is_empty(), "refused: {refused:?}");
}

async fn connections_share_nothing(world: &World) {
    let key = WriteKey::new("PB:shared");
    let created = create(world, &draft(world.facts()), &key).await;
    let other = world.another();
    let found = other.find_tickets(&key).await.expect("a look");
    assert_eq!(found.iter().map(|ticket| &ticket.id).collect::<Vec<_>>(), [&created.id]);
    let read = other.ticket(&created.id).await.expect("the ticket");
    assert_eq!((read.id, read.company), (created.id, created.company));
}
