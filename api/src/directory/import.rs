//! The import job: reads one resource page by page.
//!
//! Each page is stored in a transaction of its own, together with the place where the import goes on. So no transaction is
//! held over a network call, and an import that is killed goes on after its last page.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use psa_connectors::{Capability, Cursor, Filter, Page, PsaConnector, ReadQuery, record::ChoiceId};
use psa_entities::{
    ProviderScope,
    ids::IntegrationId,
    import_state::{self, ImportResource},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::OnConflict,
};
use serde::{Deserialize, Serialize};

use super::{
    agreements::Agreements,
    boards::Boards,
    companies::Companies,
    contacts::Contacts,
    filter::CompanyFilter,
    products::Products,
    upsert::{self, Counts, Resource},
};
use crate::{
    app::App,
    failure::{ErrorCode, Fault, UserError},
    integrations::{self, health},
    jobs::{Job, JobContext, JobError},
};

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, async_graphql::Enum)]
#[graphql(name = "ImportMode")]
pub enum Mode {
    /// Everything. What the PSA no longer has is marked as deleted.
    Full,
    /// What changed since the last import; everything the first time.
    Incremental,
}

/// Imports one resource.
#[derive(Debug, Serialize, Deserialize)]
pub struct Import {
    /// What to import.
    pub resource: ImportResource,
    /// How much to read.
    pub mode: Mode,
    /// Whether an unusually large share may be marked as gone.
    pub confirm_removals: bool,
    /// Which companies are read, as the settings were when the import was asked for.
    #[serde(default)]
    pub companies: CompanyFilter,
}

/// A full read that would mark more than this share of the records as gone stops and asks, in percent. A role whose
/// inquire level was lowered looks exactly like that.
const SUSPICIOUS_SHARE: u64 = 50;
/// Fewer records than this are never suspicious.
const SUSPICIOUS_COUNT: u64 = 20;

/// Where an import goes on.
#[derive(Debug, Serialize, Deserialize)]
struct Place {
    /// When it began: what it has seen since then is not gone.
    started_at: DateTime<Utc>,
    /// From when on it reads changes.
    since: Option<DateTime<Utc>>,
    /// The cursor of the next page; `None` when all of them are stored.
    after: Option<String>,
    /// What it has done until then.
    counts: Counts,
}

/// One running import.
#[derive(Debug)]
pub struct Running<'a> {
    /// The job's context.
    pub context: &'a JobContext,
    /// The tenant.
    pub scope: ProviderScope,
    /// The integration.
    pub integration: IntegrationId,
    /// The connection to the PSA.
    pub connector: Arc<dyn PsaConnector>,
    /// When it started: every record that it sees is stamped with this or later.
    pub started_at: DateTime<Utc>,
    /// From when on changes are read; `None` reads everything.
    pub since: Option<DateTime<Utc>>,
    /// What is imported.
    pub resource: ImportResource,
    /// Whether it was never imported before.
    pub is_first: bool,
    /// Which records are read.
    pub only: BTreeMap<Filter, Vec<ChoiceId>>,
}

impl Running<'_> {
    /// Whether records may be left out that the PSA has.
    pub fn is_filtered(&self) -> bool {
        !self.only.is_empty()
    }

    fn place(&self, next: Option<&Cursor>, counts: Counts) -> Place {
        Place {
            started_at: self.started_at,
            since: self.since,
            after: next.map(|Cursor(after)| after.clone()),
            counts,
        }
    }
}

#[async_trait]
impl Job for Import {
    const KIND: &'static str = "directory.import";

    async fn run(&self, context: &JobContext) -> Result<serde_json::Value, JobError> {
        let place = context.place::<Place>().await?;
        let running = self.start(context, place.as_ref()).await?;
        let counts = match self.resource {
            ImportResource::Companies => self.drain::<Companies>(&running, place).await?,
            ImportResource::Contacts => self.drain::<Contacts>(&running, place).await?,
            ImportResource::Products => self.drain::<Products>(&running, place).await?,
            ImportResource::Agreements => self.drain::<Agreements>(&running, place).await?,
            ImportResource::Boards => self.drain::<Boards>(&running, place).await?,
        };
        tracing::info!(resource = ?self.resource, added = counts.added, changed = counts.changed, gone = counts.gone, "imported");
        Ok(serde_json::to_value(counts)?)
    }
}

