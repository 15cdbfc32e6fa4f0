//! Where the records are that cases need, in the small data set.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use psa_connectors::record::{
    AdditionId, AgreementId, BoardId, ChoiceId, CompanyId, ContactId, DeviceId, ProductId, StatusId,
};
use psa_simulator::connectwise::Simulator;
use serde_json::Value;

use crate::bench::{Billing, Desk, Devices, Facts, Products};

pub(super) fn of(simulator: &Simulator) -> Facts {
    let company = 250;
    let devices = simulator.records("configurations");
    let device = devices.iter().find(|device| device["company"]["id"] == company);
    let device = device.cloned().unwrap_or_default();
    let routing = [
        ("type", "203"),
        ("subtype", "203"),
        ("item", "203"),
        ("priority", "2"),
        ("source", "4"),
        ("team", "201"),
    ];
    Facts {
        company: CompanyId::new(company.to_string()),
        other_company: CompanyId::new("251"),
        unknown: "999999".to_owned(),
        contact: Some(ContactId::new("1")),
        products: Some(Products {
            product: ProductId::new("1"),
            unbillable: Some(ProductId::new("9")),
            otherwise_counted: None,
        }),
        billing: Some(Billing {
            agreement: AgreementId::new("2"),
            billed: AgreementId::new("1"),
            billed_product: ProductId::new("2"),
            invoiced: AgreementId::new("15"),
            cancelled: AgreementId::new("13"),
            this_month: day("2026-03-01"),
            month_end: day("2026-03-31"),
            next_month: day("2026-04-01"),
            next_invoice: Some(day("2026-04-01")),
            too_early: day("2024-12-31"),
            unknown_addition: AdditionId::new("999999"),
        }),
        desk: Some(Desk {
            board: BoardId::new("2"),
            open_status: StatusId::new("202"),
            closed_status: StatusId::new("204"),
            foreign_status: StatusId::new("101"),
            routing: BTreeMap::from(routing.map(|(name, id)| (name.to_owned(), ChoiceId::new(id)))),
            change: ("priority".to_owned(), ChoiceId::new("1")),
        }),
        devices: Some(Devices {
            device: DeviceId::new(device.get("id").map(ToString::to_string).unwrap_or_default()),
            identifier: device
                .get("deviceIdentifier")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
        }),
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}
