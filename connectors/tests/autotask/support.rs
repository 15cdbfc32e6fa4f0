//! A simulated PSA and a connector to it.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use psa_connectors::{
    Clock, Credentials, Error, ErrorKind, Platform, PsaConnector, Registry, SystemEntropy, network::NetworkPolicy,
};
use psa_simulator::{
    LoggedRequest,
    autotask::{Access, Assumptions, RightsChange, Simulator, SimulatorOptions},
};
use secrecy::SecretString;
use serde_json::{Map, Value};

/// A clock that stands still.
#[derive(Debug, Clone, Copy)]
struct Standing(DateTime<Utc>);

impl Clock for Standing {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// Noon of 10 March 2026.
fn now() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-03-10T12:00:00Z")
        .expect("an instant")
        .with_timezone(&Utc)
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// A PSA and a connector that speaks to it.
pub(crate) struct World {
    pub(crate) psa: Simulator,
    pub(crate) connector: Arc<dyn PsaConnector>,
}

impl World {
    pub(crate) async fn small() -> Self {
        Self::assuming(Assumptions::default()).await
    }

    /// A small PSA that is as is assumed where the real one is not known, at noon of 10 March 2026.
    pub(crate) async fn assuming(assumptions: Assumptions) -> Self {
        let options = SimulatorOptions {
            clock: Arc::new(now),
            assumptions,
            ..SimulatorOptions::default()
        };
        let (user, secret) = (options.user_name.clone(), options.secret.clone());
        let code = options.integration_code.clone();
        let psa = Simulator::start(options).await.expect("a free port");
        let connector = connect(psa.base_url(), &user, &secret, &code);
        Self { psa, connector }
    }

    /// Takes everything away that may be done with an entity.
    pub(crate) fn revoke(&self, entity: &str) {
        let none = Some(Access::None);
        let change = RightsChange {
            entity: entity.to_owned(),
            query: none,
            create: none,
            update: none,
            delete: none,
        };
        assert!(self.psa.set_rights(&change), "{entity}");
    }

    /// Stores what a person entered.
    pub(crate) fn put(&self, entity: &str, members: Value) -> Map<String, Value> {
        let Value::Object(members) = members else {
            panic!("not a record: {members}");
        };
        self.psa.upsert(entity, members).expect("an entity")
    }

    /// The requests that could change something.
    pub(crate) fn writes(&self) -> Vec<LoggedRequest> {
        let mut requests = self.psa.requests();
        requests.retain(|request| request.method != "GET" && !request.path.ends_with("/query"));
        requests
    }
}

/// A connector to the PSA at `site`, with these credentials and this tracking identifier.
pub(crate) fn connect(site: &str, user: &str, secret: &str, code: &str) -> Arc<dyn PsaConnector> {
    let fields = BTreeMap::from([("site", site), ("username", user), ("secret", secret)]);
    let fields = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), SecretString::from(value.to_owned())));
    let platform = Platform {
        clock: Arc::new(Standing(now())),
        entropy: Arc::new(SystemEntropy),
        network: NetworkPolicy {
            allow_loopback: true,
            extra_hosts: Vec::new(),
        },
        settings: BTreeMap::from([("autotask.integration_code".to_owned(), code.to_owned())]),
    };
    let connected = Registry::builtin().connect("autotask", &Credentials::new(fields), &platform);
    connected
        .expect("the connector is built in")
        .expect("the credentials are complete")
}

/// The names of the fields that an error complains about.
pub(crate) fn refused_fields(error: &Error) -> Vec<&str> {
    match error.kind() {
        ErrorKind::Invalid { fields } => fields.iter().map(|problem| problem.field.as_str()).collect(),
        other => panic!("not a refusal of fields: {other:?}"),
    }
}
