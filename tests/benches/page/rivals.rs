//! Who our pages are compared with, and how many of theirs ours are to be.

use psa_tests::TestDatabase;

use crate::{
    peer::Peer,
    postgraphile::{self, Process},
    statement,
    world::World,
};

/// Our pages to those of the statement, on SQLite.
const TO_STATEMENT: f64 = 0.6;
/// Our pages to those of one process of PostGraphile and of two, for many clients; for one client none of them is faster.
const TO_POSTGRAPHILE: [(&str, usize, f64); 2] = [("one PostGraphile", 1, 3.0), ("two PostGraphile", 2, 2.4)];

/// Somebody that our pages are compared with.
pub struct Rival {
    pub peer: Peer,
    /// The goal for one client, and for many.
    pub goals: Option<[f64; 2]>,
    /// They end with this.
    _processes: Vec<Process>,
}

/// The statement, and PostGraphile where it can be.
pub async fn rivals(database: &TestDatabase, world: &World, is_sqlite: bool) -> Vec<Rival> {
    let mut rivals = vec![Rival {
        peer: statement::start(world),
        goals: is_sqlite.then_some([TO_STATEMENT; 2]),
        _processes: Vec::new(),
    }];
    let folder = postgraphile_folder().filter(|_| !is_sqlite);
    for (name, count, goal) in TO_POSTGRAPHILE {
        let Some(folder) = &folder else { continue };
        let (peer, processes) = postgraphile::start(folder, name, count, &database.url, world).await;
        rivals.push(Rival {
            peer,
            goals: Some([1.0, goal]),
            _processes: processes,
        });
    }
    rivals
}

#[expect(
    clippy::disallowed_methods,
    reason = "the benches have no configuration of their own"
)]
fn postgraphile_folder() -> Option<String> {
    std::env::var("TEST_POSTGRAPHILE").ok()
}
