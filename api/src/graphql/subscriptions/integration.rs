//! Following integrations.

use async_graphql::{Context, ID, Result, Subscription};
use futures_util::{Stream, StreamExt};
use psa_entities::ids::IntegrationId;

use crate::{
    auth::{Permission, guard::Requires},
    failure::Failure,
    graphql::{ids::NodeKind, payload, request::Request, types::integration::Integration},
    integrations,
};

/// Subscriptions to integrations.
#[derive(Debug, Default)]
pub struct IntegrationSubscriptions;

#[Subscription]
impl IntegrationSubscriptions {
    /// An integration: as it is at once, then again whenever it has changed or its status has. When there is none of this
    /// id, or it is not yours, it is refused with `NOT_FOUND`.
    #[graphql(guard = "Requires(Permission::PsaRead)", complexity = "15 + child_complexity")]
    async fn integration_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The integration's global id.")] id: ID,
    ) -> Result<impl Stream<Item = Result<Integration>>> {
        let key = payload::value(
            NodeKind::Integration
                .key::<IntegrationId>(&id, "id")
                .map_err(Failure::from),
        )?;
        let standings = payload::value(integrations::follow(ctx.app()?, ctx.scope()?, key).await)?;
        Ok(standings.map(|standing| payload::value(standing).map(|(row, _)| Integration(row))))
    }
}
