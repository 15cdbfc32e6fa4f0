//! From cases to trials: which run, under which name, in which weather, and what they asked together.

use std::{
    any::Any,
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use libtest_mimic::{Arguments, Failed, Trial};
use psa_connectors::Descriptor;
use tokio::runtime::Builder;

use crate::{
    bench::Asked,
    benches::Entry,
    case::{Case, Weather},
    cases,
    spec::requirements,
    standing::Outcomes,
    world::World,
};

/// The seed of the faults unless `CONFORMANCE_SEED` names another.
const SEED: u64 = 20_260_310;

/// The seed of this run.
#[expect(
    clippy::disallowed_methods,
    reason = "a test run is repeated by the environment; nothing that serves people reads it"
)]
pub(crate) fn seed() -> u64 {
    match std::env::var("CONFORMANCE_SEED") {
        Ok(text) => text.parse().expect("CONFORMANCE_SEED is a whole number"),
        Err(_) => SEED,
    }
}

/// One run of the suite.
pub(crate) struct Run {
    pub(crate) seed: u64,
    /// What was asked for on the command line.
    pub(crate) arguments: Arguments,
    pub(crate) progress: Arc<Progress>,
}

impl Run {
    /// Whether every case of a connector runs, so that what they asked together is everything.
    fn is_whole(&self, kind: &str) -> bool {
        let arguments = &self.arguments;
        let is_chosen = arguments.filter.as_deref().is_none_or(|filter| filter == kind);
        is_chosen && arguments.skip.is_empty() && !arguments.ignored && !arguments.exact && !arguments.list
    }

    /// The trials of a connector: each case undisturbed, and with faults where that means something.
    pub(crate) fn trials(&self, descriptor: &'static Descriptor, bench: Entry) -> Vec<Trial> {
        let requirements = requirements();
        let mut trials = Vec::new();
        for stormy in [false, true] {
            for case in cases::all() {
                let able = case.needs.iter().all(|need| descriptor.capabilities.has(*need));
                if !able || (stormy && case.weather == Weather::Calm) {
                    continue;
                }
                let title = requirements
                    .iter()
                    .find(|requirement| requirement.id == case.requirement);
                let title = title.map_or("", |requirement| requirement.title.as_str());
                let faults = if stormy { "+faults" } else { "" };
                let name = format!("{}{faults}::{} {title}", descriptor.kind, case.requirement);
                let storm = stormy.then(|| mixed(self.seed, &name));
                let (kind, seed, progress) = (descriptor.kind, self.seed, Arc::clone(&self.progress));
                trials.push(Trial::test(name, move || {
                    let outcome = catch_unwind(AssertUnwindSafe(|| played(kind, bench, case, storm)));
                    let (asked, outcome) = match outcome {
                        Ok(asked) => (asked, Ok(())),
                        Err(panic) => (Vec::new(), Err(failure(panic.as_ref(), storm.map(|_| seed)))),
                    };
                    progress.done(kind, case.requirement, outcome.is_ok(), stormy, asked);
                    outcome
                }));
            }
        }
        self.progress.expect(descriptor.kind, trials.len());
        trials
    }

    /// The trials that look at what all others of a connector asked together. They wait for them, and are left out when not
    /// all of them run.
    pub(crate) fn summaries(&self, descriptor: &'static Descriptor, bench: Entry) -> Vec<Trial> {
        let kind = descriptor.kind;
        let whole = self.is_whole(kind);
        let summary = |name: &'static str, look: fn(Entry, &Summary) -> Result<(), Failed>| {
            let progress = Arc::clone(&self.progress);
            let trial = Trial::test(format!("{kind}::{name}"), move || {
                let outcome = look(bench, &progress.summary(kind));
                progress.told(kind, name, outcome.is_ok());
                outcome
            });
            trial.with_ignored_flag(!whole)
        };
        if !whole {
            eprintln!("{kind}: what the trials asked together is looked at only when all of them run; left out");
        }
        vec![
            summary(
                "the connector's endpoint table is what it calls",
                |bench, summary| match (bench.undocumented)(&summary.asked).as_slice() {
                    [] => Ok(()),
                    difference => Err(difference.join("\n").into()),
                },
            ),
            summary("the faults were met", |_, summary| {
                eprintln!("{} of the requests certainly met a fault", summary.faulty);
                if summary.faulty >= least_faults(summary.disturbed) {
                    return Ok(());
                }
                Err(format!("{} requests met a fault: the second pass shows nothing", summary.faulty).into())
            }),
        ]
    }
}

