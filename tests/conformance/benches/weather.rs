//! The faults that simulated PSAs are disturbed with.

use psa_simulator::{Fault, FaultRule};

use super::table::{Route, pattern};
use crate::{bench::Trouble, run::mixed};

/// Of a hundred requests to each route so many meet a fault.
const PERCENT: u32 = 5;

/// What a connector must come through by itself when it reads.
static OF_READS: [Fault; 8] = [
    Fault::ResetBefore,
    Fault::status(503),
    Fault::status(502),
    Fault::too_many_requests(0),
    Fault::too_many_requests(1),
    Fault::Truncated,
    Fault::Latency { ms: 50 },
    Fault::ResetAfterCommit,
];

/// What a connector must classify, so that its caller can come through, when it writes.
static OF_WRITES: [Fault; 4] = [
    Fault::ResetAfterCommit,
    Fault::ResetBefore,
    Fault::too_many_requests(0),
    Fault::too_many_requests(1),
];

/// One fault for every route of a table. Which one, and which requests it hits, is drawn from the seed.
pub(super) fn storm(table: Vec<Route>, is_write: fn(&str, &str) -> bool, seed: u64) -> Vec<FaultRule> {
    let rule = |(method, path): Route| {
        let faults = if is_write(&method, &path) {
            OF_WRITES.as_slice()
        } else {
            OF_READS.as_slice()
        };
        let draw = mixed(seed, &format!("{method} {path}"));
        let fault = faults.iter().cycle().nth(usize::from(draw.to_le_bytes()[4]));
        let rule = FaultRule::new(fault.expect("it goes round and round").clone());
        rule.on_route(&method, &pattern(&path)).chance(PERCENT, draw)
    };
    table.into_iter().map(rule).collect()
}

/// The fault that a trouble is.
pub(super) fn fault(trouble: Trouble) -> Fault {
    match trouble {
        Trouble::ResetBefore => Fault::ResetBefore,
        Trouble::ResetAfter => Fault::ResetAfterCommit,
        Trouble::TooManyRequests(seconds) => Fault::too_many_requests(seconds),
        Trouble::ServerError => Fault::status(503),
        Trouble::Html => Fault::HtmlBody,
        Trouble::Truncated => Fault::Truncated,
        Trouble::Slow => Fault::SlowBody { ms: 300 },
    }
}
