//! What holds for every plan, whatever the snapshot.

use std::collections::BTreeSet;

use proptest::prelude::*;
use psa_entities::agreement::AgreementStatus;
use psa_entities::billing_line::LineAction;
use psa_entities::billing_settings::{UnsetPrice, ZeroPolicy};
use rust_decimal::Decimal;

use super::fixture::{
    addition, agreement, apply, company, configuration, d, item, product, psa_product, psa_product_id, world,
};
use super::input::{Addition, Agreement, Binding, Company, Configuration, Item, PlanInput, ProductRule};
use super::{plan, totals};
use crate::billing::describe::{DEFAULT_TEMPLATE, InvoiceText, parse};
use crate::billing::guard::{Guard, judge};
use crate::billing::price::PriceRule;

const KEYS: [&str; 5] = [
    "license:Server",
    "license:Desktop",
    "license:Quantum",
    "storage:00000000-0000-0000-0000-000000000001:BACKUP_AVERAGE",
    "storage:00000000-0000-0000-0000-000000000002:RESTORED",
];

fn key() -> impl Strategy<Value = &'static str> {
    prop::sample::select(KEYS.to_vec())
}

fn rule() -> impl Strategy<Value = PriceRule> {
    let money = || prop::option::weighted(0.7, prop::sample::select(vec![Decimal::ZERO, d("3.50"), d("12")]));
    (money(), money()).prop_map(|(unit_price, unit_cost)| PriceRule { unit_price, unit_cost })
}

fn zero() -> impl Strategy<Value = ZeroPolicy> {
    prop::sample::select(vec![ZeroPolicy::SetZero, ZeroPolicy::End, ZeroPolicy::Leave])
}

fn items() -> impl Strategy<Value = Item> {
    (
        key(),
        prop::option::weighted(0.3, 1_u128..6),
        rule(),
        prop::option::weighted(0.2, zero()),
    )
        .prop_map(|(key, psa_product, price, zero)| Item {
            psa_product: psa_product.map(psa_product_id),
            price,
            zero,
            ..item(key)
        })
}

fn configurations() -> impl Strategy<Value = Configuration> {
    (
        1_u128..6,
        prop::collection::vec(items(), 0..4),
        prop::bool::weighted(0.9),
        10_u32..=12,
    )
        .prop_map(|(agreement, items, enabled, month)| Configuration {
            enabled,
            start_month: format!("2026-{month}").parse().unwrap(),
            ..configuration(agreement, items)
        })
}

fn companies() -> impl Strategy<Value = Vec<Company>> {
    let usage = prop::collection::vec(
        (key(), prop_oneof![Just(0), 1..200_u64, 1_000_000..9_000_000_000_u64]),
        0..4,
    );
    let binding = prop_oneof![
        8 => (1_u128..4).prop_map(|number| Binding::Mapped(number.to_string())),
        1 => Just(Binding::Unmapped),
        1 => Just(Binding::Excluded),
        1 => Just(Binding::Gone),
    ];
    let one = (usage, binding, prop::collection::vec(configurations(), 0..3));
    prop::collection::vec(one, 0..6).prop_map(|all| {
        let numbered = (1_u128..).zip(all);
        numbered
            .map(|(number, (usage, binding, configurations))| Company {
                binding,
                configurations,
                ..company(number, &usage)
            })
            .collect()
    })
}

fn held() -> impl Strategy<Value = Addition> {
    (
        0_u32..1_000,
        1_u128..6,
        0_u32..20,
        prop::option::weighted(0.2, 1_u32..=30),
    )
        .prop_map(|(id, product, quantity, end)| {
            let cancelled_date = end.map(|day| format!("2026-11-{day:02}").parse().unwrap());
            Addition {
                cancelled_date,
                ..addition(&id.to_string(), product, &quantity.to_string(), 350)
            }
        })
}

