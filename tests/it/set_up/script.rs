//! What an administrator's script sends, step by step.

use std::collections::{BTreeMap, HashMap};

use psa_simulator::connectwise::{Level, RightsChange};
use psa_tests::{Bridge, Client, setup};
use serde_json::{Value, json};

use super::console::{Console, Counterpart};

/// The most records that one call takes.
const BATCH: usize = 1_000;

const ACCEPT: &str = "mutation A($input: AcceptSuggestionsInput!) { acceptSuggestions(input: $input) {
    boundCount leftCount
    bound { company { id externalId } psaCompany { externalId name } }
    left { reason mapping { company { id externalId } } }
    userErrors { code message }
} }";

const EXCLUDE: &str = "mutation E($input: ExcludeCompaniesInput!) { excludeCompanies(input: $input) {
    results { outcome error { code field message } } userErrors { code message }
} }";

const ACTIVATE: &str = "mutation A($input: ActivateIntegrationInput!) { activateIntegration(input: $input) {
    integration { status } userErrors { code message remedy }
} }";

const STATE: &str = "query State($id: ID!) { integration(id: $id) {
    status checklist { complete items { step mandatory state problems { message remedy } } }
    companyCounts { total mapped unmapped excluded }
} }";

/// The right that the role lacks at first.
const MODULE: (&str, &str) = ("Finance", "Agreements");

/// A company that was bound without a person.
pub(super) struct Bound {
    /// The id in the PSA of what it was bound to.
    pub(super) psa_company: String,
    /// Its name there.
    pub(super) psa_name: String,
    id: String,
}

/// A company that was left to a person.
pub(super) struct Left {
    pub(super) reason: String,
    id: String,
}

/// What accepting the suggestions did, by the ids of the companies in the console.
pub(super) struct Accepted {
    pub(super) bound: BTreeMap<String, Bound>,
    pub(super) left: BTreeMap<String, Left>,
}

/// The script and what it remembers.
pub(super) struct Script {
    client: Client,
    integration: String,
}

impl Script {
    /// Connects a PSA whose role lacks a right, learns which, has it granted and checks again.
    pub(super) async fn connect_without_a_right(bridge: &Bridge) -> Self {
        let right = |level| RightsChange {
            module: MODULE.0.to_owned(),
            function: MODULE.1.to_owned(),
            add: None,
            edit: None,
            delete: None,
            inquire: Some(level),
        };
        bridge.simulator.set_rights(&right(Level::None));
        let client = bridge.admin();
        let integration = setup::connect(bridge, &client).await;
        let script = Self { client, integration };
        let check = script.check_permissions().await;
        assert_eq!(check["passed"], false, "{check:#}");
        let missing = |row: &&Value| ["add", "edit", "inquire"].iter().any(|level| row[level] == "MISSING");
        let missing: Vec<_> = check["rows"]
            .as_array()
            .expect("a list")
            .iter()
            .filter(missing)
            .collect();
        assert_eq!(missing.len(), 1, "{missing:#?}");
        assert_eq!(
            (&missing[0]["module"], &missing[0]["function"]),
            (&json!(MODULE.0), &json!(MODULE.1))
        );
        let remedy = setup::text(&missing[0]["remedy"]);
        assert!(remedy.contains("Inquire"), "{remedy}");
        assert_eq!(script.step("PERMISSIONS").await, "TODO");

        bridge.simulator.set_rights(&right(Level::All));
        let check = script.check_permissions().await;
        assert_eq!(check["passed"], true, "{check:#}");
        assert_eq!(script.step("PERMISSIONS").await, "DONE");
        script
    }

    /// Imports everything.
    pub(super) async fn import(&self) {
        setup::import(&self.client, &self.integration).await;
    }

    /// Reports the console's companies, and the licences that make three products.
    pub(super) async fn report(&self, console: &Console) {
        let records: Vec<_> = console
            .companies
            .iter()
            .map(|company| json!({ "externalId": company.external_id, "name": company.name }))
            .collect();
        for batch in records.chunks(BATCH) {
            let payload = self
                .client
                .succeed(setup::REPORT_COMPANIES, json!({ "records": batch }))
                .await;
            all(&payload, "CREATED");
        }
    }

    /// Accepts what is nearly certain.
    pub(super) async fn accept_suggestions(&self) -> Accepted {
        let input = json!({ "integrationId": self.integration, "minimumConfidence": 90 });
        let payload = self.client.succeed(ACCEPT, input).await;
        let list = |name: &str| payload[name].as_array().expect("a list").clone();
        let bound: BTreeMap<_, _> = list("bound")
            .iter()
            .map(|row| {
                let bound = Bound {
                    psa_company: setup::text(&row["psaCompany"]["externalId"]),
                    psa_name: setup::text(&row["psaCompany"]["name"]),
                    id: setup::text(&row["company"]["id"]),
                };
                (setup::text(&row["company"]["externalId"]), bound)
            })
            .collect();
        let left: BTreeMap<_, _> = list("left")
            .iter()
            .map(|row| {
                let company = &row["mapping"]["company"];
                let left = Left {
                    reason: setup::text(&row["reason"]),
                    id: setup::text(&company["id"]),
                };
                (setup::text(&company["externalId"]), left)
            })
            .collect();
        assert_eq!(
            (&payload["boundCount"], &payload["leftCount"]),
            (&json!(bound.len()), &json!(left.len()))
        );
        Accepted { bound, left }
    }

