//! The steps of the set-up, for tests that begin further on. Each is what a script would do through the API.

use psa_simulator::Psa;
use serde_json::{Value, json};

use crate::{Bridge, Client, wait};

/// Connects the simulated PSA. See [`connection`] for the input.
pub const CONNECT: &str = "mutation Connect($input: ConnectPsaInput!) { connectPsa(input: $input) {
    integration { id status account { name version } credentials { field { name secret } hint setAt } }
    userErrors { code field message remedy }
} }";

/// Imports from the PSA.
pub const IMPORT: &str = "mutation Import($input: ImportFromPsaInput!) { importFromPsa(input: $input) {
    jobs { id state } userErrors { code field message remedy }
} }";

/// Checks the rights of the API member.
pub const CHECK_PERMISSIONS: &str = "mutation Check($input: CheckPermissionsInput!) { checkPermissions(input: $input) {
    permissionCheck { passed rows { module function add edit inquire neededFor remedy } }
    userErrors { code field message remedy }
} }";

/// Reports companies.
pub const REPORT_COMPANIES: &str = "mutation Report($input: ReportCompaniesInput!) { reportCompanies(input: $input) {
    results { index externalId outcome error { code field message remedy } }
    counts { created updated unchanged rejected removed } userErrors { code field message remedy }
} }";

/// Reports contacts.
pub const REPORT_CONTACTS: &str = "mutation Report($input: ReportContactsInput!) { reportContacts(input: $input) {
    results { index externalId outcome error { code field message remedy } }
    counts { created updated unchanged rejected removed } userErrors { code field message remedy }
} }";

/// Reports licences.
pub const REPORT_LICENSES: &str = "mutation Report($input: ReportLicensesInput!) { reportLicenses(input: $input) {
    results { index externalId outcome error { code field message remedy } } userErrors { code field message remedy }
} }";

/// Binds companies.
pub const BIND_COMPANIES: &str = "mutation Bind($input: BindCompaniesInput!) { bindCompanies(input: $input) {
    results { index outcome mapping { id state psaCompany { name } } error { code field message remedy } }
    userErrors { code field message remedy }
} }";

/// Binds products.
pub const BIND_PRODUCTS: &str = "mutation Bind($input: BindProductsInput!) { bindProducts(input: $input) {
    results { index outcome error { code field message remedy } } userErrors { code field message remedy }
} }";

/// The input of [`CONNECT`] for the simulator of a bridge.
pub fn connection<P: Psa>(bridge: &Bridge<P>) -> Value {
    let psa = &bridge.simulator;
    let credentials = psa.credentials().into_iter();
    json!({
        "kind": psa.kind(),
        "name": psa.name(),
        "credentials": credentials
            .map(|(field, value)| json!({ "field": field, "value": value }))
            .collect::<Value>(),
    })
}

/// Connects the simulated PSA and gives the integration's id back.
pub async fn connect<P: Psa>(bridge: &Bridge<P>, client: &Client) -> String {
    let payload = client.succeed(CONNECT, connection(bridge)).await;
    text(&payload["integration"]["id"])
}

/// Imports everything and waits for it.
pub async fn import(client: &Client, integration: &str) {
    let payload = client.succeed(IMPORT, json!({ "integrationId": integration })).await;
    for job in payload["jobs"].as_array().expect("there are jobs") {
        let job = finished(client, &text(&job["id"])).await;
        assert_eq!(job["state"], "SUCCEEDED", "{job:#}");
    }
}

/// Waits for a job to end.
pub async fn finished(client: &Client, job: &str) -> Value {
    wait::until("a job", || async {
        let query = "query Job($id: ID!) { node(id: $id) { ... on Job {
            id kind state attempts problem { code message remedy } result
        } } }";
        let data = client.run(query, json!({ "id": job })).await;
        let ended = ["SUCCEEDED", "FAILED", "CANCELLED"]
            .iter()
            .any(|state| data["node"]["state"] == *state);
        ended.then(|| data["node"].clone())
    })
    .await
}

/// Reports companies by name, with the external ids `c0`, `c1`, …, and gives their ids back in the same order.
pub async fn report_companies(client: &Client, names: &[&str]) -> Vec<String> {
    let records: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(index, name)| json!({ "externalId": format!("c{index}"), "name": name }))
        .collect();
    client.succeed(REPORT_COMPANIES, json!({ "records": records })).await;
    let data = client
        .run(
            "{ consoleCompanies(first: 100) { nodes { id externalId } } }",
            json!({}),
        )
        .await;
    let nodes = data["consoleCompanies"]["nodes"].as_array().expect("a list").clone();
    let id = |index: usize| {
        let external = format!("c{index}");
        nodes
            .iter()
            .find(|node| node["externalId"] == *external)
            .map(|node| text(&node["id"]))
            .expect("it was reported")
    };
    (0..names.len()).map(id).collect()
}

