//! The set-up of the billing tests, and the steps that they share.

use psa_connectors::{Clock, SystemClock};
use psa_entities::YearMonth;
use psa_simulator::{Psa, connectwise::Simulator};
use psa_tests::{Bridge, Client, TestDatabase, setup, wait};
use serde_json::{Value, json};

/// Saves what is billed for a company.
pub const SAVE: &str =
    "mutation Save($input: SaveBillingConfigurationInput!) { saveBillingConfiguration(input: $input) {
    configuration { id version items { product { name } unit minimum } } userErrors { code field message remedy }
} }";

/// Plans a month.
pub const PLAN: &str = "mutation Plan($input: PlanBillingInput!) { planBilling(input: $input) {
    run { id } userErrors { code field message remedy }
} }";

/// Approves a run.
pub const APPROVE: &str = "mutation Approve($input: ApproveBillingRunInput!) { approveBillingRun(input: $input) {
    run { id state version approvedBy } userErrors { code field message remedy }
} }";

/// Tries lines again.
pub const RETRY: &str = "mutation Retry($input: RetryBillingLinesInput!) { retryBillingLines(input: $input) {
    run { id } userErrors { code field message remedy }
} }";

/// Sets prices.
pub const PRICES: &str = "mutation Prices($input: UpdatePriceSettingsInput!) { updatePriceSettings(input: $input) {
    userErrors { code field message remedy }
} }";

/// Changes the policy.
pub const POLICY: &str = "mutation Policy($input: UpdateBillingPolicyInput!) { updateBillingPolicy(input: $input) {
    userErrors { code field message remedy }
} }";

/// Pauses an integration.
pub const PAUSE: &str = "mutation Pause($input: PauseIntegrationInput!) { pauseIntegration(input: $input) {
    integration { status } userErrors { code field message remedy }
} }";

const ACTIVATE: &str = "mutation Activate($input: ActivateIntegrationInput!) { activateIntegration(input: $input) {
    integration { status } userErrors { code field message remedy }
} }";

const INVOICE: &str = "mutation Invoice($input: UpdateInvoiceSettingsInput!) { updateInvoiceSettings(input: $input) {
    userErrors { code field message remedy }
} }";

const RUN: &str = "query Run($id: ID!) { node(id: $id) { ... on BillingRun {
    id state version problem { code message } totals { lines blocked changes amount delta }
    lines(first: 100) { nodes {
        id action state attempts measured billed unitPrice amount delta description effectiveDate
        company { name } product { name } psaProduct { identifier }
        before { externalId quantity unitPrice } candidates { externalId quantity }
        problem { code message remedy detail } explanation receipt { change after { externalId quantity } }
    } }
} } }";

/// A billable product, the PSA product that it is billed as, and its price in the scene.
pub const PRODUCTS: [(&str, &str, &str); 3] = [
    ("Server", "MBS-SERVER", "27.5"),
    ("Desktop", "MBS-DESKTOP", "8.25"),
    ("VM Server", "MBS-VM", "41"),
];

/// A company by its identifier in the PSA, with the licences it uses.
pub type Customer<'a> = (&'a str, &'a [(&'a str, usize)]);

/// An active integration whose companies are configured and use licences.
pub struct Scene<P: Psa = Simulator> {
    /// The server and the simulated PSA.
    pub bridge: Bridge<P>,
    /// A client that may do everything.
    pub client: Client,
    /// The integration.
    pub integration: String,
    /// The console's ids of the customers, in their order; reported as `c0`, `c1`, ….
    pub companies: Vec<String>,
    /// The month that is over.
    pub month: YearMonth,
}

