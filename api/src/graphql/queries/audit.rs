//! Who changed what.

use async_graphql::{Context, Object, Result};
use psa_entities::audit_entry;
use sea_orm::QueryFilter;

use crate::{
    auth::{Permission, guard::Requires},
    failure::Failure,
    graphql::{
        pagination::{List, PageArgs, newest_first},
        payload,
        request::Request,
        types::audit::{AuditEntry, AuditFilter},
    },
};

/// Queries about the audit log.
#[derive(Debug, Default)]
pub struct AuditQueries;

#[Object]
impl AuditQueries {
    /// Who changed what, newest first.
    #[graphql(
        guard = "Requires(Permission::AuditRead)",
        complexity = "10 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity"
    )]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entries; without it all of them.")] filter: Option<AuditFilter>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<Option<List<AuditEntry>>> {
        let page = PageArgs::new(first, after, last, before)?;
        let wanted = payload::value(filter.unwrap_or_default().condition().map_err(Failure::from))?;
        let select = ctx.scope()?.find::<audit_entry::Entity>().filter(wanted);
        let slice = newest_first(ctx, select, audit_entry::Column::Id, &page, |row| row.id.uuid()).await?;
        Ok(Some(slice.connect(AuditEntry)))
    }
}
