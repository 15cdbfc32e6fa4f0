//! A page costs the same number of SQL statements however many records it has, with everything that belongs to them.
//!
//! What there is to ask for is taken from the schema: a new relation is asked for here without anybody thinking of it.

use psa_bridge::config::LimitsConfig;
use psa_simulator::DataSet;
use psa_simulator::connectwise::SimulatorOptions;
use psa_tests::{Bridge, Client, Options, TestDatabase, bridge, on_each_database, setup, wait};
use serde_json::{Value, json};

use crate::{billing::scene, surface::Surface};

/// Records of the smaller and of the larger page.
const SMALL: usize = 5;
const LARGE: usize = 25;

/// How deep relations are followed from a record.
const DEPTH: usize = 2;

/// What is made for one record at a time: what comes from the PSA and not from the database, and documents.
const ONE_AT_A_TIME: [&str; 3] = ["inPsaNow", "drift", "csv"];

const FAILURES: &str = "mutation Report($input: ReportBackupRunsInput!) { reportBackupRuns(input: $input) {
    accepted userErrors { message }
} }";
const SUGGESTIONS: &str = "mutation Accept($input: AcceptSuggestionsInput!) { acceptSuggestions(input: $input) {
    boundCount userErrors { message }
} }";
const TICKETS: &str = "mutation Backup($input: UpdateAgentTicketsInput!) { updateBackupAgentTickets(input: $input) {
    userErrors { message }
} }";

const TOKEN: &str = "mutation Create($input: CreateApiTokenInput!) { createApiToken(input: $input) {
    userErrors { message }
} }";

fn options(worker: bool) -> Options {
    Options {
        worker,
        simulator: SimulatorOptions {
            data_set: DataSet::Msp,
            ..SimulatorOptions::default()
        },
        ..Options::default()
    }
}

/// Many records of most kinds; afterwards nobody works on them, so nobody else sends statements.
async fn world(database: &TestDatabase) -> (Bridge, String) {
    let bridge = Bridge::start_with(database, options(true)).await;
    let client = bridge.admin();
    let integration = setup::connect(&bridge, &client).await;
    setup::import(&client, &integration).await;
    let names = "query N($id: ID!) { integration(id: $id) { psaCompanies(first: 60) { nodes { name } } } }";
    let data = client.run(names, json!({ "id": integration })).await;
    let names = data["integration"]["psaCompanies"]["nodes"]
        .as_array()
        .expect("companies")
        .clone();
    let names: Vec<String> = names.iter().map(|company| setup::text(&company["name"])).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    setup::report_companies(&client, &names).await;
    report_contacts_and_licenses(&client, names.len()).await;
    let input = json!({ "integrationId": integration, "minimumConfidence": 90 });
    client.succeed(SUGGESTIONS, input).await;
    let boards = "query B($id: ID!) { integration(id: $id) { boards { id statuses { externalId closed } } } }";
    let data = client.run(boards, json!({ "id": integration })).await;
    let board = &data["integration"]["boards"][0];
    let statuses = board["statuses"].as_array().expect("a list");
    let status = |closed: bool| &statuses.iter().find(|status| status["closed"] == closed).expect("one")["externalId"];
    let routing = json!({ "boardId": board["id"], "newStatusId": status(false), "closedStatusId": status(true) });
    let input = json!({ "integrationId": integration, "enabled": true, "routing": routing });
    client.succeed(TICKETS, input).await;
    let failures: Vec<_> = (0..40)
        .map(|number| {
            json!({ "eventId": format!("e{number}"), "companyExternalId": format!("c{number}"), "status": "ERROR",
                "planName": "Nightly", "computerName": format!("PC{number}") })
        })
        .collect();
    client.succeed(FAILURES, json!({ "records": failures })).await;
    wait::until("the deliveries to be held", || async {
        let counts = "query C($id: ID!) { integration(id: $id) { ticketing { deliveries(first: 1) { totalCount } } } }";
        let data = client.run(counts, json!({ "id": integration })).await;
        (data["integration"]["ticketing"]["deliveries"]["totalCount"] == 40).then_some(())
    })
    .await;
    bill(&client, &integration).await;
    for number in 0..LARGE {
        let input = json!({ "name": format!("Script {number}"), "permissions": ["PSA_READ"] });
        client.succeed(TOKEN, input).await;
    }
    let simulator = bridge.stop().await;
    let mut config = bridge::config(database, &options(false));
    config.limits = LimitsConfig {
        complexity: 1_000_000,
        tokens: 100_000,
        depth: 64,
        aliases: 1_000,
        ..config.limits
    };
    (Bridge::start_as(config, simulator, options(false)).await, integration)
}