impl Scene {
    /// Everything up to the plan: each customer is bound, and billed for [`PRODUCTS`] on its agreement.
    pub async fn active(database: &TestDatabase, customers: &[Customer<'_>]) -> Self {
        Self::active_on(Bridge::start(database).await, customers).await
    }
}

impl<P: Psa> Scene<P> {
    /// The same on a server that is there already.
    pub async fn active_on(bridge: Bridge<P>, customers: &[Customer<'_>]) -> Self {
        let scene = Self::mapped(bridge, customers).await;
        let items = scene.items().await;
        for (index, (identifier, _)) in customers.iter().enumerate() {
            scene
                .client
                .succeed(SAVE, scene.configuration(index, identifier, items.clone()).await)
                .await;
        }
        scene
            .client
            .succeed(setup::CHECK_PERMISSIONS, json!({ "integrationId": scene.integration }))
            .await;
        scene
            .client
            .succeed(ACTIVATE, json!({ "integrationId": scene.integration }))
            .await;
        scene
    }

    /// Everything up to the configurations: companies and products are bound and priced.
    pub async fn mapped(bridge: Bridge<P>, customers: &[Customer<'_>]) -> Self {
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        setup::import(&client, &integration).await;
        let names: Vec<_> = customers.iter().map(|(identifier, _)| *identifier).collect();
        let companies = setup::report_companies(&client, &names).await;
        for (index, (identifier, licenses)) in customers.iter().enumerate() {
            setup::bind_company(&client, &integration, &companies[index], identifier).await;
            setup::report_licenses(&client, &format!("c{index}"), licenses).await;
        }
        let mut prices = Vec::new();
        for (name, identifier, price) in PRODUCTS {
            setup::bind_product(&client, &integration, name, identifier).await;
            let product = setup::billable_product(&client, &integration, name).await;
            prices.push(json!({ "productId": product, "unitPrice": price }));
        }
        client
            .succeed(PRICES, json!({ "integrationId": integration, "prices": prices }))
            .await;
        let template = "{product}: {quantity} {unit}, {month} {year}";
        let invoice = json!({ "integrationId": integration, "mode": "TEMPLATE", "template": template });
        client.succeed(INVOICE, invoice).await;
        if bridge.simulator.bills_ahead() {
            let policy = json!({ "integrationId": integration, "period": "FOLLOWING" });
            client.succeed(POLICY, policy).await;
        }
        let month = month_that_is_over();
        Self {
            bridge,
            client,
            integration,
            companies,
            month,
        }
    }

    /// The items of [`PRODUCTS`].
    pub async fn items(&self) -> Vec<Value> {
        let mut items = Vec::new();
        for (name, _, _) in PRODUCTS {
            let product = setup::billable_product(&self.client, &self.integration, name).await;
            items.push(json!({ "productId": product, "unit": "EACH" }));
        }
        items
    }

    /// The input of [`SAVE`] for a customer.
    pub async fn configuration(&self, index: usize, identifier: &str, items: Vec<Value>) -> Value {
        json!({
            "integrationId": self.integration,
            "companyId": self.companies[index],
            "agreementId": self.agreement(identifier).await,
            "startMonth": self.month.to_string(),
            "items": items,
        })
    }

    /// The id of the managed-backup agreement of a PSA company.
    pub async fn agreement(&self, identifier: &str) -> String {
        let company = setup::psa_company(&self.client, &self.integration, identifier).await;
        setup::agreement(&self.client, &self.integration, &company).await
    }

    /// Plans the month and gives the complete plan back.
    pub async fn plan(&self) -> Value {
        let payload = self.client.succeed(PLAN, self.month_input()).await;
        settled(&self.client, &payload, "PLANNING").await
    }

    /// The input of [`PLAN`].
    pub fn month_input(&self) -> Value {
        json!({ "integrationId": self.integration, "month": self.month.to_string() })
    }

    /// Approves a run and waits until its work has ended.
    pub async fn apply(&self, run: &Value) -> Value {
        let payload = self.client.succeed(APPROVE, approval(run)).await;
        settled(&self.client, &payload, "APPLYING").await
    }

    /// Tries all failed and drifted lines of a run again, and waits until that has ended.
    pub async fn retry(&self, run: &Value) -> Value {
        let payload = self.client.succeed(RETRY, json!({ "runId": run["id"] })).await;
        settled(&self.client, &payload, "APPLYING").await
    }

    /// The invoice text of a quantity in the month.
    pub fn text(&self, product: &str, quantity: &str, unit: &str) -> String {
        format!(
            "{product}: {quantity} {unit}, {}",
            self.month.first_day().format("%B %Y")
        )
    }

    /// Plans once more: the PSA says all of it already, and approving that writes nothing.
    pub async fn assert_settled(&self) {
        let again = self.plan().await;
        assert_eq!(
            (&again["state"], &again["totals"]["changes"]),
            (&json!("PLANNED"), &json!(0)),
            "{again:#}"
        );
        self.bridge.simulator.clear_requests();
        let applied = self.apply(&again).await;
        assert_eq!(applied["state"], "APPLIED", "{applied:#}");
        assert_eq!(self.bridge.simulator.addition_writes(), []);
    }
}

/// The month before the one that it is.
pub fn month_that_is_over() -> YearMonth {
    YearMonth::of(SystemClock.now().date_naive()).previous()
}

/// The input of [`APPROVE`] for a run as it was read.
pub fn approval(run: &Value) -> Value {
    json!({ "runId": run["id"], "expectedVersion": run["version"] })
}

/// A run as it is now.
pub async fn read(client: &Client, run: &str) -> Value {
    let mut data = client.run(RUN, json!({ "id": run })).await;
    data["node"].take()
}

/// The run of a payload, once it has left `state`.
pub async fn settled(client: &Client, payload: &Value, state: &str) -> Value {
    let id = setup::text(&payload["run"]["id"]);
    wait::until("a billing run", || async {
        let run = read(client, &id).await;
        (run["state"] != *state).then_some(run)
    })
    .await
}

/// The lines of a run.
pub fn lines(run: &Value) -> &[Value] {
    run["lines"]["nodes"].as_array().expect("a run has lines")
}

/// The line of a product for a company.
pub fn line<'a>(run: &'a Value, company: &str, product: &str) -> &'a Value {
    let found = lines(run)
        .iter()
        .find(|line| line["company"]["name"] == *company && line["product"]["name"] == *product);
    found.unwrap_or_else(|| panic!("no line of {company} for {product} in {run:#}"))
}
