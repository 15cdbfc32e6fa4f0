//! What the simulated PSA holds, what was sent to it, and what happens behind our back.

use std::str::FromStr;

use psa_simulator::connectwise::Simulator;
use psa_simulator::{Fault, FaultMatch, FaultRule, LoggedRequest};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// The agreement called “Managed Backup” of a PSA company, in the PSA.
pub fn agreement_number(simulator: &Simulator, identifier: &str) -> i64 {
    let agreements = simulator.records("agreements");
    let found = agreements
        .iter()
        .find(|agreement| agreement["company"]["identifier"] == *identifier && agreement["name"] == "Managed Backup");
    found
        .and_then(|agreement| agreement["id"].as_i64())
        .expect("each of the first companies has one")
}

/// The additions that a PSA company's agreement holds, by product and id.
pub fn additions(simulator: &Simulator, identifier: &str) -> Vec<Value> {
    let agreement = agreement_number(simulator, identifier);
    let mut found: Vec<_> = simulator.records("additions").into_iter().map(Value::Object).collect();
    found.retain(|addition| addition["agreementId"] == agreement);
    found.sort_by_key(|addition| (addition["product"]["identifier"].to_string(), addition["id"].as_i64()));
    found
}

/// What they say: product, quantity, price, invoice text, first day, last day.
pub fn held(simulator: &Simulator, identifier: &str) -> Value {
    let day = |value: &Value| value.as_str().map(|day| day.chars().take(10).collect::<String>());
    let say = |addition: &Value| {
        json!([
            addition["product"]["identifier"],
            number(&addition["quantity"]),
            number(&addition["unitPrice"]),
            addition["invoiceDescription"],
            day(&addition["effectiveDate"]),
            day(&addition["cancelledDate"]),
        ])
    };
    additions(simulator, identifier).iter().map(say).collect()
}

/// A number of the PSA as text, without zeros at the end.
pub fn number(value: &Value) -> String {
    Decimal::from_str(&value.to_string())
        .expect("a number")
        .normalize()
        .to_string()
}

/// The requests that change additions.
pub fn writes(simulator: &Simulator) -> Vec<LoggedRequest> {
    let mut requests = simulator.requests();
    requests.retain(|request| request.method != "GET" && request.path.contains("/additions"));
    requests
}

/// Changes an addition behind our back.
pub fn tamper(simulator: &Simulator, addition: &Value, member: &str, value: Value) {
    let members = json!({ "id": addition["id"], member: value });
    simulator
        .upsert("additions", members.as_object().cloned().expect("an object"))
        .expect("a kind that there is");
}

/// Makes an addition behind our back: of a product, on the agreement of a PSA company, with these members.
pub fn add(simulator: &Simulator, identifier: &str, product: &str, members: Value) {
    let mut copy = simulator
        .records("additions")
        .into_iter()
        .next()
        .expect("there is one from the start");
    copy.remove("id");
    let catalog = simulator.records("catalog");
    let found = catalog
        .iter()
        .find(|item| item["identifier"] == *product)
        .expect("a product");
    copy.insert(
        "product".to_owned(),
        json!({ "id": found["id"], "identifier": product }),
    );
    copy.insert("agreementId".to_owned(), json!(agreement_number(simulator, identifier)));
    copy.extend(members.as_object().cloned().expect("an object"));
    simulator.upsert("additions", copy).expect("a kind that there is");
}

/// Trouble with requests of a method about the additions of a PSA company's agreement; without a company, of all.
pub fn trouble(
    simulator: &Simulator,
    method: Option<&str>,
    identifier: Option<&str>,
    fault: Fault,
    times: Option<u32>,
) {
    let path = match identifier {
        Some(identifier) => format!("agreements/{}/additions", agreement_number(simulator, identifier)),
        None => "/additions".to_owned(),
    };
    let matching = FaultMatch {
        method: method.map(str::to_owned),
        path_contains: Some(path),
        ..FaultMatch::default()
    };
    simulator.inject(FaultRule {
        matching,
        times,
        ..FaultRule::new(fault)
    });
}
