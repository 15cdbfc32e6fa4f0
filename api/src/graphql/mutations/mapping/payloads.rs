//! What the mutations of mappings answer.

use async_graphql::SimpleObject;

use crate::{
    failure::UserError,
    graphql::types::mapping::{CompanyMapping, ProductMapping},
    mapping::{
        companies::{MappingDependents, RowResult, Unbound},
        decide::MappingOutcome,
        product_bindings::{ProductDependents, ProductResult},
        suggestions::{Accepted, LeftReason},
    },
};

/// The answer to one company of a call.
#[derive(Debug, SimpleObject)]
pub struct CompanyMappingResult {
    /// The position in the call, from 0.
    pub index: usize,
    /// What happened.
    pub outcome: MappingOutcome,
    /// The company as it is now; null when there is no such company.
    pub mapping: Option<CompanyMapping>,
    /// Why it was rejected; null when it was not.
    pub error: Option<UserError>,
}

/// The answer to one billable product of a call.
#[derive(Debug, SimpleObject)]
pub struct ProductMappingResult {
    /// The position in the call, from 0.
    pub index: usize,
    /// What happened.
    pub outcome: MappingOutcome,
    /// The product as it is now; null when it was rejected.
    pub mapping: Option<ProductMapping>,
    /// Why it was rejected; null when it was not.
    pub error: Option<UserError>,
}

/// What `bindCompanies` did.
#[derive(Debug, SimpleObject)]
pub struct BindCompaniesPayload {
    /// The answer to each binding, in the order of the call; empty when the whole call was refused.
    pub results: Vec<CompanyMappingResult>,
    /// Why the whole call was refused; empty when it was not. What is wrong with one binding is in its result.
    pub user_errors: Vec<UserError>,
}

/// What `excludeCompanies` did.
#[derive(Debug, SimpleObject)]
pub struct ExcludeCompaniesPayload {
    /// The answer to each company, in the order of the call; empty when the whole call was refused.
    pub results: Vec<CompanyMappingResult>,
    /// Why the whole call was refused; empty when it was not. What is wrong with one company is in its result.
    pub user_errors: Vec<UserError>,
}

/// What `unbindCompanies` did, or would do.
#[derive(Debug, SimpleObject)]
pub struct UnbindCompaniesPayload {
    /// The answer to each company, in the order of the call; empty when the whole call was refused.
    pub results: Vec<CompanyMappingResult>,
    /// What depends on the companies that are unbound; null when the whole call was refused.
    pub dependents: Option<MappingDependents>,
    /// Why the whole call was refused; empty when it was not. What is wrong with one company is in its result.
    pub user_errors: Vec<UserError>,
}

impl UnbindCompaniesPayload {
    /// From what the service answers.
    pub(super) fn new(unbound: Option<Unbound>, user_errors: Vec<UserError>) -> Self {
        let (results, dependents) = unbound.map(|unbound| (unbound.results, unbound.dependents)).unzip();
        Self {
            results: company_results(results.unwrap_or_default()),
            dependents,
            user_errors,
        }
    }
}

/// What `acceptSuggestions` did.
#[derive(Debug, SimpleObject)]
pub struct AcceptSuggestionsPayload {
    /// How many companies were bound.
    pub bound_count: usize,
    /// How many companies were left to a person.
    pub left_count: usize,
    /// The companies that were bound.
    pub bound: Vec<CompanyMapping>,
    /// The companies that were left to a person, each with the reason.
    pub left: Vec<LeftCompany>,
    /// Why the whole call was refused; empty when it was not.
    pub user_errors: Vec<UserError>,
}

/// A company that `acceptSuggestions` left to a person.
#[derive(Debug, SimpleObject)]
pub struct LeftCompany {
    /// The company as it is.
    pub mapping: CompanyMapping,
    /// Why it was left.
    pub reason: LeftReason,
}

impl AcceptSuggestionsPayload {
    /// From what the service answers.
    pub(super) fn new(accepted: Option<Accepted>, user_errors: Vec<UserError>) -> Self {
        let (bound, left) = accepted
            .map(|accepted| (accepted.bound, accepted.left))
            .unwrap_or_default();
        Self {
            bound_count: bound.len(),
            left_count: left.len(),
            bound: bound.into_iter().map(CompanyMapping::from).collect(),
            left: left
                .into_iter()
                .map(|(row, reason)| LeftCompany {
                    mapping: row.into(),
                    reason,
                })
                .collect(),
            user_errors,
        }
    }
}

/// What `bindProducts` did.
#[derive(Debug, SimpleObject)]
pub struct BindProductsPayload {
    /// The answer to each binding, in the order of the call; empty when the whole call was refused.
    pub results: Vec<ProductMappingResult>,
    /// Why the whole call was refused; empty when it was not. What is wrong with one binding is in its result.
    pub user_errors: Vec<UserError>,
}

/// What `unbindProducts` did.
#[derive(Debug, SimpleObject)]
pub struct UnbindProductsPayload {
    /// The answer to each product, in the order of the call; empty when the whole call was refused.
    pub results: Vec<ProductMappingResult>,
    /// What depends on the products that are unbound; null when the whole call was refused.
    pub dependents: Option<ProductDependents>,
    /// Why the whole call was refused; empty when it was not. What is wrong with one product is in its result.
    pub user_errors: Vec<UserError>,
}

/// The answers to companies, numbered.
pub(super) fn company_results(results: Vec<RowResult>) -> Vec<CompanyMappingResult> {
    let numbered = results
        .into_iter()
        .enumerate()
        .map(|(index, result)| CompanyMappingResult {
            index,
            outcome: result.outcome,
            mapping: result.row.map(CompanyMapping::from),
            error: result.error,
        });
    numbered.collect()
}

/// The answers to products, numbered.
pub(super) fn product_results(results: Vec<ProductResult>) -> Vec<ProductMappingResult> {
    let numbered = results
        .into_iter()
        .enumerate()
        .map(|(index, result)| ProductMappingResult {
            index,
            outcome: result.outcome,
            mapping: result.row.map(ProductMapping),
            error: result.error,
        });
    numbered.collect()
}
