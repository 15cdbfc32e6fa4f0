//! From the parts that meet on one line to what is done about it.

use std::collections::BTreeSet;

use psa_entities::billing_line::LineAction;
use psa_entities::billing_settings::ZeroPolicy;
use rust_decimal::Decimal;

use super::block::{BlockCode, Explanation, NoopReason};
use super::input::{Agreement, PlanInput, PsaProduct};
use super::line::{LinePart, PlannedLine};
use super::money::{LARGEST, agreed_price, checked_amount, held, is_met, out_of_range};
use super::part::{Part, Verdict};
use crate::billing::describe::{LineFacts, describe};
use crate::billing::product::BillableProduct;
use crate::billing::usage::EvidenceItem;

/// The line of `parts`, which share an agreement and a PSA product or are a single part. `None` only without parts.
pub(super) fn line(input: &PlanInput, parts: &[Part<'_>]) -> Option<PlannedLine> {
    let first = parts.first()?;
    let mut line = blank(first, parts);
    let foreign = first.verdict == Verdict::Blocked(BlockCode::AgreementOfAnotherCompany);
    if let (Some(agreement), Some(product), false) = (first.agreement, first.psa_product, foreign) {
        adopt(&mut line, agreement, product, input);
    }
    let outcome = match verdict(parts) {
        Some(explanation) => Err(explanation),
        None => match (first.agreement, first.psa_product) {
            (Some(agreement), Some(product)) => write(&mut line, input, parts, agreement, product),
            _ => Err(Explained::block(BlockCode::AgreementNotFound, None)),
        },
    };
    if let Err(explained) = outcome {
        line.action = explained.action;
        line.explanation = Some(explained.explanation);
    }
    Some(line)
}

/// Why nothing is written.
pub(super) struct Explained {
    action: LineAction,
    explanation: Explanation,
}

impl Explained {
    pub(super) fn block(code: BlockCode, detail: Option<String>) -> Self {
        Self {
            action: LineAction::Blocked,
            explanation: code.explain(detail),
        }
    }

    fn noop(reason: NoopReason) -> Self {
        Self {
            action: LineAction::Noop,
            explanation: reason.explain(None),
        }
    }
}

/// A line that leaves the agreement alone.
fn blank(first: &Part<'_>, parts: &[Part<'_>]) -> PlannedLine {
    let counts = parts.iter().any(|part| part.verdict == Verdict::Counts);
    let shown = || {
        parts
            .iter()
            .filter(move |part| !counts || part.verdict == Verdict::Counts)
    };
    let companies: BTreeSet<_> = shown().map(|part| part.company.id).collect();
    let single = companies.len() == 1;
    let first_shown = shown().next().unwrap_or(first);
    PlannedLine {
        action: LineAction::Noop,
        explanation: None,
        company_id: single.then_some(first_shown.company.id),
        agreement_id: first.agreement_id,
        psa_product_id: first.psa_product_id,
        product_key: first_shown.product.to_string(),
        measured: shown()
            .filter(|part| part.unit == first_shown.unit)
            .map(|part| part.measured)
            .sum::<Decimal>()
            .normalize(),
        billed: Decimal::ZERO,
        unit_price: None,
        unit_cost: None,
        charged_price: Decimal::ZERO,
        amount: Decimal::ZERO,
        delta: Decimal::ZERO,
        description: None,
        effective_date: None,
        before: None,
        candidates: Vec::new(),
        parts: parts.iter().map(line_part).collect(),
        evidence: shown().flat_map(|part| evidence(part, single)).collect(),
    }
}

/// Notes what the agreement holds for the product.
fn adopt(line: &mut PlannedLine, agreement: &Agreement, product: &PsaProduct, input: &PlanInput) {
    let found = agreement
        .in_force(&product.external_id, input.effective_month())
        .unwrap_or_default();
    match found.as_slice() {
        [only] => line.before = Some((*only).clone()),
        several => line.candidates = several.iter().map(|candidate| (*candidate).clone()).collect(),
    }
}

