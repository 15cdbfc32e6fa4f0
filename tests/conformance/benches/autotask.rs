//! The simulated Autotask PSA. Only this file and those below it know it.

mod deeds;
mod endpoints;
mod facts;
mod storm;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use psa_conformance::receiver::Delivery;
use psa_connectors::{
    Clock, Platform, SystemEntropy,
    network::NetworkPolicy,
    record::{AgreementId, ChoiceId, ProductId, TicketId, WebhookEndpoint, WriteKey},
};
use psa_simulator::autotask::{Access, RightsChange, Simulator, SimulatorOptions};
use serde_json::{Map, Value, json};

use super::{Entry, recorder, time::Time};
use crate::bench::{Asked, Bench, Deed, Facts, On, Trouble};

pub(super) const ENTRY: Entry = Entry {
    start: || {
        let started = async {
            let bench: Box<dyn Bench> = Box::new(Autotask::start().await);
            bench
        };
        started.boxed()
    },
    undocumented: endpoints::difference,
};

const USER: &str = "bridge@training.example";
const SECRET: &str = "secret-Q7xv92Lm";
const INTEGRATION_CODE: &str = "PSABRIDGE0CONFORMANCE000001";

/// The entities that webhooks of the connector's topics are.
const HOOKS: [&str; 3] = ["CompanyWebhooks", "ContactWebhooks", "TicketWebhooks"];

/// The entities that a right of the descriptor governs, and whether it is for editing only.
const GOVERNED: [(&str, &str, bool); 14] = [
    ("crm.companies", "Companies", false),
    ("crm.contacts", "Contacts", false),
    ("crm.configuration_items", "ConfigurationItems", false),
    ("inventory.products", "Services", false),
    ("inventory.products", "Products", false),
    ("contracts.contracts", "Contracts", false),
    ("contracts.services", "ContractServices", false),
    ("contracts.services", "ContractServiceUnits", false),
    ("contracts.services", "ContractServiceAdjustments", false),
    ("contracts.charges", "ContractCharges", false),
    ("service_desk.tickets", "Tickets", false),
    ("service_desk.edit_tickets", "Tickets", true),
    ("service_desk.ticket_notes", "TicketNotes", false),
    ("timesheets.time_entries", "TimeEntries", false),
];

/// A record as the simulator stores it.
type Record = Map<String, Value>;

/// One simulated tenant with the small data set.
struct Autotask {
    base_url: String,
    /// `None` once it is stopped.
    site: Mutex<Option<Simulator>>,
    time: Time,
    facts: Facts,
}

impl Autotask {
    async fn start() -> Self {
        let time = Time::default();
        let options = SimulatorOptions {
            user_name: USER.to_owned(),
            secret: SECRET.to_owned(),
            integration_code: INTEGRATION_CODE.to_owned(),
            clock: time.for_simulator(),
            witness: recorder::witness(),
            ..SimulatorOptions::default()
        };
        let simulator = Simulator::start(options).await.expect("a free port");
        let bench = Self {
            base_url: simulator.base_url().to_owned(),
            site: Mutex::new(Some(simulator)),
            time,
            facts: facts::facts(),
        };
        bench.prepare();
        bench
    }

    /// What the data set lacks: a contract that was ended, and one whose month is posted.
    fn prepare(&self) {
        self.put("Contracts", json!({ "id": facts::CANCELLED, "status": 0 }));
        let (contract, service) = facts::INVOICED;
        self.add_service(contract, service, |_| 5);
        let posted = self.site(|site| site.post_periods(facts::day(facts::THIS_MONTH), Some(contract)));
        assert!(posted.units > 0, "nothing was posted");
    }

    /// Does something with the running site.
    fn site<T>(&self, something: impl FnOnce(&Simulator) -> T) -> T {
        let site = self.site.lock().unwrap_or_else(PoisonError::into_inner);
        something(site.as_ref().expect("the site runs"))
    }

    fn records(&self, entity: &str, wanted: impl Fn(&Record) -> bool) -> Vec<Record> {
        let mut records = self.site(|site| site.records(entity));
        records.retain(wanted);
        records
    }

    /// Stores what a person entered, and gives it back.
    fn put(&self, entity: &str, members: Value) -> Record {
        let Value::Object(members) = members else {
            panic!("not a record: {members}");
        };
        let put = self.site(|site| site.upsert(entity, members));
        put.unwrap_or_else(|| panic!("{entity} is no entity"))
    }

    /// Stores a copy of a record with some members replaced.
    fn copy(&self, entity: &str, mut record: Record, replaced: Value) -> Record {
        record.remove("id");
        if let Value::Object(replaced) = replaced {
            record.extend(replaced);
        }
        self.put(entity, Value::Object(record))
    }

    /// Puts a service on a contract, with so many units in the period that begins on a day.
    fn add_service(&self, contract: i64, service: i64, units: impl Fn(&str) -> i64) {
        let added = self.put(
            "ContractServices",
            json!({ "contractID": contract, "serviceID": service, "unitPrice": 9, "internalCurrencyAdjustedPrice": 9,
                "unitCost": 4, "invoiceDescription": "By agreement" }),
        );
        let rows = self.records("ContractServiceUnits", |row| row["contractServiceID"] == added["id"]);
        assert!(!rows.is_empty(), "the contract has no periods");
        for row in rows {
            let first = row["startDate"].as_str().expect("a day");
            self.put(
                "ContractServiceUnits",
                json!({ "id": row["id"], "units": units(first) }),
            );
        }
    }

