//! What is reported, round by round, and what the PSA owes to show for it. Nothing of the bridge is asked.

use serde_json::Value;

use crate::tickets::desk::{CONTOSO, FABRIKAM, UNBOUND, run};

/// The companies: what the console calls them, and their identifiers in the PSA.
const COMPANIES: [(&str, &str); 3] = [CONTOSO, FABRIKAM, (UNBOUND, "TreyResearch")];

/// The rounds that every condition is meant to go through. Whatever is reported after them is a repeat.
pub const ROUNDS: usize = 4;

/// A ticket as it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket {
    /// Whether it is closed.
    pub closed: bool,
    /// How many notes of ours it bears.
    pub notes: usize,
}

/// The number of conditions, and how many rounds of them were reported.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    conditions: usize,
    rounds: usize,
}

impl Plan {
    /// Nothing is reported yet.
    pub fn new(conditions: usize) -> Self {
        Self { conditions, rounds: 0 }
    }

    /// How many conditions there are.
    pub fn conditions(self) -> usize {
        self.conditions
    }

    /// The next round: the plan once it is reported, and what is to be reported.
    ///
    /// A failure, a repeat, for every second condition a recovery, for every fourth a failure after that; then repeats
    /// of what is open.
    pub fn next(self) -> (Self, Vec<Value>) {
        let status = |number: usize| match self.rounds {
            0 | 1 => Some("ERROR"),
            2 => number.is_multiple_of(2).then_some("SUCCESS"),
            3 => number.is_multiple_of(4).then_some("ERROR"),
            _ => (number % 4 != 2).then_some("ERROR"),
        };
        let runs = (0..self.conditions).filter_map(|number| {
            let computer = format!("PC-{number}");
            let event = format!("{computer}-{}", self.rounds);
            Some(run(
                &event,
                COMPANIES[number % COMPANIES.len()].0,
                &computer,
                status(number)?,
            ))
        });
        let after = Self {
            rounds: self.rounds + 1,
            ..self
        };
        (after, runs.collect())
    }

    /// The identifier in the PSA of the company that has this condition.
    pub fn company(number: usize) -> &'static str {
        COMPANIES[number % COMPANIES.len()].1
    }

    /// The tickets of this condition after all that was reported: one for each time that it came about.
    pub fn tickets(self, number: usize) -> Vec<Ticket> {
        let ticket = |closed, notes| Ticket { closed, notes };
        let repeats = self.rounds.checked_sub(ROUNDS).expect("all rounds are reported");
        match number % 4 {
            0 => vec![ticket(false, repeats), ticket(true, 1)],
            2 => vec![ticket(true, 1)],
            _ => vec![ticket(false, 1 + repeats)],
        }
    }
}
