//! Why a line is blocked or has nothing to do: one table of codes, messages and remedies.

use chrono::{DateTime, Utc};
use psa_entities::Problem;

/// What a person reads about a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The stable code that programs decide by.
    pub code: &'static str,
    /// What is so, as one sentence.
    pub message: &'static str,
    /// What a person does about it; empty when there is nothing to do.
    pub remedy: &'static str,
    /// Which of the things on the line is meant.
    pub detail: Option<String>,
}

impl Explanation {
    /// The explanation as it is stored with a line.
    pub fn to_problem(&self, since: DateTime<Utc>) -> Problem {
        Problem {
            code: self.code.to_owned(),
            message: self.message.to_owned(),
            remedy: self.remedy.to_owned(),
            detail: self.detail.clone(),
            since,
        }
    }
}

/// Declares an enum of codes and its table of texts.
macro_rules! codes {
    ($(#[$doc:meta])+ $name:ident { $($variant:ident: $code:literal, $message:literal, $remedy:literal;)+ }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = $message] $variant,)+
        }

        impl $name {
            /// Every code, in the order in which they are looked for.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable code.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// The code with its message and remedy; `detail` says which thing on the line is meant.
            pub fn explain(self, detail: Option<String>) -> Explanation {
                let (message, remedy) = match self {
                    $(Self::$variant => ($message, $remedy),)+
                };
                Explanation { code: self.code(), message, remedy, detail }
            }
        }
    };
}

codes! {
    /// Why a line cannot be written. A line with several reasons names the first.
    BlockCode {
        CompanyNotMapped: "COMPANY_NOT_MAPPED",
            "The company is not mapped to a company in the PSA.",
            "Map the company, or exclude it when it shall not be billed.";
        PsaCompanyGone: "PSA_COMPANY_GONE",
            "The PSA company that the company is mapped to does not exist any more.",
            "Map the company to another PSA company, or restore it in the PSA and import again.";
        NotConfigured: "NOT_CONFIGURED",
            "The company uses this product, but no billing configuration covers it.",
            "Add an item for the product to a billing configuration of the company, or exclude the company.";
        AgreementNotFound: "AGREEMENT_NOT_FOUND",
            "The agreement of the billing configuration does not exist in the PSA any more.",
            "Choose another agreement in the billing configuration, or import the agreements again.";
        AgreementOfAnotherCompany: "AGREEMENT_OF_ANOTHER_COMPANY",
            "The agreement belongs to another PSA company than the one the company is mapped to.",
            "Choose an agreement of the mapped PSA company, or correct the mapping.";
        AgreementCancelled: "AGREEMENT_CANCELLED",
            "The agreement is cancelled in the PSA.",
            "Choose another agreement in the billing configuration.";
        AgreementInactive: "AGREEMENT_INACTIVE",
            "The agreement is inactive in the PSA.",
            "Activate the agreement in the PSA and import the agreements again, or choose another one.";
        AgreementNotInForce: "AGREEMENT_NOT_IN_FORCE",
            "The agreement was not in force on any day of the billed month.",
            "Choose an agreement that covers the month, or correct its dates in the PSA.";
        ParentAgreementOver: "PARENT_AGREEMENT_OVER",
            "The parent agreement, on whose invoice the lines appear, is not active in the PSA.",
            "Activate the parent agreement or give the agreement another one, and import the agreements again.";
        CurrencyMismatch: "CURRENCY_MISMATCH",
            "The agreement is in another currency than the prices.",
            "Choose an agreement in the provider's currency.";
        ProductNotMapped: "PRODUCT_NOT_MAPPED",
            "The product is not mapped to a product of the PSA.",
            "Map the product, or choose a PSA product in the item.";
        PsaProductGone: "PSA_PRODUCT_GONE",
            "The PSA product does not exist any more.",
            "Map the product to another PSA product, or import the products again.";
        PsaProductInactive: "PSA_PRODUCT_INACTIVE",
            "The PSA product is inactive.",
            "Activate the product in the PSA and import the products again, or map another one.";
        PsaProductNotBillable: "PSA_PRODUCT_NOT_BILLABLE",
            "The PSA product is not billable.",
            "Make the product billable in the PSA and import the products again, or map another one.";
        QuantityTooFine: "QUANTITY_TOO_FINE",
            "The PSA counts the product in fewer decimals than the item does.",
            "Round to fewer decimals in the item, or bill it as a PSA product that is counted more finely.";
        CountedTwice: "COUNTED_TWICE",
            "Several items bill this product of the company, so that its usage would be charged more than once.",
            "Leave the product in one item of one enabled configuration.";
        UnitMismatch: "UNIT_MISMATCH",
            "The unit of the item does not measure the product.",
            "Use pieces for licences, and GB, GiB, TB or TiB for storage.";
        AgreementNotRead: "AGREEMENT_NOT_READ",
            "What the agreement holds now could not be read from the PSA.",
            "Plan again when the PSA can be reached.";
        ItemsDisagree: "ITEMS_DISAGREE",
            "The items that share this line of the agreement ask for different things.",
            "Give them the same unit, price, cost and zero policy, or bill them by different PSA products.";
        AmbiguousAddition: "AMBIGUOUS_ADDITION",
            "The agreement has more than one addition in force for this product.",
            "End all but one of them in the PSA, then plan again.";
        PriceUnset: "PRICE_UNSET",
            "No price is set, and lines without a price are blocked by the settings.",
            "Set a price for the product or in the item.";
        NoListPrice: "NO_LIST_PRICE",
            "The price is left to the PSA, but the PSA's product has none.",
            "Set a price for the product here, or in the PSA and import the products again.";
        AmountOutOfRange: "AMOUNT_OUT_OF_RANGE",
            "The quantity or the amount is too large to be right.",
            "Check the reported usage, the unit and the price.";
    }
}

