//! A service desk: a set-up integration whose backup agent makes tickets, and what the PSA has of them.

use psa_simulator::connectwise::Simulator;
use psa_tests::{Bridge, Client, Options, TestDatabase, setup, wait};
use serde_json::{Map, Value, json};

/// A record of the simulated PSA.
pub type Record = Map<String, Value>;

/// What the console calls the first company, and its identifier in the PSA.
pub const CONTOSO: (&str, &str) = ("c0", "ContosoDental");

/// What the console calls the second company, and its identifier in the PSA.
pub const FABRIKAM: (&str, &str) = ("c1", "Fabrikam");

/// What the console calls the company that nobody has bound.
pub const UNBOUND: &str = "c2";

/// The statuses of the board for backup alerts.
pub mod status {
    /// Of new tickets.
    pub const NEW: i64 = 201;
    /// Of tickets that somebody works on.
    pub const IN_PROGRESS: i64 = 202;
    /// Of closed tickets.
    pub const COMPLETED: i64 = 204;
    /// Of reopened tickets.
    pub const REOPENED: i64 = 205;
}

const REPORT: &str = "mutation Report($input: ReportBackupRunsInput!) { reportBackupRuns(input: $input) {
    results { index eventId outcome error { code field message remedy } }
    accepted duplicates rejected userErrors { code field message remedy }
} }";

const ACTIVATE: &str = "mutation A($input: ActivateIntegrationInput!) { activateIntegration(input: $input) {
    integration { status } userErrors { code field message remedy }
} }";

const INCIDENTS: &str = "query Incidents($id: ID!) { integration(id: $id) { ticketing { incidents(first: 50) { nodes {
    title state occurrences condition company { name } ticket { externalId status closed touchedByPerson }
    deliveries { id kind state hold marker problem { code message remedy } attempts { outcome } }
} } } } }";

const COUNTS: &str =
    "query Counts($id: ID!) { integration(id: $id) { ticketing { deliveryCounts { state hold count } } } }";

/// A server with an active integration: two companies are bound, tickets go to the board for backup alerts.
#[derive(Debug)]
pub struct Desk {
    /// The server and its PSA.
    pub bridge: Bridge,
    /// May do everything.
    pub client: Client,
    /// The integration's id.
    pub integration: String,
    /// The ids of the console's companies.
    pub companies: Vec<String>,
}

impl Desk {
    /// Sets everything up.
    pub async fn open(database: &TestDatabase) -> Self {
        Self::open_with(database, Options::default()).await
    }

    /// Sets everything up on a server as the test wants it.
    pub async fn open_with(database: &TestDatabase, options: Options) -> Self {
        let bridge = Bridge::start_with(database, options).await;
        let client = bridge.admin();
        Self::open_on(bridge, client).await
    }

    /// Sets everything up for the provider of a client, on a server that is there already.
    pub async fn open_on(bridge: Bridge, client: Client) -> Self {
        let integration = setup::connect(&bridge, &client).await;
        client
            .succeed(setup::CHECK_PERMISSIONS, json!({ "integrationId": integration }))
            .await;
        setup::import(&client, &integration).await;
        let companies = setup::report_companies(&client, &["Contoso Dental", "Fabrikam", "Trey"]).await;
        for (company, (_, identifier)) in companies.iter().zip([CONTOSO, FABRIKAM]) {
            setup::bind_company(&client, &integration, company, identifier).await;
        }
        setup::report_licenses(&client, CONTOSO.0, &[("Server", 1)]).await;
        setup::bind_product(&client, &integration, "Server", "MBS-SERVER").await;
        let desk = Self {
            bridge,
            client,
            integration,
            companies,
        };
        desk.share(json!({})).await;
        desk.route(json!({ "enabled": true, "routing": desk.routing().await }))
            .await;
        desk.activate().await;
        desk
    }

    /// Stops the server and starts another one beside the same PSA.
    pub async fn restart(self, database: &TestDatabase) -> Self {
        let simulator = self.bridge.stop().await;
        let bridge = Bridge::start_beside(database, simulator, Options::default()).await;
        let client = bridge.admin();
        Self { bridge, client, ..self }
    }

    /// Everything that a routing to the board for backup alerts needs.
    pub async fn routing(&self) -> Value {
        json!({
            "boardId": self.board("Backup Alerts").await,
            "newStatusId": status::NEW.to_string(),
            "closedStatusId": status::COMPLETED.to_string(),
            "reopenStatusId": status::REOPENED.to_string(),
        })
    }

    /// The id of the imported board of this name.
    pub async fn board(&self, name: &str) -> String {
        let query = "query Boards($id: ID!) { integration(id: $id) { boards { id name } } }";
        let data = self.client.run(query, json!({ "id": self.integration })).await;
        let boards = data["integration"]["boards"].as_array().expect("a list");
        setup::text(
            &boards
                .iter()
                .find(|board| board["name"] == *name)
                .expect("the board is imported")["id"],
        )
    }

