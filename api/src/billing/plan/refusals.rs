//! Every reason for which the plan does not write, one case each.

use psa_entities::agreement::AgreementStatus;
use psa_entities::billing_item::Unit;
use psa_entities::billing_line::LineAction;
use psa_entities::billing_settings::{UnsetPrice, ZeroPolicy};
use rust_decimal::Decimal;

use super::block::BlockCode;
use super::fixture::{
    addition, company, configuration, d, first_item, item, only_line, price, product, psa_product_id, storage_key,
    world,
};
use super::input::{Binding, PlanInput, ProductRule};
use super::plan;
use crate::billing::price::PriceRule;

#[test]
fn a_foreign_agreement_does_not_hold_its_owner() {
    let mut input = world();
    let mut stranger = company(2, &[("license:Server", 3)]);
    stranger
        .configurations
        .push(configuration(1, vec![item("license:Server")]));
    input.companies.push(stranger);
    let lines = plan(&input).lines;
    assert_eq!((lines[0].action, lines[0].billed), (LineAction::Update, d("12")));
    let explanation = lines[1].explanation.clone().unwrap();
    assert_eq!(
        (explanation.code, lines[1].before.clone()),
        ("AGREEMENT_OF_ANOTHER_COMPANY", None)
    );
    assert_eq!(explanation.detail.as_deref(), Some("Company 2: Server"));
}

#[test]
fn what_cannot_be_billed_is_a_line_with_its_reason() {
    type Change = fn(&mut PlanInput);
    let cases: &[(BlockCode, Change)] = &[
        (BlockCode::CompanyNotMapped, |input| {
            input.companies[0].binding = Binding::Unmapped;
        }),
        (BlockCode::PsaCompanyGone, |input| {
            input.companies[0].binding = Binding::Gone;
        }),
        (BlockCode::NotConfigured, |input| {
            input.companies[0].configurations.clear();
        }),
        (BlockCode::NotConfigured, |input| {
            input.companies[0].configurations[0].items.clear();
        }),
        (BlockCode::AgreementNotFound, |input| input.agreements.clear()),
        (BlockCode::AgreementNotFound, |input| input.agreements[0].deleted = true),
        (BlockCode::AgreementCancelled, |input| {
            input.agreements[0].status = AgreementStatus::Cancelled;
        }),
        (BlockCode::AgreementInactive, |input| {
            input.agreements[0].status = AgreementStatus::Inactive;
        }),
        (BlockCode::AgreementNotInForce, |input| {
            input.agreements[0].status = AgreementStatus::Expired;
        }),
        (BlockCode::AgreementNotInForce, |input| {
            input.agreements[0].end_date = Some("2026-10-31".parse().unwrap());
        }),
        (BlockCode::AgreementNotInForce, |input| {
            input.agreements[0].start_date = Some("2026-12-01".parse().unwrap());
        }),
        (BlockCode::ParentAgreementOver, |input| {
            input.agreements[0].is_parent_over = true;
        }),
        (BlockCode::CurrencyMismatch, |input| {
            input.agreements[0].currency = Some("EUR".to_owned());
        }),
        (BlockCode::ProductNotMapped, |input| input.products.clear()),
        (BlockCode::PsaProductGone, |input| input.psa_products.clear()),
        (BlockCode::PsaProductGone, |input| input.psa_products[0].deleted = true),
        (BlockCode::PsaProductInactive, |input| {
            input.psa_products[0].active = false;
        }),
        (BlockCode::PsaProductNotBillable, |input| {
            input.psa_products[0].billable = false;
        }),
        (BlockCode::QuantityTooFine, |input| {
            first_item(input).quantity.decimals = 1;
            input.psa_products[0].scale = 0;
        }),
        (BlockCode::CountedTwice, |input| {
            input.companies[0].configurations[0].items.push(item("license:Server"));
        }),
        (BlockCode::UnitMismatch, |input| {
            first_item(input).quantity.unit = Unit::Gb;
        }),
        (BlockCode::AgreementNotRead, |input| {
            input.agreements[0].additions = None;
        }),
        (BlockCode::PriceUnset, |input| {
            input.settings.unset_price = UnsetPrice::Block;
            input
                .products
                .values_mut()
                .for_each(|rule| rule.price = PriceRule::default());
        }),
        (BlockCode::NoListPrice, |input| {
            input
                .products
                .values_mut()
                .for_each(|rule| rule.price = PriceRule::default());
            input.agreements[0].additions = Some(Vec::new());
            input.psa_products[0].price = None;
        }),
        (BlockCode::AmountOutOfRange, |input| {
            first_item(input).price.unit_price = Some(Decimal::MAX);
        }),
    ];
    for (code, change) in cases {
        let mut input = world();
        change(&mut input);
        let line = only_line(&input);
        assert_eq!(
            line.explanation.as_ref().map(|found| found.code),
            Some(code.code()),
            "{code:?}"
        );
        assert_eq!(line.action, LineAction::Blocked);
        assert_eq!(
            (line.billed, line.amount, line.delta),
            (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO)
        );
        assert_eq!(
            line.measured,
            d(if *code == BlockCode::CountedTwice { "24" } else { "12" })
        );
    }
}

#[test]
fn several_additions_block_and_are_shown() {
    let mut input = world();
    input.agreements[0].additions = Some(vec![addition("9", 1, "4", 500), addition("10", 1, "6", 500)]);
    let line = only_line(&input);
    assert_eq!(line.explanation.unwrap().code, "AMBIGUOUS_ADDITION");
    assert_eq!(
        line.candidates.iter().map(|held| held.id.as_str()).collect::<Vec<_>>(),
        ["10", "9"]
    );
    assert_eq!(line.before, None);
}

#[test]
fn items_that_meet_must_agree() {
    let mut input = world();
    let rule = ProductRule {
        psa_product: Some(psa_product_id(1)),
        price: price(600),
    };
    input.products.insert(product("license:Desktop"), rule);
    input.companies[0].configurations[0].items.push(item("license:Desktop"));
    let line = only_line(&input);
    let explanation = line.explanation.unwrap();
    assert_eq!(
        (explanation.code, explanation.detail.as_deref()),
        ("ITEMS_DISAGREE", Some("price or cost"))
    );
    input.companies[0].configurations[0].items[1].price = price(500);
    assert_eq!(only_line(&input).billed, d("12"));
    input.companies[0].configurations[0].items[1].product = product(&storage_key());
    input.companies[0].configurations[0].items[1].psa_product = Some(psa_product_id(1));
    input.companies[0].configurations[0].items[1].quantity.unit = Unit::Tib;
    assert_eq!(only_line(&input).explanation.unwrap().detail.as_deref(), Some("unit"));
}

#[test]
fn zero_policies_that_meet_must_agree_once_nothing_is_used() {
    let mut input = world();
    input.companies[0].configurations[0].items.push(item("license:Desktop"));
    input.companies[0].configurations[0].items[1].psa_product = Some(psa_product_id(1));
    input.companies[0].configurations[0].items[1].price = price(500);
    input.companies[0].configurations[0].items[1].zero = Some(ZeroPolicy::End);
    assert_eq!(only_line(&input).billed, d("12"), "the policy is not asked for");
    input.companies[0].usage.clear();
    let explanation = only_line(&input).explanation.unwrap();
    assert_eq!(
        (explanation.code, explanation.detail.as_deref()),
        ("ITEMS_DISAGREE", Some("zero policy"))
    );
}