codes! {
    /// Why a line changes nothing.
    NoopReason {
        CompanyExcluded: "COMPANY_EXCLUDED",
            "The company is excluded from the integration.", "";
        CompanyOff: "COMPANY_BILLING_OFF",
            "Billing is switched off for the company; what its agreements hold stays as it is.", "";
        ConfigurationOff: "CONFIGURATION_OFF",
            "The billing configuration is switched off; what the agreement holds stays as it is.", "";
        BeforeStartMonth: "BEFORE_START_MONTH",
            "The month lies before the start month of the billing configuration.", "";
        NothingToBill: "NOTHING_TO_BILL",
            "Nothing was used, and the agreement holds nothing for it.", "";
        KeptAtZero: "KEPT_AT_ZERO",
            "Nothing was used, and the zero policy keeps what the agreement holds.", "";
        Unchanged: "UNCHANGED",
            "The agreement says this already.", "";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_unique_and_explained() {
        let blocks = BlockCode::ALL.iter().map(|code| code.explain(None));
        for block in blocks.clone() {
            assert!(block.message.ends_with('.') && block.remedy.ends_with('.'), "{block:?}");
        }
        let all: Vec<Explanation> = blocks
            .chain(NoopReason::ALL.iter().map(|reason| reason.explain(None)))
            .collect();
        let codes: BTreeSet<&str> = all.iter().map(|explanation| explanation.code).collect();
        assert_eq!(codes.len(), all.len());
        assert!(
            codes
                .iter()
                .all(|code| code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
        );
    }

    #[test]
    fn problems_carry_the_detail() {
        let since = DateTime::UNIX_EPOCH;
        let problem = BlockCode::ItemsDisagree
            .explain(Some("unit".to_owned()))
            .to_problem(since);
        assert_eq!(
            (problem.code.as_str(), problem.detail.as_deref()),
            ("ITEMS_DISAGREE", Some("unit"))
        );
    }
}