/// Reports licences of a company that are in use: how many of which type.
pub async fn report_licenses(client: &Client, company: &str, licenses: &[(&str, usize)]) {
    let records: Vec<_> = licenses
        .iter()
        .flat_map(|(kind, count)| {
            (0..*count).map(move |number| {
                json!({
                    "externalId": format!("{company}-{kind}-{number}"),
                    "companyExternalId": company,
                    "licenseType": kind,
                    "computer": format!("PC-{number}"),
                    "taken": true,
                    "trial": false,
                })
            })
        })
        .collect();
    client.succeed(REPORT_LICENSES, json!({ "records": records })).await;
}

/// The id of the imported company with this identifier.
pub async fn psa_company(client: &Client, integration: &str, identifier: &str) -> String {
    let query = "query Q($id: ID!, $search: String!) { integration(id: $id) {
        psaCompanies(filter: { search: $search }) { nodes { id identifier } }
    } }";
    let data = client
        .run(query, json!({ "id": integration, "search": identifier }))
        .await;
    pick(&data["integration"]["psaCompanies"]["nodes"], "identifier", identifier)
}

/// The id of an imported contact of a PSA company.
pub async fn psa_contact(client: &Client, integration: &str, psa_company: &str) -> String {
    let query = "query Q($id: ID!, $company: ID!) { integration(id: $id) {
        psaContacts(filter: { psaCompanyId: $company }, first: 1) { nodes { id } }
    } }";
    let data = client
        .run(query, json!({ "id": integration, "company": psa_company }))
        .await;
    text(&data["integration"]["psaContacts"]["nodes"][0]["id"])
}

/// The id of the imported product with this identifier.
pub async fn psa_product(client: &Client, integration: &str, identifier: &str) -> String {
    let query = "query Q($id: ID!, $search: String!) { integration(id: $id) {
        psaProducts(filter: { search: $search }) { nodes { id identifier } }
    } }";
    let data = client
        .run(query, json!({ "id": integration, "search": identifier }))
        .await;
    pick(&data["integration"]["psaProducts"]["nodes"], "identifier", identifier)
}

/// The id of the agreement called `Managed Backup` of an imported company.
pub async fn agreement(client: &Client, integration: &str, psa_company: &str) -> String {
    let query = "query Q($id: ID!, $company: ID!) { integration(id: $id) {
        agreements(filter: { companyId: $company }) { nodes { id name } }
    } }";
    let data = client
        .run(query, json!({ "id": integration, "company": psa_company }))
        .await;
    pick(&data["integration"]["agreements"]["nodes"], "name", "Managed Backup")
}

/// The id of the billable product of this name.
pub async fn billable_product(client: &Client, integration: &str, name: &str) -> String {
    let query = "query Q($id: ID!) { integration(id: $id) { products { product { id name } } } }";
    let data = client.run(query, json!({ "id": integration })).await;
    let rows = data["integration"]["products"].as_array().expect("a list");
    let row = rows.iter().find(|row| row["product"]["name"] == *name);
    text(&row.unwrap_or_else(|| panic!("no product {name} in {rows:?}"))["product"]["id"])
}

/// Binds a console company to the imported company with this identifier and gives that one's id back.
pub async fn bind_company(client: &Client, integration: &str, company: &str, identifier: &str) -> String {
    let psa = psa_company(client, integration, identifier).await;
    let bindings = json!([{ "companyId": company, "psaCompanyId": psa }]);
    let payload = client
        .succeed(
            BIND_COMPANIES,
            json!({ "integrationId": integration, "bindings": bindings }),
        )
        .await;
    assert_eq!(payload["results"][0]["error"], Value::Null);
    psa
}

/// Binds a billable product to the PSA product with this identifier.
pub async fn bind_product(client: &Client, integration: &str, name: &str, identifier: &str) {
    let product = billable_product(client, integration, name).await;
    let psa = psa_product(client, integration, identifier).await;
    let bindings = json!([{ "productId": product, "psaProductId": psa }]);
    let payload = client
        .succeed(
            BIND_PRODUCTS,
            json!({ "integrationId": integration, "bindings": bindings }),
        )
        .await;
    assert_eq!(payload["results"][0]["error"], Value::Null);
}

/// The text of a JSON string.
///
/// # Panics
/// It is none.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}

fn pick(nodes: &Value, field: &str, wanted: &str) -> String {
    let nodes = nodes.as_array().expect("a list");
    let node = nodes.iter().find(|node| node[field] == *wanted);
    text(&node.unwrap_or_else(|| panic!("no {field} {wanted} in {nodes:?}"))["id"])
}
