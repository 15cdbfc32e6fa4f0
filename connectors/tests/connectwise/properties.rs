//! Random records and random questions: what the connector reads through the simulated PSA is what a direct look at the
//! stored records finds.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::{collection::vec, option, prelude::*, sample::select};
use psa_connectors::{
    ErrorKind, Filter, PsaConnector, ReadQuery,
    record::{ChoiceId, CompanyId, WriteKey},
};
use psa_simulator::connectwise::Simulator;
use serde_json::{Map, Value, json};
use tokio::runtime::Builder;

use crate::support::{World, now, walk};

/// Texts with everything that the filter language or a URL could take for something else.
fn odd_text() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "a", "B", "é", "株", "💾", " ", "'", "\"", "[", "]", "[[]", "%", "*", "_", "\\", "&", "+", "#", "/", "?", "=",
        "(", ")", ",", "<b>", "null", " or 1=1", "\u{a0}", "{id}",
    ]);
    vec(piece, 1..8).prop_map(|pieces| pieces.concat())
}

/// One record to be stored: seconds after [`now`] at which a person stores it, and what varies.
#[derive(Debug, Clone)]
struct Stored {
    after: i64,
    name: String,
    company: i64,
    status: i64,
    types: BTreeSet<i64>,
    flag: bool,
}

fn stored() -> impl Strategy<Value = Stored> {
    let types = vec(1_i64..=4, 0..3).prop_map(BTreeSet::from_iter);
    (0..4_i64, odd_text(), 250..253_i64, 1..=4_i64, types, any::<bool>()).prop_map(
        |(after, name, company, status, types, flag)| Stored {
            after,
            name,
            company,
            status,
            types,
            flag,
        },
    )
}

/// One question.
#[derive(Debug, Clone)]
struct Question {
    since: Option<i64>,
    half_a_second: bool,
    company: Option<i64>,
    types: Vec<i64>,
    statuses: Vec<i64>,
    page_size: u16,
}

fn question() -> impl Strategy<Value = Question> {
    (
        option::of(-1..5_i64),
        any::<bool>(),
        option::of(250..254_i64),
        vec(1_i64..=4, 0..3),
        vec(1_i64..=4, 0..3),
        1..7_u16,
    )
        .prop_map(|(since, half_a_second, company, types, statuses, page_size)| Question {
            since,
            half_a_second,
            company,
            types,
            statuses,
            page_size,
        })
}

impl Question {
    /// The instant from which on changes are asked for. The PSA knows whole seconds: a fraction must lose nothing.
    fn since(&self) -> Option<DateTime<Utc>> {
        let fraction = TimeDelta::milliseconds(if self.half_a_second { 500 } else { 0 });
        self.since.map(|after| now() + TimeDelta::seconds(after) + fraction)
    }

    fn query(&self, filters: &[(Filter, &[i64])]) -> ReadQuery {
        let query = ReadQuery {
            since: self.since(),
            company: self.company.map(|id| CompanyId::new(id.to_string())),
            page_size: Some(self.page_size),
            ..ReadQuery::all()
        };
        filters.iter().fold(query, |query, (filter, ids)| {
            query.only(*filter, ids.iter().map(|id| ChoiceId::new(id.to_string())))
        })
    }

    fn is_recent(&self, record: &Map<String, Value>) -> bool {
        let changed = record["_info"]["lastUpdated"].as_str().expect("an instant");
        let changed: DateTime<Utc> = changed.parse().expect("an instant");
        // The fraction is cut off, so that what changed in the same second is read.
        self.since
            .is_none_or(|after| changed >= now() + TimeDelta::seconds(after))
    }

    fn is_of_company(&self, id: &Value) -> bool {
        self.company.is_none_or(|company| *id == company)
    }
}

fn is_one_of(id: &Value, wanted: &[i64]) -> bool {
    wanted.is_empty() || wanted.iter().any(|wanted| *id == *wanted)
}

