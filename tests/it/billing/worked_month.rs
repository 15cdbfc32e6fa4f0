//! A month of a large provider: companies by the hundred, set up and billed over GraphQL, with the calls to the PSA
//! counted.

use std::{collections::BTreeMap, time::Duration};

use psa_entities::job;
use psa_simulator::DataSet;
use psa_simulator::connectwise::{Simulator, SimulatorOptions};
use psa_tests::{Bridge, Client, Options, TestDatabase, on_each_database, setup, size, wait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    psa::writes,
    scene::{APPROVE, PLAN, PRICES, SAVE, approval, read},
};

const COPY: &str = "mutation Copy($input: CopyBillingConfigurationInput!) { copyBillingConfiguration(input: $input) {
    configurations { id } userErrors { code field message remedy }
} }";
const ACTIVATE: &str = "mutation Activate($input: ActivateIntegrationInput!) { activateIntegration(input: $input) {
    integration { status } userErrors { code field message remedy }
} }";
const PSA_COMPANIES: &str =
    "query Q($id: ID!, $after: String) { integration(id: $id) { psaCompanies(first: 100, after: $after) {
    nodes { id externalId } pageInfo { hasNextPage endCursor }
} } }";
const CONSOLE_COMPANIES: &str =
    "query Q($id: ID!, $after: String) { integration(id: $id) { companies(first: 100, after: $after) {
    nodes { company { id externalId } } pageInfo { hasNextPage endCursor }
} } }";
const AGREEMENTS: &str =
    "query Q($id: ID!, $after: String) { integration(id: $id) { agreements(first: 100, after: $after) {
    nodes { id externalId } pageInfo { hasNextPage endCursor }
} } }";
const SUMS: &str = "query Q($id: ID!) { node(id: $id) { ... on BillingRun {
    totals { lines blocked changes amount delta } kinds: breakdown(by: KIND) { kind totals { lines amount } }
    verified: lines(filter: { state: VERIFIED }, first: 1) { totalCount }
    blocked: lines(filter: { action: BLOCKED }, first: 100) { totalCount nodes { problem { code } } }
} } }";

/// The products of each company.
const PRODUCTS: [(&str, &str, &str); 6] = [
    ("Server", "MBS-SERVER", "27.5"),
    ("Desktop", "MBS-DESKTOP", "8.25"),
    ("VM Server", "MBS-VM", "41"),
    ("Microsoft 365 / Google Workspace", "MBS-M365", "4"),
    ("RMM + Connect", "MBS-RMM", "2.5"),
    ("MS SQL Server", "MBS-SQL", "55"),
];
/// How long a run may take.
const PATIENCE: Duration = Duration::from_secs(900);
/// The agreements that the PSA answers for in one call.
const PAGE: usize = 50;

/// Active agreements of the PSA with the company of each, by their ids in the PSA: at most one for each customer.
fn agreements(simulator: &Simulator, customers: usize) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for agreement in simulator.records("agreements") {
        if agreement["agreementStatus"] == "Active" && found.len() < customers {
            found.insert(agreement["id"].to_string(), agreement["company"]["id"].to_string());
        }
    }
    found
}

