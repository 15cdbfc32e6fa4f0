//! The large data set under different seeds.

use std::collections::HashSet;
use std::sync::Arc;

use psa_simulator::DataSet;
use psa_simulator::connectwise::{Simulator, SimulatorOptions};
use serde_json::{Map, Value};

use super::client::{Bench, NOW, http};

const KINDS: [&str; 7] = [
    "companies",
    "contacts",
    "catalog",
    "agreements",
    "additions",
    "boards",
    "members",
];
/// The companies that every data set begins with.
const FIRST: usize = 12;

async fn site(seed: u64) -> Bench {
    let now = NOW.parse().expect("an instant");
    let options = SimulatorOptions {
        data_set: DataSet::Msp,
        seed,
        clock: Arc::new(move || now),
        ..SimulatorOptions::default()
    };
    let simulator = Simulator::start(options).await.expect("a free port");
    let http = http();
    Bench { simulator, http }
}

/// The bytes of every record of a kind, with links that name no site.
fn bytes(bench: &Bench, kind: &str) -> Vec<String> {
    let records = bench.simulator.records(kind).into_iter();
    let texts = records.map(|record| serde_json::to_string(&record).expect("JSON"));
    texts
        .map(|text| text.replace(bench.simulator.base_url(), "SITE"))
        .collect()
}

fn text<'a>(record: &'a Map<String, Value>, field: &str) -> &'a str {
    record[field].as_str().expect("text")
}

#[tokio::test]
async fn the_same_seed_is_the_same_site_and_another_is_another_of_the_same_size() {
    let (one, again, other) = (site(1).await, site(1).await, site(2).await);
    for kind in KINDS {
        let (one, again, other) = (bytes(&one, kind), bytes(&again, kind), bytes(&other, kind));
        assert!(!one.is_empty(), "{kind}");
        assert!(one == again, "{kind} differ under the same seed");
        if kind != "additions" {
            assert_eq!(one.len(), other.len(), "{kind}");
        }
        if kind == "companies" {
            assert_eq!(one[..FIRST], other[..FIRST]);
        }
        let drawn = !["boards", "members"].contains(&kind);
        assert_eq!(one != other, drawn, "{kind}");
    }
    let listed = other.read("company/companies/count").await;
    assert_eq!(listed["count"], 2000);
    believable(&other);
}

/// Nobody is there twice, nothing belongs to what is not there, and everything has a price.
fn believable(bench: &Bench) {
    let companies = bench.simulator.records("companies");
    for field in ["name", "identifier"] {
        let different: HashSet<String> = companies
            .iter()
            .map(|company| text(company, field).to_lowercase())
            .collect();
        assert_eq!(different.len(), 2000, "{field}");
    }
    let alive: HashSet<i64> = companies
        .iter()
        .filter(|company| company["deletedFlag"] == false)
        .map(|company| company["id"].as_i64().expect("an id"))
        .collect();
    let agreements = bench.simulator.records("agreements");
    assert!(
        agreements
            .iter()
            .all(|agreement| alive.contains(&agreement["company"]["id"].as_i64().expect("an id")))
    );
    let contacts = bench.simulator.records("contacts");
    let person = |contact| (text(contact, "firstName"), text(contact, "lastName"));
    let people: HashSet<_> = contacts
        .iter()
        .map(|contact| (contact["company"]["id"].as_i64(), person(contact)))
        .collect();
    assert_eq!(people.len(), 5000, "nobody is there twice");
    let additions = bench.simulator.records("additions");
    assert!((2200..2600).contains(&additions.len()), "{}", additions.len());
    for addition in &additions {
        let agreement = addition["agreementId"].as_i64().expect("an id");
        let agreement = &agreements[usize::try_from(agreement - 1).expect("a place")];
        assert!(text(addition, "effectiveDate") >= text(agreement, "startDate"));
        assert!(addition["unitPrice"].as_f64() > Some(0.0), "{addition:?}");
    }
}