fn put(psa: &Simulator, kind: &str, after: i64, record: Value) {
    let Value::Object(record) = record else {
        panic!("no record")
    };
    psa.skew_clock(TimeDelta::seconds(after));
    psa.upsert(kind, record).expect("a kind");
    psa.skew_clock(TimeDelta::zero());
}

fn store(psa: &Simulator, records: &[Stored]) {
    for (index, one) in records.iter().enumerate() {
        let types: Vec<_> = one
            .types
            .iter()
            .map(|id| json!({ "id": id, "name": format!("Type {id}") }))
            .collect();
        let company = json!({ "id": one.company, "name": "x" });
        let kind = one.types.first().copied().unwrap_or(1);
        put(
            psa,
            "companies",
            one.after,
            json!({ "id": 9000 + index, "identifier": format!("R{index}"),
            "name": one.name, "status": { "id": one.status, "name": "x" }, "types": types, "deletedFlag": one.flag }),
        );
        put(
            psa,
            "contacts",
            one.after,
            json!({ "id": 9000 + index, "firstName": one.name, "company": company,
            "inactiveFlag": one.flag }),
        );
        put(
            psa,
            "catalog",
            one.after,
            json!({ "id": 9000 + index, "identifier": format!("R{index}"),
            "description": one.name, "inactiveFlag": one.flag, "price": 1.5 }),
        );
        put(
            psa,
            "agreements",
            one.after,
            json!({ "id": 9000 + index, "name": one.name, "company": company,
            "type": { "id": kind, "name": "x" }, "cancelledFlag": one.flag }),
        );
    }
}

/// The ids and names of the stored records that pass.
fn direct(
    psa: &Simulator,
    kind: &str,
    name: &str,
    passes: impl Fn(&Map<String, Value>) -> bool,
) -> Vec<(String, String)> {
    let records = psa.records(kind).into_iter().filter(passes);
    records
        .map(|record| (record["id"].to_string(), text(&record, name)))
        .collect()
}

