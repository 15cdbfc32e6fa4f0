//! The customers as the console knows them, made of those that the PSA has: each knows which one it is.

use std::collections::{BTreeMap, HashSet};

use psa_simulator::connectwise::Simulator;
use psa_tests::setup::text;
use serde_json::{Map, Value, json};

use super::spelling;

/// Which customer of the PSA a company of the console is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Counterpart {
    /// The one with this id in the PSA.
    Is(String),
    /// None that the PSA still has.
    Nobody,
}

/// What a person says who sees the two names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    /// It is this one.
    Certain,
    /// It may be, I have to look.
    Doubtful,
    /// There are two of which it may be either.
    Ambiguous,
    /// It is none of those, although it reads like one without its end or like the short name of one.
    Trap,
}

/// A company of the console.
#[derive(Debug)]
pub(super) struct Company {
    pub(super) external_id: String,
    pub(super) name: String,
    pub(super) counterpart: Counterpart,
    pub(super) certainty: Certainty,
}

/// All of them.
pub(super) struct Console {
    pub(super) companies: Vec<Company>,
    by_id: BTreeMap<String, usize>,
}

/// What makes two branches of one name different companies.
const BRANCHES: [&str; 12] = [
    "North",
    "South",
    "East",
    "West",
    "2",
    "3",
    "II",
    "Holdings 1",
    "of Denver",
    "NW",
    "Downtown",
    "International",
];

/// Regions that are written like a legal form: the south-east, Colorado, San Antonio.
const REGIONS: [&str; 3] = ["SE", "CO", "SA"];

/// What companies call themselves after a while.
const RENAMED: [&str; 4] = ["Group", "Holdings", "Services", "International"];

/// Customers that no PSA of the simulator has.
const STRANGERS: [(&str, &str); 2] = [("Bluefin", "Robotics"), ("Copperfield", "Aquatics")];
const STRANGER_COUNT: usize = 60;

/// How many customers the PSA has twice.
const TWICE: usize = 10;

/// A customer of the PSA.
struct Customer {
    id: String,
    name: String,
    identifier: String,
    deleted: bool,
}

impl Console {
    /// The companies of which a person says this.
    pub(super) fn of(&self, certainty: Certainty) -> Vec<&Company> {
        self.companies
            .iter()
            .filter(|company| company.certainty == certainty)
            .collect()
    }

    /// Makes the companies, and enters some customers of the PSA a second time, as it happens.
    pub(super) fn beside(simulator: &Simulator) -> Self {
        let customers: Vec<_> = simulator.records("companies").iter().map(Customer::from).collect();
        let mut made = Maker {
            known: customers
                .iter()
                .flat_map(|customer| {
                    [
                        spelling::letters(&customer.name),
                        spelling::letters(&customer.identifier),
                    ]
                })
                .collect(),
            companies: Vec::new(),
        };
        let (deleted, live): (Vec<_>, Vec<_>) = customers.iter().partition(|customer| customer.deleted);
        for customer in deleted {
            made.add(&customer.name, Counterpart::Nobody, Certainty::Doubtful);
        }
        for (index, customer) in live.iter().enumerate() {
            made.write(index, customer);
        }
        let with_form = live
            .iter()
            .filter(|customer| spelling::dropped(&customer.name).is_some());
        // Those at the end of every twenty have no company in the console yet.
        let entered_twice = with_form.filter(|customer| made.is_missing(&customer.id)).take(TWICE);
        for (index, customer) in entered_twice.collect::<Vec<_>>().into_iter().enumerate() {
            made.enter_twice(simulator, index, customer);
        }
        for index in 0..STRANGER_COUNT {
            let (stem, trade) = STRANGERS[index % STRANGERS.len()];
            let name = format!("{stem} {} {trade}", ["Alpine", "Boreal", "Coastal"][index % 3]);
            made.add(&format!("{name} {index}"), Counterpart::Nobody, Certainty::Doubtful);
        }
        made.siblings(&live);
        let by_id = made.companies.iter().enumerate();
        let by_id = by_id
            .map(|(index, company)| (company.external_id.clone(), index))
            .collect();
        Self {
            companies: made.companies,
            by_id,
        }
    }

    /// The company with this id in the console.
    pub(super) fn company(&self, external_id: &str) -> &Company {
        &self.companies[self.by_id[external_id]]
    }
}

impl From<&Map<String, Value>> for Customer {
    fn from(record: &Map<String, Value>) -> Self {
        Self {
            id: record["id"].to_string(),
            name: text(&record["name"]),
            identifier: text(&record["identifier"]),
            deleted: record.get("deletedFlag") == Some(&json!(true)),
        }
    }
}

