//! The simulated Example PSA. Only this file knows it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use psa_connectors::{Clock, Platform, SystemEntropy, network::NetworkPolicy, record::CompanyId};
use psa_simulator::{
    FaultRule, LoggedRequest,
    example::{Simulator, SimulatorOptions},
};

use super::{Entry, recorder, table, time::Time, weather};
use crate::bench::{Asked, Bench, Deed, Facts, On, Trouble};

pub(super) const ENTRY: Entry = Entry {
    start: || {
        let started = async {
            let bench: Box<dyn Bench> = Box::new(Example::start().await);
            bench
        };
        started.boxed()
    },
    undocumented: |asked| table::difference(DOCS, asked),
};

const DOCS: &str = include_str!("../../../connectors/src/example/docs.md");
const ACCOUNT: &str = "conformance";
const KEY: &str = "key-Q7xv92Lm";

/// One simulated account.
struct Example {
    base_url: String,
    /// `None` once it is stopped.
    site: Mutex<Option<Simulator>>,
    time: Time,
    facts: Facts,
}

impl Example {
    async fn start() -> Self {
        let time = Time::default();
        let options = SimulatorOptions {
            account: ACCOUNT.to_owned(),
            key: KEY.to_owned(),
            clock: time.for_simulator(),
            witness: recorder::witness(),
            ..SimulatorOptions::default()
        };
        let simulator = Simulator::start(options).await.expect("a free port");
        Self {
            base_url: simulator.base_url().to_owned(),
            site: Mutex::new(Some(simulator)),
            time,
            facts: facts(),
        }
    }

    /// Does something with the running site.
    fn site<T>(&self, something: impl FnOnce(&Simulator) -> T) -> T {
        let site = self.site.lock().unwrap_or_else(PoisonError::into_inner);
        something(site.as_ref().expect("the site runs"))
    }
}

/// Where the records are that cases need.
fn facts() -> Facts {
    Facts {
        company: CompanyId::new("c-1"),
        other_company: CompanyId::new("c-2"),
        unknown: "c-999999".to_owned(),
        contact: None,
        products: None,
        billing: None,
        desk: None,
        devices: None,
    }
}

/// Whether a request can change something.
fn is_write(method: &str, _: &str) -> bool {
    method != "GET"
}

/// What a request was: its path below the account.
fn asked(request: &LoggedRequest) -> Asked {
    let segments = request.path.split('/').filter(|segment| !segment.is_empty());
    let path = table::with_ids(&segments.skip(2).collect::<Vec<_>>());
    Asked {
        writes: is_write(&request.method, &path),
        // A reset request has no status; the others are answers that this simulator gives only when it is told to.
        faulty: request.status.is_none_or(|status| matches!(status, 429 | 502 | 503)),
        route: (request.method.clone(), path),
    }
}

#[async_trait]
impl Bench for Example {
    fn credentials(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("site", self.base_url.clone()),
            ("account", ACCOUNT.to_owned()),
            ("key", KEY.to_owned()),
        ])
    }

    fn wrong_account(&self) -> (&'static str, String) {
        ("account", "nobody".to_owned())
    }

    fn foreign_host(&self) -> (&'static str, String) {
        ("site", "psa.example.com".to_owned())
    }

    fn platform(&self) -> Platform {
        Platform {
            clock: Arc::new(self.time.clone()),
            entropy: Arc::new(SystemEntropy),
            network: NetworkPolicy {
                allow_loopback: true,
                extra_hosts: Vec::new(),
            },
            settings: BTreeMap::new(),
        }
    }

    fn sent_secrets(&self) -> Vec<String> {
        vec![KEY.to_owned()]
    }

    async fn stop(&self) {
        let site = self.site.lock().unwrap_or_else(PoisonError::into_inner).take();
        site.expect("the site runs").shutdown().await.expect("stopped");
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn now(&self) -> DateTime<Utc> {
        self.time.now()
    }

    fn pass(&self, time: TimeDelta) {
        self.time.pass(time);
    }

    fn act(&self, deed: Deed<'_>) {
        match deed {
            Deed::RenameCompany(id, name) => {
                // One that is gone already stays so.
                self.site(|site| site.rename_company(id.as_str(), name));
            }
            Deed::AddCompany(name) => drop(self.site(|site| site.add_company(name))),
            Deed::BinCompany(id) => {
                self.site(|site| site.delete_company(id.as_str()));
            }
            other => panic!("nobody can do this in the simulated Example PSA: {other:?}"),
        }
    }

    fn arm(&self, trouble: Trouble, on: On, times: u32) {
        for (method, path) in table::rows(DOCS) {
            if is_write(&method, &path) == (on == On::Write) {
                let rule = FaultRule::new(weather::fault(trouble)).on_route(&method, &table::pattern(&path));
                self.site(|site| site.inject(rule.times(times)));
            }
        }
    }

    fn disturb(&self, seed: u64) {
        for rule in weather::storm(table::rows(DOCS), is_write, seed) {
            self.site(|site| site.inject(rule));
        }
    }

    fn calm(&self) {
        self.site(Simulator::clear_faults);
    }

    fn revoke(&self, right: &str) {
        assert_eq!(right, "companies", "the simulated Example PSA does not know the right");
        self.site(|site| site.allow_companies(false));
    }

    fn enable_keys(&self, enabled: bool) {
        self.site(|site| site.enable_key(enabled));
    }

    fn replace_keys(&self) {
        self.site(|site| site.replace_key("another-key"));
    }

    fn requests(&self) -> Vec<Asked> {
        let site = self.site.lock().unwrap_or_else(PoisonError::into_inner);
        let requests = site.as_ref().map(Simulator::requests).unwrap_or_default();
        requests.iter().map(asked).collect()
    }
}
