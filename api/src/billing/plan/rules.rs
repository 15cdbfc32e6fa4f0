//! Every rule of what the plan writes, one case each.

use psa_entities::billing_line::{AdditionSnapshot, LineAction};
use psa_entities::billing_settings::{BillingPeriod, ZeroPolicy};
use rust_decimal::Decimal;

use super::block::NoopReason;
use super::fixture::{
    addition, apply, company, company_id, configuration, d, first_item, item, only_line, price, product,
    psa_product_id, storage_key, world,
};
use super::input::{Binding, PlanInput, ProductRule};
use super::plan;
use crate::billing::describe::{InvoiceText, parse};
use crate::billing::price::PriceRule;

#[test]
fn an_existing_addition_is_adopted() {
    let line = only_line(&world());
    assert_eq!(
        (line.action, line.addition_external_id()),
        (LineAction::Update, Some("77"))
    );
    assert_eq!(
        (line.measured, line.billed, line.amount, line.delta),
        (d("12"), d("12"), d("60"), d("10"))
    );
    assert_eq!((line.unit_price, line.explanation), (Some(d("5.00")), None));
    assert_eq!(line.effective_date, Some("2026-11-01".parse().unwrap()));
    assert_eq!(
        (line.company_id, line.product_key.as_str()),
        (Some(company_id(1)), "license:Server")
    );
    assert_eq!(line.evidence.len(), 1);
}

#[test]
fn a_line_is_created_when_nothing_is_in_force() {
    let mut input = world();
    let additions = input.agreements[0].additions.as_mut().unwrap();
    additions[0].cancelled_date = Some("2026-11-01".parse().unwrap());
    let line = only_line(&input);
    assert_eq!(
        (line.action, line.before.clone(), line.delta),
        (LineAction::Create, None, d("60"))
    );
}

#[test]
fn effective_dates_respect_the_billing_start() {
    let mut input = world();
    input.agreements[0].billing_start_date = Some("2026-11-15".parse().unwrap());
    input.agreements[0].additions = Some(Vec::new());
    assert_eq!(only_line(&input).effective_date, Some("2026-11-15".parse().unwrap()));
}

#[test]
fn lines_count_from_the_period_of_the_policy() {
    let mut input = world();
    input.settings.period = BillingPeriod::Following;
    assert_eq!(only_line(&input).effective_date, Some("2026-12-01".parse().unwrap()));
    // An addition that ends with the month is not one to go on with.
    input.agreements[0].additions.as_mut().unwrap()[0].cancelled_date = Some("2026-12-01".parse().unwrap());
    assert_eq!(only_line(&input).action, LineAction::Create);
}

#[test]
fn a_new_line_does_not_begin_in_a_period_that_has_been_invoiced() {
    for (prorated, next_invoice, billing_start, expected) in [
        (true, Some("2026-12-01"), None, "2026-11-01"),
        (false, Some("2026-12-01"), None, "2026-12-01"),
        (false, Some("2026-10-15"), None, "2026-11-01"),
        (false, None, None, "2026-11-01"),
        (false, Some("2026-12-01"), Some("2026-12-15"), "2026-12-15"),
    ] {
        let mut input = world();
        let agreement = &mut input.agreements[0];
        agreement.prorated = prorated;
        agreement.next_invoice_date = next_invoice.map(|day| day.parse().unwrap());
        agreement.billing_start_date = billing_start.map(|day| day.parse().unwrap());
        let standing = agreement.additions.replace(Vec::new());
        let line = only_line(&input);
        let shown = (prorated, next_invoice, billing_start);
        assert_eq!(line.effective_date, Some(expected.parse().unwrap()), "{shown:?}");
        let settled = apply(&input, &plan(&input));
        assert_eq!(only_line(&settled).action, LineAction::Noop, "{shown:?}");

        input.agreements[0].additions = standing;
        let base = billing_start.unwrap_or("2026-11-01");
        let adopted = only_line(&input).effective_date;
        assert_eq!(adopted, Some(base.parse().unwrap()), "{shown:?}");
    }
}

#[test]
fn a_company_that_is_switched_off_is_left_alone() {
    let mut input = world();
    input.companies[0].enabled = false;
    let line = only_line(&input);
    assert_eq!((line.action, line.delta), (LineAction::Noop, Decimal::ZERO));
    assert_eq!(line.explanation.unwrap().code, NoopReason::CompanyOff.code());
}

#[test]
fn a_companys_price_stands_between_the_items_and_the_products() {
    let mut input = world();
    let company = &mut input.companies[0];
    company.prices.insert(product("license:Server"), price(450));
    assert_eq!(only_line(&input).unit_price, Some(d("4.50")));
    first_item(&mut input).price = price(700);
    assert_eq!(only_line(&input).unit_price, Some(d("7.00")));
}

#[test]
fn equal_lines_change_nothing() {
    let mut input = world();
    input.agreements[0].additions = Some(vec![addition("77", 1, "12.0", 500)]);
    let line = only_line(&input);
    assert_eq!(
        (line.action, line.amount, line.delta),
        (LineAction::Noop, d("60"), Decimal::ZERO)
    );
    assert_eq!(line.explanation.unwrap().code, NoopReason::Unchanged.code());
}

