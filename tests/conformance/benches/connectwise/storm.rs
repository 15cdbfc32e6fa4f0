//! The faults of the simulated site.

use psa_simulator::{FaultRule, connectwise::Simulator};

use super::endpoints::{is_write, table};
use crate::{
    bench::{On, Trouble},
    benches::weather::{fault, storm},
};

/// Arms one fault on every route of the connector's table.
pub(super) fn rise(site: &Simulator, seed: u64) {
    // The key's path begins with the codebase, and the simulator knows that beginning for the API only.
    let below = |(method, path): (String, String)| {
        let is_key = path.starts_with("/system/callbackkey/");
        (method, if is_key { format!("/{{codebase}}{path}") } else { path })
    };
    for rule in storm(table().into_iter().map(below).collect(), is_write, seed) {
        site.inject(rule);
    }
}

/// Makes the next requests of a kind meet a trouble.
pub(super) fn arm(site: &Simulator, trouble: Trouble, on: On, times: u32) {
    let methods: &[&str] = match on {
        On::Read => &["GET"],
        On::Write => &["POST", "PATCH", "DELETE"],
    };
    for method in methods {
        site.inject(FaultRule::new(fault(trouble)).on_method(method).times(times));
    }
}
