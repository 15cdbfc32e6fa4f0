//! Contacts of the console.

use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use psa_entities::{
    console_company,
    console_contact::{self, Column},
    ids::ConsoleCompanyId,
    shown,
};
use sea_orm::{ColumnTrait, Condition, JoinType, QueryFilter, QuerySelect, RelationTrait};

use super::ConsoleCompany;
use crate::{
    graphql::{
        ids::NodeKind,
        loaders::{console::ContactsOf, nested::Nested},
        pagination::{List, PageArgs, by_name},
        request::{Request, asked, internal},
        told::{Asked, Json, Told, leaf},
    },
    mapping::search,
};

/// A contact of the console.
#[derive(Debug, Clone)]
pub struct ConsoleContact {
    company: ConsoleCompanyId,
    row: shown::ConsoleContact,
}

impl ConsoleContact {
    /// A contact of a company.
    pub fn of(company: ConsoleCompanyId, row: shown::ConsoleContact) -> Self {
        Self { company, row }
    }
}

impl From<console_contact::Model> for ConsoleContact {
    fn from(row: console_contact::Model) -> Self {
        Self::of(row.company_id, row.into())
    }
}

/// A person at a customer of the provider, as the console knows them: one of its users.
#[Object]
impl ConsoleContact {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::ConsoleContact.id(self.row.id)
    }

    /// The id in the console.
    async fn external_id(&self) -> Result<&str> {
        asked(self.row.external_id.as_deref())
    }

    /// The full name.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// The e-mail address as the console writes it; null when it has none.
    async fn email(&self) -> Option<&str> {
        self.row.email.as_deref()
    }

    /// The company that the person belongs to.
    async fn company(&self, ctx: &Context<'_>) -> Result<ConsoleCompany> {
        self.its_company(ctx).await
    }

    /// When the console last reported it.
    async fn reported_at(&self) -> Result<DateTime<Utc>> {
        asked(self.row.reported_at)
    }

    /// When a full report no longer had the contact, or else its company; null while the console has both. What it is
    /// bound to is kept.
    async fn removed_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        match self.row.removed_at {
            Some(at) => Ok(Some(at)),
            None => Ok(self.its_company(ctx).await?.row.removed_at),
        }
    }
}

impl Told for ConsoleContact {
    fn tell(&self, field: &Asked<'_>, json: &mut Json) -> Option<()> {
        match field.name {
            "id" => leaf(self.id(field.ctx), json),
            "externalId" => leaf(self.external_id(field.ctx), json),
            "name" => leaf(self.name(field.ctx), json),
            "email" => leaf(self.email(field.ctx), json),
            "reportedAt" => leaf(self.reported_at(field.ctx), json),
            _ => None,
        }
    }
}

impl ConsoleContact {
    /// Where it stands in the list of its company's contacts.
    pub fn place(&self) -> <ContactsOf as Nested>::Place {
        (self.row.name.clone(), self.row.id.uuid())
    }

    async fn its_company(&self, ctx: &Context<'_>) -> Result<ConsoleCompany> {
        let company = ctx.rows()?.load_one(self.company).await.map_err(internal)?;
        company
            .map(ConsoleCompany::from)
            .ok_or_else(|| internal("a contact without its company"))
    }
}

/// Which console contacts a list has.
#[derive(Debug, Default, InputObject)]
pub struct ConsoleContactFilter {
    /// Only those with this in their name, whatever case and accents, or in their e-mail address, or of this id in the
    /// console.
    pub search: Option<String>,
    /// Only those of this company of the console.
    pub company_id: Option<ID>,
    /// Whether those are listed as well that the console no longer has, or whose company it no longer has.
    #[graphql(default)]
    pub include_removed: bool,
}

/// Contacts of the console in name order.
///
/// # Errors
/// A cursor that is none of this list's.
pub async fn console_contacts(
    ctx: &Context<'_>,
    filter: ConsoleContactFilter,
    page: &PageArgs,
) -> Result<List<ConsoleContact>> {
    let typed = filter.search.filter(|typed| !typed.trim().is_empty());
    // An id of something else is the id of no company, and then no contact is its.
    let company = filter
        .company_id
        .map(|id| NodeKind::ConsoleCompany.key::<ConsoleCompanyId>(&id, "companyId").ok());
    let there = || {
        Condition::all()
            .add(Column::RemovedAt.is_null())
            .add(console_company::Column::RemovedAt.is_null())
    };
    let select = ctx
        .scope()?
        .find::<console_contact::Entity>()
        .join(JoinType::InnerJoin, console_contact::Relation::Company.def())
        .filter(
            Condition::all()
                .add_option(typed.map(|typed| search::console_contacts(&typed)))
                .add_option(company.map(|company| Column::CompanyId.is_in(company)))
                .add_option((!filter.include_removed).then(there)),
        );
    let columns = (Column::Name, Column::Id);
    let slice = by_name(ctx, select, columns, page, |row| (row.name.clone(), row.id.uuid())).await?;
    Ok(slice.connect(ConsoleContact::from))
}
