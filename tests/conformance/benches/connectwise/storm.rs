//! The faults of the simulated site.

use psa_simulator::connectwise::Simulator;
use psa_simulator::{Fault, FaultRule};

use super::endpoints::{is_write, table};
use crate::{
    bench::{On, Trouble},
    run::mixed,
};

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

/// Arms one fault on every route of the connector's table. Which one, and which requests it hits, is drawn from the seed.
pub(super) fn rise(site: &Simulator, seed: u64) {
    for (method, path) in table() {
        let faults = if is_write(&method, &path) {
            OF_WRITES.as_slice()
        } else {
            OF_READS.as_slice()
        };
        let draw = mixed(seed, &format!("{method} {path}"));
        let fault = faults.iter().cycle().nth(usize::from(draw.to_le_bytes()[4]));
        let rule = FaultRule::new(fault.expect("it goes round and round").clone());
        site.inject(rule.on_route(&method, &pattern(&path)).chance(PERCENT, draw));
    }
}

/// Makes the next requests of a kind meet a trouble.
pub(super) fn arm(site: &Simulator, trouble: Trouble, on: On, times: u32) {
    let fault = match trouble {
        Trouble::ResetBefore => Fault::ResetBefore,
        Trouble::ResetAfter => Fault::ResetAfterCommit,
        Trouble::TooManyRequests(seconds) => Fault::too_many_requests(seconds),
        Trouble::ServerError => Fault::status(503),
        Trouble::Html => Fault::HtmlBody,
        Trouble::Truncated => Fault::Truncated,
        Trouble::Slow => Fault::SlowBody { ms: 300 },
    };
    let methods: &[&str] = match on {
        On::Read => &["GET"],
        On::Write => &["POST", "PATCH", "DELETE"],
    };
    for method in methods {
        site.inject(FaultRule::new(fault.clone()).on_method(method).times(times));
    }
}

/// A path of the table as the simulator names a route.
fn pattern(path: &str) -> String {
    let segments = path.trim_start_matches('/').split('/');
    let pattern: Vec<_> = segments
        .map(|segment| if segment.starts_with('{') { "*" } else { segment })
        .collect();
    let pattern = pattern.join("/");
    // The key's path begins with the codebase, and the simulator knows that beginning for the API only.
    if pattern.starts_with("system/callbackkey/") {
        format!("*/{pattern}")
    } else {
        pattern
    }
}
