//! Where the records are that cases need, in the small data set.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use psa_connectors::record::{
    AdditionId, AgreementId, BoardId, ChoiceId, CompanyId, ContactId, DeviceId, ProductId, StatusId,
};

use crate::bench::{Billing, Desk, Devices, Facts, Products};

/// The contract on which a service was billed already, and that service.
pub(super) const INVOICED: (i64, i64) = (29_684_102, 3);

/// The contract that somebody has ended.
pub(super) const CANCELLED: i64 = 29_684_113;

/// The first day of the current month.
pub(super) const THIS_MONTH: &str = "2026-03-01";

pub(super) fn facts() -> Facts {
    let routing = [
        ("priority", "2"),
        ("ticket_type", "2"),
        ("issue_type", "11"),
        ("sub_issue_type", "110"),
        ("source", "8"),
        ("category", "3"),
    ];
    Facts {
        company: CompanyId::new("174"),
        other_company: CompanyId::new("175"),
        unknown: "999999".to_owned(),
        contact: Some(ContactId::new("30682900")),
        products: Some(Products {
            product: ProductId::new("service:1"),
            unbillable: None,
            otherwise_counted: Some(ProductId::new("product:29682905")),
        }),
        billing: Some(Billing {
            agreement: AgreementId::new("29684101"),
            billed: AgreementId::new("29684100"),
            billed_product: ProductId::new("service:2"),
            invoiced: AgreementId::new(INVOICED.0.to_string()),
            cancelled: AgreementId::new(CANCELLED.to_string()),
            this_month: day(THIS_MONTH),
            month_end: day("2026-03-31"),
            next_month: day("2026-04-01"),
            next_invoice: None,
            too_early: day("2025-12-31"),
            unknown_addition: AdditionId::new("service:999999"),
        }),
        desk: Some(Desk {
            board: BoardId::new("29683354"),
            open_status: StatusId::new("8"),
            closed_status: StatusId::new("5"),
            foreign_status: StatusId::new("999998"),
            routing: BTreeMap::from(routing.map(|(name, id)| (name.to_owned(), ChoiceId::new(id)))),
            change: ("priority".to_owned(), ChoiceId::new("1")),
        }),
        devices: Some(Devices {
            device: DeviceId::new("1"),
            identifier: "SRV-FILE01".to_owned(),
        }),
    }
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}