    /// Binds by hand what was left and has a counterpart.
    pub(super) async fn bind(&self, console: &Console, accepted: &Accepted) {
        let psa = self.psa_companies().await;
        let bindings: Vec<_> = accepted
            .left
            .iter()
            .filter_map(|(external, left)| match &console.company(external).counterpart {
                Counterpart::Is(id) => Some(json!({ "companyId": left.id, "psaCompanyId": psa[id] })),
                Counterpart::Nobody => None,
            })
            .collect();
        assert!(!bindings.is_empty());
        for batch in bindings.chunks(BATCH) {
            let input = json!({ "integrationId": self.integration, "bindings": batch });
            all(&self.client.succeed(setup::BIND_COMPANIES, input).await, "BOUND");
        }
    }

    /// Leaves out what the PSA does not have, whatever it was taken for.
    pub(super) async fn exclude(&self, console: &Console, accepted: &Accepted) {
        let left = accepted.left.iter().map(|(external, left)| (external, &left.id));
        let bound = accepted.bound.iter().map(|(external, bound)| (external, &bound.id));
        let strangers: Vec<_> = left
            .chain(bound)
            .filter(|(external, _)| console.company(external).counterpart == Counterpart::Nobody)
            .map(|(_, id)| id.clone())
            .collect();
        assert!(!strangers.is_empty());
        for batch in strangers.chunks(BATCH) {
            let input = json!({ "integrationId": self.integration, "companyIds": batch });
            all(&self.client.succeed(EXCLUDE, input).await, "EXCLUDED");
        }
    }

    /// Reports licences of some companies and binds the products that they make.
    pub(super) async fn bind_products(&self, console: &Console) {
        let used = [("Server", 1), ("Desktop", 3), ("VM Server", 1)];
        setup::report_licenses(&self.client, &console.companies[0].external_id, &used).await;
        for (name, identifier) in [
            ("Server", "MBS-SERVER"),
            ("Desktop", "MBS-DESKTOP"),
            ("VM Server", "MBS-VM"),
        ] {
            setup::bind_product(&self.client, &self.integration, name, identifier).await;
        }
    }

    /// Activates, when nothing stands in the way.
    pub(super) async fn activate(&self, console: &Console) {
        let before = self.state().await;
        assert_eq!(
            (&before["status"], &before["checklist"]["complete"]),
            (&json!("READY"), &json!(true)),
            "{before:#}"
        );
        let payload = self
            .client
            .succeed(ACTIVATE, json!({ "integrationId": self.integration }))
            .await;
        assert_eq!(payload["integration"]["status"], "ACTIVE");
        let after = self.state().await;
        let excluded = console
            .companies
            .iter()
            .filter(|company| company.counterpart == Counterpart::Nobody)
            .count();
        let total = console.companies.len();
        let counts = json!({ "total": total, "mapped": total - excluded, "unmapped": 0, "excluded": excluded });
        assert_eq!((&after["status"], &after["companyCounts"]), (&json!("ACTIVE"), &counts));
    }

    async fn check_permissions(&self) -> Value {
        let input = json!({ "integrationId": self.integration });
        let payload = self.client.succeed(setup::CHECK_PERMISSIONS, input).await;
        payload["permissionCheck"].clone()
    }

    async fn state(&self) -> Value {
        let data = self.client.run(STATE, json!({ "id": self.integration })).await;
        data["integration"].clone()
    }

    async fn step(&self, step: &str) -> Value {
        let state = self.state().await;
        let items = state["checklist"]["items"].as_array().expect("a list");
        items
            .iter()
            .find(|item| item["step"] == *step)
            .expect("a step of the list")["state"]
            .clone()
    }

    /// The ids of the imported companies by their ids in the PSA.
    async fn psa_companies(&self) -> HashMap<String, Value> {
        let query =
            "query P($id: ID!, $after: String) { integration(id: $id) { psaCompanies(first: 100, after: $after) {
            nodes { id externalId } pageInfo { hasNextPage endCursor }
        } } }";
        let (mut found, mut after) = (HashMap::new(), Value::Null);
        loop {
            let variables = json!({ "id": self.integration, "after": after });
            let data = self.client.run(query, variables).await;
            let page = &data["integration"]["psaCompanies"];
            let nodes = page["nodes"].as_array().expect("a list").iter();
            found.extend(nodes.map(|node| (setup::text(&node["externalId"]), node["id"].clone())));
            if page["pageInfo"]["hasNextPage"] == false {
                return found;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }
}

/// Asserts that every record had this outcome.
fn all(payload: &Value, outcome: &str) {
    let results = payload["results"].as_array().expect("a list");
    let other = results.iter().find(|result| result["outcome"] != *outcome);
    assert_eq!(other, None);
}