    /// The webhooks that lead to an endpoint, each with its entity.
    fn hooks(&self, endpoint: &WebhookEndpoint) -> Vec<(&'static str, Record)> {
        let leads = |hook: &Record| hook["webhookUrl"] == json!(endpoint.url.as_str());
        let hooks = HOOKS.iter().flat_map(|entity| {
            let found = self.records(entity, leads);
            found.into_iter().map(|hook| (*entity, hook))
        });
        hooks.collect()
    }
}

#[async_trait]
impl Bench for Autotask {
    fn credentials(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("site", self.base_url.clone()),
            ("username", USER.to_owned()),
            ("secret", SECRET.to_owned()),
        ])
    }

    fn optional_credentials(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([("site", self.base_url.clone())])
    }

    fn wrong_account(&self) -> (&'static str, String) {
        ("username", "nobody@training.example".to_owned())
    }

    fn foreign_host(&self) -> (&'static str, String) {
        ("site", "psa.example.com".to_owned())
    }

    fn platform(&self) -> Platform {
        let settings = [
            ("autotask.integration_code", INTEGRATION_CODE),
            ("autotask.requests_per_hour", "10000"),
        ];
        Platform {
            clock: Arc::new(self.time.clone()),
            entropy: Arc::new(SystemEntropy),
            network: NetworkPolicy {
                allow_loopback: true,
                extra_hosts: Vec::new(),
            },
            settings: BTreeMap::from(settings.map(|(name, value)| (name.to_owned(), value.to_owned()))),
        }
    }

    fn sent_secrets(&self) -> Vec<String> {
        vec![SECRET.to_owned()]
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
        deeds::act(self, deed);
    }

    fn tickets(&self, key: &WriteKey) -> usize {
        self.records("Tickets", |ticket| {
            ticket.get("externalID") == Some(&json!(key.as_str()))
        })
        .len()
    }

    fn all_tickets(&self) -> usize {
        self.records("Tickets", |_| true).len()
    }

    fn texts_of(&self, ticket: &TicketId) -> (String, String) {
        let known = self.records("Tickets", |known| known["id"] == number(ticket.as_str()));
        let known = known.first().expect("a ticket");
        let text = |name: &str| known[name].as_str().unwrap_or_default().to_owned();
        (text("title"), text("description"))
    }

    fn choice_of(&self, ticket: &TicketId, field: &str) -> Option<ChoiceId> {
        let member = match field {
            "ticket_type" => "ticketType",
            "issue_type" => "issueType",
            "sub_issue_type" => "subIssueType",
            "category" => "ticketCategory",
            other => other,
        };
        let known = self.records("Tickets", |known| known["id"] == number(ticket.as_str()));
        let value = known.first()?.get(member)?.as_i64()?;
        Some(ChoiceId::new(value.to_string()))
    }

    fn notes(&self, ticket: &TicketId, text: &str) -> Vec<bool> {
        let notes = self.records("TicketNotes", |note| {
            let contains = note["description"].as_str().is_some_and(|known| known.contains(text));
            contains && note["ticketID"] == number(ticket.as_str())
        });
        notes.iter().map(|note| note["publish"] == 1).collect()
    }

    fn additions(&self, agreement: &AgreementId, product: &ProductId) -> usize {
        let (kind, id) = product.as_str().split_once(':').expect("a kind and an id");
        let (entity, member) = match kind {
            "service" => ("ContractServices", "serviceID"),
            _ => ("ContractCharges", "productID"),
        };
        let is_it = |line: &Record| {
            line["contractID"] == number(agreement.as_str()) && line.get(member) == Some(&json!(number(id)))
        };
        self.records(entity, is_it).len()
    }

    fn links(&self, ticket: &TicketId) -> usize {
        let id = number(ticket.as_str());
        let own = self.records("Tickets", |known| {
            known["id"] == id && known.contains_key("configurationItemID")
        });
        let more = self.records("TicketAdditionalConfigurationItems", |link| link["ticketID"] == id);
        own.len() + more.len()
    }

    fn subscriptions(&self, endpoint: &WebhookEndpoint) -> Vec<bool> {
        let hooks = self.hooks(endpoint);
        hooks.iter().map(|(_, hook)| hook["isActive"] == true).collect()
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
        let none = Some(Access::None);
        let governed = GOVERNED.iter().filter(|(id, _, _)| *id == right);
        for (_, entity, is_editing) in governed {
            let change = RightsChange {
                entity: (*entity).to_owned(),
                query: none.filter(|_| !is_editing),
                create: none.filter(|_| !is_editing),
                // Tickets are edited by another right than they are seen and added.
                update: none.filter(|_| *is_editing || *entity != "Tickets"),
                delete: none,
            };
            assert!(self.site(|site| site.set_rights(&change)), "{entity}");
        }
    }

    fn enable_keys(&self, enabled: bool) {
        self.site(|site| site.enable_keys(enabled));
    }

    fn replace_keys(&self) {
        self.site(|site| site.rotate_keys("another-secret"));
    }

    // Announcements are signed with the secret that was agreed on, and name no address.
    fn forge(&self, _: &Delivery, _: &str) -> Option<Delivery> {
        None
    }

    fn requests(&self) -> Vec<Asked> {
        let site = self.site.lock().unwrap_or_else(PoisonError::into_inner);
        let requests = site.as_ref().map(Simulator::requests).unwrap_or_default();
        requests.iter().map(endpoints::asked).collect()
    }
}

fn number(id: &str) -> i64 {
    id.parse().expect("ids are numbers here")
}
