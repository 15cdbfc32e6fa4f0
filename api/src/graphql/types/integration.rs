//! An integration and everything behind the console's page.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use psa_connectors::record;
use psa_entities::{credential, integration, job, permission_check};
use sea_orm::{ColumnTrait, QueryFilter};

use super::{
    billing::Billing,
    connector::{Connector, CredentialField},
    import::{self, CompanyFilterValues, ImportSettings, ImportState},
    job::{Job, Problem},
    mapping::{self, CompanyMapping, CompanyMappingFilter, ContactMapping, ContactMappingFilter, ProductMapping},
    permission::PermissionCheck,
    psa::{
        self, Agreement, AgreementFilter, Board, PsaCompany, PsaCompanyFilter, PsaContact, PsaContactFilter,
        PsaProduct, PsaProductFilter,
    },
    ticketing::Ticketing,
    webhook::{self, WebhookState},
};
use crate::{
    graphql::{
        ids::NodeKind,
        pagination::{List, PageArgs, newest_first},
        payload,
        request::{Request, internal},
        told::Page,
    },
    integrations::{
        checklist::{self, ChecklistItem},
        features::{self, Feature, FeatureHealth},
        setup,
    },
    mapping::counts::{ContactMappingCounts, MappingCounts},
};

/// An integration.
#[derive(Debug, Clone)]
pub struct Integration(pub integration::Model);

