//! Small worlds for the tests of the plan.

use std::collections::BTreeMap;

use psa_entities::agreement::AgreementStatus;
use psa_entities::billing_item::{ItemMode, Rounding, Unit};
use psa_entities::billing_line::{AdditionSnapshot, LineAction};
use psa_entities::billing_settings::{BillingPeriod, UnsetPrice, ZeroPolicy};
use psa_entities::ids::{AgreementId, BillingConfigurationId, ConsoleCompanyId, PsaProductId};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::input::{
    Addition, Agreement, Binding, Company, Configuration, Item, PlanInput, PlanSettings, ProductRule, PsaProduct,
};
use super::line::PlannedLine;
use super::{Plan, plan};
use crate::billing::describe::InvoiceText;
use crate::billing::price::PriceRule;
use crate::billing::product::BillableProduct;
use crate::billing::quantity::QuantityRule;
use crate::billing::usage::{EvidenceItem, Measured};

pub(super) fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(super) fn product(key: &str) -> BillableProduct {
    key.parse().unwrap()
}

pub(super) fn company_id(number: u128) -> ConsoleCompanyId {
    ConsoleCompanyId::from_uuid(Uuid::from_u128(number))
}

pub(super) fn agreement_id(number: u128) -> AgreementId {
    AgreementId::from_uuid(Uuid::from_u128(number))
}

pub(super) fn psa_product_id(number: u128) -> PsaProductId {
    PsaProductId::from_uuid(Uuid::from_u128(number))
}

pub(super) fn price(cents: i64) -> PriceRule {
    PriceRule {
        unit_price: Some(Decimal::new(cents, 2)),
        unit_cost: None,
    }
}

pub(super) fn item(key: &str) -> Item {
    let product = product(key);
    let unit = if product.is_storage() { Unit::Gb } else { Unit::Each };
    let quantity = QuantityRule {
        unit,
        rounding: Rounding::Up,
        decimals: 0,
        minimum: None,
        included: Decimal::ZERO,
        mode: ItemMode::Total,
    };
    Item {
        product,
        psa_product: None,
        price: PriceRule::default(),
        quantity,
        zero: None,
    }
}

pub(super) fn configuration(agreement: u128, items: Vec<Item>) -> Configuration {
    Configuration {
        id: BillingConfigurationId::from_uuid(Uuid::from_u128(agreement)),
        agreement: agreement_id(agreement),
        start_month: "2026-01".parse().unwrap(),
        enabled: true,
        items,
    }
}

pub(super) fn measured(quantity: u64) -> Measured {
    let quantity = Decimal::from(quantity);
    let evidence = EvidenceItem {
        kind: psa_entities::billing_evidence::EvidenceKind::License,
        reference: "1".to_owned(),
        label: "PC-1".to_owned(),
        quantity,
        day: None,
    };
    Measured {
        quantity,
        evidence: vec![evidence],
    }
}

pub(super) fn company(number: u128, usage: &[(&str, u64)]) -> Company {
    Company {
        id: company_id(number),
        name: format!("Company {number}"),
        binding: Binding::Mapped(number.to_string()),
        enabled: true,
        prices: BTreeMap::new(),
        configurations: Vec::new(),
        usage: usage
            .iter()
            .map(|(key, quantity)| (product(key), measured(*quantity)))
            .collect(),
    }
}

pub(super) fn psa_product(number: u128) -> PsaProduct {
    PsaProduct {
        id: psa_product_id(number),
        external_id: format!("P{number}"),
        price: Some(Decimal::new(1000, 2)),
        active: true,
        billable: true,
        scale: 4,
        deleted: false,
    }
}

/// The agreement `number` of the PSA company of the same number.
pub(super) fn agreement(number: u128, additions: Vec<Addition>) -> Agreement {
    Agreement {
        id: agreement_id(number),
        name: format!("Agreement {number}"),
        psa_company: number.to_string(),
        status: AgreementStatus::Active,
        deleted: false,
        start_date: None,
        end_date: None,
        billing_start_date: None,
        next_invoice_date: None,
        prorated: true,
        is_parent_over: false,
        currency: None,
        additions: Some(additions),
    }
}

