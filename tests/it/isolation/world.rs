//! Everything that one provider can have: one record at least of every type and in every table.

use std::collections::BTreeMap;

use psa_connectors::{Clock, SystemClock};
use psa_entities::YearMonth;
use psa_tests::{Bridge, Client, setup};
use serde_json::{Value, json};

use crate::{
    billing::scene::{PLAN, PRICES, SAVE, settled},
    tickets::{
        desk::{CONTOSO, Desk, run},
        webhooks,
    },
};

const REPORT_ACCOUNTS: &str =
    "mutation Report($input: ReportStorageAccountsInput!) { reportStorageAccounts(input: $input) {
    results { error { message } } userErrors { message }
} }";
const REPORT_STORAGE: &str = "mutation Report($input: ReportStorageUsageInput!) { reportStorageUsage(input: $input) {
    results { error { message } } userErrors { message }
} }";
const REPORT_LIMITS: &str = "mutation Report($input: ReportStorageLimitsInput!) { reportStorageLimits(input: $input) {
    results { error { message } } userErrors { message }
} }";
const REPORT_LIMIT_USES: &str =
    "mutation Report($input: ReportStorageLimitUsesInput!) { reportStorageLimitUses(input: $input) {
    results { error { message } } userErrors { message }
} }";
const COMPANY_BILLING: &str = "mutation Set($input: SetCompanyBillingInput!) { setCompanyBilling(input: $input) {
    userErrors { message }
} }";
const COMPANY_PRICES: &str = "mutation Set($input: UpdateCompanyPricesInput!) { updateCompanyPrices(input: $input) {
    userErrors { message }
} }";
const OVERRIDE: &str = "mutation Set($input: SetTicketOverrideInput!) { setTicketOverride(input: $input) {
    userErrors { message }
} }";
const INVOICE: &str = "mutation Invoice($input: UpdateInvoiceSettingsInput!) { updateInvoiceSettings(input: $input) {
    userErrors { message }
} }";
const CREATE_TOKEN: &str = "mutation Create($input: CreateApiTokenInput!) { createApiToken(input: $input) {
    apiToken { id } userErrors { message }
} }";

const REPORT_CONTACTS: &str = "mutation Report($input: ReportContactsInput!) { reportContacts(input: $input) {
    results { error { message } } userErrors { message }
} }";
const BIND_CONTACTS: &str = "mutation Bind($input: BindContactsInput!) { bindContacts(input: $input) {
    results { error { message } } userErrors { message }
} }";
const IMPORT_SETTINGS: &str =
    "mutation Import($input: UpdateImportSettingsInput!) { updateImportSettings(input: $input) {
    userErrors { message }
} }";

/// Every list of an integration, and of its provider, by the first of their records.
pub(super) const EVERYTHING: &str = "query Everything($id: ID!) {
    viewer { provider { __typename id } }
    auditLog(first: 100) { nodes { __typename id integrationId subject { subjectId } } }
    apiTokens(first: 20, filter: { includeRevoked: true }) { nodes { __typename id } }
    consoleCompanies(first: 20) { nodes { __typename id externalId } }
    consoleContacts(first: 20) { nodes { __typename id company { __typename id } } }
    integration(id: $id) { __typename id
        jobs(first: 20) { nodes { __typename id } }
        companies(first: 20) { nodes { __typename id company { __typename id } psaCompany { __typename id } } }
        products { __typename id product { __typename id metric storageAccount { __typename id } storageLimit { __typename id } } }
        contacts(first: 20) { nodes { __typename id psaContact { __typename id } } }
        psaCompanies(first: 20) { nodes { __typename id } }
        psaContacts(first: 20) { nodes { __typename id } }
        psaProducts(first: 50) { nodes { __typename id } }
        agreements(first: 20) { nodes { __typename id company { __typename id } } }
        boards { __typename id }
        billing {
            companies(first: 20) { nodes { company { __typename id } prices { product { __typename id metric } } } }
            configurations(first: 5) { nodes { __typename id } }
            runs(first: 5) { nodes { __typename id lines(first: 5) { nodes { __typename id } } } }
        }
        ticketing { incidents(first: 5) { nodes { __typename id deliveries { __typename id } } } }
    }
}";