async fn report_contacts_and_licenses(client: &Client, companies: usize) {
    let contacts: Vec<_> = (0..companies)
        .flat_map(|company| {
            (0..3).map(move |number| {
                json!({ "externalId": format!("u{company}-{number}"), "companyExternalId": format!("c{company}"),
                    "name": format!("User {number}"), "email": format!("u{number}@c{company}.example") })
            })
        })
        .collect();
    client
        .succeed(setup::REPORT_CONTACTS, json!({ "records": contacts }))
        .await;
    let licenses: Vec<_> = (0..companies)
        .map(|company| {
            json!({ "externalId": format!("L{company}"), "companyExternalId": format!("c{company}"),
                "licenseType": "Server", "computer": format!("PC{company}"), "taken": true, "trial": false })
        })
        .collect();
    client
        .succeed(setup::REPORT_LICENSES, json!({ "records": licenses }))
        .await;
}

/// What is billed for many companies, and a month that is planned again and again: a run and a job each time.
async fn bill(client: &Client, integration: &str) {
    let bound = "query C($id: ID!) { integration(id: $id) {
        companies(first: 60, filter: { state: MAPPED }) { nodes { company { id } psaCompany { id } } }
    } }";
    let agreements = "query A($id: ID!, $company: ID!) { integration(id: $id) {
        agreements(first: 1, filter: { companyId: $company, status: ACTIVE }) { nodes { id } }
    } }";
    let product = setup::billable_product(client, integration, "Server").await;
    let items = json!([{ "productId": product, "unit": "EACH" }]);
    let month = scene::month_that_is_over().to_string();
    let data = client.run(bound, json!({ "id": integration })).await;
    for row in data["integration"]["companies"]["nodes"].as_array().expect("a list") {
        let of_company = json!({ "id": integration, "company": row["psaCompany"]["id"] });
        let data = client.run(agreements, of_company).await;
        let Some(agreement) = data["integration"]["agreements"]["nodes"].get(0) else {
            continue;
        };
        let input = json!({ "integrationId": integration, "companyId": row["company"]["id"],
            "agreementId": agreement["id"], "startMonth": month, "items": items });
        client.succeed(scene::SAVE, input).await;
    }
    for _ in 0..LARGE {
        let input = json!({ "integrationId": integration, "month": month });
        let payload = client.succeed(scene::PLAN, input).await;
        scene::settled(client, &payload, "PLANNING").await;
    }
}

/// A page of a list with everything, and how many statements it took.
async fn page(bridge: &Bridge, client: &Client, query: &str, integration: &str, size: usize) -> (usize, u64) {
    let before = bridge.app.db.statements();
    let data = client.run(query, json!({ "id": integration, "size": size })).await;
    let statements = bridge.app.db.statements() - before;
    (records(&data), statements)
}

fn records(data: &Value) -> usize {
    match data {
        Value::Object(fields) if fields.contains_key("nodes") => fields["nodes"].as_array().expect("records").len(),
        Value::Object(fields) => fields.values().map(records).max().unwrap_or_default(),
        _ => 0,
    }
}

#[tokio::test]
async fn a_page_takes_as_many_statements_as_any_other_of_its_list() {
    on_each_database(|database| async move {
        let (bridge, integration) = world(&database).await;
        let client = bridge.admin();
        let surface = Surface::read(&client).await;
        let of_integration = surface.lists("Integration").into_iter().map(|(path, record)| {
            let path = [vec!["integration(id: $id)"], path].concat();
            (path, record)
        });
        let lists: Vec<_> = surface.lists("Query").into_iter().chain(of_integration).collect();
        let mut compared = Vec::new();
        let mut wrong = Vec::new();
        for (path, record) in lists {
            let (list, outer) = path.split_last().expect("a path has a field");
            let selection = surface.everything(record, DEPTH, &ONE_AT_A_TIME);
            let mut query = format!("{list}(first: $size) {{ nodes {{ {selection} }} }}");
            for field in outer.iter().rev() {
                query = format!("{field} {{ {query} }}");
            }
            let id = if outer.first().is_some_and(|field| field.contains("$id")) {
                "$id: ID!, "
            } else {
                ""
            };
            let query = format!("query({id}$size: Int!) {{ {query} }}");
            let (few, small) = page(&bridge, &client, &query, &integration, SMALL).await;
            let (many, large) = page(&bridge, &client, &query, &integration, LARGE).await;
            if (few, many) != (SMALL, LARGE) {
                println!("{}: not compared, there are {many} records", path.join("."));
                continue;
            }
            println!(
                "{}: {small} statements for {few} records, {large} for {many}",
                path.join(".")
            );
            if large > small {
                wrong.push(format!(
                    "{}: {small} statements for {few} records, {large} for {many}",
                    path.join(".")
                ));
            }
            compared.push(*list);
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        for list in [
            "consoleCompanies",
            "consoleContacts",
            "companies",
            "psaCompanies",
            "psaContacts",
            "psaProducts",
            "agreements",
            "incidents",
            "deliveries",
            "configurations",
            "runs",
            "jobs",
            "apiTokens",
        ] {
            assert!(
                compared.contains(&list),
                "there are enough records of {list}: {compared:?}"
            );
        }
        bridge.stop().await;
    })
    .await;
}
