//! Lists that are told at once say what the engine says, byte for byte, with fewer statements.
//!
//! A list that is asked for twice is left to the engine: so both ways can be had of one question.

use psa_simulator::connectwise::Simulator;
use psa_tests::{Bridge, Options, TestDatabase, on_each_database, setup};
use serde_json::{Value, json};

const NAMES: [&str; 6] = [
    "CONTOSO dental group",
    "Fabrikam",
    "Tailspin Toys",
    "Łódź \"Quoted\" \\ Back 倉庫 🏭 {%}",
    "Gone & <Forgotten>",
    "Excluded",
];
/// The company that the console no longer has.
const GONE: usize = 4;

const EXCLUDE: &str = "mutation E($input: ExcludeCompaniesInput!) { excludeCompanies(input: $input) {
    results { outcome } userErrors { message }
} }";

/// What is told. Each asks for contacts, which the engine would read with a statement of their own.
const TOLD: [&str; 7] = [
    "companies(first: 10) { nodes { id state health changedAt changedBy company { contacts(first: 9) { nodes { id } } } }
        totalCount pageInfo { hasNextPage endCursor } }",
    "companies(first: 2) { edges { cursor node { __typename state company { contacts(first: 1) { nodes { id } } } } }
        pageInfo { hasNextPage hasPreviousPage startCursor } }",
    "companies(last: 2) { nodes { other: id
        company { id externalId name reportedAt removedAt __typename contacts(first: 2) { nodes { name } } } } }",
    "companies(first: 10, filter: { includeRemoved: true }) { nodes {
        psaCompany { id externalId identifier name status types deleted missing importedAt }
        company { removedAt contacts(first: 9) { nodes { externalId } } } } }",
    "companies(first: 10) { nodes { company { name contacts(first: 2) { nodes { id externalId name email reportedAt }
        pageInfo { hasNextPage endCursor } } } } }",
    "companies(first: 10, filter: { includeRemoved: true }) { edges { node {
        company { contacts(first: $first, includeRemoved: true) { edges { cursor node { name } } } } } } }",
    "companies(first: 10) { nodes { ...Row
        ... on CompanyMapping { state company { ... { name } contacts(first: 1) { nodes { name } } } } } }",
];

/// What is left to the engine.
const LEFT: [&str; 4] = [
    "companies(first: 10) { nodes { id suggestions { confidence } company { contacts(first: 9) { nodes { id } } } } }",
    "companies(first: 10) { nodes { company { contacts(first: 2) { totalCount nodes { name } } } } }",
    "companies(first: 10) { nodes { company { name } company { id } } }",
    "companies(first: 10) { nodes { company { contacts(last: 1) { nodes { name company { name } } } } } }",
];

fn document(asked: &str) -> String {
    let fragment = match asked.contains("...Row") {
        true => "fragment Row on CompanyMapping { health changedAt }",
        false => "",
    };
    let first = match asked.contains("$first") {
        true => ", $first: Int!",
        false => "",
    };
    format!("query Q($id: ID!{first}) {{ integration(id: $id) {{ {asked} }} }} {fragment}")
}

/// The same question asked twice at once: putting both together is the engine's.
fn twice(asked: &str) -> String {
    let (list, fields) = asked.split_once(") { ").expect("fields of a list");
    let fields = fields.strip_suffix('}').expect("the end of the list");
    format!("{list}) {{ {fields} {fields} }}")
}

#[tokio::test]
async fn a_list_that_is_told_says_what_the_engine_says() {
    on_each_database(|database| async move {
        let options = Options {
            worker: false,
            ..Options::default()
        };
        let (simulator, variables) = world(&database).await;
        let bridge = Bridge::start_beside(&database, simulator, options).await;
        let client = bridge.admin();
        let ask = async |asked: &str| {
            let before = bridge.app.db.statements();
            let answer = client.text(&document(asked), &variables).await;
            assert!(!answer.contains("\"errors\""), "{asked}: {answer}");
            (answer, bridge.app.db.statements() - before)
        };
        // The first question of a server makes sure of the tenant.
        ask(LEFT[2]).await;
        for asked in TOLD.into_iter().chain(LEFT) {
            let (told, statements) = ask(asked).await;
            let (by_engine, needed) = ask(&twice(asked)).await;
            assert_eq!(told, by_engine, "{asked}");
            if TOLD.contains(&asked) {
                assert_eq!(statements + 1, needed, "it is not told: {asked}");
            }
        }
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_row_of_a_list_is_the_same_by_itself() {
    on_each_database(|database| async move {
        let (simulator, variables) = world(&database).await;
        let bridge = Bridge::start_beside(&database, simulator, Options::default()).await;
        let client = bridge.admin();
        let fields = "id state health changedAt changedBy
            company { id externalId name reportedAt removedAt contacts(first: 9) { nodes { id externalId name email reportedAt } } }
            psaCompany { id externalId identifier name status types deleted missing importedAt }";
        let list = document(&format!("companies(first: 10, filter: {{ includeRemoved: true }}) {{ nodes {{ {fields} }} }}"));
        let list = client.run(&list, variables).await;
        let rows = list["integration"]["companies"]["nodes"].as_array().expect("a list");
        assert_eq!(rows.len(), NAMES.len());
        // A row by itself is read column by column.
        let alone = format!("query N($id: ID!) {{ node(id: $id) {{ ... on CompanyMapping {{ {fields} }} }} }}");
        for row in rows {
            let found = client.run(&alone, json!({ "id": row["id"] })).await;
            assert_eq!(&found["node"], row);
        }
        bridge.stop().await;
    })
    .await;
}

/// Companies that are bound, excluded, undecided and gone, with contacts that are there and gone.
async fn world(database: &TestDatabase) -> (Simulator, Value) {
    let bridge = Bridge::start(database).await;
    let client = bridge.admin();
    let integration = setup::connect(&bridge, &client).await;
    setup::import(&client, &integration).await;
    let companies = setup::report_companies(&client, &NAMES).await;
    let contacts: Vec<_> = (0..NAMES.len() * 4)
        .map(|number| {
            json!({
                "externalId": format!("u{number}"), "companyExternalId": format!("c{}", number % NAMES.len()),
                "name": format!("Zoë \"Q\" {number}"),
                "email": (number % 3 > 0).then(|| format!("u{number}@example.com")),
            })
        })
        .collect();
    let full = |name: &str| json!({ "id": name, "complete": true });
    let (there, confirmed) = (&contacts[NAMES.len()..], true);
    for (records, report) in [(&contacts[..], "1"), (there, "2")] {
        let input = json!({ "records": records, "fullReport": full(report), "confirmRemovals": confirmed });
        client.succeed(setup::REPORT_CONTACTS, input).await;
    }
    for (company, identifier) in [(0, "ContosoDental"), (1, "Fabrikam"), (GONE, "Northwind")] {
        setup::bind_company(&client, &integration, &companies[company], identifier).await;
    }
    let excluded = json!({ "integrationId": integration, "companyIds": [companies[5]] });
    client.succeed(EXCLUDE, excluded).await;
    let left: Vec<_> = (0..NAMES.len())
        .filter(|number| *number != GONE)
        .map(|number| json!({ "externalId": format!("c{number}"), "name": NAMES[number] }))
        .collect();
    let input = json!({ "records": left, "fullReport": full("1"), "confirmRemovals": confirmed });
    client.succeed(setup::REPORT_COMPANIES, input).await;
    let variables = json!({ "id": integration, "first": 3 });
    (bridge.stop().await, variables)
}
