//! What the console reports.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::{
    auth::{Permission, guard::Requires},
    console::{
        batch::{RecordOutcome, RecordResult, Reported},
        companies::{self, CompaniesReport, CompanyReport},
        contacts::{self, ContactReport, ContactsReport},
        full_report::FullReport,
        licenses::{self, LicenseReport},
        storage::{self, StorageAccountReport, UsageReport},
        storage_limits::{self, LimitReport, LimitUseReport},
    },
    failure::{Outcome, UserError},
    graphql::{
        payload::{Answer, settle},
        request::Request,
        scalars::{Bytes, Date, Decimal},
    },
};

/// Mutations with which the console reports its inventory and usage.
#[derive(Debug, Default)]
pub struct ReportMutations;

/// Companies of the console.
#[derive(Debug, InputObject)]
pub struct ReportCompaniesInput {
    /// The companies, at most 1,000.
    pub records: Vec<CompanyReport>,
    /// The full report that they are a part of; without it companies that are not among them stay as they are.
    pub full_report: Option<FullReport>,
    /// Whether the completed report may remove an unusually large share of the companies.
    #[graphql(default)]
    pub confirm_removals: bool,
}

impl From<ReportCompaniesInput> for CompaniesReport {
    fn from(input: ReportCompaniesInput) -> Self {
        Self {
            records: input.records,
            full_report: input.full_report,
            confirm_removals: input.confirm_removals,
        }
    }
}

/// Contacts of the console.
#[derive(Debug, InputObject)]
pub struct ReportContactsInput {
    /// The contacts, at most 1,000.
    pub records: Vec<ContactReport>,
    /// The full report that they are a part of; without it contacts that are not among them stay as they are.
    pub full_report: Option<FullReport>,
    /// Whether the completed report may remove an unusually large share of the contacts.
    #[graphql(default)]
    pub confirm_removals: bool,
}

impl From<ReportContactsInput> for ContactsReport {
    fn from(input: ReportContactsInput) -> Self {
        Self {
            records: input.records,
            full_report: input.full_report,
            confirm_removals: input.confirm_removals,
        }
    }
}

/// Licences of the console.
#[derive(Debug, InputObject)]
pub struct ReportLicensesInput {
    /// The licences, at most 1,000.
    pub records: Vec<LicenseReport>,
}

/// Storage accounts of the console.
#[derive(Debug, InputObject)]
pub struct ReportStorageAccountsInput {
    /// The storage accounts, at most 1,000.
    pub records: Vec<StorageAccountReport>,
}

/// Storage volumes of the console.
#[derive(Debug, InputObject)]
pub struct ReportStorageUsageInput {
    /// The volumes, at most 1,000.
    pub records: Vec<StorageUsageReport>,
}

/// What one company kept on one storage account on one day.
#[derive(Debug, InputObject)]
pub struct StorageUsageReport {
    /// The console's id of the company.
    pub company_external_id: String,
    /// The console's id of the storage account.
    pub storage_account_external_id: String,
    /// The day, in the provider's time zone. A day that is reported again replaces what was reported before.
    pub day: Date,
    /// The volume stored.
    pub backup_bytes: Bytes,
    /// The volume restored on that day.
    #[graphql(default_with = "Bytes(0)")]
    pub restored_bytes: Bytes,
}

impl From<StorageUsageReport> for UsageReport {
    fn from(report: StorageUsageReport) -> Self {
        Self {
            company_external_id: report.company_external_id,
            storage_account_external_id: report.storage_account_external_id,
            day: report.day.0,
            backup_bytes: report.backup_bytes.0,
            restored_bytes: report.restored_bytes.0,
        }
    }
}

/// Storage limits of the console.
#[derive(Debug, InputObject)]
pub struct ReportStorageLimitsInput {
    /// The storage limits, at most 1,000.
    pub records: Vec<StorageLimitReport>,
}

/// A storage limit, which the console also calls a package.
#[derive(Debug, InputObject)]
pub struct StorageLimitReport {
    /// The console's id of the limit.
    pub external_id: String,
    /// Its name.
    pub name: String,
    /// What the console charges for it in a month, in the provider's currency; left out, it does not say.
    pub unit_price: Option<Decimal>,
}

impl From<StorageLimitReport> for LimitReport {
    fn from(report: StorageLimitReport) -> Self {
        Self {
            external_id: report.external_id,
            name: report.name,
            unit_price: report.unit_price.map(|price| price.0),
        }
    }
}

/// Who has which storage limit.
#[derive(Debug, InputObject)]
pub struct ReportStorageLimitUsesInput {
    /// The assignments, at most 1,000.
    pub records: Vec<StorageLimitUseReport>,
}

/// A storage limit that a company, one of its users or one of its domains has.
#[derive(Debug, InputObject)]
pub struct StorageLimitUseReport {
    /// The console's id of the assignment. It never changes.
    pub external_id: String,
    /// The console's id of the company that is charged for it.
    pub company_external_id: String,
    /// The console's id of the storage limit.
    pub storage_limit_external_id: String,
    /// Who has it, as people know them.
    pub label: String,
    /// The first day, in the provider's time zone; left out, what was reported before, else today.
    pub first_day: Option<Date>,
    /// The last day, in the provider's time zone; left out while they have it.
    pub last_day: Option<Date>,
}

