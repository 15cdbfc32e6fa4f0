//! "Approve and Post": what was billed becomes billing items and stands.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Value, json};

use crate::autotask::entity::Entity;
use crate::autotask::model::{Record, id_of, is_set, number, text_of};
use crate::autotask::query::{day, decimal};
use crate::autotask::site::{PERSON, Site};
use crate::autotask::store::Store;
use crate::number::of_decimal;
use crate::time;

/// What was approved and posted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Posted {
    /// Rows of units.
    pub units: usize,
    /// Charges on contracts and tickets.
    pub charges: usize,
}

/// Posts every period that begins, and every charge that was made, on this day or before it; of one contract or of all.
pub(crate) fn post(site: &Site, through: NaiveDate, contract: Option<i64>) -> Posted {
    let now = time::show_exactly(site.shell.now());
    let mut store = site.store_mut();
    let is_due = |record: &Record, field: &str| text_of(record, field).and_then(day).is_some_and(|day| day <= through);
    let is_wanted = |record: &Record| contract.is_none() || number(record, "contractID") == contract;
    let rows: Vec<Record> = store
        .all(Entity::ContractServiceUnits)
        .filter(|row| is_due(row, "startDate") && is_wanted(row) && !row.contains_key("approveAndPostDate"))
        .cloned()
        .collect();
    let mut posted = Posted::default();
    for row in rows {
        post_units(&mut store, row, &now);
        posted.units += 1;
    }
    for entity in [Entity::ContractCharges, Entity::TicketCharges] {
        let charges: Vec<Record> = store
            .all(entity)
            .filter(|charge| is_due(charge, "datePurchased") && is_wanted(charge))
            .filter(|charge| is_set(charge, "isBillableToCompany") && !is_set(charge, "isBilled"))
            .cloned()
            .collect();
        for charge in charges {
            post_charge(&mut store, entity, charge, &now);
            posted.charges += 1;
        }
    }
    posted
}

fn post_units(store: &mut Store, mut row: Record, now: &str) {
    let units = number(&row, "units").unwrap_or_default();
    let field = |name: &str| row.get(name).cloned().unwrap_or_default();
    let service = number(&row, "contractServiceID").and_then(|id| store.get(Entity::ContractServices, id));
    let rate = service.and_then(|service| service.get("internalCurrencyAdjustedPrice").and_then(decimal));
    let offered = number(&row, "serviceID").and_then(|id| store.get(Entity::Services, id));
    let item = json!({
        "billingItemType": 11,
        "contractID": field("contractID"),
        "serviceID": field("serviceID"),
        "billingCodeID": offered.and_then(|offered| offered.get("billingCodeID")),
        "itemName": offered.and_then(|offered| offered.get("name")),
        "description": offered.and_then(|offered| offered.get("invoiceDescription")),
        "itemDate": field("startDate"),
        "lineItemID": field("id"),
        "ourCost": field("cost"),
    });
    if units != 0 {
        add(store, item, Decimal::from(units), rate.unwrap_or_default(), now);
    }
    row.insert("approveAndPostDate".to_owned(), json!(now));
    store.put(Entity::ContractServiceUnits, row);
}

fn post_charge(store: &mut Store, entity: Entity, mut charge: Record, now: &str) {
    let field = |name: &str| charge.get(name).cloned().unwrap_or_default();
    let amount = |name: &str| charge.get(name).and_then(decimal).unwrap_or_default();
    let (kind, own) = if entity == Entity::ContractCharges {
        (6, "contractChargeID")
    } else {
        (4, "ticketChargeID")
    };
    let mut item = json!({
        "billingItemType": kind,
        "contractID": field("contractID"),
        "ticketID": field("ticketID"),
        "billingCodeID": field("billingCodeID"),
        "itemName": field("name"),
        "description": field("description"),
        "itemDate": field("datePurchased"),
        "purchaseOrderNumber": field("purchaseOrderNumber"),
        "ourCost": field("extendedCost"),
    });
    if let Value::Object(item) = &mut item {
        item.insert(own.to_owned(), json!(id_of(&charge)));
    }
    add(store, item, amount("unitQuantity"), amount("unitPrice"), now);
    charge.insert("isBilled".to_owned(), json!(true));
    store.put(entity, charge);
}

/// Stores a billing item with its company and its amounts.
fn add(store: &mut Store, item: Value, quantity: Decimal, rate: Decimal, now: &str) {
    let Value::Object(mut item) = item else { return };
    let owner = [("contractID", Entity::Contracts), ("ticketID", Entity::Tickets)];
    let company = owner.iter().find_map(|(field, entity)| {
        let owner = store.get(*entity, number(&item, field)?)?;
        number(owner, "companyID")
    });
    let total = quantity.checked_mul(rate).map_or(Value::Null, of_decimal);
    let amounts = [
        ("companyID", json!(company)),
        ("quantity", of_decimal(quantity)),
        ("rate", of_decimal(rate)),
        ("internalCurrencyRate", of_decimal(rate)),
        ("extendedPrice", total.clone()),
        ("internalCurrencyExtendedPrice", total.clone()),
        ("totalAmount", total),
        ("taxDollars", of_decimal(Decimal::ZERO)),
        ("nonBillable", json!(0)),
        ("itemApproverID", json!(PERSON)),
        ("postedDate", json!(now)),
        ("postedOnTime", json!(now)),
    ];
    for (name, value) in amounts {
        item.insert(name.to_owned(), value);
    }
    store.put(Entity::BillingItems, item);
}
