//! A simulated PSA and a connector to it.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use psa_connectors::{
    Clock, Credentials, Error, ErrorKind, Page, Platform, PsaConnector, ReadQuery, Registry, Result, SystemEntropy,
    network::NetworkPolicy,
};
use psa_simulator::connectwise::{Assumptions, Level, RightsChange, Simulator, SimulatorOptions};
use psa_simulator::{DataSet, Fault, FaultRule};
use secrecy::SecretString;

/// A clock that stands still.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing(DateTime<Utc>);

impl Clock for Standing {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// Noon of 10 March 2026: the next invoices are due on 1 April.
pub(crate) fn now() -> DateTime<Utc> {
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
        Self::new(DataSet::Small).await
    }

    pub(crate) async fn new(data_set: DataSet) -> Self {
        Self::with(SimulatorOptions {
            data_set,
            ..SimulatorOptions::default()
        })
        .await
    }

    /// A small PSA that is as is assumed where the real one is not known.
    pub(crate) async fn assuming(assumptions: Assumptions) -> Self {
        Self::with(SimulatorOptions {
            assumptions,
            ..SimulatorOptions::default()
        })
        .await
    }

    /// A PSA as the test wants it, at noon of 10 March 2026.
    pub(crate) async fn with(options: SimulatorOptions) -> Self {
        let options = SimulatorOptions {
            clock: Arc::new(now),
            ..options
        };
        let psa = Simulator::start(options).await.expect("a free port");
        let connector = connect(psa.base_url(), &[]);
        Self { psa, connector }
    }

    /// Arms a fault for requests of a method whose path contains a text.
    pub(crate) fn trouble(&self, method: &str, path: &str, fault: Fault, times: Option<u32>) {
        let rule = FaultRule::new(fault).on(method, path);
        self.psa.inject(FaultRule { times, ..rule });
    }

    /// Takes away every level of a right.
    pub(crate) fn revoke(&self, module: &str, function: &str) {
        let none = Some(Level::None);
        let (module, function) = (module.to_owned(), function.to_owned());
        self.psa.set_rights(&RightsChange {
            module,
            function,
            add: none,
            edit: none,
            delete: none,
            inquire: none,
        });
    }

    /// How many requests of a method went to paths that contain a text.
    pub(crate) fn requests(&self, method: &str, path: &str) -> usize {
        let hits = |request: &&psa_simulator::LoggedRequest| request.method == method && request.path.contains(path);
        self.psa.requests().iter().filter(hits).count()
    }
}

/// A connector to the PSA at `site`, with some credentials replaced.
pub(crate) fn connect(site: &str, replaced: &[(&str, &str)]) -> Arc<dyn PsaConnector> {
    let mut fields = BTreeMap::from([
        ("site", site),
        ("company_id", "training"),
        ("public_key", "public"),
        ("private_key", "private"),
    ]);
    fields.extend(replaced.iter().copied());
    let credentials = Credentials::new(
        fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), SecretString::from(value.to_owned()))),
    );
    // The simulated PSA takes more than the vendor's cloud: only the tests of the pace itself should wait for it.
    let settings = [
        ("connectwise.client_id", "7c1e8f0a-0000-4000-8000-000000000001"),
        ("connectwise.requests_per_minute", "60000"),
    ];
    let platform = Platform {
        clock: Arc::new(Standing(now())),
        entropy: Arc::new(SystemEntropy),
        network: NetworkPolicy {
            allow_loopback: true,
            extra_hosts: Vec::new(),
        },
        settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
    };
    let connected = Registry::builtin().connect("connectwise", &credentials, &platform);
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

/// Reads a list to its end and gives its records and the number of its pages.
pub(crate) async fn walk<T, F>(query: ReadQuery, mut read: impl FnMut(ReadQuery) -> F) -> (Vec<T>, usize)
where
    F: Future<Output = Result<Page<T>>>,
{
    let (mut records, mut pages, mut after) = (Vec::new(), 0, None);
    loop {
        let page = read(query.clone().after(after)).await.expect("a page");
        records.extend(page.records);
        pages += 1;
        after = page.next;
        if after.is_none() {
            return (records, pages);
        }
    }
}
