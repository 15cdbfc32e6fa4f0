//! The simulated ConnectWise PSA. Only this file and those below it know it.

mod endpoints;
mod facts;
mod storm;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use psa_conformance::receiver::Delivery;
use psa_connectors::{
    Clock, Platform, SystemEntropy, connectwise,
    network::NetworkPolicy,
    record::{AgreementId, ChoiceId, ProductId, TicketId, WebhookEndpoint, WriteKey},
};
use psa_simulator::connectwise::{Level, RightsChange, Simulator, SimulatorOptions};
use serde_json::{Map, Value, json};

use super::{Entry, recorder, time::Time};
use crate::bench::{Asked, Bench, Deed, Facts, On, Trouble};

pub(super) const ENTRY: Entry = Entry {
    start: || {
        let started = async {
            let bench: Box<dyn Bench> = Box::new(ConnectWise::start().await);
            bench
        };
        started.boxed()
    },
    undocumented: endpoints::difference,
};

const COMPANY: &str = "training";
const PUBLIC_KEY: &str = "public-Zk41";
const PRIVATE_KEY: &str = "private-Q7xv92Lm";

/// A record as the simulator stores it.
type Record = Map<String, Value>;

/// One simulated site with the small data set.
struct ConnectWise {
    base_url: String,
    /// `None` once it is stopped.
    site: Mutex<Option<Simulator>>,
    time: Time,
    facts: Facts,
}

impl ConnectWise {
    async fn start() -> Self {
        let time = Time::default();
        let options = SimulatorOptions {
            company_id: COMPANY.to_owned(),
            public_key: PUBLIC_KEY.to_owned(),
            private_key: PRIVATE_KEY.to_owned(),
            clock: time.for_simulator(),
            witness: recorder::witness(),
            ..SimulatorOptions::default()
        };
        let simulator = Simulator::start(options).await.expect("a free port");
        let facts = facts::of(&simulator);
        Self {
            base_url: simulator.base_url().to_owned(),
            site: Mutex::new(Some(simulator)),
            time,
            facts,
        }
    }

    /// Does something with the running site.
    fn site<T>(&self, something: impl FnOnce(&Simulator) -> T) -> T {
        let site = self.site.lock().unwrap_or_else(PoisonError::into_inner);
        something(site.as_ref().expect("the site runs"))
    }

    fn records(&self, kind: &str, wanted: impl Fn(&Record) -> bool) -> Vec<Record> {
        let mut records = self.site(|site| site.records(kind));
        records.retain(wanted);
        records
    }

    fn put(&self, kind: &str, members: Value) {
        let Value::Object(members) = members else {
            panic!("not a record: {members}");
        };
        let put = self.site(|site| site.upsert(kind, members));
        assert!(put.is_some(), "{kind} is no kind of records");
    }

    /// Stores a copy of a record with some members replaced.
    fn copy(&self, kind: &str, mut record: Record, replaced: Value) {
        record.remove("id");
        if let Value::Object(replaced) = replaced {
            record.extend(replaced);
        }
        self.put(kind, Value::Object(record));
    }

    fn callbacks(&self, endpoint: &WebhookEndpoint) -> Vec<Record> {
        self.records("callbacks", |callback| {
            let url = callback.get("url").and_then(Value::as_str);
            url.is_some_and(|url| url.starts_with(endpoint.url.as_str()))
        })
    }
}