/// A connection between the provider and one PSA: everything behind the console's page.
#[Object]
impl Integration {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::Integration.id(self.0.id)
    }

    /// The name that people know it by.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The PSA's connector.
    async fn connector(&self, ctx: &Context<'_>) -> Result<Connector> {
        let descriptor = ctx
            .app()?
            .registry
            .descriptor(&self.0.connector_kind)
            .map_err(internal)?;
        Ok(Connector(descriptor))
    }

    /// Where it is in its life.
    #[graphql(complexity = 10)]
    async fn status(&self, ctx: &Context<'_>) -> Result<IntegrationStatus> {
        let status = setup::status(ctx.app()?, ctx.scope()?, &self.0).await;
        payload::value(status).map(IntegrationStatus::from)
    }

    /// Why it is broken and what mends it; null when nothing is wrong.
    async fn problem(&self) -> Option<Problem> {
        self.0.problem.clone().map(Problem::from)
    }

    /// Which parts of it work: one may be degraded while the others work.
    #[graphql(complexity = "10 + 4 * child_complexity")]
    async fn features(&self, ctx: &Context<'_>) -> Result<Vec<FeatureState>> {
        let states = payload::value(setup::features(ctx.app()?, ctx.scope()?, &self.0).await)?;
        Ok(states.into_iter().map(FeatureState::from).collect())
    }

    /// What the PSA said of itself when the keys were last verified; null before.
    async fn account(&self) -> Result<Option<PsaAccount>> {
        let account = self.0.account.clone().map(serde_json::from_value::<record::Account>);
        Ok(account.transpose().map_err(internal)?.map(PsaAccount::from))
    }

    /// The state of every credential field. Secrets are never shown.
    #[graphql(complexity = "2 + child_complexity")]
    async fn credentials(&self, ctx: &Context<'_>) -> Result<Vec<CredentialState>> {
        let app = ctx.app()?;
        let descriptor = app.registry.descriptor(&self.0.connector_kind).map_err(internal)?;
        let select = ctx
            .scope()?
            .find::<credential::Entity>()
            .filter(credential::Column::IntegrationId.eq(self.0.id));
        let stored = select.all(app.db.read()).await.map_err(internal)?;
        let state = |field| {
            let field = CredentialField::from(field);
            let row = stored.iter().find(|row| row.field == field.name);
            CredentialState {
                hint: row.and_then(|row| row.hint.clone()),
                set_at: row.map(|row| row.set_at),
                field,
            }
        };
        Ok(descriptor.credential_fields.iter().map(state).collect())
    }

    /// What is done and what is left to do before it can be activated.
    #[graphql(complexity = "10 + child_complexity")]
    async fn checklist(&self, ctx: &Context<'_>) -> Result<Checklist> {
        let items = payload::value(setup::checklist(ctx.app()?, ctx.scope()?, &self.0).await)?;
        Ok(Checklist {
            complete: checklist::is_complete(&items),
            items,
        })
    }

    /// The last permission check; null before the first.
    #[graphql(complexity = "2 + child_complexity")]
    async fn permission_check(&self, ctx: &Context<'_>) -> Result<Option<PermissionCheck>> {
        let app = ctx.app()?;
        let descriptor = app.registry.descriptor(&self.0.connector_kind).map_err(internal)?;
        let own = permission_check::Column::IntegrationId.eq(self.0.id);
        let check = ctx
            .scope()?
            .find::<permission_check::Entity>()
            .filter(own)
            .one(app.db.read())
            .await
            .map_err(internal)?;
        Ok(check.map(|check| PermissionCheck { descriptor, check }))
    }

    /// The last finished import of each resource that was imported.
    #[graphql(complexity = "2 + child_complexity")]
    async fn imports(&self, ctx: &Context<'_>) -> Result<Vec<ImportState>> {
        import::import_states(ctx, &self.0).await
    }

    /// What is imported, and how often.
    #[graphql(complexity = "2 + child_complexity")]
    async fn import_settings(&self, ctx: &Context<'_>) -> Result<ImportSettings> {
        import::import_settings(ctx, &self.0).await
    }

    /// The values that the imported companies can be narrowed down to, as the PSA has them now.
    async fn company_filter_values(&self) -> CompanyFilterValues {
        CompanyFilterValues(self.0.clone())
    }

    /// Its background jobs, newest first.
    #[graphql(complexity = "5 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn jobs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<Job>> {
        let page = PageArgs::new(first, after, last, before)?;
        let select = ctx
            .scope()?
            .find::<job::Entity>()
            .filter(job::Column::IntegrationId.eq(self.0.id));
        let slice = newest_first(ctx, select, job::Column::Id, &page, |row| row.id.uuid()).await?;
        Ok(slice.connect(Job))
    }

    /// How many companies the console has, and what was decided about them.
    #[graphql(complexity = "5 + child_complexity")]
    async fn company_counts(&self, ctx: &Context<'_>) -> Result<MappingCounts> {
        mapping::company_counts(ctx, self.0.id).await
    }

    /// The console's companies with what they are bound to, undecided ones first.
    #[graphql(complexity = "10 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn companies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<CompanyMappingFilter>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<Page<CompanyMapping>> {
        mapping::company_mappings(ctx, self.0.id, filter, &PageArgs::new(first, after, last, before)?).await
    }

    /// How many contacts the console has, and how many of them are bound.
    #[graphql(complexity = "5 + child_complexity")]
    async fn contact_counts(&self, ctx: &Context<'_>) -> Result<ContactMappingCounts> {
        mapping::contact_counts(ctx, self.0.id).await
    }

    /// The console's contacts with what they are bound to, unbound ones first. Binding contacts is optional.
    #[graphql(complexity = "10 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<ContactMappingFilter>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<ContactMapping>> {
        mapping::contact_mappings(ctx, self.0.id, filter, &PageArgs::new(first, after, last, before)?).await
    }

    /// Every billable product with what it is bound to and its price.
    #[graphql(complexity = "10 + 20 * child_complexity")]
    async fn products(&self, ctx: &Context<'_>) -> Result<Vec<ProductMapping>> {
        mapping::product_mappings(ctx, self.0.id).await
    }

    /// The imported companies of the PSA in name order.
    #[graphql(complexity = "10 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn psa_companies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<PsaCompanyFilter>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<PsaCompany>> {
        psa::psa_companies(ctx, self.0.id, filter, &PageArgs::new(first, after, last, before)?).await
    }

    /// The imported contacts of the PSA in name order.
    #[graphql(complexity = "10 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn psa_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<PsaContactFilter>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<PsaContact>> {
        psa::psa_contacts(ctx, self.0.id, filter, &PageArgs::new(first, after, last, before)?).await
    }

    /// The imported products of the PSA.
    #[graphql(complexity = "10 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn psa_products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<PsaProductFilter>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<PsaProduct>> {
        psa::psa_products(ctx, self.0.id, filter, &PageArgs::new(first, after, last, before)?).await
    }

    /// The imported agreements of the PSA in name order.
    #[graphql(complexity = "10 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn agreements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<AgreementFilter>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<Agreement>> {
        psa::agreements(ctx, self.0.id, filter, &PageArgs::new(first, after, last, before)?).await
    }

    /// The imported boards of the PSA with everything that belongs to them.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn boards(&self, ctx: &Context<'_>) -> Result<Vec<Board>> {
        psa::boards(ctx, self.0.id).await
    }

    /// Invoices, prices, configurations and runs.
    async fn billing(&self) -> Billing {
        Billing(self.0.id)
    }

    /// Ticket settings, incidents and deliveries.
    async fn ticketing(&self) -> Ticketing {
        Ticketing(self.0.id)
    }

    /// Whether the PSA announces by itself what happens to tickets.
    #[graphql(complexity = "2 + child_complexity")]
    async fn webhook(&self, ctx: &Context<'_>) -> Result<WebhookState> {
        webhook::webhook_state(ctx, &self.0).await
    }

    /// When it was connected.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// When it was first activated; null before.
    async fn activated_at(&self) -> Option<DateTime<Utc>> {
        self.0.activated_at
    }
}