fn agreements() -> impl Strategy<Value = Vec<Agreement>> {
    let status = prop::sample::select(vec![
        AgreementStatus::Active,
        AgreementStatus::Active,
        AgreementStatus::Cancelled,
    ]);
    let start = prop::option::weighted(0.3, 1_u32..=30);
    let invoiced = (
        any::<bool>(),
        prop::option::weighted(0.7, prop::sample::select(vec!["2026-10-15", "2026-12-01"])),
    );
    let additions = prop::option::weighted(0.9, prop::collection::vec(held(), 0..4));
    prop::collection::vec((status, start, invoiced, additions), 4).prop_map(|all| {
        let numbered = (1_u128..).zip(all);
        numbered
            .map(
                |(number, (status, start, (prorated, next_invoice), additions))| Agreement {
                    prorated,
                    next_invoice_date: next_invoice.map(|day| day.parse().unwrap()),
                    status,
                    psa_company: (1 + (number - 1) % 3).to_string(),
                    billing_start_date: start.map(|day| format!("2026-11-{day:02}").parse().unwrap()),
                    additions,
                    ..agreement(number, Vec::new())
                },
            )
            .collect()
    })
}

fn inputs() -> impl Strategy<Value = PlanInput> {
    let products = prop::collection::btree_map(
        key().prop_map(product),
        (prop::option::weighted(0.9, 1_u128..5), rule()).prop_map(|(psa_product, price)| ProductRule {
            psa_product: psa_product.map(psa_product_id),
            price,
        }),
        0..=5,
    );
    let unset = prop::sample::select(vec![UnsetPrice::PsaProduct, UnsetPrice::Zero, UnsetPrice::Block]);
    (companies(), products, agreements(), unset, zero(), any::<bool>()).prop_map(
        |(companies, products, agreements, unset_price, zero, template)| {
            let mut input = PlanInput {
                companies,
                products,
                agreements,
                ..world()
            };
            input.psa_products = (1..5).map(psa_product).collect();
            input.psa_products[3].price = None;
            input.settings.unset_price = unset_price;
            input.settings.zero = zero;
            if template {
                input.settings.invoice_text = InvoiceText::Template(parse(DEFAULT_TEMPLATE).unwrap());
            }
            input
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn sums_add_up(input in inputs()) {
        let plan = plan(&input);
        prop_assert_eq!(&plan.totals, &totals(&plan.lines));
        prop_assert_eq!(plan.totals.amount, plan.lines.iter().map(|line| line.amount).sum::<Decimal>());
        for line in &plan.lines {
            prop_assert_eq!(line.amount, line.billed * line.charged_price, "{:?}", line);
            let counted: Decimal = line.parts.iter().filter(|part| part.counted).map(|part| part.billed).sum();
            let sums = matches!(line.action, LineAction::Create | LineAction::Update);
            prop_assert!(!sums || line.billed == counted, "{:?}", line);
            prop_assert!(line.action != LineAction::Blocked || (line.billed.is_zero() && line.delta.is_zero()));
            prop_assert_eq!(line.is_change(), line.explanation.is_none(), "{:?}", line);
        }
    }

    #[test]
    fn planning_after_applying_writes_nothing(input in inputs()) {
        let before = plan(&input);
        let after = plan(&apply(&input, &before));
        prop_assert_eq!(after.totals.changes, 0, "{:?}", after.lines);
        prop_assert_eq!(after.totals.delta, Decimal::ZERO);
        prop_assert_eq!(after.totals.amount, before.totals.amount);
        prop_assert_eq!(after.totals.blocked, before.totals.blocked);
        for line in after.lines.iter().filter(|line| line.amount != Decimal::ZERO) {
            prop_assert_eq!(line.before.as_ref().map(|held| held.quantity), Some(line.billed), "{:?}", line);
        }
    }

    #[test]
    fn new_lines_begin_where_the_psa_takes_them(input in inputs()) {
        for line in plan(&input).lines.iter().filter(|line| line.action == LineAction::Create) {
            let agreement = input.agreements.iter().find(|agreement| Some(agreement.id) == line.agreement_id).unwrap();
            let first = line.effective_date.unwrap();
            prop_assert!(first >= input.month.first_day());
            prop_assert!(agreement.billing_start_date.is_none_or(|start| first >= start));
            prop_assert!(agreement.prorated || agreement.next_invoice_date.is_none_or(|next| first >= next));
        }
    }

    #[test]
    fn the_evidence_adds_up_to_the_quantity(input in inputs()) {
        for line in plan(&input).lines {
            let counts = line.parts.iter().any(|part| part.counted);
            let shown: Vec<_> = line.parts.iter().filter(|part| !counts || part.counted).collect();
            if shown.iter().all(|part| !part.product.is_storage()) {
                let evidence: Decimal = line.evidence.iter().map(|item| item.quantity).sum();
                prop_assert_eq!(evidence, line.measured, "{:?}", line);
            }
        }
    }

    #[test]
    fn no_product_of_an_agreement_is_planned_twice(input in inputs()) {
        let (mut places, mut adopted) = (BTreeSet::new(), BTreeSet::new());
        for line in plan(&input).lines {
            let foreign = line.explanation.as_ref().is_some_and(|found| found.code == "AGREEMENT_OF_ANOTHER_COMPANY");
            if let (Some(agreement), Some(product), false) = (line.agreement_id, line.psa_product_id, foreign) {
                prop_assert!(places.insert((agreement, product)), "{:?}", line);
                if let Some(before) = line.before {
                    prop_assert!(adopted.insert((agreement, product, before.id)));
                }
            }
        }
    }

    #[test]
    fn everything_used_or_configured_is_on_a_line(input in inputs()) {
        let lines = plan(&input).lines;
        let parts: Vec<_> = lines.iter().flat_map(|line| &line.parts).collect();
        for company in &input.companies {
            let configured = company.configurations.iter().flat_map(|configuration| &configuration.items);
            let wanted = configured.clone().map(|item| &item.product).chain(company.usage.keys());
            for product in wanted {
                prop_assert!(parts.iter().any(|part| part.company_id == company.id && part.product == *product));
            }
            // Whatever counts, counts once.
            for product in company.usage.keys() {
                let counted = parts.iter().filter(|part| part.counted && part.company_id == company.id && part.product == *product);
                prop_assert!(counted.count() <= 1);
            }
        }
    }

    #[test]
    fn the_order_of_the_snapshot_does_not_matter(input in inputs()) {
        let mut turned = input.clone();
        turned.companies.reverse();
        turned.agreements.reverse();
        turned.psa_products.reverse();
        turned.companies.iter_mut().for_each(|company| company.configurations.reverse());
        turned.agreements.iter_mut().flat_map(|agreement| &mut agreement.additions).for_each(|additions| additions.reverse());
        let shape = |input: &PlanInput| {
            plan(input).lines.into_iter().map(|line| (line.action, line.product_key, line.billed, line.amount, line.delta)).collect::<Vec<_>>()
        };
        let ambiguous = input.agreements.iter().flat_map(|agreement| agreement.additions.iter().flatten());
        let ids: Vec<_> = ambiguous.map(|held| &held.snapshot.id).collect();
        prop_assume!(ids.iter().collect::<BTreeSet<_>>().len() == ids.len());
        prop_assert_eq!(shape(&input), shape(&turned));
    }

    #[test]
    fn a_plan_within_no_limits_passes_and_one_within_zero_changes_nothing(input in inputs()) {
        let plan = plan(&input);
        prop_assert!(judge(&plan, Guard::default(), false).passed);
        let strict = judge(&plan, Guard { percent: None, amount: Some(Decimal::ZERO) }, false);
        prop_assert_eq!(strict.passed, plan.lines.iter().all(|line| line.delta.is_zero()), "{:?}", strict);
    }
}
