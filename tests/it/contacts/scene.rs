//! A provider with bound companies and a PSA that has contacts.

use psa_tests::{Bridge, Client, setup};
use serde_json::{Value, json};

/// Binds contacts.
pub(super) const BIND: &str = "mutation B($input: BindContactsInput!) { bindContacts(input: $input) {
    results { index outcome mapping { id state health psaContact { name } } error { code field message remedy } }
    userErrors { code field }
} }";

/// Unbinds contacts.
pub(super) const UNBIND: &str = "mutation U($input: UnbindContactsInput!) { unbindContacts(input: $input) {
    results { index outcome mapping { state } error { code field } } userErrors { code field }
} }";

/// Accepts suggestions.
pub(super) const ACCEPT: &str =
    "mutation A($input: AcceptContactSuggestionsInput!) { acceptContactSuggestions(input: $input) {
    boundCount leftCount bound { contact { externalId } psaContact { name } changedBy }
    left { reason mapping { contact { externalId } } } userErrors { code field }
} }";

/// Lists contacts.
pub(super) const LIST: &str = "query Q($id: ID!, $filter: ContactMappingFilter, $last: Int, $before: String, $first: Int, $after: String) {
    integration(id: $id) {
        contacts(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
            nodes { id state health contact { id externalId name } psaContact { name } suggestions { confidence reason ambiguous psaContact { name } } }
            pageInfo { hasNextPage hasPreviousPage endCursor startCursor } totalCount
        }
        contactCounts { total mapped unmapped }
        checklist { items { step state mandatory } }
    }
}";

/// Three companies of the console, of which `c0` and `c1` are bound, and a PSA with contacts.
pub(super) struct Scene {
    pub(super) bridge: Bridge,
    pub(super) client: Client,
    pub(super) integration: String,
    pub(super) companies: Vec<String>,
}

impl Scene {
    /// Sets it.
    pub(super) async fn set(database: &psa_tests::TestDatabase) -> Self {
        let bridge = Bridge::start(database).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        setup::import(&client, &integration).await;
        let companies = setup::report_companies(&client, &["Contoso", "Fabrikam", "Nobody"]).await;
        setup::bind_company(&client, &integration, &companies[0], "ContosoDental").await;
        setup::bind_company(&client, &integration, &companies[1], "Fabrikam").await;
        Self {
            bridge,
            client,
            integration,
            companies,
        }
    }

    /// The PSA's contacts of a company: id, name and address.
    pub(super) async fn people(&self, identifier: &str) -> Vec<(String, String, String)> {
        let company = setup::psa_company(&self.client, &self.integration, identifier).await;
        let query = "query Q($id: ID!, $company: ID!) { integration(id: $id) {
            psaContacts(filter: { psaCompanyId: $company }) { nodes { id name email emails company { identifier } } totalCount }
        } }";
        let variables = json!({ "id": self.integration, "company": company });
        let data = self.client.run(query, variables).await;
        let list = &data["integration"]["psaContacts"];
        let nodes = list["nodes"].as_array().expect("a list");
        assert_eq!(list["totalCount"], nodes.len());
        let person = |node: &Value| {
            assert_eq!(node["company"]["identifier"], *identifier);
            assert_eq!(node["emails"], json!([node["email"]]));
            (
                setup::text(&node["id"]),
                setup::text(&node["name"]),
                setup::text(&node["email"]),
            )
        };
        nodes.iter().map(person).collect()
    }

    /// Reports contacts (company, name, address) as `u0`, `u1`, … and gives their ids back.
    pub(super) async fn report(&self, contacts: &[(&str, &str, Option<&str>)]) -> Vec<String> {
        let numbered = contacts.iter().enumerate();
        let records: Vec<_> = numbered
            .map(|(number, (company, name, email))| {
                json!({ "externalId": format!("u{number}"), "companyExternalId": company, "name": name, "email": email })
            })
            .collect();
        self.client
            .succeed(setup::REPORT_CONTACTS, json!({ "records": records }))
            .await;
        let query = "{ consoleContacts(first: 100) { nodes { id externalId } } }";
        let nodes = self.client.run(query, json!({})).await["consoleContacts"]["nodes"].clone();
        let nodes = nodes.as_array().expect("a list");
        let id = |number: usize| {
            let wanted = format!("u{number}");
            let node = nodes.iter().find(|node| node["externalId"] == *wanted);
            setup::text(&node.expect("it was reported")["id"])
        };
        (0..contacts.len()).map(id).collect()
    }

    /// Binds contacts (contact, PSA contact) and gives the results back.
    pub(super) async fn bind(&self, bindings: &[(&str, &str)]) -> Value {
        let bindings: Vec<_> = bindings
            .iter()
            .map(|(contact, psa)| json!({ "contactId": contact, "psaContactId": psa }))
            .collect();
        let input = json!({ "integrationId": self.integration, "bindings": bindings });
        self.client.succeed(BIND, input).await["results"].clone()
    }

    /// The integration with its contacts.
    pub(super) async fn list(&self, variables: Value) -> Value {
        let mut variables = variables;
        variables["id"] = json!(self.integration);
        self.client.run(LIST, variables).await["integration"].clone()
    }

    /// The console's ids of the contacts in this health, which each row says of itself as well.
    pub(super) async fn in_health(&self, health: &str) -> Vec<String> {
        let data = self.list(json!({ "filter": { "health": health } })).await;
        let nodes = data["contacts"]["nodes"].as_array().expect("a list").clone();
        assert_eq!(data["contacts"]["totalCount"], nodes.len());
        assert!(nodes.iter().all(|node| node["health"] == *health), "{nodes:?}");
        external_ids(&data["contacts"])
    }
}

/// The console's ids of the contacts that are listed.
pub(super) fn external_ids(list: &Value) -> Vec<String> {
    let nodes = list["nodes"].as_array().expect("a list");
    nodes
        .iter()
        .map(|node| setup::text(&node["contact"]["externalId"]))
        .collect()
}

/// The outcome of each row.
pub(super) fn outcomes(results: &Value) -> Vec<String> {
    let results = results.as_array().expect("a list");
    results.iter().map(|result| setup::text(&result["outcome"])).collect()
}
