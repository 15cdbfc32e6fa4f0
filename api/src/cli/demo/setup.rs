//! The walk, part one: from keys to mappings.

use psa_simulator::Psa;
use serde_json::{Value, json};

use super::{
    super::report::{self, client::Client, export::Export, records},
    script::{Progress, Script, at, list, text},
};

/// What the rest of the walk needs to know.
pub(super) struct Connected {
    /// The integration's id.
    pub(super) id: String,
}

/// Connects, reports, imports and maps.
pub(super) async fn walk(script: &mut Script<'_>, psa: &dyn Psa, export: &Export) -> anyhow::Result<Connected> {
    who(script).await?;
    wrong_key(script, psa).await?;
    let integration = connect(script, psa).await?;
    permissions(script, &integration).await?;
    inventory(script, export).await?;
    import(script, &integration).await?;
    map_companies(script, &integration).await?;
    map_products(script, &integration).await?;
    Ok(integration)
}

async fn who(script: &mut Script<'_>) -> anyhow::Result<()> {
    script.step("Who asks, and which PSAs can be connected")?;
    let query = "query Start {
        viewer { subject provider { name timeZone currency } permissions }
        connectors { kind name credentialFields { name label secret help } }
    }";
    let data = script.query("viewer, connectors", query, json!({})).await?;
    let (subject, provider) = (text(&data, "/viewer/subject")?, text(&data, "/viewer/provider/name")?);
    script.tell(format!("{subject} acts for the provider {provider}"))?;
    for connector in list(&data, "/connectors")? {
        script.tell(format!("{} asks for:", text(connector, "/name")?))?;
        for field in list(connector, "/credentialFields")? {
            let secret = if at(field, "/secret")? == &json!(true) {
                " (secret)"
            } else {
                ""
            };
            script.tell(format!("  {}{secret}", text(field, "/label")?))?;
        }
    }
    Ok(())
}

const CONNECT: &str = "mutation Connect($input: ConnectPsaInput!) { connectPsa(input: $input) {
    integration { id name status account { name version } }
    userErrors { code field message remedy }
} }";

fn connection(psa: &dyn Psa, credentials: Vec<(&str, String)>) -> Value {
    let credentials = credentials.into_iter();
    let credentials = credentials.map(|(field, value)| json!({ "field": field, "value": value }));
    json!({ "kind": psa.kind(), "name": psa.name(), "credentials": credentials.collect::<Value>() })
}

async fn wrong_key(script: &mut Script<'_>, psa: &dyn Psa) -> anyhow::Result<()> {
    script.step("A wrong key is refused before anything is stored")?;
    let mut credentials = psa.credentials();
    if let Some((_, secret)) = credentials.last_mut() {
        "not-the-key".clone_into(secret);
    }
    let error = script.refused(CONNECT, connection(psa, credentials)).await?;
    script.tell(format!("{}: {}", text(&error, "/code")?, text(&error, "/message")?))?;
    script.tell(format!("remedy: {}", text(&error, "/remedy")?))
}

async fn connect(script: &mut Script<'_>, psa: &dyn Psa) -> anyhow::Result<Connected> {
    script.step(&format!("Connect {}", psa.name()))?;
    let payload = script.mutate(CONNECT, connection(psa, psa.credentials())).await?;
    let (status, account) = (
        text(&payload, "/integration/status")?,
        text(&payload, "/integration/account/name")?,
    );
    script.tell(format!(
        "{status}: {account}, version {}",
        text(&payload, "/integration/account/version")?
    ))?;
    Ok(Connected {
        id: text(&payload, "/integration/id")?,
    })
}

async fn permissions(script: &mut Script<'_>, integration: &Connected) -> anyhow::Result<()> {
    script.step("Check the rights of the API user")?;
    let query = "mutation Check($input: CheckPermissionsInput!) { checkPermissions(input: $input) {
        permissionCheck { passed rows { module function add edit inquire remedy } }
        userErrors { code field message remedy }
    } }";
    let payload = script.mutate(query, json!({ "integrationId": integration.id })).await?;
    for row in list(&payload, "/permissionCheck/rows")? {
        script.tell(format!(
            "{:<42} add {:<10} edit {:<10} inquire {}",
            format!("{} > {}", text(row, "/module")?, text(row, "/function")?),
            text(row, "/add")?,
            text(row, "/edit")?,
            text(row, "/inquire")?,
        ))?;
    }
    anyhow::ensure!(
        at(&payload, "/permissionCheck/passed")? == &json!(true),
        "a right is missing"
    );
    Ok(())
}

