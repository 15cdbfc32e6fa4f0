//! Contracts, and the services that are on them from the start.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{cycle, id_from, ids, put};
use crate::autotask::assumptions::Assumptions;
use crate::autotask::entity::Entity;
use crate::autotask::model::{is_set, number};
use crate::autotask::query::decimal;
use crate::autotask::rules::contracts::{self, RECURRING, keep};
use crate::autotask::store::Store;
use crate::autotask::units::Span;
use crate::data_set::DataSet;
use crate::names;
use crate::number::of_decimal;
use crate::random::Random;
use crate::time;

const FIRST_CONTRACT: i64 = 29_684_100;
/// The service of Contoso's three desktops.
const DESKTOPS: i64 = 2;
/// No company has two of one name for its backup.
const OTHER_NAMES: [&str; 5] = [
    "Managed Services",
    "Cloud Hosting",
    "Security Suite",
    "Server Care",
    "Hosted Voice",
];
/// Contracts that are not recurring services: type and name.
const OTHERS: [(i64, &str); 2] = [(1, "Time and Materials"), (4, "Block Hours")];

/// What becomes of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    Usual,
    Inactive,
    Over,
    NotBegun,
}

/// Contracts of the type Recurring Service; each of the first companies has "Managed Backup". The first company has
/// one contract of each of two other types besides.
pub(super) fn fill(
    store: &mut Store,
    contracts: usize,
    data_set: DataSet,
    seed: u64,
    now: DateTime<Utc>,
    assumptions: &Assumptions,
) {
    let customers = ids(store, Entity::Companies).into_iter().filter(|id| {
        let company = store.get(Entity::Companies, *id);
        company.is_some_and(|company| is_set(company, "isActive") && number(company, "companyType") == Some(1))
    });
    let customers: Vec<i64> = customers.collect();
    let offered = ids(store, Entity::Services).into_iter().filter(|id| {
        let service = store.get(Entity::Services, *id);
        service.is_some_and(|service| is_set(service, "isActive"))
    });
    let offered: Vec<i64> = offered.collect();
    let mut random = Random::of(seed, "contracts");
    let first = names::FIRST_COMPANIES.len();
    let month = now.date_naive().with_day(1).unwrap_or_default();
    for index in 0..contracts {
        let course = match index % 12 {
            _ if index < first => Course::Usual,
            7 => Course::Inactive,
            9 => Course::Over,
            11 => Course::NotBegun,
            _ => Course::Usual,
        };
        let start = start(index < first, course, month, &mut random);
        let name = if index < first {
            "Managed Backup"
        } else {
            cycle(&OTHER_NAMES, index)
        };
        let company = cycle(&customers, index);
        let id = id_from(FIRST_CONTRACT, index);
        put(
            store,
            Entity::Contracts,
            contract(id, company, name, RECURRING, start, course != Course::Inactive),
        );
        let lines: Vec<(i64, i64)> = match index {
            0 => vec![(DESKTOPS, 3)],
            _ if index < first || data_set == DataSet::Small => Vec::new(),
            _ => drawn(&offered, &mut random),
        };
        for (service, units) in lines {
            add_service(store, id, service, units, month, assumptions);
        }
    }
    let year = NaiveDate::from_ymd_opt(month.year(), 1, 1).unwrap_or(month);
    for (index, (kind, name)) in OTHERS.into_iter().enumerate() {
        let id = id_from(FIRST_CONTRACT, contracts + index);
        put(
            store,
            Entity::Contracts,
            contract(id, cycle(&customers, 0), name, kind, year, true),
        );
    }
}

/// The first ones run with the year, the others for a year from some month.
fn start(is_first: bool, course: Course, month: NaiveDate, random: &mut Random) -> NaiveDate {
    let back = Months::new(random.within((0, 11)));
    let start = match course {
        _ if is_first => NaiveDate::from_ymd_opt(month.year(), 1, 1),
        Course::NotBegun => month.checked_add_months(Months::new(2)),
        Course::Over => month.checked_sub_months(Months::new(18)),
        Course::Usual | Course::Inactive => month.checked_sub_months(back),
    };
    start.unwrap_or(month)
}

/// Some services with their units; none twice.
fn drawn(offered: &[i64], random: &mut Random) -> Vec<(i64, i64)> {
    let count = random.within((1, 3));
    let mut lines: Vec<(i64, i64)> = Vec::new();
    for _ in 0..count {
        let service = random.pick(offered);
        if lines.iter().all(|(known, _)| *known != service) {
            lines.push((service, i64::from(random.within((1, 60)))));
        }
    }
    lines
}

fn contract(id: i64, company: i64, name: &str, kind: i64, start: NaiveDate, is_active: bool) -> Value {
    let end = start
        .checked_add_months(Months::new(12))
        .and_then(|next| next.checked_sub_days(Days::new(1)));
    json!({
        "id": id, "companyID": company, "contractName": name, "contractType": kind, "status": i32::from(is_active),
        "startDate": time::show_date(start), "endDate": time::show_date(end.unwrap_or(start)),
        "contractPeriodType": (kind == RECURRING).then_some("m"), "contractNumber": format!("C-{id}"),
        "contractCategory": 13, "timeReportingRequiresStartAndStopTimes": 0, "isDefaultContract": false,
        "isCompliant": false, "estimatedCost": 0.0, "estimatedHours": 0.0, "estimatedRevenue": 0.0,
    })
}

/// A service with the same units in every period; those before this month are posted.
fn add_service(
    store: &mut Store,
    contract: i64,
    service: i64,
    units: i64,
    month: NaiveDate,
    assumptions: &Assumptions,
) {
    let offered = store.get(Entity::Services, service);
    let money = |name: &str| {
        let value = offered.and_then(|offered| offered.get(name)).and_then(decimal);
        of_decimal(value.unwrap_or(Decimal::ZERO))
    };
    let (price, cost) = (money("unitPrice"), money("unitCost"));
    let text = offered.and_then(|offered| offered.get("invoiceDescription")).cloned();
    let record = json!({
        "contractID": contract, "serviceID": service, "unitPrice": price, "unitCost": cost,
        "internalCurrencyUnitPrice": price, "internalCurrencyAdjustedPrice": price, "invoiceDescription": text,
    });
    let id = put(store, Entity::ContractServices, record);
    let Some(spans) = contracts::spans(store, id) else {
        return;
    };
    let spans: Vec<Span> = spans.into_iter().map(|span| Span { units, ..span }).collect();
    keep(assumptions, store, id, &spans, None);
    let rows = store.of(Entity::ContractServiceUnits, "contractServiceID", id);
    let before = time::show_date(month);
    let posted = rows.filter(|row| {
        row.get("endDate")
            .and_then(Value::as_str)
            .is_some_and(|end| end < before.as_str())
    });
    let posted: Vec<_> = posted.cloned().collect();
    for mut row in posted {
        let end = row.get("endDate").cloned().unwrap_or_default();
        row.insert("approveAndPostDate".to_owned(), end);
        store.put(Entity::ContractServiceUnits, row);
    }
}
