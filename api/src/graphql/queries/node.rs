//! Any record by its global id.

use async_graphql::{Context, ID, Object, Result};

use crate::{
    auth::{Permission, guard::Requires},
    graphql::{
        request::bad_input,
        types::node::{self, Node},
    },
};

/// The most records that one call may ask for.
const MOST: usize = 100;

/// Queries by global id.
#[derive(Debug, Default)]
pub struct NodeQueries;

#[Object]
impl NodeQueries {
    /// The record of this global id; null when there is none, or it is not yours.
    #[graphql(guard = "Requires(Permission::PsaRead)", complexity = "1 + child_complexity")]
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "Its global id.")] id: ID) -> Result<Option<Node>> {
        node::find(ctx, &id).await
    }

    /// The records of these global ids, in their order, with null for each that is not there.
    #[graphql(
        guard = "Requires(Permission::PsaRead)",
        complexity = "ids.len() * (1 + child_complexity)"
    )]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Their global ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MOST {
            return Err(bad_input(format!(
                "Ask for at most {MOST} records at once, not {}.",
                ids.len()
            )));
        }
        let found = ids.iter().map(|id| node::find(ctx, id));
        futures_util::future::try_join_all(found).await
    }
}
