//! What is done with the server: everything that a secret takes part in, well and badly.

use base64::{Engine, engine::general_purpose::STANDARD};
use psa_simulator::connectwise::Simulator;
use psa_simulator::{Fault, FaultRule};
use psa_tests::{
    receiver::{Delivery, Receiver},
    setup, wait,
};
use sea_orm::{ConnectionTrait, Database};
use serde_json::{Value, json};

use super::witness::Witness;
use crate::tickets::desk::{CONTOSO, run};

const REKEY: &str = "mutation R($input: UpdateCredentialsInput!) { updateCredentials(input: $input) {
    integration { status credentials { field { name } hint } } userErrors { code field message remedy }
} }";

const TOKEN: &str = "mutation T($input: CreateApiTokenInput!) { createApiToken(input: $input) {
    secret apiToken { id hint } userErrors { code message }
} }";

const REVOKE: &str = "mutation V($input: RevokeApiTokenInput!) { revokeApiToken(input: $input) {
    apiToken { id hint state } userErrors { code message }
} }";

const REPORT: &str = "mutation B($input: ReportBackupRunsInput!) { reportBackupRuns(input: $input) {
    results { outcome error { code message } } userErrors { code message }
} }";

const EVERYTHING: &str = "query E($id: ID!) { viewer { subject permissions } integration(id: $id) {
    name status problem { code message remedy } account { name version } credentials { field { name } hint setAt }
    webhook { status problem { code message remedy } }
    jobs(first: 20) { nodes { kind state problem { code message remedy } result } }
    ticketing { incidents(first: 10) { nodes { title state deliveries { state problem { code message remedy } } } } }
} auditLog(first: 50) { nodes { action changes { field before after } } } apiTokens(first: 10) { nodes { name hint } } }";

/// A key pair of the PSA.
pub(super) struct Keys {
    pub(super) public: &'static str,
    pub(super) private: &'static str,
}

impl Keys {
    /// Company, public and private key as they travel, before they are encoded.
    pub(super) fn pair(&self) -> String {
        format!("training+{}:{}", self.public, self.private)
    }

    fn authorization(&self) -> String {
        format!("Basic {}", STANDARD.encode(self.pair()))
    }

    fn credentials(&self, site: &str) -> Value {
        let value = |field: &str, value: &str| json!({ "field": field, "value": value });
        json!([
            value("site", site),
            value("company_id", "training"),
            value("public_key", self.public),
            value("private_key", self.private),
        ])
    }
}

/// Secrets that were made on the way.
pub(super) struct Shown {
    pub(super) api_token: String,
    pub(super) webhook_token: String,
}

/// A server, its PSA, and an integration that was set up before.
pub(super) struct Scene {
    pub(super) witness: Witness,
    pub(super) simulator: Simulator,
    pub(super) receiver: Receiver,
    pub(super) jwt: String,
    pub(super) integration: String,
    pub(super) database: String,
}

impl Scene {
    /// Does everything with the first of these keys, then with the second; the third are never right.
    pub(super) async fn play(&mut self, [first, second, wrong]: &[Keys; 3]) -> Shown {
        self.simulator.rotate_keys(first.public, first.private);
        assert_eq!(self.rekey(wrong).await, "INVALID_CREDENTIALS");
        assert_eq!(self.rekey(first).await, "");
        self.simulator.rotate_keys(second.public, second.private);
        self.ask(setup::CHECK_PERMISSIONS, json!({ "integrationId": self.integration }))
            .await;
        assert_eq!(self.rekey(second).await, "");
        self.connect(second, wrong).await;
        self.echoes(second).await;
        self.malformed(second).await;
        let api_token = self.tokens().await;
        let webhook_token = self.announcements().await;
        self.broken_database(second, &webhook_token).await;
        self.everything().await;
        Shown {
            api_token,
            webhook_token,
        }
    }

    async fn ask(&self, query: &str, input: Value) -> Value {
        self.witness.ask(&self.jwt, query, json!({ "input": input })).await
    }

