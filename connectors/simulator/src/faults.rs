//! Trouble on request: which rules are armed, and which of them hits a request.

mod rule;

pub use rule::{Chance, Fault, FaultMatch, FaultRule};

use crate::random::Random;

/// The armed rules, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    armed: Vec<Armed>,
    last_id: u64,
}

#[derive(Debug)]
struct Armed {
    id: u64,
    rule: FaultRule,
    draws: Random,
}

impl Faults {
    pub(crate) fn arm(&mut self, rule: FaultRule) -> u64 {
        self.last_id += 1;
        let draws = Random::new(rule.chance.map_or(0, |chance| chance.seed));
        self.armed.push(Armed {
            id: self.last_id,
            rule,
            draws,
        });
        self.last_id
    }

    /// Removes one rule; `false` when it is unknown or used up.
    pub(crate) fn disarm(&mut self, id: u64) -> bool {
        let before = self.armed.len();
        self.armed.retain(|armed| armed.id != id);
        self.armed.len() < before
    }

    pub(crate) fn clear(&mut self) {
        self.armed.clear();
    }

    /// The fault that hits this request, counted down.
    ///
    /// `route` is the part of the path after the API's root. The oldest matching rule wins; one that is left to chance and misses leaves the request to the next.
    pub(crate) fn take(&mut self, method: &str, path: &str, route: &str) -> Option<Fault> {
        let armed = self
            .armed
            .iter_mut()
            .find_map(|armed| armed.hits(method, path, route).then_some(armed))?;
        let fault = armed.rule.fault.clone();
        if let Some(times) = &mut armed.rule.times {
            *times = times.saturating_sub(1);
        }
        self.armed.retain(|armed| armed.rule.times != Some(0));
        Some(fault)
    }
}

impl Armed {
    fn hits(&mut self, method: &str, path: &str, route: &str) -> bool {
        if self.rule.times == Some(0) || !self.rule.matching.hits(method, path, route) {
            return false;
        }
        self.rule.chance.is_none_or(|chance| self.draws.percent(chance.percent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counted_rule_hits_only_what_it_matches_and_only_so_often() {
        let mut faults = Faults::default();
        faults.arm(FaultRule::new(Fault::ResetBefore).on("post", "Additions").times(1));
        assert_eq!(
            faults.take(
                "GET",
                "/finance/agreements/1/additions",
                "/finance/agreements/1/additions"
            ),
            None
        );
        assert_eq!(
            faults.take(
                "POST",
                "/finance/agreements/1/additions",
                "/finance/agreements/1/additions"
            ),
            Some(Fault::ResetBefore)
        );
        assert_eq!(
            faults.take(
                "POST",
                "/finance/agreements/1/additions",
                "/finance/agreements/1/additions"
            ),
            None
        );
    }

    #[test]
    fn chance_repeats_itself_counts_only_matches_and_leaves_the_rest_to_younger_rules() {
        let run = |seed, noise: bool| {
            let mut faults = Faults::default();
            faults.arm(FaultRule::new(Fault::HtmlBody).on_method("GET").chance(30, seed));
            faults.arm(FaultRule::new(Fault::Latency { ms: 1 }).on_method("GET"));
            let hits = (0..200).map(|_| {
                if noise {
                    assert_eq!(faults.take("POST", "/a", "/a"), None);
                }
                faults.take("GET", "/a", "/a").expect("one of both")
            });
            hits.collect::<Vec<_>>()
        };
        let hits = run(42, false);
        assert_eq!(hits, run(42, true));
        assert_ne!(hits, run(43, false));
        let share = hits.iter().filter(|fault| **fault == Fault::HtmlBody).count();
        assert!((40..80).contains(&share), "{share}");
    }
}
