//! Deciding what in the console is what in the PSA.

pub mod inputs;
pub mod payloads;

use async_graphql::{Context, Object};

use inputs::{
    AcceptSuggestionsInput, BindCompaniesInput, BindProductsInput, ExcludeCompaniesInput, UnbindCompaniesInput,
    UnbindProductsInput,
};
use payloads::{
    AcceptSuggestionsPayload, BindCompaniesPayload, BindProductsPayload, ExcludeCompaniesPayload,
    UnbindCompaniesPayload, UnbindProductsPayload, company_results, product_results,
};

use crate::{
    auth::{Permission, guard::Requires},
    graphql::{
        ids::NodeKind,
        payload::{Answer, settle},
        request::Request,
        types::product::product_key,
    },
    mapping::{companies, product_bindings, suggestions},
};

/// Mutations of company and product mappings.
#[derive(Debug, Default)]
pub struct MappingMutations;

#[Object]
impl MappingMutations {
    /// Binds companies of the console to companies of the PSA, at most 1,000. Several may share one PSA company. A
    /// company that is bound to another, or left out, is bound anew. Asking again changes nothing.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn bind_companies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to bind.")] input: BindCompaniesInput,
    ) -> Answer<BindCompaniesPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let bind = async {
            let integration = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            let bindings: Vec<_> = input.bindings.iter().map(companies::Binding::from).collect();
            companies::bind(app, stamp, integration, &bindings).await
        };
        let (results, user_errors) = settle(bind.await)?;
        Ok(Some(BindCompaniesPayload {
            results: company_results(results.unwrap_or_default()),
            user_errors,
        }))
    }

    /// Takes bindings and exclusions back, at most 1,000: the companies are undecided again, their tickets are held and
    /// their usage is not billed. With `dryRun` it answers the same and changes nothing.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn unbind_companies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to unbind.")] input: UnbindCompaniesInput,
    ) -> Answer<UnbindCompaniesPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let unbind = async {
            let integration = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            companies::unbind(
                app,
                stamp,
                integration,
                &inputs::companies(&input.company_ids),
                input.dry_run,
            )
            .await
        };
        let (unbound, user_errors) = settle(unbind.await)?;
        Ok(Some(UnbindCompaniesPayload::new(unbound, user_errors)))
    }

    /// Leaves companies out of billing and tickets on purpose, at most 1,000. A binding that there was is forgotten.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn exclude_companies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to leave out.")] input: ExcludeCompaniesInput,
    ) -> Answer<ExcludeCompaniesPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let exclude = async {
            let integration = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            companies::exclude(app, stamp, integration, &inputs::companies(&input.company_ids)).await
        };
        let (results, user_errors) = settle(exclude.await)?;
        Ok(Some(ExcludeCompaniesPayload {
            results: company_results(results.unwrap_or_default()),
            user_errors,
        }))
    }

    /// Binds undecided companies to their best suggestion where it is certain enough. Ambiguous ones, and those that
    /// another company has as well, are always left to a person.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "100 + child_complexity")]
    async fn accept_suggestions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which suggestions.")] input: AcceptSuggestionsInput,
    ) -> Answer<AcceptSuggestionsPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let accept = async { suggestions::accept(app, stamp, input.request()?).await };
        let (accepted, user_errors) = settle(accept.await)?;
        Ok(Some(AcceptSuggestionsPayload::new(accepted, user_errors)))
    }

    /// Binds billable products to products of the PSA, at most 1,000. A product that is bound to another is bound anew;
    /// prices stay as they are. Asking again changes nothing.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn bind_products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to bind.")] input: BindProductsInput,
    ) -> Answer<BindProductsPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let bind = async {
            let integration = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            let bindings = input
                .bindings
                .iter()
                .map(product_bindings::ProductBinding::from)
                .collect();
            product_bindings::bind(app, stamp, integration, bindings).await
        };
        let (results, user_errors) = settle(bind.await)?;
        Ok(Some(BindProductsPayload {
            results: product_results(results.unwrap_or_default()),
            user_errors,
        }))
    }

    /// Takes bindings of billable products back, at most 1,000. Prices stay as they are. With `dryRun` it answers the same
    /// and changes nothing.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn unbind_products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to unbind.")] input: UnbindProductsInput,
    ) -> Answer<UnbindProductsPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let unbind = async {
            let integration = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            let products = input.product_ids.iter().map(|id| product_key(id, "")).collect();
            product_bindings::unbind(app, stamp, integration, products, input.dry_run).await
        };
        let (unbound, user_errors) = settle(unbind.await)?;
        let (results, dependents) = unbound.map(|unbound| (unbound.results, unbound.dependents)).unzip();
        Ok(Some(UnbindProductsPayload {
            results: product_results(results.unwrap_or_default()),
            dependents,
            user_errors,
        }))
    }
}