#[async_trait]
impl Bench for ConnectWise {
    fn credentials(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("site", self.base_url.clone()),
            ("company_id", COMPANY.to_owned()),
            ("public_key", PUBLIC_KEY.to_owned()),
            ("private_key", PRIVATE_KEY.to_owned()),
        ])
    }

    fn optional_credentials(&self) -> BTreeMap<&'static str, String> {
        self.site(|site| {
            site.set_rights(&RightsChange {
                module: "System".to_owned(),
                function: "Security Roles".to_owned(),
                add: None,
                edit: None,
                delete: None,
                inquire: Some(Level::All),
            });
        });
        BTreeMap::from([("member_id", "APIMember".to_owned())])
    }

    fn wrong_account(&self) -> (&'static str, String) {
        ("company_id", "nobody".to_owned())
    }

    fn foreign_host(&self) -> (&'static str, String) {
        ("site", "psa.example.com".to_owned())
    }

    fn platform(&self) -> Platform {
        let client_id = "7c1e8f0a-0000-4000-8000-000000000001";
        Platform {
            clock: Arc::new(self.time.clone()),
            entropy: Arc::new(SystemEntropy),
            network: NetworkPolicy {
                allow_loopback: true,
                extra_hosts: Vec::new(),
            },
            settings: BTreeMap::from([("connectwise.client_id".to_owned(), client_id.to_owned())]),
        }
    }

    fn sent_secrets(&self) -> Vec<String> {
        vec![STANDARD.encode(format!("{COMPANY}+{PUBLIC_KEY}:{PRIVATE_KEY}"))]
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
            Deed::RenameCompany(id, name) => self.put("companies", json!({ "id": number(id.as_str()), "name": name })),
            Deed::AddCompany(name) => {
                let like = self.records("companies", |company| {
                    id_of(company) == number(self.facts.company.as_str())
                });
                let like = like.into_iter().next().expect("the company");
                let identifier = format!("New{}", self.site(|site| site.records("companies")).len());
                self.copy("companies", like, json!({ "name": name, "identifier": identifier }));
            }
            Deed::BinCompany(id) => self.put("companies", json!({ "id": number(id.as_str()), "deletedFlag": true })),
            Deed::RetireContact(id) => self.put("contacts", json!({ "id": number(id.as_str()), "inactiveFlag": true })),
            Deed::RetireProduct(id) => self.put("catalog", json!({ "id": number(id.as_str()), "inactiveFlag": true })),
            Deed::RetireDevice(id) => {
                self.put(
                    "configurations",
                    json!({ "id": number(id.as_str()), "activeFlag": false }),
                );
            }
            Deed::DoubleAddition(agreement, product) => {
                let known = additions(self, agreement, product).into_iter().next();
                self.copy("additions", known.expect("an addition"), json!({}));
            }
            Deed::SetStatus(ticket, status) => {
                let known = self.records("boardStatuses", |known| id_of(known) == number(status.as_str()));
                let known = known.first().expect("a status");
                let (status, closed) = (
                    json!({ "id": known["id"], "name": known["name"] }),
                    &known["closedStatus"],
                );
                let change = json!({ "id": number(ticket.as_str()), "status": status, "closedFlag": closed });
                self.put("tickets", change);
            }
            Deed::AddNote(ticket) => {
                let note = json!({
                    "ticketId": number(ticket.as_str()), "text": "I am looking into it.", "internalAnalysisFlag": true,
                    "createdBy": "Ann",
                });
                self.put("notes", note);
            }
            Deed::AddTime(ticket) => self.put("tickets", json!({ "id": number(ticket.as_str()), "actualHours": 0.5 })),
            Deed::DeleteTicket(ticket) => self.site(|site| {
                let mut state = site.dump().expect("a state");
                let tickets = state["records"]["tickets"]["records"].as_array_mut().expect("tickets");
                tickets.retain(|known| known["id"] != number(ticket.as_str()));
                site.load(&state).expect("the state without it");
            }),
            Deed::MergeTicket(child, parent) => self.site(|site| {
                let merged = site.merge(number(child.as_str()), number(parent.as_str()));
                merged.expect("both tickets");
            }),
            Deed::CopyTicketOfOthers(ticket) => {
                let known = self.records("tickets", |known| id_of(known) == number(ticket.as_str()));
                let known = known.into_iter().next().expect("a ticket");
                self.copy("tickets", known, json!({ "externalXRef": "RMM-1" }));
            }
            Deed::SubscribeOthers(endpoint, other) => {
                for callback in self.callbacks(endpoint) {
                    let url = format!("{}?recordId=", other.url);
                    self.copy("callbacks", callback, json!({ "url": url }));
                }
            }
            Deed::AnnounceSomethingElse(endpoint) => {
                let url = format!("{}?recordId=", endpoint.url);
                self.put(
                    "callbacks",
                    json!({ "url": url, "type": "configuration", "level": "owner", "objectId": 1, "inactiveFlag": false }),
                );
                self.put(
                    "configurations",
                    json!({ "id": number(self.facts.devices().device.as_str()), "name": "Renamed" }),
                );
            }
            Deed::SwitchOff(endpoint) => {
                for callback in self.callbacks(endpoint) {
                    self.put("callbacks", json!({ "id": callback["id"], "inactiveFlag": true }));
                }
            }
        }
    }

    fn tickets(&self, key: &WriteKey) -> usize {
        self.records("tickets", |ticket| {
            ticket.get("externalXRef") == Some(&json!(key.as_str()))
        })
        .len()
    }

    fn all_tickets(&self) -> usize {
        self.records("tickets", |_| true).len()
    }

    fn texts_of(&self, ticket: &TicketId) -> (String, String) {
        let text = |record: &Record, name: &str| record[name].as_str().unwrap_or_default().to_owned();
        let id = number(ticket.as_str());
        let known = self.records("tickets", |known| id_of(known) == id);
        let notes = self.records("notes", |note| {
            note["ticketId"] == id && note["detailDescriptionFlag"] == json!(true)
        });
        let first = notes.first().map(|note| text(note, "text"));
        (
            text(known.first().expect("a ticket"), "summary"),
            first.unwrap_or_default(),
        )
    }

    fn choice_of(&self, ticket: &TicketId, field: &str) -> Option<ChoiceId> {
        let member = if field == "subtype" { "subType" } else { field };
        let known = self.records("tickets", |known| id_of(known) == number(ticket.as_str()));
        let id = known.first()?.get(member)?.get("id")?.as_i64()?;
        Some(ChoiceId::new(id.to_string()))
    }

    fn notes(&self, ticket: &TicketId, text: &str) -> Vec<bool> {
        let notes = self.records("notes", |note| {
            let contains = note
                .get("text")
                .and_then(Value::as_str)
                .is_some_and(|known| known.contains(text));
            contains && note["ticketId"] == number(ticket.as_str())
        });
        let public = |note: &Record| {
            ["detailDescriptionFlag", "resolutionFlag"]
                .iter()
                .any(|flag| note[*flag] == true)
        };
        notes.iter().map(public).collect()
    }

    fn additions(&self, agreement: &AgreementId, product: &ProductId) -> usize {
        additions(self, agreement, product).len()
    }

    fn links(&self, ticket: &TicketId) -> usize {
        self.records("ticketConfigurations", |link| {
            link["ticketId"] == number(ticket.as_str())
        })
        .len()
    }

    fn subscriptions(&self, endpoint: &WebhookEndpoint) -> Vec<bool> {
        let active = |callback: &Record| callback.get("inactiveFlag") != Some(&json!(true));
        self.callbacks(endpoint).iter().map(active).collect()
    }

    fn arm(&self, trouble: Trouble, on: On, times: u32) {
        self.site(|site| storm::arm(site, trouble, on, times));
    }

    fn disturb(&self, seed: u64) {
        self.site(|site| storm::rise(site, seed));
    }

    fn calm(&self) {
        self.site(Simulator::clear_faults);
    }

    fn revoke(&self, right: &str) {
        let right = connectwise::DESCRIPTOR.right(right).expect("a right of the descriptor");
        let none = Some(Level::None);
        self.site(|site| {
            site.set_rights(&RightsChange {
                module: right.module.to_owned(),
                function: right.function.to_owned(),
                add: none,
                edit: none,
                delete: none,
                inquire: none,
            });
        });
    }

    fn enable_keys(&self, enabled: bool) {
        self.site(|site| site.enable_keys(enabled));
    }

    fn replace_keys(&self) {
        self.site(|site| site.rotate_keys("another-public", "another-private"));
    }

    fn forge(&self, delivery: &Delivery, host: &str) -> Option<Delivery> {
        let mut body: Value = serde_json::from_slice(&delivery.body).expect("JSON");
        let address = body["Metadata"]["key_url"].as_str().expect("an address");
        let moved = address.replacen(&format!("{}/", self.base_url), host, 1);
        assert_ne!(moved, address, "the address is not on another host");
        body["Metadata"]["key_url"] = json!(moved);
        Some(Delivery {
            body: body.to_string().into_bytes(),
            ..delivery.clone()
        })
    }

    fn requests(&self) -> Vec<Asked> {
        let site = self.site.lock().unwrap_or_else(PoisonError::into_inner);
        let requests = site.as_ref().map(Simulator::requests).unwrap_or_default();
        requests.iter().map(endpoints::asked).collect()
    }
}

fn additions(bench: &ConnectWise, agreement: &AgreementId, product: &ProductId) -> Vec<Record> {
    bench.records("additions", |addition| {
        addition["agreementId"] == number(agreement.as_str()) && addition["product"]["id"] == number(product.as_str())
    })
}

fn id_of(record: &Record) -> i64 {
    record
        .get("id")
        .and_then(Value::as_i64)
        .expect("every record has an id")
}

fn number(id: &str) -> i64 {
    id.parse().expect("ids are numbers here")
}