/// The month that is billed: the one that is over.
pub(super) fn month() -> String {
    YearMonth::of(SystemClock.now().date_naive()).previous().to_string()
}

/// One provider and what it has.
pub(super) struct World {
    /// The key that tokens name it by, which its own records of the console begin with.
    pub(super) provider: &'static str,
    /// May do everything.
    pub(super) client: Client,
    /// One record of each type by its global id; under `company`, `storage` and `limit` what the console calls three
    /// of them.
    pub(super) ids: BTreeMap<String, String>,
}

impl World {
    /// Sets everything up through the API.
    pub(super) async fn build(bridge: Bridge, provider: &'static str) -> (Bridge, Self) {
        let client = bridge.client(provider, &[]);
        let desk = Desk::open_on(bridge, client).await;
        let (client, integration) = (&desk.client, &desk.integration);

        let company = format!("{provider}-company");
        let records = json!([{ "externalId": company, "name": company }]);
        client
            .succeed(setup::REPORT_COMPANIES, json!({ "records": records }))
            .await;
        let storage = format!("{provider}-storage");
        let records = json!([{ "externalId": storage, "name": storage }]);
        client.succeed(REPORT_ACCOUNTS, json!({ "records": records })).await;
        let sample = json!({
            "companyExternalId": CONTOSO.0, "storageAccountExternalId": storage, "day": format!("{}-07", month()),
            "backupBytes": "31000000000",
        });
        client.succeed(REPORT_STORAGE, json!({ "records": [sample] })).await;
        let limit = format!("{provider}-limit");
        let records = json!([{ "externalId": limit, "name": limit, "unitPrice": "30" }]);
        client.succeed(REPORT_LIMITS, json!({ "records": records })).await;
        let holder = json!({
            "externalId": format!("{provider}-holder"), "companyExternalId": CONTOSO.0, "storageLimitExternalId": limit,
            "label": provider,
        });
        client.succeed(REPORT_LIMIT_USES, json!({ "records": [holder] })).await;

        let records =
            json!([{ "externalId": format!("{provider}-person"), "companyExternalId": CONTOSO.0, "name": provider }]);
        let report = json!({ "id": provider, "complete": false });
        let reported = json!({ "records": records, "fullReport": report });
        client.succeed(REPORT_CONTACTS, reported).await;
        let settings = json!({ "integrationId": integration, "refreshHours": 12 });
        client.succeed(IMPORT_SETTINGS, settings).await;
        // A second import has something to tell only when something is different.
        let renamed = desk
            .bridge
            .simulator
            .records("companies")
            .pop()
            .expect("there are companies");
        let renamed = json!({ "id": renamed["id"], "name": format!("{provider} renamed") });
        let renamed = renamed.as_object().expect("an object").clone();
        desk.bridge
            .simulator
            .upsert("companies", renamed)
            .expect("it is renamed");
        setup::import(client, integration).await;

        let mut ids = one_of_each(&client.run(EVERYTHING, json!({ "id": integration })).await);
        let psa_company = setup::psa_company(client, integration, CONTOSO.1).await;
        let person = setup::psa_contact(client, integration, &psa_company).await;
        let bindings = json!([{ "contactId": ids["ConsoleContact"], "psaContactId": person }]);
        let input = json!({ "integrationId": integration, "bindings": bindings });
        client.succeed(BIND_CONTACTS, input).await;
        let agreement = setup::agreement(client, integration, &psa_company).await;
        let psa_product = setup::psa_product(client, integration, "MBS-STORAGE").await;
        let product = ids["BillableProduct"].clone();
        let bindings = json!([{ "productId": product, "psaProductId": psa_product }]);
        let input = json!({ "integrationId": integration, "bindings": bindings });
        client.succeed(setup::BIND_PRODUCTS, input).await;
        let prices = json!([{ "productId": product, "unitPrice": "0.05" }]);
        client
            .succeed(PRICES, json!({ "integrationId": integration, "prices": prices }))
            .await;
        let invoice = json!({ "integrationId": integration, "mode": "TEMPLATE", "template": "{product}" });
        client.succeed(INVOICE, invoice).await;
        let configuration = json!({
            "integrationId": integration, "companyId": desk.companies[0], "agreementId": agreement,
            "startMonth": month(), "items": [{ "productId": product, "unit": "GB" }],
        });
        client.succeed(SAVE, configuration).await;
        let switches = json!({ "integrationId": integration, "companyIds": [desk.companies[0]], "autoBilling": true });
        client.succeed(COMPANY_BILLING, switches).await;
        let prices = json!({
            "integrationId": integration, "companyId": desk.companies[0],
            "prices": [{ "productId": product, "unitPrice": "0.04" }],
        });
        client.succeed(COMPANY_PRICES, prices).await;
        let own = json!({
            "integrationId": integration, "agent": "BACKUP", "companyIds": [desk.companies[0]],
            "routing": desk.routing().await,
        });
        client.succeed(OVERRIDE, own).await;
        let month = json!({ "integrationId": integration, "month": month() });
        let planned = client.succeed(PLAN, month).await;
        settled(client, &planned, "PLANNING").await;
        desk.happens(run(&format!("{provider}-event"), CONTOSO.0, "PC-1", "ERROR"))
            .await;
        webhooks::touch(&desk).await;
        let token = json!({ "name": provider, "permissions": ["PSA_READ"] });
        client.succeed(CREATE_TOKEN, token).await;

        ids.extend(one_of_each(&client.run(EVERYTHING, json!({ "id": integration })).await));
        ids.extend([
            ("ConsoleCompany".to_owned(), desk.companies[0].clone()),
            ("PsaCompany".to_owned(), psa_company),
            ("PsaContact".to_owned(), person),
            ("PsaProduct".to_owned(), psa_product),
            ("Agreement".to_owned(), agreement),
            ("company".to_owned(), company),
            ("storage".to_owned(), storage),
            ("limit".to_owned(), limit),
        ]);
        let world = Self {
            provider,
            client: desk.client,
            ids,
        };
        (desk.bridge, world)
    }