struct Maker {
    /// The letters of every name and short name of the PSA.
    known: HashSet<String>,
    companies: Vec<Company>,
}

impl Maker {
    fn add(&mut self, name: &str, counterpart: Counterpart, certainty: Certainty) {
        self.companies.push(Company {
            external_id: format!("k{}", self.companies.len()),
            name: name.to_owned(),
            counterpart,
            certainty,
        });
    }

    /// Adds a company that only looks like a customer of the PSA, unless the PSA has it by chance.
    fn look_alike(&mut self, name: &str) {
        if !self.known.contains(&spelling::letters(name)) {
            self.add(name, Counterpart::Nobody, Certainty::Doubtful);
        }
    }

    fn is_missing(&self, id: &str) -> bool {
        !self
            .companies
            .iter()
            .any(|company| company.counterpart == Counterpart::Is(id.to_owned()))
    }

    /// The company of the console for the customer at this place of the list.
    fn write(&mut self, index: usize, customer: &Customer) {
        let Customer {
            id, name, identifier, ..
        } = customer;
        let (core, _) = spelling::split(name);
        let turn = index / 20;
        let certain = match index % 20 {
            0..=4 => vec![spelling::transcribed(name).unwrap_or_else(|| name.clone())],
            5 => vec![
                spelling::spelt_out(name)
                    .filter(|_| turn.is_multiple_of(4))
                    .unwrap_or_else(|| name.clone()),
            ],
            6 => vec![if turn.is_multiple_of(2) {
                name.to_uppercase()
            } else {
                name.to_lowercase()
            }],
            7 => vec![spelling::repunctuated(name)],
            8 => vec![spelling::accented(name)],
            9 => vec![spelling::dropped(name).unwrap_or_else(|| name.clone())],
            10 => vec![spelling::changed(name).unwrap_or_else(|| name.clone())],
            11 => vec![
                spelling::added(name)
                    .or_else(|| spelling::respelt(name))
                    .expect("with a form or without"),
            ],
            12 => vec![identifier.clone()],
            13 => vec![name.clone(), format!("The {}", name.to_uppercase())],
            _ => Vec::new(),
        };
        for spelt in certain {
            self.add(&spelt, Counterpart::Is(id.clone()), Certainty::Certain);
        }
        let doubtful = match index % 20 {
            14 => Some(spelling::misspelt(name)),
            15 => Some(format!("{core} {}", RENAMED[turn % RENAMED.len()])),
            16 => spelling::turned(name),
            _ => None,
        };
        if let Some(spelt) = doubtful.filter(|spelt| !self.known.contains(&spelling::letters(spelt))) {
            self.add(&spelt, Counterpart::Is(id.clone()), Certainty::Doubtful);
        }
        if index % 20 == 18 && turn.is_multiple_of(8) {
            let region = REGIONS[turn / 8 % REGIONS.len()];
            self.add(&format!("{core} {region}"), Counterpart::Nobody, Certainty::Trap);
        }
        if let Some(family) = name.strip_suffix(" & Sons").filter(|_| index % 20 == 19) {
            self.add(&format!("{family}, LLC"), Counterpart::Nobody, Certainty::Trap);
        }
        if index % 20 == 17 {
            self.look_alike(&format!("{core} {}", BRANCHES[turn % BRANCHES.len()]));
        }
    }

    /// The PSA has the customer under two legal forms, the console without any.
    fn enter_twice(&mut self, simulator: &Simulator, index: usize, customer: &Customer) {
        let other = spelling::changed(&customer.name).expect("it has a legal form");
        let id: i64 = customer.id.parse().expect("a number");
        let records = simulator.records("companies");
        let mut record = records
            .into_iter()
            .find(|record| record["id"] == id)
            .expect("it is there");
        record.insert("id".to_owned(), json!(900_000 + index));
        record.insert("identifier".to_owned(), json!(format!("{}2", customer.identifier)));
        record.insert("name".to_owned(), json!(other));
        simulator.upsert("companies", record).expect("a kind that there is");
        let core = spelling::split(&customer.name).0;
        self.add(core, Counterpart::Is(customer.id.clone()), Certainty::Ambiguous);
    }

    /// Companies of which the PSA has only a sibling: the first word of one customer and the rest of another.
    fn siblings(&mut self, live: &[&Customer]) {
        let named = live.iter().filter_map(|customer| customer.name.split_once(' '));
        let named: Vec<_> = named.step_by(20).collect();
        for (one, other) in named.iter().zip(named.iter().skip(1)) {
            self.look_alike(&format!("{} {}", one.0, other.1));
        }
    }
}
