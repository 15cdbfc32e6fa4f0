//! Following billing runs.

use async_graphql::{Context, ID, Result, Subscription};
use futures_util::{Stream, StreamExt};
use psa_entities::ids::BillingRunId;

use crate::{
    auth::{Permission, guard::Requires},
    billing::follow,
    failure::Failure,
    graphql::{ids::NodeKind, payload, request::Request, types::billing::BillingRun},
};

/// Subscriptions to billing runs.
#[derive(Debug, Default)]
pub struct BillingRunSubscriptions;

#[Subscription]
impl BillingRunSubscriptions {
    /// A billing run: as it is at once, then again whenever it has changed or lines have come to their end. Ends after its
    /// final state. When there is none of this id, or it is not yours, it is refused with `NOT_FOUND`.
    #[graphql(guard = "Requires(Permission::PsaRead)", complexity = "10 + child_complexity")]
    async fn billing_run_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run's global id.")] id: ID,
    ) -> Result<impl Stream<Item = Result<BillingRun>>> {
        let key = payload::value(
            NodeKind::BillingRun
                .key::<BillingRunId>(&id, "id")
                .map_err(Failure::from),
        )?;
        let runs = payload::value(follow::follow(ctx.app()?, ctx.scope()?, key).await)?;
        Ok(runs.map(|run| payload::value(run).map(|(row, _)| BillingRun(row))))
    }
}
