//! One row in every table, with every optional column filled.

use chrono::{DateTime, TimeDelta, Utc};
use psa_entities::Problem;
use psa_entities::ids::{
    AdditionId, AgentEventId, AgreementId, ApiTokenId, AuditEntryId, BillingConfigurationId, BillingEvidenceId,
    BillingItemId, BillingLineId, BillingRunId, BoardId, CompanyBillingId, CompanyMappingId, CompanyPriceId,
    ConsoleCompanyId, ConsoleContactId, ContactMappingId, DeliveryAttemptId, DeliveryId, ImportChangeId, IncidentId,
    IntegrationId, JobId, LicenseId, LicensePeriodId, ProductMappingId, ProviderId, PsaCompanyId, PsaContactId,
    PsaProductId, StorageAccountId, StorageLimitId, StorageLimitUseId, StorageSampleId,
};
use sea_orm::{ActiveModelTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel, ModelTrait};

mod console_and_billing;
mod tenancy_and_directory;
mod tickets_and_jobs;
mod webhooks;

/// The ids of the rows, and the instant at which everything happens.
pub(crate) struct World {
    pub(crate) at: DateTime<Utc>,
    pub(crate) provider: ProviderId,
    pub(crate) api_token: ApiTokenId,
    pub(crate) integration: IntegrationId,
    pub(crate) psa_company: PsaCompanyId,
    pub(crate) psa_contact: PsaContactId,
    pub(crate) psa_product: PsaProductId,
    pub(crate) agreement: AgreementId,
    pub(crate) addition: AdditionId,
    pub(crate) import_change: ImportChangeId,
    pub(crate) board: BoardId,
    pub(crate) console_company: ConsoleCompanyId,
    pub(crate) console_contact: ConsoleContactId,
    pub(crate) license: LicenseId,
    pub(crate) storage_account: StorageAccountId,
    pub(crate) storage_sample: StorageSampleId,
    pub(crate) license_period: LicensePeriodId,
    pub(crate) storage_limit: StorageLimitId,
    pub(crate) storage_limit_use: StorageLimitUseId,
    pub(crate) company_billing: CompanyBillingId,
    pub(crate) company_price: CompanyPriceId,
    pub(crate) company_mapping: CompanyMappingId,
    pub(crate) contact_mapping: ContactMappingId,
    pub(crate) product_mapping: ProductMappingId,
    pub(crate) billing_configuration: BillingConfigurationId,
    pub(crate) billing_item: BillingItemId,
    pub(crate) billing_run: BillingRunId,
    pub(crate) billing_line: BillingLineId,
    pub(crate) billing_evidence: BillingEvidenceId,
    pub(crate) agent_event: AgentEventId,
    pub(crate) incident: IncidentId,
    pub(crate) delivery: DeliveryId,
    pub(crate) delivery_attempt: DeliveryAttemptId,
    pub(crate) job: JobId,
    pub(crate) audit_entry: AuditEntryId,
}

/// What keeping a row comes to.
pub(crate) type Kept = Result<(), DbErr>;

impl World {
    /// Inserts one row into every table and asserts that each is read back as it was.
    pub(crate) async fn insert(db: &DatabaseConnection) -> Result<Self, DbErr> {
        let world = Self::new();
        tenancy_and_directory::insert(db, &world).await?;
        console_and_billing::insert(db, &world).await?;
        tickets_and_jobs::insert(db, &world).await?;
        webhooks::insert(db, &world).await?;
        Ok(world)
    }

    fn new() -> Self {
        let at = DateTime::UNIX_EPOCH + TimeDelta::microseconds(1_795_428_000_123_456);
        Self {
            at,
            provider: ProviderId::at(at),
            api_token: ApiTokenId::at(at),
            integration: IntegrationId::at(at),
            psa_company: PsaCompanyId::at(at),
            psa_contact: PsaContactId::at(at),
            psa_product: PsaProductId::at(at),
            agreement: AgreementId::at(at),
            addition: AdditionId::at(at),
            import_change: ImportChangeId::at(at),
            board: BoardId::at(at),
            console_company: ConsoleCompanyId::at(at),
            console_contact: ConsoleContactId::at(at),
            license: LicenseId::at(at),
            storage_account: StorageAccountId::at(at),
            storage_sample: StorageSampleId::at(at),
            license_period: LicensePeriodId::at(at),
            storage_limit: StorageLimitId::at(at),
            storage_limit_use: StorageLimitUseId::at(at),
            company_billing: CompanyBillingId::at(at),
            company_price: CompanyPriceId::at(at),
            company_mapping: CompanyMappingId::at(at),
            contact_mapping: ContactMappingId::at(at),
            product_mapping: ProductMappingId::at(at),
            billing_configuration: BillingConfigurationId::at(at),
            billing_item: BillingItemId::at(at),
            billing_run: BillingRunId::at(at),
            billing_line: BillingLineId::at(at),
            billing_evidence: BillingEvidenceId::at(at),
            agent_event: AgentEventId::at(at),
            incident: IncidentId::at(at),
            delivery: DeliveryId::at(at),
            delivery_attempt: DeliveryAttemptId::at(at),
            job: JobId::at(at),
            audit_entry: AuditEntryId::at(at),
        }
    }

    fn problem(&self) -> Problem {
        Problem {
            code: "PRODUCT_UNMAPPED".into(),
            message: "The product is not mapped.".into(),
            remedy: "Map it.".into(),
            detail: Some("\"quoted\" – ü".into()),
            since: self.at,
        }
    }
}

async fn kept<M, A>(db: &DatabaseConnection, model: M) -> Kept
where
    M: ModelTrait + IntoActiveModel<A> + Clone + PartialEq + std::fmt::Debug,
    M::Entity: EntityTrait<Model = M, ActiveModel = A>,
    A: ActiveModelTrait<Entity = M::Entity> + Send,
{
    M::Entity::insert(model.clone().into_active_model())
        .exec_without_returning(db)
        .await?;
    let found = M::Entity::find().one(db).await?;
    assert_eq!(found, Some(model));
    Ok(())
}