/// How one part of an integration is.
#[derive(Debug, Clone, SimpleObject)]
pub struct FeatureState {
    /// The part.
    pub feature: Feature,
    /// How it is.
    pub health: FeatureHealth,
    /// What is wrong with it and what mends it; empty when it works or is off.
    pub problems: Vec<Problem>,
}

impl From<features::FeatureState> for FeatureState {
    fn from(state: features::FeatureState) -> Self {
        Self {
            feature: state.feature,
            health: state.health,
            problems: state.problems.into_iter().map(Problem::from).collect(),
        }
    }
}

/// Where an integration is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "integration::IntegrationStatus")]
pub enum IntegrationStatus {
    /// It has no accepted keys yet.
    Draft,
    /// The PSA has accepted the keys; the set-up is not complete.
    Connected,
    /// The set-up is complete; it waits to be activated.
    Ready,
    /// It works.
    Active,
    /// Somebody stopped it; tickets are held.
    Paused,
    /// The PSA does not accept the keys any more; `problem` says what mends it.
    Broken,
    /// It is being deleted.
    Deleting,
}

/// What the PSA says it is.
#[derive(Debug, Clone, SimpleObject)]
pub struct PsaAccount {
    /// The provider's own name in the PSA.
    pub name: String,
    /// The PSA's version; null when it does not say.
    pub version: Option<String>,
    /// The cloud region; null when it is not hosted by the vendor.
    pub region: Option<String>,
    /// The time zone of the PSA's server, in its own spelling; null when it does not say.
    pub time_zone: Option<String>,
}

impl From<record::Account> for PsaAccount {
    fn from(account: record::Account) -> Self {
        Self {
            name: account.name,
            version: account.version,
            region: account.region,
            time_zone: account.time_zone,
        }
    }
}

/// The state of one credential field.
#[derive(Debug, Clone, SimpleObject)]
pub struct CredentialState {
    /// The field.
    pub field: CredentialField,
    /// The last four characters of a value that is not secret; null for secrets.
    pub hint: Option<String>,
    /// When it was set; null when it is not.
    pub set_at: Option<DateTime<Utc>>,
}

/// What is done and what is left to do.
#[derive(Debug, Clone, SimpleObject)]
pub struct Checklist {
    /// Whether every mandatory step is done, so that the integration can be activated.
    pub complete: bool,
    /// The steps in the order of the console's page.
    pub items: Vec<ChecklistItem>,
}