fn text(record: &Map<String, Value>, name: &str) -> String {
    record.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The same as the connector reads them.
async fn read(connector: &dyn PsaConnector, kind: &str, query: ReadQuery) -> Vec<(String, String)> {
    macro_rules! list {
        ($read:ident, $name:ident) => {
            walk(query, |query| async move { connector.$read(&query).await })
                .await
                .0
                .into_iter()
                .map(|record| (record.id.to_string(), record.$name))
                .collect()
        };
    }
    match kind {
        "companies" => list!(companies, name),
        "catalog" => list!(products, description),
        "agreements" => list!(agreements, name),
        other => panic!("{other} is not compared by name"),
    }
}

fn on_a_small_site<F: Future<Output = ()>>(test: impl FnOnce(World) -> F) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { test(World::small().await).await });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn lists_are_what_a_direct_look_finds(records in vec(stored(), 0..12), questions in vec(question(), 1..4)) {
        on_a_small_site(async |world| {
            store(&world.psa, &records);
            let (psa, connector) = (&world.psa, world.connector.as_ref());
            for ask in &questions {
                let companies = read(connector, "companies", ask.query(&[
                    (Filter::CompanyType, &ask.types),
                    (Filter::CompanyStatus, &ask.statuses),
                ])).await;
                let has_type = |record: &Map<String, Value>| {
                    let types = record["types"].as_array().expect("types");
                    ask.types.is_empty() || types.iter().any(|kind| is_one_of(&kind["id"], &ask.types))
                };
                let expected = direct(psa, "companies", "name", |record| {
                    // Someone who follows changes sees the recycle bin, someone who reads everything does not.
                    (ask.since.is_some() || record["deletedFlag"] != true)
                        && ask.is_recent(record)
                        && ask.is_of_company(&record["id"])
                        && has_type(record)
                        && is_one_of(&record["status"]["id"], &ask.statuses)
                });
                assert_eq!(companies, expected, "companies by {ask:?}");

                let agreements = read(connector, "agreements", ask.query(&[(Filter::AgreementType, &ask.types)])).await;
                let expected = direct(psa, "agreements", "name", |record| {
                    ask.is_recent(record)
                        && ask.is_of_company(&record["company"]["id"])
                        && is_one_of(&record["type"]["id"], &ask.types)
                });
                assert_eq!(agreements, expected, "agreements by {ask:?}");

                let products = read(connector, "catalog", ask.query(&[])).await;
                let products: BTreeSet<_> = products.into_iter().map(|(id, _)| id).collect();
                let expected = direct(psa, "catalog", "description", |record| ask.is_recent(record));
                assert_eq!(products, expected.into_iter().map(|(id, _)| id).collect(), "products by {ask:?}");

                let query = ask.query(&[]);
                let (contacts, _) = walk(query, |query| async move { connector.contacts(&query).await }).await;
                let contacts: Vec<_> = contacts
                    .into_iter()
                    .map(|contact| (contact.id.to_string(), contact.name, contact.active))
                    .collect();
                let of_company = psa.records("contacts").into_iter().filter(|record| {
                    ask.is_recent(record) && ask.is_of_company(&record["company"]["id"])
                });
                let expected: Vec<_> = of_company
                    .map(|record| {
                        let parts = ["firstName", "lastName"].map(|part| text(&record, part).trim().to_owned());
                        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                        (record["id"].to_string(), parts.join(" "), record["inactiveFlag"] != true)
                    })
                    .collect();
                assert_eq!(contacts, expected, "contacts by {ask:?}");
            }
        });
    }

    #[test]
    fn what_is_looked_up_by_a_text_is_what_has_that_text(
        identifiers in vec((odd_text(), 250..252_i64), 1..8),
        keys in vec("[A-Ca-c0:-]{1,3}", 1..8),
        strange in odd_text(),
    ) {
        on_a_small_site(async |world| {
            for (index, (identifier, company)) in identifiers.iter().enumerate() {
                put(&world.psa, "configurations", 0, json!({ "id": 9000 + index, "name": "x", "deviceIdentifier": identifier,
                    "company": { "id": company, "name": "x" } }));
            }
            for (index, key) in keys.iter().enumerate() {
                put(&world.psa, "tickets", 0, json!({ "id": 9000 + index, "summary": "x", "externalXRef": format!("PB:{key}") }));
            }
            let wanted = identifiers.iter().map(|(identifier, _)| identifier).chain([&strange]);
            for identifier in wanted {
                let found = world.connector.find_devices(&CompanyId::new("250"), identifier).await;
                if identifier.contains('"') && identifier.contains('\'') {
                    let error = found.expect_err("it cannot be written in a condition");
                    assert!(matches!(error.kind(), ErrorKind::Invalid { .. }), "{error}");
                    continue;
                }
                let found: Vec<_> = found.expect("an answer").into_iter().map(|device| device.id.to_string()).collect();
                let same = |record: &Map<String, Value>| {
                    record["company"]["id"] == 250
                        && text(record, "deviceIdentifier").to_lowercase() == identifier.to_lowercase()
                };
                let expected: Vec<_> = direct(&world.psa, "configurations", "name", same).into_iter().map(|(id, _)| id).collect();
                assert_eq!(found, expected, "devices by {identifier:?}");
            }
            for key in &keys {
                let key = WriteKey::new(format!("PB:{key}"));
                let found = world.connector.find_tickets(&key).await.expect("an answer");
                let found: Vec<_> = found.into_iter().map(|ticket| ticket.id.to_string()).collect();
                let same = |record: &Map<String, Value>| text(record, "externalXRef") == key.as_str();
                let expected: Vec<_> = direct(&world.psa, "tickets", "summary", same).into_iter().map(|(id, _)| id).collect();
                assert_eq!(found, expected, "tickets by {key}");
            }
        });
    }
}
