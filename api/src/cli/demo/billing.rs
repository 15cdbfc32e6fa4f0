//! The walk, part two: from usage to an addition in the PSA.

use psa_simulator::Psa;
use serde_json::{Value, json};

use super::{
    super::report::client::Client,
    script::{Progress, Script, at, list, text},
    setup::{Connected, billable_product},
};

/// The month that the console's data is about.
const MONTH: &str = "2026-10";
/// The companies that are billed.
const COMPANIES: [&str; 3] = ["Contoso Dental Group", "Fabrikam Logistics", "Northwind Traders"];

/// Settles invoices and prices, and configures companies.
pub(super) async fn configure(script: &mut Script<'_>, psa: &dyn Psa, integration: &Connected) -> anyhow::Result<()> {
    settings(script, integration).await?;
    if psa.bills_ahead() {
        bill_ahead(script, integration).await?;
    }
    for company in COMPANIES {
        company_billing(script, integration, company).await?;
    }
    Ok(())
}

/// Plans the month, approves it and shows what the PSA has now.
pub(super) async fn bill(script: &mut Script<'_>, psa: &dyn Psa, integration: &Connected) -> anyhow::Result<()> {
    let run = plan(
        script,
        integration,
        "Plan the month: every line with its money, nothing written yet",
    )
    .await?;
    tell_lines(script, &run)?;
    approve(script, &run).await?;
    in_the_psa(script, psa)?;
    let again = plan(
        script,
        integration,
        "Plan the same month again: nothing is left to change",
    )
    .await?;
    anyhow::ensure!(
        text(&again, "/totals/changes")? == "0",
        "a second plan changes something: {again}"
    );
    Ok(())
}

async fn settings(script: &mut Script<'_>, integration: &Connected) -> anyhow::Result<()> {
    script.step("Settle what invoices say and what things cost")?;
    let query = "mutation Invoice($input: UpdateInvoiceSettingsInput!) { updateInvoiceSettings(input: $input) {
        invoiceSettings { mode template preview } userErrors { code field message remedy }
    } }";
    let template = "{product}: {quantity} {unit}, {month} {year}";
    let input = json!({ "integrationId": integration.id, "mode": "TEMPLATE", "template": template });
    let payload = script.mutate(query, input).await?;
    script.tell(format!("preview: {}", text(&payload, "/invoiceSettings/preview")?))?;

    let query = "mutation Prices($input: UpdatePriceSettingsInput!) { updatePriceSettings(input: $input) {
        prices { product { name } unitPrice unitCost } userErrors { code field message remedy }
    } }";
    let server = billable_product(&script.client, &integration.id, "Server").await?;
    let primary = billable_product(
        &script.client,
        &integration.id,
        "Backup storage, Primary cloud (Wasabi eu-central)",
    )
    .await?;
    let archive = billable_product(
        &script.client,
        &integration.id,
        "Backup storage, Archive (Backblaze B2)",
    )
    .await?;
    let prices = json!([
        { "productId": server, "unitPrice": "27.50", "unitCost": "11.00" },
        { "productId": primary, "unitPrice": "0.06", "unitCost": "0.02" },
        { "productId": archive, "unitPrice": "0.06", "unitCost": "0.02" },
    ]);
    let payload = script
        .mutate(query, json!({ "integrationId": integration.id, "prices": prices }))
        .await?;
    for price in list(&payload, "/prices")? {
        let (name, cost) = (text(price, "/product/name")?, text(price, "/unitCost")?);
        script.tell(format!("{name}: price {}, cost {cost}", text(price, "/unitPrice")?))?;
    }
    Ok(())
}

async fn bill_ahead(script: &mut Script<'_>, integration: &Connected) -> anyhow::Result<()> {
    script.step("The PSA has invoiced the month already: its usage counts from the next one on")?;
    let query = "mutation Policy($input: UpdateBillingPolicyInput!) { updateBillingPolicy(input: $input) {
        policy { period } userErrors { code field message remedy }
    } }";
    let input = json!({ "integrationId": integration.id, "period": "FOLLOWING" });
    let payload = script.mutate(query, input).await?;
    script.tell(format!("period: {}", text(&payload, "/policy/period")?))
}

