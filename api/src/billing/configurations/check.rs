//! The rules that an item of a billing configuration obeys, whatever the database says.

use std::collections::BTreeSet;

use psa_entities::{
    agreement::{self, AgreementStatus},
    billing_item::{self, ItemMode, Rounding, Unit},
    billing_settings::ZeroPolicy,
    ids::PsaProductId,
    psa_company, psa_product,
};
use rust_decimal::Decimal;

use crate::{
    billing::{prices::price_error, product::BillableProduct},
    failure::{ErrorCode, Fault, UserError},
};

/// The most items that one configuration can have: one statement stores them.
const MOST_ITEMS: usize = 200;

/// The most decimals that a billed quantity can have, where the PSA has room for them.
const MOST_DECIMALS: u32 = 4;

/// The largest quantity that is believed as a minimum or included.
const LARGEST_QUANTITY: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

/// An item as somebody wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemDraft {
    /// The billable product.
    pub product: BillableProduct,
    /// The PSA product, in place of the mapped one.
    pub psa_product: Option<PsaProductId>,
    /// Price per unit, in place of the product's.
    pub unit_price: Option<Decimal>,
    /// Cost per unit, in place of the product's.
    pub unit_cost: Option<Decimal>,
    /// The unit that is billed.
    pub unit: Unit,
    /// How the quantity is rounded.
    pub rounding: Rounding,
    /// To how many decimals.
    pub decimals: i32,
    /// The least that is billed.
    pub minimum: Option<Decimal>,
    /// What the agreement covers already.
    pub included: Decimal,
    /// Whether everything is billed or only what exceeds the included quantity.
    pub mode: ItemMode,
    /// What to do at zero, in place of the settings' policy.
    pub zero: Option<ZeroPolicy>,
}

impl ItemDraft {
    /// The draft that a stored item was made from.
    ///
    /// # Errors
    /// The stored product key is none.
    pub(super) fn of(row: &billing_item::Model) -> Result<Self, Fault> {
        let product = row
            .product_key
            .parse()
            .map_err(|_| Fault::Inconsistent(format!("product key {}", row.product_key)))?;
        Ok(Self {
            product,
            psa_product: row.psa_product_id,
            unit_price: row.unit_price.map(Decimal::from),
            unit_cost: row.unit_cost.map(Decimal::from),
            unit: row.unit,
            rounding: row.rounding,
            decimals: i32::from(row.decimals),
            minimum: row.minimum.map(Decimal::from),
            included: row.included.0,
            mode: row.mode,
            zero: row.zero,
        })
    }
}

/// Every rule that the items break, at its field. `scales` is how many decimals the PSA keeps of each one's quantity.
pub(super) fn items(items: &[ItemDraft], scales: &[u32]) -> Vec<UserError> {
    if items.is_empty() {
        let error = UserError::new(ErrorCode::Required, "A configuration bills at least one product.").at("items");
        return vec![error.with_remedy("Add an item, or delete the configuration.")];
    }
    if items.len() > MOST_ITEMS {
        let message = format!("A configuration has at most {MOST_ITEMS} items, not {}.", items.len());
        return vec![UserError::new(ErrorCode::Invalid, message).at("items")];
    }
    let mut seen = BTreeSet::new();
    let mut errors = Vec::new();
    for ((index, item), scale) in items.iter().enumerate().zip(scales) {
        let at = |field: &str| format!("items.{index}.{field}");
        if !seen.insert(&item.product) {
            let message = format!(
                "“{}” is billed by an earlier item already.",
                item.product.display_name()
            );
            errors.push(
                UserError::new(ErrorCode::Invalid, message)
                    .at(&at("productId"))
                    .with_remedy("Leave each product in one item."),
            );
        }
        errors.extend(price_error(&at("unitPrice"), item.unit_price));
        errors.extend(price_error(&at("unitCost"), item.unit_cost));
        errors.extend(quantity_error(&at("minimum"), item.minimum));
        errors.extend(quantity_error(&at("included"), Some(item.included)));
        let most = MOST_DECIMALS.min(*scale);
        if !u32::try_from(item.decimals).is_ok_and(|decimals| decimals <= most) {
            let message = format!(
                "A quantity is rounded to between 0 and {most} decimals, not {}.",
                item.decimals
            );
            errors.push(UserError::new(ErrorCode::Invalid, message).at(&at("decimals")));
        }
        if item.product.is_storage() == (item.unit == Unit::Each) {
            let error = UserError::new(ErrorCode::Invalid, "The unit does not measure the product.").at(&at("unit"));
            errors.push(error.with_remedy("Use EACH for licences, and GB, GIB, TB or TIB for storage."));
        }
    }
    errors
}