/// Fewer faults than this in a second pass of so many requests are no weather worth the name.
fn least_faults(requests: usize) -> usize {
    (requests / 50).clamp(1, 10)
}

/// Runs one case on a PSA of its own and gives back what was asked of it.
fn played(kind: &'static str, bench: Entry, case: &'static Case, storm: Option<u64>) -> Vec<Asked> {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let world = World::new(kind, (bench.start)().await, storm);
        (case.run)(&world).await;
        world.bench.requests()
    })
}

fn failure(panic: &(dyn Any + Send), seed: Option<u64>) -> Failed {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a text");
    match seed {
        Some(seed) => format!("{text}\nthe faults are repeated with CONFORMANCE_SEED={seed}").into(),
        None => text.into(),
    }
}

/// A seed of its own for each name, the same in every run (the FNV-1a hash).
pub(crate) fn mixed(seed: u64, name: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed;
    name.bytes().fold(start, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// How far a run has come, and what was asked in it.
#[derive(Default)]
pub(crate) struct Progress {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// How many cases of each connector run in all.
    expected: BTreeMap<&'static str, usize>,
    calls: Vec<(&'static str, bool, Vec<Asked>)>,
    outcomes: BTreeMap<&'static str, Outcomes>,
}

/// What the trials of one connector asked.
pub(crate) struct Summary {
    asked: Vec<Asked>,
    /// The requests of the second pass.
    disturbed: usize,
    /// How many of them certainly met a fault.
    faulty: usize,
}

impl Progress {
    /// Says for how many cases of a connector its summaries wait.
    pub(crate) fn expect(&self, kind: &'static str, cases: usize) {
        self.state().expected.insert(kind, cases);
    }

    fn done(&self, kind: &'static str, requirement: &str, met: bool, stormy: bool, asked: Vec<Asked>) {
        self.told(kind, requirement, met);
        self.state().calls.push((kind, stormy, asked));
        self.changed.notify_all();
    }

    /// Takes an outcome; what fails once is not met.
    fn told(&self, kind: &'static str, what: &str, met: bool) {
        let mut state = self.state();
        let outcome = state.outcomes.entry(kind).or_default().entry(what.to_owned());
        *outcome.or_insert(true) &= met;
    }

    /// How the cases of a connector came out.
    pub(crate) fn outcomes(&self, kind: &str) -> Outcomes {
        self.state().outcomes.get(kind).cloned().unwrap_or_default()
    }

    /// Waits for all cases of a connector and says what they asked.
    fn summary(&self, kind: &'static str) -> Summary {
        let done = |state: &State| state.calls.iter().filter(|(of, _, _)| *of == kind).count();
        let waits = |state: &mut State| done(state) < state.expected.get(kind).copied().unwrap_or_default();
        let state = self.changed.wait_while(self.state(), waits);
        let state = state.unwrap_or_else(PoisonError::into_inner);
        let own = || state.calls.iter().filter(|(of, _, _)| *of == kind);
        let disturbed = || own().filter(|(_, stormy, _)| *stormy).flat_map(|(_, _, asked)| asked);
        Summary {
            asked: own().flat_map(|(_, _, asked)| asked).cloned().collect(),
            disturbed: disturbed().count(),
            faulty: disturbed().filter(|asked| asked.faulty).count(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