/// The reason of the first blocked part, else that of the first idle part when none counts.
fn verdict(parts: &[Part<'_>]) -> Option<Explained> {
    let blocked = parts.iter().filter_map(|part| match part.verdict {
        Verdict::Blocked(code) => Some((code, format!("{}: {}", part.company.name, part.product.display_name()))),
        _ => None,
    });
    if let Some((code, detail)) = blocked.min_by_key(|(code, _)| *code) {
        return Some(Explained::block(code, Some(detail)));
    }
    if parts.iter().any(|part| part.verdict == Verdict::Counts) {
        return None;
    }
    parts.iter().find_map(|part| match part.verdict {
        Verdict::Idle(reason) => Some(Explained::noop(reason)),
        _ => None,
    })
}

/// Decides what is written. On an error the agreement is left alone.
fn write(
    line: &mut PlannedLine,
    input: &PlanInput,
    parts: &[Part<'_>],
    agreement: &Agreement,
    product: &PsaProduct,
) -> Result<(), Explained> {
    let counted: Vec<&Part<'_>> = parts.iter().filter(|part| part.verdict == Verdict::Counts).collect();
    if agreement.additions.is_none() {
        return Err(Explained::block(
            BlockCode::AgreementNotRead,
            Some(agreement.name.clone()),
        ));
    }
    if !line.candidates.is_empty() {
        return Err(Explained::block(
            BlockCode::AmbiguousAddition,
            Some(agreement.name.clone()),
        ));
    }
    if counted
        .iter()
        .any(|part| part.unit != counted.first().map_or(part.unit, |first| first.unit))
    {
        return Err(Explained::block(BlockCode::ItemsDisagree, Some("unit".to_owned())));
    }
    let billed = counted
        .iter()
        .try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part.billed));
    let billed = billed.filter(|billed| *billed <= LARGEST).ok_or_else(out_of_range)?;
    let effective = agreement.effective_date(input.effective_month());
    if billed.is_zero() {
        return write_zero(line, zero_policy(input, &counted)?, product, effective);
    }
    let before = line.before.as_ref();
    let price = agreed_price(input, &counted, before, product)?;
    let amount = checked_amount(billed, price.charged)?;
    let delta = amount - held(before, product, price.charged)?;
    let description = describe(
        &input.settings.invoice_text,
        &facts(input, &counted, billed),
        input.settings.longest_text,
    );
    let same = before.is_some_and(|before| is_met(before, billed, &price, description.as_deref()));
    let is_new = before.is_none();
    line.action = match before {
        Some(_) if same => LineAction::Noop,
        Some(_) => LineAction::Update,
        None => LineAction::Create,
    };
    line.explanation = same.then(|| NoopReason::Unchanged.explain(None));
    (line.unit_price, line.unit_cost, line.charged_price) = (price.price, price.cost, price.charged);
    (line.billed, line.amount, line.delta) = (billed.normalize(), amount, delta);
    let first_day = if is_new {
        agreement.first_day_of_new(input.effective_month())
    } else {
        effective
    };
    (line.description, line.effective_date) = (description, Some(first_day));
    Ok(())
}

/// At zero only the quantity is written: price and text of a line that charges nothing are nobody's concern.
fn write_zero(
    line: &mut PlannedLine,
    policy: ZeroPolicy,
    product: &PsaProduct,
    effective: chrono::NaiveDate,
) -> Result<(), Explained> {
    let Some(before) = &line.before else {
        return Err(Explained::noop(NoopReason::NothingToBill));
    };
    let charged = before.unit_price.or(product.price).unwrap_or_default();
    let held = checked_amount(before.quantity, charged)?;
    line.charged_price = charged;
    match policy {
        ZeroPolicy::Leave => {
            line.billed = before.quantity.normalize();
            line.amount = held;
            return Err(Explained::noop(NoopReason::KeptAtZero));
        }
        ZeroPolicy::SetZero if before.quantity.is_zero() => return Err(Explained::noop(NoopReason::Unchanged)),
        ZeroPolicy::SetZero => line.action = LineAction::Update,
        ZeroPolicy::End => line.action = LineAction::End,
    }
    line.delta = -held;
    line.effective_date = Some(effective);
    Ok(())
}

fn zero_policy(input: &PlanInput, counted: &[&Part<'_>]) -> Result<ZeroPolicy, Explained> {
    let policy = |part: &&Part<'_>| part.item.and_then(|item| item.zero).unwrap_or(input.settings.zero);
    let first = counted.first().map_or(input.settings.zero, policy);
    if counted.iter().all(|part| policy(part) == first) {
        Ok(first)
    } else {
        Err(Explained::block(
            BlockCode::ItemsDisagree,
            Some("zero policy".to_owned()),
        ))
    }
}

fn facts<'a>(input: &'a PlanInput, counted: &[&'a Part<'a>], quantity: Decimal) -> LineFacts<'a> {
    let accounts = counted.iter().filter_map(|part| match part.product {
        BillableProduct::Storage { account, .. } => input.storage_accounts.get(account).map(String::as_str),
        BillableProduct::License(_) | BillableProduct::StorageLimit(_) => None,
    });
    let products = counted.iter().map(|part| match part.product {
        BillableProduct::StorageLimit(limit) => input
            .storage_limits
            .get(limit)
            .map_or_else(|| part.product.display_name(), String::as_str),
        product => product.display_name(),
    });
    LineFacts {
        products: distinct(products),
        companies: distinct(counted.iter().map(|part| part.company.name.as_str())),
        storage_accounts: distinct(accounts),
        quantity,
        unit: counted
            .first()
            .map_or(psa_entities::billing_item::Unit::Each, |part| part.unit),
        month: input.month,
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut kept: Vec<&str> = Vec::new();
    for name in names {
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}

fn line_part(part: &Part<'_>) -> LinePart {
    LinePart {
        company_id: part.company.id,
        company_name: part.company.name.clone(),
        product: part.product.clone(),
        measured: part.measured,
        billed: part.billed,
        counted: part.verdict == Verdict::Counts,
    }
}

fn evidence<'a>(part: &'a Part<'_>, single: bool) -> impl Iterator<Item = EvidenceItem> + use<'a> {
    let company = &part.company.name;
    part.usage
        .into_iter()
        .flat_map(|usage| &usage.evidence)
        .map(move |item| {
            let label = if single {
                item.label.clone()
            } else {
                format!("{company}: {}", item.label)
            };
            EvidenceItem { label, ..item.clone() }
        })
}
