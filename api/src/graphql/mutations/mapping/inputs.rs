//! What the mutations of mappings are asked.

use async_graphql::{ID, InputObject};
use psa_entities::ids::ConsoleCompanyId;

use crate::{
    failure::UserError,
    graphql::{ids::NodeKind, types::product::product_key},
    mapping::{companies::Binding, product_bindings::ProductBinding, suggestions::AcceptRequest},
};

/// Companies to bind.
#[derive(Debug, InputObject)]
pub struct BindCompaniesInput {
    /// The integration.
    pub integration_id: ID,
    /// The bindings, at most 1,000. No company twice.
    pub bindings: Vec<CompanyBindingInput>,
}

/// One company to bind.
#[derive(Debug, InputObject)]
pub struct CompanyBindingInput {
    /// The company of the console.
    pub company_id: ID,
    /// The company of the PSA.
    pub psa_company_id: ID,
}

impl From<&CompanyBindingInput> for Binding {
    fn from(input: &CompanyBindingInput) -> Self {
        Self {
            company: NodeKind::ConsoleCompany.key(&input.company_id, "companyId").ok(),
            psa_company: NodeKind::PsaCompany.key(&input.psa_company_id, "psaCompanyId").ok(),
        }
    }
}

/// Companies to unbind.
#[derive(Debug, InputObject)]
pub struct UnbindCompaniesInput {
    /// The integration.
    pub integration_id: ID,
    /// The companies of the console, at most 1,000.
    pub company_ids: Vec<ID>,
    /// Whether to show only what would happen and what depends on it.
    #[graphql(default)]
    pub dry_run: bool,
}

/// Companies to leave out.
#[derive(Debug, InputObject)]
pub struct ExcludeCompaniesInput {
    /// The integration.
    pub integration_id: ID,
    /// The companies of the console, at most 1,000.
    pub company_ids: Vec<ID>,
}

/// Suggestions to accept.
#[derive(Debug, InputObject)]
pub struct AcceptSuggestionsInput {
    /// The integration.
    pub integration_id: ID,
    /// The least confidence in percent, from 1 to 100.
    pub minimum_confidence: i32,
    /// Only for these companies of the console, at most 1,000; without it for all about which nobody has decided.
    pub company_ids: Option<Vec<ID>>,
}

impl AcceptSuggestionsInput {
    /// What the service is asked.
    pub(super) fn request(&self) -> Result<AcceptRequest, UserError> {
        Ok(AcceptRequest {
            integration: NodeKind::Integration.key(&self.integration_id, "integrationId")?,
            minimum_confidence: self.minimum_confidence,
            companies: self.company_ids.as_deref().map(companies),
        })
    }
}

/// Billable products to bind.
#[derive(Debug, InputObject)]
pub struct BindProductsInput {
    /// The integration.
    pub integration_id: ID,
    /// The bindings, at most 1,000. No product twice.
    pub bindings: Vec<ProductBindingInput>,
}

/// One billable product to bind.
#[derive(Debug, InputObject)]
pub struct ProductBindingInput {
    /// The billable product.
    pub product_id: ID,
    /// The product of the PSA. It must be active and billable.
    pub psa_product_id: ID,
}

impl From<&ProductBindingInput> for ProductBinding {
    fn from(input: &ProductBindingInput) -> Self {
        Self {
            product: product_key(&input.product_id, "productId"),
            psa_product: NodeKind::PsaProduct.key(&input.psa_product_id, "psaProductId").ok(),
        }
    }
}

/// Billable products to unbind.
#[derive(Debug, InputObject)]
pub struct UnbindProductsInput {
    /// The integration.
    pub integration_id: ID,
    /// The billable products, at most 1,000.
    pub product_ids: Vec<ID>,
    /// Whether to answer only what would happen.
    #[graphql(default)]
    pub dry_run: bool,
}

/// The companies of global ids; `None` for each that is not the id of a company at all.
pub(super) fn companies(ids: &[ID]) -> Vec<Option<ConsoleCompanyId>> {
    ids.iter()
        .map(|id| NodeKind::ConsoleCompany.key(id, "companyIds").ok())
        .collect()
}
