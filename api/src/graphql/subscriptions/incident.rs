//! Following incidents.

use async_graphql::{Context, ID, Result, Subscription};
use futures_util::{Stream, StreamExt};
use psa_entities::ids::IntegrationId;

use crate::{
    auth::{Permission, guard::Requires},
    failure::Failure,
    graphql::{ids::NodeKind, payload, request::Request, types::ticket::Incident},
    tickets,
};

/// Subscriptions to incidents.
#[derive(Debug, Default)]
pub struct IncidentSubscriptions;

#[Subscription]
impl IncidentSubscriptions {
    /// The incidents of an integration: each whenever it has changed, from now on. When there is no integration of this id,
    /// or it is not yours, it is refused with `NOT_FOUND`.
    #[graphql(guard = "Requires(Permission::PsaRead)", complexity = "10 + child_complexity")]
    async fn incident_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The integration's global id.")] integration_id: ID,
    ) -> Result<impl Stream<Item = Result<Incident>>> {
        let key = payload::value(
            NodeKind::Integration
                .key::<IntegrationId>(&integration_id, "integrationId")
                .map_err(Failure::from),
        )?;
        let incidents = payload::value(tickets::follow(ctx.app()?, ctx.scope()?, key).await)?;
        Ok(incidents.map(|incident| payload::value(incident).map(Incident)))
    }
}