#[test]
fn whatever_differs_is_written() {
    type Change = fn(&mut AdditionSnapshot);
    let changes: [(&str, Change); 5] = [
        ("a higher quantity", |held| held.quantity += Decimal::ONE),
        ("a lower quantity", |held| held.quantity -= Decimal::ONE),
        ("another price", |held| held.unit_price = Some(Decimal::ONE)),
        ("another cost", |held| held.unit_cost = Some(Decimal::ONE)),
        ("another description", |held| held.description = None),
    ];
    let mut input = world();
    first_item(&mut input).price.unit_cost = Some(d("3"));
    input.settings.invoice_text = InvoiceText::Template(parse("{product} {month}").unwrap());
    let settled = apply(&input, &plan(&input));
    assert_eq!(only_line(&settled).action, LineAction::Noop);
    for (case, change) in changes {
        let mut drifted = settled.clone();
        change(&mut drifted.agreements[0].additions.as_mut().unwrap()[0].snapshot);
        let line = only_line(&drifted);
        assert_eq!(
            (line.action, line.billed, line.amount),
            (LineAction::Update, d("12"), d("60")),
            "{case}"
        );
    }
}

#[test]
fn companies_on_one_agreement_are_summed_first() {
    let mut input = world();
    let mut branch = company(2, &[("license:Server", 3)]);
    branch.binding = Binding::Mapped("1".to_owned());
    branch
        .configurations
        .push(configuration(1, vec![item("license:Server")]));
    input.companies.push(branch);
    let line = only_line(&input);
    assert_eq!((line.billed, line.company_id, line.parts.len()), (d("15"), None, 2));
    assert_eq!(line.evidence[1].label, "Company 2: PC-1");

    input.companies[1].binding = Binding::Unmapped;
    let held = only_line(&input);
    assert_eq!(
        held.explanation.unwrap().code,
        "COMPANY_NOT_MAPPED",
        "a sum with a part missing is a wrong sum"
    );
    input.companies[1].binding = Binding::Excluded;
    assert_eq!(
        only_line(&input).billed,
        d("12"),
        "an excluded company is left out on purpose"
    );
}

#[test]
fn months_that_are_not_billed_are_lines_too() {
    type Change = fn(&mut PlanInput);
    let cases: &[(NoopReason, Change)] = &[
        (NoopReason::CompanyExcluded, |input| {
            input.companies[0].binding = Binding::Excluded;
        }),
        (NoopReason::ConfigurationOff, |input| {
            input.companies[0].configurations[0].enabled = false;
        }),
        (NoopReason::BeforeStartMonth, |input| {
            input.companies[0].configurations[0].start_month = "2026-12".parse().unwrap();
        }),
        (NoopReason::NothingToBill, |input| {
            input.companies[0].usage.clear();
            input.agreements[0].additions = Some(Vec::new());
        }),
    ];
    for (reason, change) in cases {
        let mut input = world();
        change(&mut input);
        let line = only_line(&input);
        assert_eq!(
            (line.action, line.amount, line.delta),
            (LineAction::Noop, Decimal::ZERO, Decimal::ZERO),
            "{reason:?}"
        );
        assert_eq!(line.explanation.unwrap().code, reason.code());
    }
}

#[test]
fn the_start_month_is_billed_itself() {
    let mut input = world();
    input.companies[0].configurations[0].start_month = input.month;
    assert_eq!(only_line(&input).action, LineAction::Update);
}

#[test]
fn zero_follows_its_policy() {
    for (policy, action, billed, amount, delta) in [
        (ZeroPolicy::SetZero, LineAction::Update, "0", "0", "-50"),
        (ZeroPolicy::End, LineAction::End, "0", "0", "-50"),
        (ZeroPolicy::Leave, LineAction::Noop, "10", "50", "0"),
    ] {
        let mut input = world();
        input.companies[0].usage.clear();
        first_item(&mut input).zero = Some(policy);
        let line = only_line(&input);
        assert_eq!(
            (line.action, line.billed, line.amount, line.delta),
            (action, d(billed), d(amount), d(delta)),
            "{policy:?}"
        );
        assert_eq!((line.measured, line.unit_price), (Decimal::ZERO, None));
    }
}

#[test]
fn a_price_left_to_the_psa_charges_what_stands() {
    let mut input = world();
    input
        .products
        .values_mut()
        .for_each(|rule| rule.price = PriceRule::default());
    let line = only_line(&input);
    assert_eq!(
        (line.unit_price, line.charged_price, line.amount),
        (None, d("5"), d("60"))
    );
    input.agreements[0].additions = Some(Vec::new());
    let line = only_line(&input);
    assert_eq!(
        (line.unit_price, line.charged_price, line.amount),
        (None, d("10"), d("120"))
    );
}

#[test]
fn storage_is_billed_in_its_unit_and_described() {
    let mut input = world();
    let key = storage_key();
    input.companies[0] = company(1, &[(&key, 1_500_000_001)]);
    input.companies[0]
        .configurations
        .push(configuration(1, vec![item(&key)]));
    let rule = ProductRule {
        psa_product: Some(psa_product_id(1)),
        price: price(3),
    };
    input.products.insert(product(&key), rule);
    input.storage_accounts.insert(
        "00000000-0000-0000-0000-000000000009".parse().unwrap(),
        "Wasabi".to_owned(),
    );
    let template = "{product} {storageAccount} {quantity} {unit} {month}";
    input.settings.invoice_text = InvoiceText::Template(parse(template).unwrap());
    let line = only_line(&input);
    assert_eq!(
        (line.measured, line.billed, line.amount),
        (d("1.500000001"), d("2"), d("0.06"))
    );
    assert_eq!(line.description.as_deref(), Some("Backup storage Wasabi 2 GB November"));
}

#[test]
fn totals_count_what_is_done() {
    let mut input = world();
    input.companies.push(company(2, &[("license:Server", 4)]));
    let totals = plan(&input).totals;
    assert_eq!((totals.lines, totals.blocked, totals.changes), (2, 1, 1));
    assert_eq!((totals.amount, totals.delta), (d("60"), d("10")));
}
