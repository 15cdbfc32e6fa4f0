//! A page of console companies with what they are bound to: those that nobody has decided about first, each group in
//! name order.
//!
//! The groups are read one after the other instead of being sorted together: each walks the index on names and stops
//! when the page is full, and the PSA company and, when they are wanted, contacts come with the same statement. Companies
//! that the console no longer has are not in that index, so a long list of them costs nothing.

use psa_entities::{
    ProviderScope, company_mapping, console_company,
    ids::{ConsoleCompanyId, IntegrationId},
    psa_company, shown,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, ExprTrait, IntoSimpleExpr, JoinType, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationTrait, Select, SelectThree, TopologyChain,
    sea_query::{BinOper, Expr, IntoCondition, SelectStatement, SimpleExpr},
};
use serde::Deserialize;

use super::{
    MappedCompany, MappingState,
    health::{self, MappingHealth},
    place::{Part, Place},
    search,
};
use crate::database::aggregated::{self, IsAsked};

/// The groups in the order of the list.
const GROUPS: [MappingState; 3] = [MappingState::Unmapped, MappingState::Mapped, MappingState::Excluded];

/// Which companies a list has.
#[derive(Debug, Clone, Default)]
pub struct CompanyFilter {
    /// Only those about which this was decided.
    pub state: Option<MappingState>,
    /// Only those with this in their name, or of this id in the console.
    pub search: Option<String>,
    /// Only those that are bound and whose PSA company is in this condition.
    pub health: Option<MappingHealth>,
    /// Whether those that the console no longer has are listed as well.
    pub include_removed: bool,
}

/// A company of the list, as the list shows it.
#[derive(Debug, Clone, Deserialize)]
pub struct ListedCompany {
    /// The console company.
    pub company: shown::ConsoleCompany,
    /// What was decided; `None` when nothing was.
    pub mapping: Option<shown::CompanyMapping>,
    /// The PSA company it is bound to, as the last import saw it.
    pub psa: Option<shown::PsaCompany>,
    /// Those of its contacts that were asked for.
    pub contacts: Vec<shown::ConsoleContact>,
}

impl ListedCompany {
    /// Where it stands in the list.
    pub fn place(&self) -> Place {
        let decided = self.mapping.as_ref().map(|mapping| mapping.state);
        Place {
            group: rank(MappingState::of(decided)),
            name: self.company.name.clone(),
            id: self.company.id.uuid(),
        }
    }
}

fn rank(state: MappingState) -> u8 {
    match state {
        MappingState::Unmapped => 0,
        MappingState::Mapped => 1,
        MappingState::Excluded => 2,
    }
}

/// What is wanted of each company.
#[derive(Clone, Copy)]
pub struct Detail<'a> {
    /// Which columns are asked for, by their names.
    pub is_asked: IsAsked<'a>,
    /// Which of its contacts.
    pub contacts: Option<&'a SelectStatement>,
}

/// Reads a part of the list.
///
/// # Errors
/// Only of the database.
pub async fn read(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
    filter: &CompanyFilter,
    part: &Part,
    detail: Detail<'_>,
) -> Result<Vec<ListedCompany>, DbErr> {
    let order = part.order();
    let record = record(db.get_database_backend(), detail);
    let (name, id) = (console_company::Column::Name, console_company::Column::Id);
    let mut rows = Vec::new();
    let mut wanted = part.limit;
    for group in part.groups(&GROUPS, rank) {
        if wanted == 0 || !may_have(filter, group) {
            continue;
        }
        let select = joined(scope, integration)
            .filter(condition(filter, Some(group)))
            .filter(part.within(rank(group), name, id))
            .order_by(name, order.clone())
            .order_by(id, order.clone())
            .limit(wanted);
        let found: Vec<ListedCompany> = aggregated::read(db, select.into_query(), record.clone()).await?;
        wanted = wanted.saturating_sub(u64::try_from(found.len()).unwrap_or(wanted));
        rows.extend(found);
    }
    if part.backwards {
        rows.reverse();
    }
    Ok(rows)
}

/// Counts the whole list.
///
/// # Errors
/// Only of the database.
pub async fn count(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
    filter: &CompanyFilter,
) -> Result<u64, DbErr> {
    if !GROUPS.iter().any(|group| may_have(filter, *group)) {
        return Ok(0);
    }
    joined(scope, integration)
        .filter(condition(filter, filter.state))
        .count(db)
        .await
}

/// Finds companies of the provider, whatever was decided about them and whether or not the console still has them.
///
/// # Errors
/// Only of the database.
pub async fn find(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
    companies: impl IntoIterator<Item = ConsoleCompanyId>,
) -> Result<Vec<MappedCompany>, DbErr> {
    let found = joined(scope, integration)
        .filter(console_company::Column::Id.is_in(companies))
        .all(db)
        .await?;
    Ok(found.into_iter().map(|row| mapped(integration, row)).collect())
}

