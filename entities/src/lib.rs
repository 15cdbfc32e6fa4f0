//! The tables of PSA Bridge as types.
//!
//! One module per table, named like it: `Model` is a row, its enums and JSON types stand beside it. Rows of a
//! provider are reached through [`ProviderScope`]. Instants are UTC; both databases keep microseconds.

pub mod addition;
pub mod agent_event;
pub mod agent_settings;
pub mod agreement;
pub mod audit_entry;
pub mod api_token;
pub mod billing_configuration;
pub mod billing_evidence;
pub mod billing_item;
pub mod billing_line;
pub mod billing_run;
pub mod billing_settings;
pub mod board;
pub mod company_billing;
pub mod company_mapping;
pub mod company_price;
pub mod company_routing;
pub mod console_company;
pub mod console_contact;
pub mod contact_mapping;
pub mod credential;
pub mod delivery;
pub mod delivery_attempt;
pub mod exact;
pub mod full_report;
pub mod ids;
pub mod import_change;
pub mod import_settings;
pub mod import_state;
pub mod incident;
pub mod integration;
pub mod job;
pub mod license;
pub mod license_period;
pub mod permission_check;
pub mod problem;
pub mod product_mapping;
pub mod provider;
pub mod psa_company;
pub mod psa_contact;
pub mod psa_product;
pub mod scope;
pub mod shown;
pub mod storage_account;
pub mod storage_limit;
pub mod storage_limit_use;
pub mod storage_sample;
pub mod ticket_settings;
pub mod ticket_watch;
pub mod webhook;
pub mod webhook_delivery;
pub mod year_month;

pub use exact::Exact;
pub use ids::{
    AdditionId, AgentEventId, AgreementId, ApiTokenId, AuditEntryId, BillingConfigurationId, BillingEvidenceId,
    BillingItemId, BillingLineId, BillingRunId, BoardId, CompanyBillingId, CompanyMappingId, CompanyPriceId,
    ConsoleCompanyId, ConsoleContactId, ContactMappingId, DeliveryAttemptId, DeliveryId, ImportChangeId, IncidentId,
    IntegrationId, JobId, LicenseId, LicensePeriodId, ProductMappingId, ProviderId, PsaCompanyId, PsaContactId,
    PsaProductId, StorageAccountId, StorageLimitId, StorageLimitUseId, StorageSampleId,
};
pub use problem::Problem;
pub use scope::{ProviderScope, Scoped};
pub use year_month::{InvalidYearMonth, YearMonth};