/// The agreement that a configuration names, with what decides whether it can be billed on.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'a> {
    /// The agreement; `None` when there is none of that id.
    pub(super) agreement: Option<&'a agreement::Model>,
    /// The agreement on whose invoice its lines appear.
    pub(super) parent: Option<&'a agreement::Model>,
    /// The currency of the provider's prices.
    pub(super) currency: &'a str,
}

/// Why an agreement cannot be billed on. A configuration that is switched off may stay on one that is over.
pub(super) fn agreement(
    candidate: Candidate<'_>,
    psa_company: Option<&psa_company::Model>,
    enabled: bool,
) -> Option<UserError> {
    let Some(agreement) = candidate.agreement else {
        return Some(UserError::not_found("agreementId", "agreement"));
    };
    let name = &agreement.name;
    let refuse = |message: String, remedy: &str| {
        let error = UserError::new(ErrorCode::Invalid, message).at("agreementId");
        Some(error.with_remedy(remedy))
    };
    if psa_company.is_some_and(|company| company.external_id != agreement.psa_company_external_id) {
        let remedy = "Choose an agreement of the PSA company that the company is mapped to.";
        return refuse(
            format!("The agreement “{name}” belongs to another PSA company."),
            remedy,
        );
    }
    if !enabled {
        return None;
    }
    if agreement.deleted {
        let message = format!("The agreement “{name}” does not exist in the PSA any more.");
        return refuse(message, "Choose another agreement.");
    }
    if agreement.status != AgreementStatus::Active {
        let remedy = "Choose an active agreement, or activate it in the PSA and import the agreements again.";
        return refuse(format!("The agreement “{name}” is not active."), remedy);
    }
    let is_over = |parent: &&agreement::Model| parent.deleted || parent.status != AgreementStatus::Active;
    if let Some(parent) = candidate.parent.filter(is_over) {
        let message = format!(
            "The agreement “{name}” is invoiced with its parent “{}”, which is not active.",
            parent.name
        );
        return refuse(
            message,
            "Choose another agreement, or activate the parent in the PSA and import again.",
        );
    }
    let other = agreement
        .currency
        .as_deref()
        .filter(|theirs| !candidate.currency.is_empty() && !theirs.eq_ignore_ascii_case(candidate.currency));
    if let Some(theirs) = other {
        let message = format!(
            "The agreement “{name}” is in {theirs}, the prices are in {}.",
            candidate.currency
        );
        return refuse(
            message,
            "Choose an agreement in the currency of the prices, or change it with updateProvider.",
        );
    }
    None
}

/// Why a PSA product that an item names cannot be billed.
pub(super) fn psa_product(field: &str, product: Option<&psa_product::Model>) -> Option<UserError> {
    let Some(product) = product else {
        return Some(UserError::not_found(field, "PSA product"));
    };
    let (what, remedy) = if product.deleted {
        (
            "does not exist in the PSA any more",
            "Choose another product, or import the products again.",
        )
    } else if !product.active {
        (
            "is inactive in the PSA",
            "Activate it in the PSA and import the products again, or choose another one.",
        )
    } else if !product.billable {
        ("cannot be billed on an agreement", "Choose another product.")
    } else {
        return None;
    };
    let message = format!("The product “{}” {what}.", product.identifier);
    Some(
        UserError::new(ErrorCode::Invalid, message)
            .at(field)
            .with_remedy(remedy),
    )
}

