//! The conformance suite: every requirement of the contract, for every connector of the registry, on a simulated PSA.
//!
//! Cases are chosen by the capabilities that a connector declares, and run twice: undisturbed, and with faults on every
//! route (`CONFORMANCE_SEED` repeats the faults of a run). A registered connector without a bench fails the run, as does a
//! requirement without a case.

mod bench;
mod benches;
mod case;
mod cases;
mod run;
mod spec;
mod standing;
mod world;

use std::{process::ExitCode, sync::Arc};

use libtest_mimic::{Arguments, Trial};
use psa_connectors::{Descriptor, Registry};

use crate::{
    run::{Progress, Run},
    standing::standing,
};

/// Most of a trial's time is waiting, so more of them run at once than there are processors.
const THREADS: usize = 8;

fn main() -> ExitCode {
    cases::open_log();
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(THREADS);
    let progress = Arc::new(Progress::default());
    let run = Run {
        seed: run::seed(),
        arguments: arguments.clone(),
        progress: Arc::clone(&progress),
    };

    let registry = Registry::all();
    let mut trials = vec![
        Trial::test("spec is covered", spec_is_covered),
        Trial::test("what is unmet is listed", standing::check),
    ];
    let mut summaries = Vec::new();
    for descriptor in registry.descriptors() {
        match benches::of(descriptor.kind) {
            Some(bench) => {
                trials.extend(run.trials(descriptor, bench));
                summaries.extend(run.summaries(descriptor, bench));
            }
            None => trials.push(Trial::test(format!("{}::has a bench", descriptor.kind), || {
                Err("the connector is registered, but tests/conformance/benches.rs has no bench for it".into())
            })),
        }
    }
    // They wait for all others, so they must be the last to start.
    trials.extend(summaries);
    let conclusion = libtest_mimic::run(&arguments, trials);
    let requirements = spec::requirements();
    for Descriptor { kind, capabilities, .. } in registry.descriptors() {
        let standing = standing(kind, *capabilities, &requirements, &progress.outcomes(kind));
        standing.into_iter().for_each(|text| println!("{text}\n"));
    }
    conclusion.exit_code()
}

fn spec_is_covered() -> Result<(), libtest_mimic::Failed> {
    let requirements = spec::requirements();
    let gaps = spec::gaps(&requirements, &cases::all());
    match (requirements.is_empty(), gaps.as_slice()) {
        (true, _) => Err("SPEC.md lists no requirement".into()),
        (false, []) => Ok(()),
        (false, gaps) => Err(gaps.join("\n").into()),
    }
}