    /// Replaces the keys, and gives back the code of the first error.
    async fn rekey(&self, keys: &Keys) -> String {
        let credentials = keys.credentials(self.simulator.base_url());
        let input = json!({ "integrationId": self.integration, "credentials": credentials });
        let answer = self.ask(REKEY, input).await;
        let errors = &answer["data"]["updateCredentials"]["userErrors"];
        errors[0]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Reads everything that the server tells of the integration.
    async fn everything(&self) {
        let answer = self
            .witness
            .ask(&self.jwt, EVERYTHING, json!({ "id": self.integration }))
            .await;
        assert_eq!(answer.get("errors"), None, "{answer:#}");
    }

    /// Connects more PSAs: with wrong keys, where nobody listens, where the host is none, and well.
    async fn connect(&self, keys: &Keys, wrong: &Keys) {
        let site = self.simulator.base_url();
        for (keys, site, code) in [
            (wrong, site, "INVALID_CREDENTIALS"),
            (keys, "http://127.0.0.1:9", "PSA_UNAVAILABLE"),
            (keys, "https://evil.example", "INVALID"),
            (keys, site, ""),
        ] {
            let input = json!({ "kind": "connectwise", "name": "Another", "credentials": keys.credentials(site) });
            let answer = self.ask(setup::CONNECT, input).await;
            let errors = &answer["data"]["connectPsa"]["userErrors"];
            assert_eq!(errors[0]["code"].as_str().unwrap_or_default(), code, "{answer:#}");
        }
    }

    /// The PSA answers with what it was sent, in many forms, to whatever is asked.
    async fn echoes(&self, keys: &Keys) {
        let (sent, pair, private) = (keys.authorization(), keys.pair(), keys.private);
        let problem = json!([{ "code": "x", "message": sent, "resource": private, "field": pair }]);
        for (status, body) in [
            (400, json!(format!("Bad header: {sent}"))),
            (
                400,
                json!({ "code": "InvalidObject", "message": sent, "errors": problem }),
            ),
            (
                401,
                json!({ "code": "Unauthorized", "message": format!("{pair} is unknown") }),
            ),
            (403, json!({ "code": "Security", "message": format!("{sent} may not") })),
            (404, json!({ "code": "NotFound", "message": sent })),
            (409, json!(format!("{private} is in use"))),
            (500, json!(format!("<html>{sent}</html>"))),
            (500, json!({ "code": sent, "message": pair })),
            (200, json!(sent)),
            (200, json!([{ "id": sent, "name": pair }])),
            (200, json!({ "id": private, "version": sent })),
        ] {
            let rule = FaultRule::new(Fault::status_with(status, body.clone())).on_path("/apis/");
            let rule = self.simulator.inject(rule);
            let input = json!({ "integrationId": self.integration });
            self.ask(setup::CHECK_PERMISSIONS, input).await;
            self.rekey(keys).await;
            let credentials = keys.credentials(self.simulator.base_url());
            let input = json!({ "kind": "connectwise", "name": "Echo", "credentials": credentials });
            self.ask(setup::CONNECT, input).await;
            if status < 500 {
                self.import().await;
            }
            self.simulator.remove_fault(rule);
            assert_eq!(self.rekey(keys).await, "", "after {status} {body}");
        }
        let refusal = json!({ "code": "InvalidObject", "message": sent, "errors": problem });
        let rule = FaultRule::new(Fault::status_with(400, refusal)).on("POST", "service/tickets");
        let rule = self.simulator.inject(rule);
        self.ask(REPORT, json!({ "records": [run("e1", CONTOSO.0, "PC-1", "ERROR")] }))
            .await;
        wait::until("a refused ticket", || async {
            let answer = self
                .witness
                .ask(&self.jwt, EVERYTHING, json!({ "id": self.integration }))
                .await;
            let incidents = &answer["data"]["integration"]["ticketing"]["incidents"]["nodes"];
            let problem = &incidents[0]["deliveries"][0]["problem"];
            problem.is_object().then_some(())
        })
        .await;
        self.everything().await;
        self.simulator.remove_fault(rule);
    }

    /// Imports companies, and waits for it.
    async fn import(&self) {
        let input = json!({ "integrationId": self.integration, "resources": ["COMPANIES"] });
        let answer = self.ask(setup::IMPORT, input).await;
        for job in answer["data"]["importFromPsa"]["jobs"].as_array().into_iter().flatten() {
            self.witness.finished(&self.jwt, &job["id"]).await;
        }
    }

    /// Bodies that are no operations of ours, with secrets in their variables.
    async fn malformed(&self, keys: &Keys) {
        let (public, private) = (keys.public, keys.private);
        let site = self.simulator.base_url();
        for credentials in [
            json!(private),
            json!([private]),
            json!({ "private_key": private }),
            json!([{ "field": "private_key", "value": [private] }]),
            json!([{ "field": "private_key", "value": { "secret": private } }]),
            json!([{ "field": ["x"], "value": private }]),
            json!([{ "field": "private_key", "value": private, "more": public }]),
            json!([{ "field": "private_key", "value": private }, 7]),
        ] {
            let input = json!({ "integrationId": self.integration, "credentials": credentials });
            let answer = self.ask(REKEY, input).await;
            assert!(answer["errors"].is_array() || answer["data"].is_object(), "{answer:#}");
        }
        let variables = json!({ "input": { "credentials": keys.credentials(site) } });
        for query in [
            "mutation R($input: UpdateCredentialsInput!) {",
            "{ viewer { nothing } }",
            "",
            "x",
            "query A { a } query A { b }",
        ] {
            self.witness.ask(&self.jwt, query, variables.clone()).await;
        }
        let whole = json!({ "query": REKEY, "variables": variables }).to_string();
        let cut = &whole[..whole.len() - 3];
        for (kind, body) in [
            ("application/json", cut.to_owned()),
            ("application/json", format!("[{whole},{whole}]")),
            ("application/json", whole.replace("\"query\"", "\"request\"")),
            ("application/json", format!("\"{private}\"")),
            ("application/json", variables.to_string()),
            ("text/plain", whole.clone()),
            (
                "application/x-www-form-urlencoded",
                format!("query=x&variables={private}"),
            ),
            ("application/json", format!("{whole}{}", " ".repeat(3_000_000))),
        ] {
            let status = self.witness.post(&self.jwt, "/graphql", kind, body).await;
            assert!((200..500).contains(&status), "{status}");
        }
        let path = format!(
            "/graphql?query=%7Bviewer%7Bsubject%7D%7D&access_token={}&variables={private}",
            self.jwt
        );
        self.witness.get(&path).await;
    }

    /// Tokens that are made, used, cut, taken back.
    async fn tokens(&self) -> String {
        let viewer = "{ viewer { subject } }";
        let input = json!({ "input": { "name": "script", "permissions": ["PSA_READ"] } });
        let made = self.witness.ask_for_a_secret(&self.jwt, TOKEN, input).await;
        let secret = setup::text(&made["data"]["createApiToken"]["secret"]);
        let answer = self.witness.ask(&secret, viewer, json!({})).await;
        assert!(answer["data"]["viewer"].is_object(), "{answer:#}");
        let id = &made["data"]["createApiToken"]["apiToken"]["id"];
        self.ask(REVOKE, json!({ "id": id })).await;
        let (signed, signature) = self.jwt.rsplit_once('.').expect("a signature");
        for refused in [
            secret.as_str(),
            &secret[..secret.len() - 1],
            &format!("{secret}x"),
            &self.jwt[..self.jwt.len() - 1],
            &format!("{signed}x.{signature}"),
            &format!("{signed}."),
            &format!("{} {secret}", self.jwt),
        ] {
            self.witness.ask(refused, viewer, json!({})).await;
        }
        secret
    }

    /// Announcements: genuine, again, forged, to addresses that are almost right.
    async fn announcements(&mut self) -> String {
        let base = self.receiver.base().to_owned();
        let path = wait::until("the address at the PSA", || async {
            let known = self.simulator.records("callbacks");
            let urls = known.iter().filter_map(|callback| callback["url"].as_str());
            let path = urls.into_iter().find_map(|url| url.strip_prefix(base.as_str()));
            path.map(|path| format!("/{}", path.trim_end_matches("?recordId=")))
        })
        .await;
        let (place, token) = path.rsplit_once('/').expect("a token");
        let ticket = json!({ "id": 1, "summary": "Another" });
        let ticket = ticket.as_object().cloned().expect("an object");
        self.simulator.upsert("tickets", ticket).expect("a kind that there is");
        let delivery = self.receiver.next().await;
        let forged = Delivery {
            body: [delivery.body.as_slice(), b" "].concat(),
            ..delivery.clone()
        };
        let nonsense = Delivery {
            body: token.into(),
            ..delivery.clone()
        };
        for (path, delivery) in [
            (path.clone(), &forged),
            (path.clone(), &nonsense),
            (path.clone(), &delivery),
            (path.clone(), &delivery),
            (format!("{path}/"), &delivery),
            (format!("{path}x"), &delivery),
            (path.to_uppercase(), &delivery),
            (format!("{place}x/{token}"), &delivery),
            (format!("/webhooks?token={token}"), &delivery),
            (format!("/webhooks/{token}"), &delivery),
        ] {
            let status = self.witness.announce(&path, delivery).await;
            assert!((200..500).contains(&status), "{status}");
        }
        self.witness.get(&path).await;
        token.to_owned()
    }

    /// The database fails in the middle of everything: the server says that it failed, and nothing else.
    async fn broken_database(&self, keys: &Keys, webhook_token: &str) {
        let db = Database::connect(&self.database).await.expect("the database answers");
        let rename = async |from: &str, to: &str| {
            let statement = format!("ALTER TABLE {from} RENAME TO {to}");
            db.execute_unprepared(&statement).await.expect("it can be renamed");
        };
        rename("credential", "credential_away").await;
        let input = json!({ "integrationId": self.integration });
        let answer = self.ask(setup::CHECK_PERMISSIONS, input).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL", "{answer:#}");
        self.rekey(keys).await;
        let credentials = keys.credentials(self.simulator.base_url());
        let input = json!({ "kind": "connectwise", "name": "Broken", "credentials": credentials });
        let answer = self.ask(setup::CONNECT, input).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL", "{answer:#}");
        rename("credential_away", "credential").await;

        rename("webhook", "webhook_away").await;
        let path = format!("/webhooks/{}/{webhook_token}", "0190a0a0-0000-7000-8000-000000000000");
        let delivery = Delivery {
            headers: Vec::new(),
            body: Vec::new(),
        };
        assert_eq!(self.witness.announce(&path, &delivery).await, 500);
        rename("webhook_away", "webhook").await;
        for table in ["api_token", "provider"] {
            rename(table, "away").await;
            self.witness
                .ask(&format!("psab_{}", "x".repeat(43)), "{ viewer { subject } }", json!({}))
                .await;
            self.witness
                .ask(&self.jwt, "{ viewer { subject provider { name } } }", json!({}))
                .await;
            rename("away", table).await;
        }
        db.close().await.expect("the connection can be closed");
    }
}
