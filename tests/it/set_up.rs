//! The set-up of a provider with two thousand customers, over GraphQL alone: from a role that lacks a right to an active
//! integration in which nothing is undecided.

mod console;
mod script;
mod spelling;

use psa_simulator::DataSet;
use psa_simulator::connectwise::SimulatorOptions;
use psa_tests::{Bridge, Options, on_each_database};

use console::{Certainty, Console, Counterpart};
use script::Script;

/// The most of the 1,466 certain companies that may be left to a person: those of which another console company may be the
/// same, which are contested, and those with `ue` for `ü`. Lower it with every improvement.
const MISSED: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_companies_are_set_up_and_none_is_bound_wrongly() {
    on_each_database(|database| async move {
        let options = Options {
            simulator: SimulatorOptions {
                data_set: DataSet::Msp,
                ..SimulatorOptions::default()
            },
            ..Options::default()
        };
        let bridge = Bridge::start_with(&database, options).await;
        let console = Console::beside(&bridge.simulator);
        let script = Script::connect_without_a_right(&bridge).await;
        script.import().await;
        script.report(&console).await;

        let accepted = script.accept_suggestions().await;
        assert_eq!(accepted.bound.len() + accepted.left.len(), console.companies.len());
        judge(&console, &accepted);

        script.bind(&console, &accepted).await;
        script.exclude(&console, &accepted).await;
        script.bind_products(&console).await;
        script.activate(&console).await;
        bridge.stop().await;
    })
    .await;
}

/// Compares what was bound without a person with the truth.
fn judge(console: &Console, accepted: &script::Accepted) {
    let (mut wrong, mut trapped) = (Vec::new(), Vec::new());
    for (external, bound) in &accepted.bound {
        let company = console.company(external);
        let pair = format!("{} was taken for {}", company.name, bound.psa_name);
        match company.certainty {
            Certainty::Trap => trapped.push(pair),
            Certainty::Ambiguous => wrong.push(pair),
            _ if company.counterpart != Counterpart::Is(bound.psa_company.clone()) => wrong.push(pair),
            _ => {}
        }
    }
    let certain = console.of(Certainty::Certain);
    let missed: Vec<_> = certain
        .iter()
        .filter(|company| !accepted.bound.contains_key(&company.external_id))
        .map(|company| company.name.as_str())
        .collect();
    let (all, bound) = (console.companies.len(), accepted.bound.len());
    println!(
        "{bound} of {all} companies were bound without a person, {} wrongly",
        wrong.len() + trapped.len()
    );
    println!("trapped: {trapped:#?}");
    println!(
        "{} of the {} certain ones were left: {missed:#?}",
        missed.len(),
        certain.len()
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(trapped.is_empty(), "{trapped:#?}");
    assert!(missed.len() <= MISSED, "{} missed", missed.len());

    assert!(!console.of(Certainty::Ambiguous).is_empty());
    for (external, left) in &accepted.left {
        let company = console.company(external);
        let reason = left.reason.as_str();
        let told = match company.certainty {
            Certainty::Ambiguous => reason == "AMBIGUOUS",
            // It may look like a customer that the PSA has twice.
            Certainty::Trap => ["AMBIGUOUS", "BELOW_CONFIDENCE", "NO_SUGGESTION"].contains(&reason),
            _ => ["BELOW_CONFIDENCE", "CONTESTED", "NO_SUGGESTION"].contains(&reason),
        };
        assert!(told, "{company:?} was left because of {reason}");
    }
}