fn quantity_error(field: &str, quantity: Option<Decimal>) -> Option<UserError> {
    let quantity = quantity.filter(|quantity| !(Decimal::ZERO..=LARGEST_QUANTITY).contains(quantity))?;
    let message = format!("A quantity is between 0 and {LARGEST_QUANTITY}, not {quantity}.");
    Some(UserError::new(ErrorCode::Invalid, message).at(field))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use psa_entities::ids::{IntegrationId, ProviderId, StorageAccountId};

    use super::*;

    #[test]
    fn an_agreement_must_be_able_to_bill() {
        let now = DateTime::UNIX_EPOCH;
        let good = agreement::Model {
            id: psa_entities::ids::AgreementId::at(now),
            provider_id: ProviderId::at(now),
            integration_id: IntegrationId::at(now),
            external_id: "1".to_owned(),
            psa_company_external_id: "2".to_owned(),
            parent_external_id: None,
            name: "Managed Backup".to_owned(),
            kind: None,
            status: AgreementStatus::Active,
            start_date: None,
            end_date: None,
            billing_start_date: None,
            next_invoice_date: None,
            billing_cycle: None,
            prorated: false,
            currency: Some("usd".to_owned()),
            deleted: false,
            imported_at: now,
        };
        let said = |agreement: Option<&agreement::Model>, parent, currency, enabled| {
            let candidate = Candidate {
                agreement,
                parent,
                currency,
            };
            super::agreement(candidate, None, enabled).map(|error| error.message)
        };
        let over = agreement::Model {
            status: AgreementStatus::Cancelled,
            name: "Umbrella".to_owned(),
            ..good.clone()
        };
        assert_eq!(said(Some(&good), None, "USD", true), None);
        assert_eq!(said(Some(&good), Some(&good), "USD", true), None);
        assert!(said(None, None, "USD", false).is_some());
        assert!(said(Some(&over), None, "USD", true).is_some_and(|said| said.contains("not active")));
        assert_eq!(said(Some(&over), None, "USD", false), None);
        assert!(said(Some(&good), Some(&over), "USD", true).is_some_and(|said| said.contains("“Umbrella”")));
        assert!(said(Some(&good), None, "EUR", true).is_some_and(|said| said.contains("in usd")));
    }

    fn item(product: &str, unit: Unit) -> ItemDraft {
        ItemDraft {
            product: product.parse().unwrap(),
            psa_product: None,
            unit_price: None,
            unit_cost: None,
            unit,
            rounding: Rounding::Up,
            decimals: 0,
            minimum: None,
            included: Decimal::ZERO,
            mode: ItemMode::Total,
            zero: None,
        }
    }

    fn paths(drafts: &[ItemDraft], scale: u32) -> Vec<String> {
        items(drafts, &vec![scale; drafts.len()])
            .iter()
            .map(|error| error.field.join("."))
            .collect()
    }

    #[test]
    fn every_broken_rule_is_named_at_its_field() {
        let storage = format!("storage:{}:BACKUP_AVERAGE", StorageAccountId::at(DateTime::UNIX_EPOCH));
        let negative = Some(Decimal::NEGATIVE_ONE);
        let wrong = ItemDraft {
            unit_price: negative,
            unit_cost: negative,
            minimum: negative,
            included: Decimal::NEGATIVE_ONE,
            decimals: 5,
            ..item("license:Server", Unit::Gb)
        };
        let drafts = [item("license:Server", Unit::Each), wrong, item(&storage, Unit::Each)];
        let expected = [
            "productId",
            "unitPrice",
            "unitCost",
            "minimum",
            "included",
            "decimals",
            "unit",
        ];
        let mut expected: Vec<String> = expected.iter().map(|field| format!("items.1.{field}")).collect();
        expected.push("items.2.unit".to_owned());
        assert_eq!(paths(&drafts, 4), expected);
        assert_eq!(paths(&[], 4), ["items"]);
    }

    #[test]
    fn decimals_fit_the_product_and_the_psa() {
        for (decimals, scale, accepted) in [
            (0, 0, true),
            (1, 0, false),
            (4, 4, true),
            (4, 9, true),
            (5, 9, false),
            (-1, 4, false),
        ] {
            let draft = ItemDraft {
                decimals,
                ..item("license:Server", Unit::Each)
            };
            assert_eq!(paths(&[draft], scale).is_empty(), accepted, "{decimals} of {scale}");
        }
    }

    #[test]
    fn only_products_that_can_be_billed_are_accepted() {
        let good = psa_product::Model {
            id: PsaProductId::at(DateTime::UNIX_EPOCH),
            provider_id: ProviderId::at(DateTime::UNIX_EPOCH),
            integration_id: IntegrationId::at(DateTime::UNIX_EPOCH),
            external_id: "7".to_owned(),
            identifier: "BACKUP".to_owned(),
            description: "Backup".to_owned(),
            price: None,
            cost: None,
            unit: None,
            active: true,
            billable: true,
            quantity_scale: None,
            deleted: false,
            imported_at: DateTime::UNIX_EPOCH,
        };
        assert_eq!(psa_product("f", Some(&good)), None);
        assert_eq!(psa_product("f", None).unwrap().code, ErrorCode::NotFound);
        for bad in [
            psa_product::Model {
                deleted: true,
                ..good.clone()
            },
            psa_product::Model {
                active: false,
                ..good.clone()
            },
            psa_product::Model {
                billable: false,
                ..good.clone()
            },
        ] {
            assert_eq!(psa_product("f", Some(&bad)).unwrap().code, ErrorCode::Invalid);
        }
    }
}
