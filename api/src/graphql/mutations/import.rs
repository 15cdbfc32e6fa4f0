//! Importing from the PSA, and stopping jobs.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use psa_entities::{JobId, job};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::{
    auth::{Permission, guard::Requires},
    directory::{
        self, ImportRequest, Reading,
        import::Mode,
        settings::{self, SettingsChange},
    },
    failure::UserError,
    graphql::{
        ids::NodeKind,
        payload::{Answer, settle},
        request::{Request, internal},
        types::{
            import::{ImportResource, ImportSettings},
            job::Job,
        },
    },
    jobs,
};

/// Mutations of imports and jobs.
#[derive(Debug, Default)]
pub struct ImportMutations;

/// What to import.
#[derive(Debug, InputObject)]
pub struct ImportFromPsaInput {
    /// The integration.
    pub integration_id: ID,
    /// What to import; empty means everything.
    #[graphql(default)]
    pub resources: Vec<ImportResource>,
    /// Everything, or what changed since the last time.
    #[graphql(default_with = "Mode::Full")]
    pub mode: Mode,
    /// Whether records may be marked as gone even when they are an unusually large share.
    #[graphql(default)]
    pub confirm_removals: bool,
}

/// What `importFromPsa` started.
#[derive(Debug, SimpleObject)]
pub struct ImportFromPsaPayload {
    /// One job for each resource; a resource whose import is under way already answers with that job.
    pub jobs: Vec<Job>,
    /// Why nothing was started; empty when it was.
    pub user_errors: Vec<UserError>,
}

/// The job to stop.
#[derive(Debug, InputObject)]
pub struct CancelJobInput {
    /// The job.
    pub job_id: ID,
}

/// A change of what is imported. What is left out stays as it is.
#[derive(Debug, InputObject)]
pub struct UpdateImportSettingsInput {
    /// The integration.
    pub integration_id: ID,
    /// Only companies of one of these types, by the ids that `companyFilterValues` lists; empty for all.
    pub company_type_ids: Option<Vec<ID>>,
    /// Only companies of one of these statuses, by the ids that `companyFilterValues` lists; empty for all.
    pub company_status_ids: Option<Vec<ID>>,
    /// Hours between two refreshes, at most 168; 0 to import only on demand.
    pub refresh_hours: Option<i32>,
    /// The version that was read; without it whatever is there is changed.
    pub expected_version: Option<i32>,
}

/// What `updateImportSettings` did.
#[derive(Debug, SimpleObject)]
pub struct UpdateImportSettingsPayload {
    /// The settings; null when they were not changed.
    pub import_settings: Option<ImportSettings>,
    /// Why they were not; empty when they are so now.
    pub user_errors: Vec<UserError>,
}

/// What `cancelJob` did.
#[derive(Debug, SimpleObject)]
pub struct CancelJobPayload {
    /// The job; null when there is none of this id. A running job stops at its next step.
    pub job: Option<Job>,
    /// Why it was not stopped; empty when it was.
    pub user_errors: Vec<UserError>,
}

#[Object]
impl ImportMutations {
    /// Imports companies, contacts, products, agreements or boards from the PSA, as jobs whose progress can be read.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn import_from_psa(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to import.")] input: ImportFromPsaInput,
    ) -> Answer<ImportFromPsaPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let request = async {
            let request = ImportRequest {
                integration: NodeKind::Integration.key(&input.integration_id, "integrationId")?,
                resources: input.resources.into_iter().map(Into::into).collect(),
                reading: Reading {
                    mode: input.mode,
                    confirm_removals: input.confirm_removals,
                },
            };
            directory::request(app, stamp, request).await
        };
        let (ids, user_errors) = settle(request.await)?;
        let own = job::Column::Id.is_in(ids.unwrap_or_default());
        let jobs = stamp
            .scope
            .find::<job::Entity>()
            .filter(own)
            .all(app.db.read())
            .await
            .map_err(internal)?;
        Ok(Some(ImportFromPsaPayload {
            jobs: jobs.into_iter().map(Job).collect(),
            user_errors,
        }))
    }

    /// Decides which companies are imported, and how often what was imported is refreshed. The next import goes by it.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "50 + child_complexity")]
    async fn update_import_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateImportSettingsInput,
    ) -> Answer<UpdateImportSettingsPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let update = async {
            let id = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            let ids = |ids: Option<Vec<ID>>| ids.map(|ids| ids.into_iter().map(|id| id.0).collect());
            let change = SettingsChange {
                company_types: ids(input.company_type_ids),
                company_statuses: ids(input.company_status_ids),
                refresh_hours: input.refresh_hours,
                expected_version: input.expected_version,
            };
            settings::update(app, stamp, id, change).await
        };
        let (settings, user_errors) = settle(update.await)?;
        Ok(Some(UpdateImportSettingsPayload {
            import_settings: settings.map(ImportSettings::from),
            user_errors,
        }))
    }

    /// Stops a job: at once while it waits, at its next step while it runs. What it has done stays done.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "10 + child_complexity")]
    async fn cancel_job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The job.")] input: CancelJobInput,
    ) -> Answer<CancelJobPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let cancel = async {
            let id = NodeKind::Job.key::<JobId>(&input.job_id, "jobId")?;
            jobs::stop(app, stamp, id).await
        };
        let (job, user_errors) = settle(cancel.await)?;
        Ok(Some(CancelJobPayload {
            job: job.map(Job),
            user_errors,
        }))
    }
}
