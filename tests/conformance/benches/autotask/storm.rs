//! The faults of the simulated tenant.

use psa_simulator::{FaultRule, autotask::Simulator};

use super::endpoints::{is_write, table};
use crate::{
    bench::{On, Trouble},
    benches::{
        table::pattern,
        weather::{fault, storm},
    },
};

/// Arms one fault on every route of the connector's table.
pub(super) fn rise(site: &Simulator, seed: u64) {
    for rule in storm(table(), is_write, seed) {
        site.inject(rule);
    }
}

/// Makes the next requests of a kind meet a trouble. A `POST` may be either, so each route has a rule of its own.
pub(super) fn arm(site: &Simulator, trouble: Trouble, on: On, times: u32) {
    for (method, path) in table() {
        if is_write(&method, &path) == (on == On::Write) {
            let rule = FaultRule::new(fault(trouble)).on_route(&method, &pattern(&path));
            site.inject(rule.times(times));
        }
    }
}