pub(super) fn addition(id: &str, psa_product: u128, quantity: &str, cents: i64) -> Addition {
    Addition {
        product: format!("P{psa_product}"),
        snapshot: AdditionSnapshot {
            id: id.to_owned(),
            quantity: d(quantity),
            unit_price: Some(Decimal::new(cents, 2)),
            unit_cost: None,
            description: None,
            effective_date: None,
        },
        cancelled_date: None,
    }
}

/// One company with 12 servers, one configuration for them, one agreement with 10 of them at 5.00.
pub(super) fn world() -> PlanInput {
    let mut acme = company(1, &[("license:Server", 12)]);
    acme.configurations.push(configuration(1, vec![item("license:Server")]));
    let rule = ProductRule {
        psa_product: Some(psa_product_id(1)),
        price: price(500),
    };
    PlanInput {
        month: "2026-11".parse().unwrap(),
        settings: PlanSettings {
            invoice_text: InvoiceText::PsaProduct,
            longest_text: 6_000,
            unset_price: UnsetPrice::PsaProduct,
            zero: ZeroPolicy::SetZero,
            period: BillingPeriod::OfTheMonth,
            currency: Some("USD".to_owned()),
        },
        companies: vec![acme],
        products: BTreeMap::from([(product("license:Server"), rule)]),
        psa_products: vec![psa_product(1)],
        agreements: vec![agreement(1, vec![addition("77", 1, "10", 500)])],
        storage_accounts: BTreeMap::new(),
        storage_limits: BTreeMap::new(),
    }
}

/// The only line of the plan of `input`.
pub(super) fn only_line(input: &PlanInput) -> PlannedLine {
    let plan = plan(input);
    assert_eq!(plan.lines.len(), 1, "{:?}", plan.lines);
    plan.lines.into_iter().next().unwrap()
}

/// What the agreements hold after a PSA that follows the plan to the letter.
pub(super) fn apply(input: &PlanInput, plan: &Plan) -> PlanInput {
    let mut after = input.clone();
    for (number, line) in plan.lines.iter().enumerate().filter(|(_, line)| line.is_change()) {
        let list = input
            .psa_products
            .iter()
            .find(|product| Some(product.id) == line.psa_product_id)
            .unwrap();
        let agreement = after
            .agreements
            .iter_mut()
            .find(|agreement| Some(agreement.id) == line.agreement_id)
            .unwrap();
        let additions = agreement.additions.as_mut().unwrap();
        if line.action == LineAction::Create {
            additions.push(Addition {
                product: list.external_id.clone(),
                snapshot: AdditionSnapshot {
                    id: format!("new-{number}"),
                    quantity: line.billed,
                    unit_price: line.unit_price.or(list.price),
                    unit_cost: line.unit_cost,
                    description: line.description.clone(),
                    effective_date: line.effective_date,
                },
                cancelled_date: None,
            });
            continue;
        }
        let addition = additions
            .iter_mut()
            .find(|held| Some(held.snapshot.id.as_str()) == line.addition_external_id())
            .unwrap();
        if line.action == LineAction::End {
            addition.cancelled_date = line.effective_date;
            continue;
        }
        let held = &mut addition.snapshot;
        held.quantity = line.billed;
        held.unit_price = line.unit_price.or(held.unit_price);
        held.unit_cost = line.unit_cost.or(held.unit_cost);
        held.description = line.description.clone().or(held.description.take());
    }
    after
}

pub(super) fn storage_key() -> String {
    format!("storage:{}:BACKUP_AVERAGE", uuid::Uuid::from_u128(9))
}

pub(super) fn first_item(input: &mut PlanInput) -> &mut Item {
    &mut input.companies[0].configurations[0].items[0]
}