impl Import {
    async fn start<'a>(&self, context: &'a JobContext, place: Option<&Place>) -> Result<Running<'a>, JobError> {
        let app = &context.app;
        let scope = context.scope;
        let id = context
            .integration
            .ok_or_else(|| Fault::Inconsistent("an import without an integration".to_owned()))?;
        let integration = integrations::find(app.db.read(), scope, id).await?;
        let connector = app.connections.get(app, scope, &integration).await?;
        let state = scope
            .find::<import_state::Entity>()
            .filter(import_state::Column::IntegrationId.eq(id))
            .filter(import_state::Column::Resource.eq(self.resource))
            .one(app.db.read())
            .await?;
        let incremental =
            self.mode == Mode::Incremental && connector.descriptor().capabilities.has(Capability::IncrementalRead);
        let (started_at, since) = match place {
            Some(place) => (place.started_at, place.since),
            None => (
                app.now(),
                state.as_ref().filter(|_| incremental).and_then(|state| state.watermark),
            ),
        };
        Ok(Running {
            context,
            scope,
            integration: id,
            connector,
            started_at,
            since,
            resource: self.resource,
            is_first: state.is_none(),
            only: match self.resource {
                ImportResource::Companies => self.companies.to_query(),
                _ => BTreeMap::new(),
            },
        })
    }

    /// Reads what is left to read, and writes down what that came to.
    async fn drain<R: Resource>(&self, running: &Running<'_>, place: Option<Place>) -> Result<Counts, JobError> {
        let counts = match place {
            // An earlier attempt stored the last page and ended before it could say so.
            Some(Place {
                after: None, counts, ..
            }) => counts,
            Some(Place { after, counts, .. }) => self.read::<R>(running, after.map(Cursor), counts).await?,
            None => self.read::<R>(running, None, Counts::default()).await?,
        };
        self.finish::<R>(running, counts).await
    }

    /// Reads and stores page after page. What a page came to is written down with it, so that it is counted once.
    async fn read<R: Resource>(
        &self,
        running: &Running<'_>,
        after: Option<Cursor>,
        mut counts: Counts,
    ) -> Result<Counts, JobError> {
        let app = &running.context.app;
        let mut query = ReadQuery {
            only: running.only.clone(),
            ..ReadQuery::all().since(running.since).after(after)
        };
        loop {
            let (page, parts) = read_page::<R>(running, &query).await?;
            let transaction = app.db.begin().await?;
            counts += upsert::store::<R>(&transaction, running, page.records).await?;
            R::store_parts(&transaction, running, parts).await?;
            let place = running.place(page.next.as_ref(), counts);
            running.context.checkpoint(&transaction, &place).await?;
            transaction.commit().await?;
            let total = page.total.and_then(|total| i64::try_from(total).ok());
            running.context.progress("reading", counts.read, total).await?;
            match page.next {
                Some(next) => query = query.after(Some(next)),
                None => return Ok(counts),
            }
        }
    }

    async fn mark_gone<R: Resource>(
        &self,
        app: &App,
        transaction: &DatabaseTransaction,
        running: &Running<'_>,
    ) -> Result<u64, JobError> {
        let unseen = upsert::unseen::<R>(transaction, running).await?;
        let suspicious = unseen.gone > SUSPICIOUS_COUNT && unseen.gone * 100 > unseen.known * SUSPICIOUS_SHARE;
        // What a filter leaves out is not removed.
        if suspicious && !self.confirm_removals && !running.is_filtered() {
            let message = format!("The PSA no longer shows {} of {} records.", unseen.gone, unseen.known);
            let error = UserError::new(ErrorCode::Conflict, message).with_remedy(
                "Check the inquire levels of the API user's role with checkPermissions. If the records are really gone, import again with confirmRemovals.",
            );
            return Err(JobError::Fail(error.to_problem(app.now())));
        }
        upsert::mark_unseen::<R>(transaction, running).await?;
        Ok(unseen.gone)
    }

    /// Marks what is gone and stores the outcome, both at once: an attempt that ends here is not begun with less.
    async fn finish<R: Resource>(&self, running: &Running<'_>, mut counts: Counts) -> Result<Counts, JobError> {
        let app = &running.context.app;
        let transaction = app.db.begin().await?;
        if running.since.is_none() {
            counts.gone += self.mark_gone::<R>(app, &transaction, running).await?;
        }
        let small = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
        let state = import_state::Model {
            integration_id: running.integration,
            resource: self.resource,
            provider_id: running.scope.provider_id(),
            watermark: Some(running.started_at),
            finished_at: app.now(),
            added: small(counts.added),
            changed: small(counts.changed),
            gone: small(counts.gone),
            total: i32::try_from(counts.read).unwrap_or(i32::MAX),
            full_at: running.since.is_none().then_some(running.started_at),
            job_id: Some(running.context.job),
        };
        // A read of changes says nothing about when everything was read.
        let full = state.full_at.map(|_| import_state::Column::FullAt);
        let replace = OnConflict::columns([import_state::Column::IntegrationId, import_state::Column::Resource])
            .update_columns([
                import_state::Column::Watermark,
                import_state::Column::FinishedAt,
                import_state::Column::Added,
                import_state::Column::Changed,
                import_state::Column::Gone,
                import_state::Column::Total,
                import_state::Column::JobId,
            ])
            .update_columns(full)
            .to_owned();
        import_state::Entity::insert(state.into_active_model().reset_all())
            .on_conflict(replace)
            .exec_without_returning(&transaction)
            .await?;
        let place = running.place(None, counts);
        running.context.checkpoint(&transaction, &place).await?;
        transaction.commit().await?;
        Ok(counts)
    }
}

/// A page with what belongs to its records.
async fn read_page<R: Resource>(
    running: &Running<'_>,
    query: &ReadQuery,
) -> Result<(Page<R::Record>, R::Parts), JobError> {
    let connector = running.connector.as_ref();
    let read = async {
        let page = R::read(connector, query).await?;
        let parts = R::parts(connector, &page.records).await?;
        Ok((page, parts))
    };
    match read.await {
        Ok(read) => Ok(read),
        Err(error) => Err(health::job_error(&running.context.app, running.scope, running.integration, &error).await),
    }
}
