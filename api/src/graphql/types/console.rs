//! What the console reported.

mod ahead;
mod contact;

use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use psa_entities::{
    console_company, ids::ConsoleCompanyId, license, shown, storage_account, storage_limit, storage_sample,
};
use sea_orm::{ColumnTrait, Condition};

pub use ahead::{ContactsAhead, FirstContacts};
pub use contact::{ConsoleContact, ConsoleContactFilter, console_contacts};

use super::product::BillableProduct;
use crate::{
    billing::product::{self, LicenseType},
    graphql::{
        ids::NodeKind,
        loaders::{
            console::{ContactsOf, LicensesOf, StorageOf},
            nested::{Nested, page_of},
        },
        pagination::{List, PageArgs, Slice},
        request::{Request, asked, internal},
        scalars::{Bytes, Date, Decimal, YearMonth},
        told::{Asked, Json, Told, leaf},
    },
};

/// A company of the console.
#[derive(Debug, Clone)]
pub struct ConsoleCompany {
    row: shown::ConsoleCompany,
    contacts: Option<ContactsAhead>,
}

impl ConsoleCompany {
    /// A company, some of whose contacts were read with it.
    pub fn with(row: shown::ConsoleCompany, contacts: Option<ContactsAhead>) -> Self {
        Self { row, contacts }
    }

    /// Its key.
    pub fn key(&self) -> ConsoleCompanyId {
        self.row.id
    }

    /// Its name.
    pub fn called(&self) -> &str {
        &self.row.name
    }
}

impl From<console_company::Model> for ConsoleCompany {
    fn from(row: console_company::Model) -> Self {
        Self::with(row.into(), None)
    }
}

/// A customer of the provider, as the console knows it.
#[Object]
impl ConsoleCompany {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::ConsoleCompany.id(self.row.id)
    }

    /// The id in the console.
    async fn external_id(&self) -> Result<&str> {
        asked(self.row.external_id.as_deref())
    }

    /// The name in the console.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// Its contacts in name order.
    #[graphql(complexity = "10 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, desc = "Whether those that the console no longer has are listed as well.")]
        include_removed: bool,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<ConsoleContact>> {
        let page = PageArgs::new(first, after, last, before)?;
        let wanted = ContactsOf { include_removed };
        // The contacts of a company that is gone are gone as well.
        let slice = if self.row.removed_at.is_some() && !include_removed {
            Slice::new(Vec::new(), &page, 0, ContactsOf::place)
        } else {
            page_of(ctx, wanted, self.row.id, &page).await?
        };
        Ok(slice.connect(ConsoleContact::from))
    }

    /// The licences that it holds, the last reported first.
    #[graphql(complexity = "10 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn licenses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which licences; without it all of them.")] filter: Option<LicenseFilter>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<License>> {
        let page = PageArgs::new(first, after, last, before)?;
        let slice = page_of(ctx, LicensesOf(filter.unwrap_or_default()), self.row.id, &page).await?;
        Ok(slice.connect(License))
    }

    /// What it kept on each storage account on each day of a month, by account and day. Days without a report are
    /// absent.
    #[graphql(complexity = "5 + 31 * child_complexity")]
    async fn storage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The month.")] month: YearMonth,
    ) -> Result<Vec<StorageSample>> {
        let samples = ctx
            .rows()?
            .load_one(StorageOf(self.row.id, month.0))
            .await
            .map_err(internal)?;
        Ok(samples.unwrap_or_default().into_iter().map(StorageSample).collect())
    }

    /// When the console last reported it.
    async fn reported_at(&self) -> Result<DateTime<Utc>> {
        asked(self.row.reported_at)
    }

    /// When a full report no longer had it; null while the console has it. What was decided about it is kept.
    async fn removed_at(&self) -> Option<DateTime<Utc>> {
        self.row.removed_at
    }
}

impl Told for ConsoleCompany {
    fn tell(&self, field: &Asked<'_>, json: &mut Json) -> Option<()> {
        match field.name {
            "id" => leaf(self.id(field.ctx), json),
            "externalId" => leaf(self.external_id(field.ctx), json),
            "name" => leaf(self.name(field.ctx), json),
            "reportedAt" => leaf(self.reported_at(field.ctx), json),
            "removedAt" => leaf(self.removed_at(field.ctx), json),
            "contacts" => self.contacts.as_ref()?.tell(self.row.removed_at.is_some(), field, json),
            _ => None,
        }
    }
}

