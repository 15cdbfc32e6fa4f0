//! Lists within lists: their pages are the same whether one owner's is read or many owners' together, and in both
//! directions they lead through the whole list.

use psa_tests::{Bridge, Client, Options, TestDatabase, on_each_database, setup};
use serde_json::{Value, json};

const COMPANIES: [&str; 3] = ["Contoso", "Fabrikam", "Northwind"];
/// Contacts of each company.
const CONTACTS: usize = 7;

const FIELDS: &str = "nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";

#[tokio::test]
async fn a_page_is_the_same_for_one_owner_and_for_many() {
    on_each_database(|database| async move {
        let (bridge, companies) = world(&database).await;
        let client = bridge.admin();
        for page in ["first: 3", "last: 3", "first: 7", "first: 100"] {
            let all = format!("{{ consoleCompanies(first: 3) {{ nodes {{ id contacts({page}) {{ {FIELDS} }} }} }} }}");
            let all = client.run(&all, json!({})).await;
            let all = all["consoleCompanies"]["nodes"].as_array().expect("a list").clone();
            assert_eq!(all.len(), companies.len());
            for row in all {
                let alone = contacts(&client, &row["id"], page).await;
                assert_eq!(row["contacts"], alone, "{page}");
            }
        }
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn pages_lead_through_the_whole_list_and_back() {
    on_each_database(|database| async move {
        let (bridge, companies) = world(&database).await;
        let client = bridge.admin();
        let company = json!(companies[1]);
        let expected: Vec<_> = (0..CONTACTS).map(|number| json!(format!("User {number}"))).collect();
        let mut forwards = Vec::new();
        let mut page = "first: 3".to_owned();
        loop {
            let found = contacts(&client, &company, &page).await;
            assert_eq!(found["pageInfo"]["hasPreviousPage"], !forwards.is_empty());
            forwards.extend(names(&found));
            if found["pageInfo"]["hasNextPage"] == false {
                break;
            }
            page = format!("first: 3, after: {}", found["pageInfo"]["endCursor"]);
        }
        assert_eq!(forwards, expected);
        let mut backwards = Vec::new();
        let mut page = "last: 3".to_owned();
        loop {
            let found = contacts(&client, &company, &page).await;
            assert_eq!(found["pageInfo"]["hasNextPage"], !backwards.is_empty());
            backwards.splice(0..0, names(&found));
            if found["pageInfo"]["hasPreviousPage"] == false {
                break;
            }
            page = format!("last: 3, before: {}", found["pageInfo"]["startCursor"]);
        }
        assert_eq!(backwards, expected);
        bridge.stop().await;
    })
    .await;
}

/// Companies with contacts; the server and their ids.
async fn world(database: &TestDatabase) -> (Bridge, Vec<String>) {
    let options = Options {
        worker: false,
        ..Options::default()
    };
    let bridge = Bridge::start_with(database, options).await;
    let client = bridge.admin();
    let companies = setup::report_companies(&client, &COMPANIES).await;
    let records: Vec<_> = (0..COMPANIES.len() * CONTACTS)
        .map(|number| {
            let (company, contact) = (number % COMPANIES.len(), number / COMPANIES.len());
            json!({ "externalId": format!("u{number}"), "companyExternalId": format!("c{company}"),
                "name": format!("User {contact}") })
        })
        .collect();
    client
        .succeed(setup::REPORT_CONTACTS, json!({ "records": records }))
        .await;
    (bridge, companies)
}

/// A page of the contacts of one company.
async fn contacts(client: &Client, company: &Value, page: &str) -> Value {
    let query = format!(
        "query C($id: ID!) {{ node(id: $id) {{ ... on ConsoleCompany {{ contacts({page}) {{ {FIELDS} }} }} }} }}"
    );
    client.run(&query, json!({ "id": company })).await["node"]["contacts"].clone()
}

fn names(page: &Value) -> Vec<Value> {
    let nodes = page["nodes"].as_array().expect("a list");
    nodes.iter().map(|node| node["name"].clone()).collect()
}