impl From<StorageLimitUseReport> for LimitUseReport {
    fn from(report: StorageLimitUseReport) -> Self {
        Self {
            external_id: report.external_id,
            company_external_id: report.company_external_id,
            storage_limit_external_id: report.storage_limit_external_id,
            label: report.label,
            first_day: report.first_day.map(|day| day.0),
            last_day: report.last_day.map(|day| day.0),
        }
    }
}

/// What became of a report.
#[derive(Debug, SimpleObject)]
pub struct ReportPayload {
    /// The answer to each record, in the order of the batch; empty when the whole batch was refused.
    pub results: Vec<RecordResult>,
    /// How many records there were of each outcome.
    pub counts: ReportCounts,
    /// Why the whole batch was refused; empty when it was not. What is wrong with one record is in its result.
    pub user_errors: Vec<UserError>,
}

/// How many records of a report had each outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, SimpleObject)]
pub struct ReportCounts {
    /// Records that were not known before.
    pub created: usize,
    /// Records that are different now.
    pub updated: usize,
    /// Records that say nothing new.
    pub unchanged: usize,
    /// Records that were not stored.
    pub rejected: usize,
    /// Records that were there before this call and that the full report, which it completed, did not bring.
    pub removed: u64,
}

impl ReportPayload {
    fn new(outcome: Outcome<impl Into<Reported>>) -> Answer<Self> {
        let (reported, user_errors) = settle(outcome)?;
        let reported = reported.map(Into::into).unwrap_or_default();
        Ok(Some(Self {
            counts: ReportCounts::of(&reported),
            results: reported.results,
            user_errors,
        }))
    }
}

impl ReportCounts {
    fn of(reported: &Reported) -> Self {
        let results = &reported.results;
        let count = |wanted| results.iter().filter(|result| result.outcome == wanted).count();
        Self {
            created: count(RecordOutcome::Created),
            updated: count(RecordOutcome::Updated),
            unchanged: count(RecordOutcome::Unchanged),
            rejected: count(RecordOutcome::Rejected),
            removed: reported.removed,
        }
    }
}

#[Object]
impl ReportMutations {
    /// Reports companies of the console. Reporting one again updates its name, and brings it back when it was removed.
    /// Calls with one `fullReport.id` together bring everything that the console has; the one that completes the report
    /// removes the rest from lists and keeps what was decided about it.
    #[graphql(guard = "Requires(Permission::AgentReport)", complexity = "10 + child_complexity")]
    async fn report_companies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The companies.")] input: ReportCompaniesInput,
    ) -> Answer<ReportPayload> {
        ReportPayload::new(companies::report(ctx.app()?, ctx.stamp()?, input.into()).await)
    }

    /// Reports contacts of the console: its users. Reporting one again updates it, and brings it back when it was
    /// removed. Calls with one `fullReport.id` together bring everything that the console has; the one that completes the
    /// report removes the rest from lists and keeps what they are bound to.
    #[graphql(guard = "Requires(Permission::AgentReport)", complexity = "10 + child_complexity")]
    async fn report_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contacts.")] input: ReportContactsInput,
    ) -> Answer<ReportPayload> {
        ReportPayload::new(contacts::report(ctx.app()?, ctx.stamp()?, input.into()).await)
    }

    /// Reports licences of the console. A licence that was released is reported with `taken: false`.
    #[graphql(guard = "Requires(Permission::AgentReport)", complexity = "10 + child_complexity")]
    async fn report_licenses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The licences.")] input: ReportLicensesInput,
    ) -> Answer<ReportPayload> {
        ReportPayload::new(licenses::report(ctx.app()?, ctx.scope()?, input.records).await)
    }

    /// Reports storage accounts of the console. Reporting one again updates its name.
    #[graphql(guard = "Requires(Permission::AgentReport)", complexity = "10 + child_complexity")]
    async fn report_storage_accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The storage accounts.")] input: ReportStorageAccountsInput,
    ) -> Answer<ReportPayload> {
        ReportPayload::new(storage::report_accounts(ctx.app()?, ctx.scope()?, input.records).await)
    }

    /// Reports storage limits of the console. Reporting one again updates its name and price.
    #[graphql(guard = "Requires(Permission::AgentReport)", complexity = "10 + child_complexity")]
    async fn report_storage_limits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The storage limits.")] input: ReportStorageLimitsInput,
    ) -> Answer<ReportPayload> {
        let records = input.records.into_iter().map(LimitReport::from).collect();
        ReportPayload::new(storage_limits::report(ctx.app()?, ctx.scope()?, records).await)
    }

    /// Reports who has which storage limit. One that was taken away is reported with its last day.
    #[graphql(guard = "Requires(Permission::AgentReport)", complexity = "10 + child_complexity")]
    async fn report_storage_limit_uses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assignments.")] input: ReportStorageLimitUsesInput,
    ) -> Answer<ReportPayload> {
        let records = input.records.into_iter().map(LimitUseReport::from).collect();
        ReportPayload::new(storage_limits::report_uses(ctx.app()?, ctx.scope()?, records).await)
    }

    /// Reports what companies kept on storage accounts, day by day. Reporting a day again replaces it.
    #[graphql(guard = "Requires(Permission::AgentReport)", complexity = "10 + child_complexity")]
    async fn report_storage_usage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The volumes.")] input: ReportStorageUsageInput,
    ) -> Answer<ReportPayload> {
        let records = input.records.into_iter().map(UsageReport::from).collect();
        ReportPayload::new(storage::report_usage(ctx.app()?, ctx.scope()?, records).await)
    }
}