    /// The same on a server that was started since.
    pub(super) fn on(self, bridge: &Bridge) -> Self {
        Self {
            client: bridge.client(self.provider, &[]),
            ..self
        }
    }

    /// Where its ids lead to nothing: ids of the same form that there never were.
    pub(super) fn never(&self) -> BTreeMap<String, String> {
        let never = |(name, id): (&String, &String)| {
            let id = match name.as_str() {
                "company" | "storage" | "limit" => "never-reported".to_owned(),
                _ => super::ids::never(id),
            };
            (name.clone(), id)
        };
        self.ids.iter().map(never).collect()
    }
}

/// One id of every type in an answer. Licence types are the same for everybody: the product is one of a storage account.
fn one_of_each(answer: &Value) -> BTreeMap<String, String> {
    let mut ids = BTreeMap::new();
    collect(answer, &mut |record| {
        let (Some(of), Some(id)) = (record["__typename"].as_str(), record["id"].as_str()) else {
            return;
        };
        let known_to_all = match of {
            "BillableProduct" => record["metric"] != "BACKUP_AVERAGE",
            "ProductMapping" => record["product"]["metric"] != "BACKUP_AVERAGE",
            _ => false,
        };
        if !known_to_all {
            ids.entry(of.to_owned()).or_insert_with(|| id.to_owned());
        }
    });
    ids
}

/// Shows every object in an answer.
pub(super) fn collect(value: &Value, seen: &mut impl FnMut(&Value)) {
    match value {
        Value::Object(fields) => {
            seen(value);
            fields.values().for_each(|value| collect(value, seen));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, seen)),
        _ => {}
    }
}
