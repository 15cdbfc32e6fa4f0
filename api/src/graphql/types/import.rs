//! Imports: what is read, what was read last, and what was different.

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use psa_connectors::{Filter, record};
use psa_entities::{import_change, import_settings, import_state, integration};

use super::{audit::AuditChange, job::Job};
use crate::{
    directory::settings,
    graphql::{
        payload,
        request::{Request, internal},
    },
    integrations::upkeep::{self, due},
};

/// What is imported of a PSA, and how often.
#[derive(Debug, Clone, SimpleObject)]
pub struct ImportSettings {
    /// Only companies of one of these types are imported; empty for all.
    pub company_types: Vec<CompanyFilterValue>,
    /// Only companies of one of these statuses are imported; empty for all.
    pub company_statuses: Vec<CompanyFilterValue>,
    /// Hours between two refreshes of what was imported once; 0 when it is imported only on demand. Once a day everything
    /// is read, in between what has changed.
    pub refresh_hours: i32,
    /// Grows with every change. 0 while nothing was changed.
    pub version: i32,
}

impl From<import_settings::Model> for ImportSettings {
    fn from(settings: import_settings::Model) -> Self {
        let values = |values: import_settings::FilterValues| {
            let shown = |value: import_settings::FilterValue| CompanyFilterValue {
                external_id: value.id,
                name: value.name,
            };
            values.0.into_iter().map(shown).collect()
        };
        Self {
            company_types: values(settings.company_types),
            company_statuses: values(settings.company_statuses),
            refresh_hours: settings.refresh_hours,
            version: settings.version,
        }
    }
}

/// The settings of an integration.
pub(super) async fn import_settings(ctx: &Context<'_>, integration: &integration::Model) -> Result<ImportSettings> {
    let settings = settings::load(ctx.app()?.db.read(), ctx.scope()?, integration).await;
    settings.map(ImportSettings::from).map_err(internal)
}

/// A value that companies can be narrowed down to.
#[derive(Debug, Clone, SimpleObject)]
pub struct CompanyFilterValue {
    /// The PSA's id of it.
    pub external_id: String,
    /// The PSA's name of it.
    pub name: String,
}

/// The values that the companies of a PSA can be narrowed down to, read from the PSA.
#[derive(Debug, Clone)]
pub struct CompanyFilterValues(pub integration::Model);

/// The values that the companies of a PSA can be narrowed down to, read from the PSA when they are asked for.
#[Object]
impl CompanyFilterValues {
    /// The types of companies that are in use.
    #[graphql(complexity = "20 + child_complexity")]
    async fn types(&self, ctx: &Context<'_>) -> Result<Vec<CompanyFilterValue>> {
        self.values(ctx, Filter::CompanyType).await
    }

    /// The statuses of companies that are in use.
    #[graphql(complexity = "20 + child_complexity")]
    async fn statuses(&self, ctx: &Context<'_>) -> Result<Vec<CompanyFilterValue>> {
        self.values(ctx, Filter::CompanyStatus).await
    }
}

impl CompanyFilterValues {
    async fn values(&self, ctx: &Context<'_>, filter: Filter) -> Result<Vec<CompanyFilterValue>> {
        let values = settings::values(ctx.app()?, ctx.scope()?, &self.0, filter).await;
        let shown = |value: record::FilterValue| CompanyFilterValue {
            external_id: value.id.to_string(),
            name: value.name,
        };
        let used = payload::value(values)?.into_iter().filter(|value| value.active);
        Ok(used.map(shown).collect())
    }
}

/// An import of one resource.
#[derive(Debug, Clone)]
pub struct ImportState {
    state: import_state::Model,
    next_at: Option<DateTime<Utc>>,
}

/// The last finished import of each resource.
pub(super) async fn import_states(ctx: &Context<'_>, integration: &integration::Model) -> Result<Vec<ImportState>> {
    let known = payload::value(upkeep::known(ctx.app()?, ctx.scope()?, integration).await)?;
    let state = |state: &import_state::Model| ImportState {
        next_at: due::next_refresh(&known, state),
        state: state.clone(),
    };
    Ok(known.imports.iter().map(state).collect())
}

/// The last finished import of one resource.
#[Object]
impl ImportState {
    /// What was imported.
    async fn resource(&self) -> ImportResource {
        self.state.resource.into()
    }

    /// When it ended.
    async fn finished_at(&self) -> DateTime<Utc> {
        self.state.finished_at
    }

    /// When everything was last read, which alone finds out what the PSA no longer has; null before it was.
    async fn full_at(&self) -> Option<DateTime<Utc>> {
        self.state.full_at
    }

    /// When it is refreshed next by itself; null when it is not.
    async fn next_at(&self) -> Option<DateTime<Utc>> {
        self.next_at
    }

    /// Records that were not known before.
    async fn added(&self) -> i32 {
        self.state.added
    }

    /// Records that had changed, or were there again.
    async fn changed(&self) -> i32 {
        self.state.changed
    }

    /// Records that the PSA no longer has, or that the filter leaves out.
    async fn gone(&self) -> i32 {
        self.state.gone
    }

    /// Records that were read.
    async fn total(&self) -> i32 {
        self.state.total
    }

    /// The job that did it, with its report of changes; null when it is not kept any more.
    #[graphql(complexity = "2 + child_complexity")]
    async fn job(&self, ctx: &Context<'_>) -> Result<Option<Job>> {
        super::job::find(ctx, self.state.job_id).await
    }
}

/// What can be imported from a PSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "import_state::ImportResource")]
pub enum ImportResource {
    /// Companies.
    Companies,
    /// Contacts.
    Contacts,
    /// Catalogue products.
    Products,
    /// Agreements with their additions.
    Agreements,
    /// Boards with their statuses and routing values.
    Boards,
}

/// A record that was different.
#[derive(Debug, Clone)]
pub struct ImportChange(pub import_change::Model);

/// A record of the PSA that an import found different from what was known.
#[Object]
impl ImportChange {
    /// What kind of record it is.
    async fn resource(&self) -> ImportResource {
        self.0.resource.into()
    }

    /// What became of it.
    async fn kind(&self) -> ImportChangeKind {
        self.0.kind.into()
    }

    /// The id in the PSA.
    async fn external_id(&self) -> &str {
        &self.0.external_id
    }

    /// The name in the PSA.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What was different of it; empty for a record that is gone.
    async fn changes(&self) -> Vec<AuditChange> {
        self.0.changes.0.iter().cloned().map(AuditChange::from).collect()
    }
}

/// What became of a record of the PSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "import_change::ImportChangeKind")]
pub enum ImportChangeKind {
    /// It was not known.
    Added,
    /// It says something else.
    Changed,
    /// The PSA no longer has it, or the filter leaves it out.
    Gone,
    /// It was gone and is there again.
    Returned,
}