async fn inventory(script: &mut Script<'_>, export: &Export) -> anyhow::Result<()> {
    script.step("The console reports its inventory, as a script would")?;
    for batch in records::inventory(export) {
        let report = report::send(&script.client, &batch).await?;
        script.tell(format!("> mutation {}: {} {report}", batch.mutation, batch.what))?;
        anyhow::ensure!(report.rejected.is_empty(), "records were rejected");
    }
    Ok(())
}

async fn import(script: &mut Script<'_>, integration: &Connected) -> anyhow::Result<()> {
    script.step("Import what the PSA has")?;
    let query = "mutation Import($input: ImportFromPsaInput!) { importFromPsa(input: $input) {
        jobs { id } userErrors { code field message remedy }
    } }";
    let payload = script.mutate(query, json!({ "integrationId": integration.id })).await?;
    let jobs: Vec<Value> = list(&payload, "/jobs")?
        .iter()
        .filter_map(|job| job.get("id").cloned())
        .collect();
    script
        .follow("the import", |client| imports(client, jobs.clone()))
        .await?;
    let query = "query Imports($id: ID!) { integration(id: $id) { imports { resource added changed gone total } } }";
    let data = script
        .query("integration { imports }", query, json!({ "id": integration.id }))
        .await?;
    for import in list(&data, "/integration/imports")? {
        script.tell(format!(
            "{:<12} {:>5} added",
            text(import, "/resource")?,
            text(import, "/added")?
        ))?;
    }
    Ok(())
}

async fn imports(client: Client, jobs: Vec<Value>) -> anyhow::Result<Progress<()>> {
    let query =
        "query Jobs($ids: [ID!]!) { nodes(ids: $ids) { ... on Job { state progress { done } problem { message } } } }";
    let data = client.run(query, json!({ "ids": jobs })).await?;
    let (mut read, mut ended) = (0, 0);
    for job in list(&data, "/nodes")? {
        read += at(job, "/progress/done")?.as_i64().unwrap_or_default();
        match text(job, "/state")?.as_str() {
            "SUCCEEDED" => ended += 1,
            "FAILED" | "CANCELLED" => anyhow::bail!("an import failed: {}", text(job, "/problem/message")?),
            _ => {}
        }
    }
    if ended == jobs.len() {
        return Ok(Progress::Done(()));
    }
    Ok(Progress::Going(format!(
        "{read} records read, {ended} of {} resources done",
        jobs.len()
    )))
}

async fn map_companies(script: &mut Script<'_>, integration: &Connected) -> anyhow::Result<()> {
    script.step("Map companies: accept the suggestions that are certain")?;
    let query = "mutation Accept($input: AcceptSuggestionsInput!) { acceptSuggestions(input: $input) {
        bound { company { name } psaCompany { name } }
        left { reason mapping { company { name } } }
        userErrors { code field message remedy }
    } }";
    let payload = script
        .mutate(
            query,
            json!({ "integrationId": integration.id, "minimumConfidence": 90 }),
        )
        .await?;
    for bound in list(&payload, "/bound")? {
        script.tell(format!(
            "{:<26} = {}",
            text(bound, "/company/name")?,
            text(bound, "/psaCompany/name")?
        ))?;
    }
    for left in list(&payload, "/left")? {
        script.tell(format!(
            "{:<26} left to a person: {}",
            text(left, "/mapping/company/name")?,
            text(left, "/reason")?
        ))?;
    }
    let query = "query Counts($id: ID!) { integration(id: $id) { companyCounts { total mapped unmapped } } }";
    let data = script
        .query("integration { companyCounts }", query, json!({ "id": integration.id }))
        .await?;
    let counts = at(&data, "/integration/companyCounts")?;
    script.tell(format!(
        "{} of {} mapped, {} unmapped",
        text(counts, "/mapped")?,
        text(counts, "/total")?,
        text(counts, "/unmapped")?
    ))
}