/// Every company that the console has and about which nobody has decided, in name order.
///
/// # Errors
/// Only of the database.
pub async fn undecided(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
) -> Result<Vec<MappedCompany>, DbErr> {
    let found = joined(scope, integration)
        .filter(condition(&CompanyFilter::default(), Some(MappingState::Unmapped)))
        .order_by_asc(console_company::Column::Name)
        .order_by_asc(console_company::Column::Id)
        .all(db)
        .await?;
    Ok(found.into_iter().map(|row| mapped(integration, row)).collect())
}

type Row = (
    console_company::Model,
    Option<company_mapping::Model>,
    Option<psa_company::Model>,
);
type Joined = SelectThree<console_company::Entity, company_mapping::Entity, psa_company::Entity, TopologyChain>;

fn mapped(integration: IntegrationId, (company, mapping, psa): Row) -> MappedCompany {
    MappedCompany {
        integration,
        company,
        mapping,
        psa,
    }
}

/// A [`ListedCompany`], as the database tells it.
fn record(backend: DbBackend, Detail { is_asked, contacts }: Detail<'_>) -> SimpleExpr {
    let contacts = match contacts {
        Some(select) => {
            let contact = aggregated::row::<shown::ConsoleContact>(backend, is_asked);
            aggregated::rows(backend, select.clone(), contact)
        }
        None => Expr::cust("'[]'"),
    };
    aggregated::record([
        aggregated::row::<shown::ConsoleCompany>(backend, is_asked),
        aggregated::optional_row::<shown::CompanyMapping>(backend, is_asked, company_mapping::Column::Id),
        aggregated::optional_row::<shown::PsaCompany>(backend, is_asked, psa_company::Column::Id),
        contacts,
    ])
}

fn joined(scope: ProviderScope, integration: IntegrationId) -> Joined {
    let of_integration = console_company::Relation::CompanyMapping
        .def()
        .on_condition(move |_, mapping| {
            Expr::col((mapping, company_mapping::Column::IntegrationId))
                .eq(integration)
                .into_condition()
        });
    let companies: Select<console_company::Entity> = scope.find();
    companies
        .join(JoinType::LeftJoin, of_integration)
        .select_also(company_mapping::Entity)
        .and_also_related(psa_company::Entity)
}

/// Whether a group can have rows that pass the filter.
fn may_have(filter: &CompanyFilter, group: MappingState) -> bool {
    filter.state.is_none_or(|state| state == group)
        && filter
            .health
            .is_none_or(|health| group == MappingState::Mapped && health != MappingHealth::OtherCompany)
}

fn condition(filter: &CompanyFilter, group: Option<MappingState>) -> Condition {
    let decided = |state: company_mapping::MappingState| {
        // Unlike a plain comparison this lets SQLite keep the order of the index on names instead of starting from the
        // mappings and sorting the companies, and PostgreSQL still knows how many rows to expect.
        let is = BinOper::Custom("IS NOT DISTINCT FROM");
        company_mapping::Column::State.into_simple_expr().binary(is, state)
    };
    let state = group.map(|group| match group {
        // The column that the tables are joined by: for any other PostgreSQL does not see that it is asked for what is
        // left over, expects next to nothing, and joins and sorts everything.
        MappingState::Unmapped => company_mapping::Column::CompanyId.is_null(),
        MappingState::Mapped => decided(company_mapping::MappingState::Mapped),
        MappingState::Excluded => decided(company_mapping::MappingState::Excluded),
    });
    let typed = filter
        .search
        .as_deref()
        .map(str::trim)
        .filter(|typed| !typed.is_empty());
    Condition::all()
        .add_option(state)
        .add_option((!filter.include_removed).then(|| console_company::Column::RemovedAt.is_null()))
        .add_option(typed.map(search::console_companies))
        .add_option(filter.health.map(health::condition))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bound_companies_have_a_health() {
        let filter = CompanyFilter {
            health: Some(MappingHealth::Ok),
            ..CompanyFilter::default()
        };
        assert!(may_have(&filter, MappingState::Mapped));
        assert!(!may_have(&filter, MappingState::Unmapped));
        let filter = CompanyFilter {
            state: Some(MappingState::Excluded),
            ..filter
        };
        let contacts_only = CompanyFilter {
            health: Some(MappingHealth::OtherCompany),
            ..CompanyFilter::default()
        };
        assert!(GROUPS.iter().all(|group| !may_have(&contacts_only, *group)));
        assert!(GROUPS.iter().all(|group| !may_have(&filter, *group)));
    }
}