/// Which licences a list has.
#[derive(Debug, Default, Clone, PartialEq, Eq, Hash, InputObject)]
pub struct LicenseFilter {
    /// Only those of this type, by the name the console shows.
    pub license_type: Option<String>,
    /// Only those that are in use, or only those that are not.
    pub taken: Option<bool>,
    /// Only trials, or only others.
    pub trial: Option<bool>,
}

impl LicenseFilter {
    /// What such licences have.
    pub fn condition(&self) -> Condition {
        use license::Column;
        let license_type = self.license_type.as_deref().map(LicenseType::from_reported);
        Condition::all()
            .add_option(license_type.map(|kind| Column::LicenseType.eq(kind.display_name())))
            .add_option(self.taken.map(|taken| Column::Taken.eq(taken)))
            .add_option(self.trial.map(|trial| Column::Trial.eq(trial)))
    }
}

/// A licence.
#[derive(Debug, Clone)]
pub struct License(pub license::Model);

/// A licence of the console: the record behind a counted quantity.
#[Object]
impl License {
    /// The id in the console.
    async fn external_id(&self) -> &str {
        &self.0.external_id
    }

    /// The type by the name the console shows.
    async fn license_type(&self) -> &str {
        &self.0.license_type
    }

    /// What it is billed as.
    async fn product(&self) -> BillableProduct {
        BillableProduct(product::BillableProduct::License(LicenseType::from_reported(
            &self.0.license_type,
        )))
    }

    /// The computer that took it; null when none did.
    async fn computer(&self) -> Option<&str> {
        self.0.computer.as_deref()
    }

    /// The console user who took it; null when none did.
    async fn user_name(&self) -> Option<&str> {
        self.0.user_name.as_deref()
    }

    /// Whether it is in use. Only licences in use are billed.
    async fn taken(&self) -> bool {
        self.0.taken
    }

    /// Whether it is a trial. Trials are never billed.
    async fn trial(&self) -> bool {
        self.0.trial
    }

    /// When the console last reported it.
    async fn reported_at(&self) -> DateTime<Utc> {
        self.0.reported_at
    }
}

/// A storage account.
#[derive(Debug, Clone)]
pub struct StorageAccount(pub storage_account::Model);

/// A storage destination whose volume is billed.
#[Object]
impl StorageAccount {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::StorageAccount.id(self.0.id)
    }

    /// The id in the console.
    async fn external_id(&self) -> &str {
        &self.0.external_id
    }

    /// The name in the console.
    async fn name(&self) -> &str {
        &self.0.name
    }
}

/// A storage limit.
#[derive(Debug, Clone)]
pub struct StorageLimit(pub storage_limit::Model);

/// A storage limit, in the console also a package: room that is charged in full, whether or not it is used.
#[Object]
impl StorageLimit {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::StorageLimit.id(self.0.id)
    }

    /// The id in the console.
    async fn external_id(&self) -> &str {
        &self.0.external_id
    }

    /// The name in the console.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What the console charges for it in a month, in the provider's currency; null when it does not say. It is billed
    /// unless a price is set here.
    async fn unit_price(&self) -> Option<Decimal> {
        self.0.unit_price.map(Decimal::from)
    }
}

/// A day's storage volumes.
#[derive(Debug, Clone)]
pub struct StorageSample(pub storage_sample::Model);

/// What one company kept on one storage account on one day.
#[Object]
impl StorageSample {
    /// The storage account.
    async fn storage_account(&self, ctx: &Context<'_>) -> Result<StorageAccount> {
        let account = ctx
            .rows()?
            .load_one(self.0.storage_account_id)
            .await
            .map_err(internal)?;
        account
            .map(StorageAccount)
            .ok_or_else(|| internal("a storage sample without its account"))
    }

    /// The day, in the provider's time zone.
    async fn day(&self) -> Date {
        Date(self.0.day)
    }

    /// The volume stored.
    async fn backup_bytes(&self) -> Bytes {
        Bytes(self.0.backup_bytes)
    }

    /// The volume restored on that day.
    async fn restored_bytes(&self) -> Bytes {
        Bytes(self.0.restored_bytes)
    }
}
