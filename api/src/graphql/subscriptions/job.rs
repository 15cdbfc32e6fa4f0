//! Following background jobs.

use async_graphql::{Context, ID, Result, Subscription};
use futures_util::{Stream, StreamExt};
use psa_entities::ids::JobId;

use crate::{
    auth::{Permission, guard::Requires},
    failure::Failure,
    graphql::{ids::NodeKind, payload, request::Request, types::job::Job},
    jobs,
};

/// Subscriptions to background jobs.
#[derive(Debug, Default)]
pub struct JobSubscriptions;

#[Subscription]
impl JobSubscriptions {
    /// A job: as it is at once, then again whenever it has changed. Ends after its final state. When there is none of this
    /// id, or it is not yours, it is refused with `NOT_FOUND`.
    #[graphql(guard = "Requires(Permission::PsaRead)", complexity = "5 + child_complexity")]
    async fn job_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The job's global id.")] id: ID,
    ) -> Result<impl Stream<Item = Result<Job>>> {
        let key = payload::value(NodeKind::Job.key::<JobId>(&id, "id").map_err(Failure::from))?;
        let jobs = payload::value(jobs::follow(ctx.app()?, ctx.scope()?, key).await)?;
        Ok(jobs.map(|job| payload::value(job).map(Job)))
    }
}