    /// Changes the settings that the agents share.
    pub async fn share(&self, mut change: Value) {
        let query = "mutation S($input: UpdateTicketSettingsInput!) { updateTicketSettings(input: $input) {
            settings { version } userErrors { code field message }
        } }";
        change["integrationId"] = json!(self.integration);
        self.client.succeed(query, change).await;
    }

    /// Changes the settings of the backup agent.
    pub async fn route(&self, mut change: Value) {
        let query = "mutation B($input: UpdateAgentTicketsInput!) { updateBackupAgentTickets(input: $input) {
            tickets { version } userErrors { code field message }
        } }";
        change["integrationId"] = json!(self.integration);
        self.client.succeed(query, change).await;
    }

    /// Activates the integration.
    pub async fn activate(&self) {
        let payload = self
            .client
            .succeed(ACTIVATE, json!({ "integrationId": self.integration }))
            .await;
        assert_eq!(payload["integration"]["status"], "ACTIVE");
    }

    /// Reports runs of backup plans and gives the outcomes back.
    pub async fn report(&self, runs: &[Value]) -> Vec<Value> {
        report(&self.client, runs).await
    }

    /// Reports one run and waits until everything is delivered.
    pub async fn happens(&self, run: Value) {
        assert_eq!(self.report(&[run]).await, ["ACCEPTED"]);
        self.delivered().await;
    }

    /// Waits until nothing is owed any more, and makes sure that the PSA refused nothing.
    pub async fn delivered(&self) {
        delivered(&self.client, &self.integration).await;
    }

    /// Waits until a delivery is in this state, for this reason, and gives it back.
    pub async fn waits(&self, state: &str, hold: Option<&str>) -> Value {
        wait::until(&format!("a delivery that is {state} {hold:?}"), || async {
            let incidents = self.incidents().await;
            let deliveries = incidents
                .iter()
                .flat_map(|incident| incident["deliveries"].as_array().expect("a list"));
            deliveries
                .into_iter()
                .find(|delivery| delivery["state"] == *state && delivery["hold"] == json!(hold))
                .cloned()
        })
        .await
    }

    /// The incidents, newest first, with what they owe.
    pub async fn incidents(&self) -> Vec<Value> {
        let data = self.client.run(INCIDENTS, json!({ "id": self.integration })).await;
        data["integration"]["ticketing"]["incidents"]["nodes"]
            .as_array()
            .expect("a list")
            .clone()
    }

    /// What the PSA has: its tickets.
    pub fn tickets(&self) -> Vec<Record> {
        tickets(&self.bridge.simulator)
    }

    /// The one ticket that the PSA has.
    pub fn ticket(&self) -> Record {
        let mut tickets = self.tickets();
        assert_eq!(tickets.len(), 1, "{tickets:?}");
        tickets.remove(0)
    }

    /// What the PSA has: the notes that we added, the text that the ticket was opened with not among them.
    pub fn notes(&self) -> Vec<String> {
        notes(&self.bridge.simulator)
    }

    /// Changes a record in the PSA, as a person there would.
    pub fn in_the_psa(&self, kind: &str, record: Value) {
        let Value::Object(members) = record else {
            panic!("a record is an object")
        };
        self.bridge
            .simulator
            .upsert(kind, members)
            .expect("a kind that there is");
    }

    /// A person gives a ticket a status.
    pub fn give_status(&self, ticket: &Value, status: i64, closed: bool) {
        let status = json!({ "id": status });
        self.in_the_psa(
            "tickets",
            json!({ "id": ticket, "status": status, "closedFlag": closed }),
        );
    }

    /// Waits until the incident with this ticket is in this state, and gives it back.
    pub async fn becomes(&self, ticket: &Value, state: &str) -> Value {
        let id = ticket.to_string();
        wait::until(&format!("an incident that is {state}"), || async {
            let incidents = self.incidents().await;
            let incident = incidents
                .into_iter()
                .find(|incident| incident["ticket"]["externalId"] == *id);
            incident.filter(|incident| incident["state"] == *state)
        })
        .await
    }

    /// The company in the PSA with this identifier.
    pub fn company_in_the_psa(&self, identifier: &str) -> i64 {
        let companies = self.bridge.simulator.records("companies");
        let company = companies.iter().find(|company| company["identifier"] == *identifier);
        company.expect("the company is there")["id"].as_i64().expect("a number")
    }
}

/// A run of the nightly plan.
pub fn run(event: &str, company: &str, computer: &str, status: &str) -> Value {
    json!({
        "eventId": event, "companyExternalId": company, "computerName": computer, "planName": "Nightly", "status": status,
    })
}

/// Reports runs of backup plans and gives the outcomes back.
pub async fn report(client: &Client, runs: &[Value]) -> Vec<Value> {
    let payload = client.succeed(REPORT, json!({ "records": runs })).await;
    payload["results"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|result| result["outcome"].clone())
        .collect()
}

/// Waits until nothing is owed any more, and makes sure that the PSA refused nothing.
pub async fn delivered(client: &Client, integration: &str) {
    wait::until("all deliveries", || async {
        (owed(client, integration).await == 0).then_some(())
    })
    .await;
}

/// How many deliveries are not done yet. Makes sure that the PSA refused none.
pub async fn owed(client: &Client, integration: &str) -> u64 {
    let counts = counts(client, integration).await;
    assert!(!counts.iter().any(|count| count["state"] == "DEAD"), "{counts:?}");
    let done = |count: &&Value| ["DELIVERED", "DISCARDED"].iter().any(|state| count["state"] == *state);
    let left = counts.iter().filter(|count| !done(count));
    left.map(|count| count["count"].as_u64().expect("a number")).sum()
}

/// How many deliveries are in which state.
pub async fn counts(client: &Client, integration: &str) -> Vec<Value> {
    let data = client.run(COUNTS, json!({ "id": integration })).await;
    data["integration"]["ticketing"]["deliveryCounts"]
        .as_array()
        .expect("a list")
        .clone()
}

/// The tickets in the PSA.
pub fn tickets(simulator: &Simulator) -> Vec<Record> {
    simulator.records("tickets")
}

/// The notes in the PSA that we added.
pub fn notes(simulator: &Simulator) -> Vec<String> {
    let notes = simulator
        .records("notes")
        .into_iter()
        .map(|note| setup::text(&note["text"]));
    notes.filter(|text| text.contains("[psa-bridge: PB:")).collect()
}