/// Activates the integration: from here on it sends.
pub(super) async fn activate(script: &mut Script<'_>, integration: &Connected) -> anyhow::Result<()> {
    script.step("The checklist is green: activate")?;
    let query = "query Checklist($id: ID!) { integration(id: $id) { checklist { complete items { step state } } } }";
    let data = script
        .query("integration { checklist }", query, json!({ "id": integration.id }))
        .await?;
    for item in list(&data, "/integration/checklist/items")? {
        script.tell(format!("{:<22} {}", text(item, "/step")?, text(item, "/state")?))?;
    }
    let query = "mutation Activate($input: ActivateIntegrationInput!) { activateIntegration(input: $input) {
        integration { status } userErrors { code field message remedy }
    } }";
    let payload = script.mutate(query, json!({ "integrationId": integration.id })).await?;
    script.tell(format!("the integration is {}", text(&payload, "/integration/status")?))
}

/// What is billed as what: the name of the billable product and the identifier of the PSA's.
const PRODUCTS: &[(&str, &str)] = &[
    ("Server", "MBS-SERVER"),
    ("Desktop", "MBS-DESKTOP"),
    ("VM Server", "MBS-VM"),
    ("MS SQL Server", "MBS-SQL"),
    ("Microsoft 365 / Google Workspace", "MBS-M365"),
    ("Backup storage, Primary cloud (Wasabi eu-central)", "MBS-STORAGE"),
    ("Backup storage, Archive (Backblaze B2)", "MBS-STORAGE"),
    ("Restored data, Primary cloud (Wasabi eu-central)", "MBS-RESTORE"),
];

async fn map_products(script: &mut Script<'_>, integration: &Connected) -> anyhow::Result<()> {
    script.step("Map products: what is billed as what")?;
    let mut bindings = Vec::new();
    for (name, identifier) in PRODUCTS {
        let product = billable_product(&script.client, &integration.id, name).await?;
        let psa_product = psa_product(&script.client, &integration.id, identifier).await?;
        bindings.push(json!({ "productId": product, "psaProductId": psa_product }));
    }
    let query = "mutation Bind($input: BindProductsInput!) { bindProducts(input: $input) {
        results { mapping { product { name } psaProduct { identifier description } } error { message } }
        userErrors { code field message remedy }
    } }";
    let payload = script
        .mutate(query, json!({ "integrationId": integration.id, "bindings": bindings }))
        .await?;
    for result in list(&payload, "/results")? {
        anyhow::ensure!(
            at(result, "/error")?.is_null(),
            "a product was not bound: {}",
            at(result, "/error")?
        );
        let product = text(result, "/mapping/product/name")?;
        script.tell(format!(
            "{product:<50} = {}",
            text(result, "/mapping/psaProduct/identifier")?
        ))?;
    }
    Ok(())
}

/// The id of the billable product of this name.
pub(super) async fn billable_product(client: &Client, integration: &str, name: &str) -> anyhow::Result<Value> {
    let query = "query Products($id: ID!) { integration(id: $id) { products { product { id name } } } }";
    let data = client.run(query, json!({ "id": integration })).await?;
    let products = list(&data, "/integration/products")?;
    let row = products
        .iter()
        .find(|row| row.pointer("/product/name").and_then(Value::as_str) == Some(name));
    let row = row.ok_or_else(|| anyhow::anyhow!("there is no billable product {name}"))?;
    Ok(at(row, "/product/id")?.clone())
}

/// The id of the PSA product with this identifier.
async fn psa_product(client: &Client, integration: &str, identifier: &str) -> anyhow::Result<Value> {
    let query = "query Product($id: ID!, $search: String!) {
        integration(id: $id) { psaProducts(filter: { search: $search }) { nodes { id identifier } } }
    }";
    let data = client
        .run(query, json!({ "id": integration, "search": identifier }))
        .await?;
    let product = list(&data, "/integration/psaProducts/nodes")?
        .iter()
        .find(|product| product.get("identifier").and_then(Value::as_str) == Some(identifier))
        .ok_or_else(|| anyhow::anyhow!("the PSA has no product {identifier}"))?;
    Ok(at(product, "/id")?.clone())
}