async fn company_billing(script: &mut Script<'_>, integration: &Connected, company: &str) -> anyhow::Result<()> {
    script.step(&format!("Configure billing for {company}"))?;
    let query = "query Company($id: ID!, $search: String!) { integration(id: $id) {
        companies(filter: { search: $search }) { nodes { company { id } psaCompany { id name } } }
    } }";
    let data = script
        .client
        .run(query, json!({ "id": integration.id, "search": company }))
        .await?;
    let mapping = at(&data, "/integration/companies/nodes/0")?.clone();
    let query = "query Agreements($id: ID!, $company: ID!) { integration(id: $id) {
        agreements(filter: { companyId: $company }) { nodes { id name status nextInvoiceDate } }
    } }";
    let variables = json!({ "id": integration.id, "company": at(&mapping, "/psaCompany/id")? });
    let data = script.query("integration { agreements }", query, variables).await?;
    let agreement = at(&data, "/integration/agreements/nodes/0")?;
    let mut items = Vec::new();
    for name in [
        "Server",
        "Desktop",
        "VM Server",
        "MS SQL Server",
        "Microsoft 365 / Google Workspace",
    ] {
        items.push(
            json!({ "productId": billable_product(&script.client, &integration.id, name).await?, "unit": "EACH" }),
        );
    }
    for name in [
        "Backup storage, Primary cloud (Wasabi eu-central)",
        "Backup storage, Archive (Backblaze B2)",
        "Restored data, Primary cloud (Wasabi eu-central)",
    ] {
        let product = billable_product(&script.client, &integration.id, name).await?;
        items.push(json!({ "productId": product, "unit": "GB", "rounding": "UP", "decimals": 0 }));
    }
    let query = "mutation Save($input: SaveBillingConfigurationInput!) { saveBillingConfiguration(input: $input) {
        configuration { id items { product { name } } } userErrors { code field message remedy }
    } }";
    let input = json!({
        "integrationId": integration.id,
        "companyId": at(&mapping, "/company/id")?,
        "agreementId": at(agreement, "/id")?,
        "startMonth": MONTH,
        "items": items,
    });
    let payload = script.mutate(query, input).await?;
    let count = list(&payload, "/configuration/items")?.len();
    script.tell(format!(
        "{count} products onto “{}” of {}",
        text(agreement, "/name")?,
        text(&mapping, "/psaCompany/name")?
    ))
}

const RUN: &str = "query Run($id: ID!) { node(id: $id) { ... on BillingRun {
    id state version problem { message } totals { lines blocked changes amount delta }
    lines(first: 100) { nodes {
        action state company { name } product { name } psaProduct { identifier } before { quantity }
        measured billed unitPrice amount delta problem { code message remedy } receipt { change }
    } }
} } }";

async fn plan(script: &mut Script<'_>, integration: &Connected, title: &str) -> anyhow::Result<Value> {
    script.step(title)?;
    let query = "mutation Plan($input: PlanBillingInput!) { planBilling(input: $input) {
        run { id } userErrors { code field message remedy }
    } }";
    let payload = script
        .mutate(query, json!({ "integrationId": integration.id, "month": MONTH }))
        .await?;
    let run = settled(script, text(&payload, "/run/id")?, "PLANNING").await?;
    let totals = at(&run, "/totals")?;
    script.tell(format!(
        "{} lines, {} change the PSA, {} are blocked and say why; amount {}, change {}",
        text(totals, "/lines")?,
        text(totals, "/changes")?,
        text(totals, "/blocked")?,
        text(totals, "/amount")?,
        text(totals, "/delta")?,
    ))?;
    Ok(run)
}

