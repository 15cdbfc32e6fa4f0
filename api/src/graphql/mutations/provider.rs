//! What a provider decides about itself.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::{
    auth::{
        Permission,
        guard::Requires,
        providers::settings::{self, Change},
    },
    failure::UserError,
    graphql::{
        payload::{Answer, settle},
        request::Request,
        types::viewer::Provider,
    },
};

/// Mutations of the provider.
#[derive(Debug, Default)]
pub struct ProviderMutations;

/// What shall be known of the provider. A value that is left out stays as it is.
#[derive(Debug, InputObject)]
pub struct UpdateProviderInput {
    /// The display name.
    pub name: Option<String>,
    /// The IANA time zone that days and months are counted in, such as `Europe/Berlin`.
    pub time_zone: Option<String>,
    /// The ISO 4217 code of the currency that prices are in, such as `EUR`. Prices are not converted.
    pub currency: Option<String>,
}

/// What `updateProvider` did.
#[derive(Debug, SimpleObject)]
pub struct UpdateProviderPayload {
    /// The provider; null when it was not changed.
    pub provider: Option<Provider>,
    /// Why it was not; empty when it was.
    pub user_errors: Vec<UserError>,
}

#[Object]
impl ProviderMutations {
    /// Changes the provider's name, time zone or currency. Agreements in another currency are not billed.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "10 + child_complexity")]
    async fn update_provider(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What shall be known.")] input: UpdateProviderInput,
    ) -> Answer<UpdateProviderPayload> {
        let change = Change {
            name: input.name,
            time_zone: input.time_zone,
            currency: input.currency,
        };
        let (provider, user_errors) = settle(settings::update(ctx.app()?, ctx.stamp()?, change).await)?;
        Ok(Some(UpdateProviderPayload {
            provider: provider.map(Provider),
            user_errors,
        }))
    }
}