/// Every record of a list, by its id in the PSA.
async fn all(client: &Client, integration: &str, query: &str, list: &str) -> BTreeMap<String, Value> {
    let (mut found, mut after) = (BTreeMap::new(), Value::Null);
    loop {
        let data = client.run(query, json!({ "id": integration, "after": after })).await;
        let page = &data["integration"][list];
        for node in page["nodes"].as_array().expect("a list") {
            let node = if node["company"].is_object() {
                &node["company"]
            } else {
                node
            };
            found.insert(setup::text(&node["externalId"]), node["id"].clone());
        }
        if page["pageInfo"]["hasNextPage"] == false {
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// How long the newest plan took once the agreements were read.
async fn after_reading(bridge: &Bridge) -> i64 {
    let planned = job::Entity::find().filter(job::Column::Kind.eq("billing.plan"));
    let newest = planned.order_by_desc(job::Column::Id).one(bridge.app.db.read()).await;
    let result = newest.expect("a query").expect("a job").result.expect("it has ended");
    result["millisAfterReading"].as_i64().expect("a number")
}

/// The steps of the month, and how long each took.
struct Worked {
    client: Client,
    month: Value,
}

impl Worked {
    async fn set_up(bridge: &Bridge, customers: usize) -> Self {
        let client = bridge.admin();
        let integration = setup::connect(bridge, &client).await;
        setup::import(&client, &integration).await;
        let billed = agreements(&bridge.simulator, customers);
        let records: Vec<Value> = (0..customers)
            .map(|number| json!({ "externalId": format!("c{number}"), "name": format!("Customer {number}") }))
            .collect();
        let report = json!({ "records": records });
        client.succeed(setup::REPORT_COMPANIES, report).await;
        let known = all(&client, &integration, CONSOLE_COMPANIES, "companies").await;
        let companies: Vec<Value> = (0..customers)
            .map(|number| known[&format!("c{number}")].clone())
            .collect();
        let psa_companies = all(&client, &integration, PSA_COMPANIES, "psaCompanies").await;
        let bindings: Vec<Value> = companies
            .iter()
            .zip(billed.values().cycle())
            .map(|(company, psa)| json!({ "companyId": company, "psaCompanyId": psa_companies[psa] }))
            .collect();
        let input = json!({ "integrationId": integration, "bindings": bindings });
        client.succeed(setup::BIND_COMPANIES, input).await;
        let (mut items, mut prices) = (Vec::new(), Vec::new());
        for (name, identifier, price) in PRODUCTS {
            setup::bind_product(&client, &integration, name, identifier).await;
            let product = setup::billable_product(&client, &integration, name).await;
            items.push(json!({ "productId": product, "unit": "EACH" }));
            prices.push(json!({ "productId": product, "unitPrice": price }));
        }
        let input = json!({ "integrationId": integration, "prices": prices });
        client.succeed(PRICES, input).await;
        for number in 0..customers {
            let counts: Vec<(&str, usize)> = PRODUCTS
                .iter()
                .enumerate()
                .map(|(index, (name, ..))| (*name, 1 + (number + index) % 3))
                .collect();
            setup::report_licenses(&client, &format!("c{number}"), &counts).await;
        }

        // One company is configured by hand, the others like it.
        let month = super::scene::month_that_is_over();
        let known = all(&client, &integration, AGREEMENTS, "agreements").await;
        let targets: Vec<Value> = companies
            .iter()
            .zip(billed.keys().cycle())
            .map(|(company, agreement)| json!({ "companyId": company, "agreementId": known[agreement] }))
            .collect();
        let mut first = targets[0].clone();
        first["integrationId"] = json!(integration);
        first["startMonth"] = json!(month.to_string());
        first["items"] = json!(items);
        let saved = client.succeed(SAVE, first).await;
        let copy = json!({ "configurationId": saved["configuration"]["id"], "targets": targets[1..] });
        client.succeed(COPY, copy).await;
        client
            .succeed(setup::CHECK_PERMISSIONS, json!({ "integrationId": integration }))
            .await;
        client.succeed(ACTIVATE, json!({ "integrationId": integration })).await;
        let month = json!({ "integrationId": integration, "month": month.to_string() });
        Self { client, month }
    }

    async fn step(&self, simulator: &Simulator, mutation: &str, input: Value, state: &str) -> (Value, usize) {
        simulator.clear_requests();
        let started = Instant::now();
        let payload = self.client.succeed(mutation, input).await;
        let id = setup::text(&payload["run"]["id"]);
        let run = wait::until_within(PATIENCE, "a large run", || async {
            let run = read(&self.client, &id).await;
            (run["state"] != *state).then_some(run)
        })
        .await;
        let calls = simulator.requests().len();
        println!(
            "{state}: {:.1} s, {calls} calls to the PSA",
            started.elapsed().as_secs_f64()
        );
        (run, calls)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_company_is_billed_and_then_left_alone() {
    let customers = size::of("TEST_BILLING_COMPANIES", 100);
    on_each_database(|database| async move { work(&database, customers).await }).await;
}

async fn work(database: &TestDatabase, customers: usize) {
    let options = Options {
        calls_per_minute: Some(60_000),
        simulator: SimulatorOptions {
            data_set: DataSet::Msp,
            ..SimulatorOptions::default()
        },
        ..Options::default()
    };
    let bridge = Bridge::start_with(database, options).await;
    let worked = Worked::set_up(&bridge, customers).await;
    let simulator = &bridge.simulator;
    let before = simulator.records("additions").len();

    let (run, reading) = worked.step(simulator, PLAN, worked.month.clone(), "PLANNING").await;
    let shown = worked.client.run(SUMS, json!({ "id": run["id"] })).await["node"].take();
    println!("{} ms after reading: {}", after_reading(&bridge).await, shown["totals"]);
    println!("{}", shown["kinds"]);
    let totals = &shown["totals"];
    // Some customers share an agreement: there they are summed.
    let agreements = agreements(simulator, customers).len();
    let lines = agreements * PRODUCTS.len();
    assert_eq!(totals["lines"], lines);
    let blocked = shown["blocked"]["nodes"].as_array().expect("a list").clone();
    assert!(
        blocked
            .iter()
            .all(|line| line["problem"]["code"] == "AMBIGUOUS_ADDITION"),
        "some agreements bill a product twice already: {blocked:#?}"
    );
    let changes = usize::try_from(totals["changes"].as_u64().expect("a number")).expect("a number");
    assert!(
        reading <= 3 * agreements.div_ceil(PAGE),
        "{reading} calls to read what {agreements} agreements hold"
    );
    assert_eq!(writes(simulator), []);

    let (run, applying) = worked.step(simulator, APPROVE, approval(&run), "APPLYING").await;
    assert_eq!((&run["state"], &run["problem"]), (&json!("APPLIED"), &Value::Null));
    let sent = writes(simulator).len();
    assert_eq!(sent, changes, "each line is written once");
    // Two calls for each line, and the agreements before and after.
    assert!(
        applying <= 2 * changes + 6 * agreements.div_ceil(PAGE),
        "{applying} calls for {changes} changes"
    );
    let shown = worked.client.run(SUMS, json!({ "id": run["id"] })).await["node"].take();
    let verified = lines - usize::try_from(totals["blocked"].as_u64().expect("a number")).expect("a number");
    assert_eq!(shown["verified"]["totalCount"], verified);
    println!(
        "{} additions before, {} after",
        before,
        simulator.records("additions").len()
    );

    let (again, _) = worked.step(simulator, PLAN, worked.month.clone(), "PLANNING").await;
    assert_eq!(
        (&again["state"], &again["totals"]["changes"], &again["totals"]["delta"]),
        (&json!("PLANNED"), &json!(0), &json!("0"))
    );
    let (again, _) = worked.step(simulator, APPROVE, approval(&again), "APPLYING").await;
    assert_eq!((&again["state"], writes(simulator).len()), (&json!("APPLIED"), 0));
    bridge.stop().await;
}