fn tell_lines(script: &mut Script<'_>, run: &Value) -> anyhow::Result<()> {
    script.tell(format!(
        "{:<26} {:<34} {:<8} {:>9} {:>9} {:>9} {:>9}",
        "company", "product", "action", "before", "billed", "amount", "change"
    ))?;
    for line in list(run, "/lines/nodes")? {
        let product: String = text(line, "/product/name")?.chars().take(34).collect();
        let before = at(line, "/before")?
            .get("quantity")
            .and_then(Value::as_str)
            .unwrap_or("–")
            .to_owned();
        script.tell(format!(
            "{:<26} {product:<34} {:<8} {before:>9} {:>9} {:>9} {:>9}{}",
            line.pointer("/company/name").and_then(Value::as_str).unwrap_or("–"),
            text(line, "/action")?,
            text(line, "/billed")?,
            text(line, "/amount")?,
            text(line, "/delta")?,
            line.pointer("/problem/code")
                .and_then(Value::as_str)
                .map(|code| format!("  {code}"))
                .unwrap_or_default(),
        ))?;
    }
    Ok(())
}

async fn approve(script: &mut Script<'_>, run: &Value) -> anyhow::Result<()> {
    script.step("Approve it: exactly this plan is written, line by line, and read back")?;
    let query = "mutation Approve($input: ApproveBillingRunInput!) { approveBillingRun(input: $input) {
        run { id } userErrors { code field message remedy }
    } }";
    let input = json!({ "runId": at(run, "/id")?, "expectedVersion": at(run, "/version")? });
    let payload = script.mutate(query, input).await?;
    let run = settled(script, text(&payload, "/run/id")?, "APPLYING").await?;
    for line in list(&run, "/lines/nodes")?
        .iter()
        .filter(|line| line.get("state") == Some(&json!("VERIFIED")))
    {
        if let Some(change) = line.pointer("/receipt/change").and_then(Value::as_str) {
            let (company, product) = (text(line, "/company/name")?, text(line, "/psaProduct/identifier")?);
            script.tell(format!(
                "{company:<26} {product:<14} {change} and verified: {}",
                text(line, "/billed")?
            ))?;
        }
    }
    anyhow::ensure!(
        text(&run, "/state")?.contains("APPLIED"),
        "the run was not applied: {run}"
    );
    script.tell(format!("the run is {}", text(&run, "/state")?))
}

/// The run once it has left `state`.
async fn settled(script: &mut Script<'_>, run: String, state: &'static str) -> anyhow::Result<Value> {
    script
        .follow("the billing run", |client| progress(client, run.clone(), state))
        .await
}

async fn progress(client: Client, run: String, state: &'static str) -> anyhow::Result<Progress<Value>> {
    let mut data = client.run(RUN, json!({ "id": run })).await?;
    let run = data.get_mut("node").map(Value::take).unwrap_or_default();
    anyhow::ensure!(
        text(&run, "/state")? != "FAILED",
        "the run failed: {}",
        text(&run, "/problem/message")?
    );
    if text(&run, "/state")? != state {
        return Ok(Progress::Done(run));
    }
    Ok(Progress::Going(format!("{state} …")))
}

fn in_the_psa(script: &mut Script<'_>, psa: &dyn Psa) -> anyhow::Result<()> {
    script.step(&format!("What {} has now", psa.name()))?;
    let additions = psa.additions("ContosoDental");
    for addition in &additions {
        script.tell(format!(
            "addition {:<5} {:<14} quantity {:<6} price {:<6} {}",
            addition.id,
            addition.product,
            addition.quantity,
            addition.unit_price.map(|price| price.to_string()).unwrap_or_default(),
            addition.description.as_deref().unwrap_or_default(),
        ))?;
    }
    let is_billed = additions.iter().any(|addition| addition.product == "MBS-SERVER");
    anyhow::ensure!(is_billed, "the PSA has no addition for the server");
    Ok(())
}
