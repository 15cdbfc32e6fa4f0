//! A page of console companies with what they are bound to: those that nobody has decided about first, each group in
//! name order.
//!
//! The groups are read one after the other instead of being sorted together: each walks the index on names and stops
//! when the page is full, and the PSA company comes with the same statement. Companies that the console no longer has are not
//! in that index, so a long list of them costs nothing.

use psa_entities::{
    ProviderScope, company_mapping, console_company,
    ids::{ConsoleCompanyId, IntegrationId},
    psa_company,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, ExprTrait, IntoSimpleExpr, JoinType, Order, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationTrait, Select, SelectThree, TopologyChain,
    sea_query::{BinOper, Expr, IntoCondition},
};
use serde::{Deserialize, Serialize};

use super::{
    MappedCompany, MappingState,
    health::{self, MappingHealth},
    search,
};

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

/// A place in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    group: u8,
    name: String,
    id: ConsoleCompanyId,
}

impl Place {
    /// Where a row stands.
    pub fn of(row: &MappedCompany) -> Self {
        Self {
            group: rank(row.state()),
            name: row.company.name.clone(),
            id: row.company.id,
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

/// Which part of the list is wanted.
#[derive(Debug, Clone)]
pub struct Part {
    /// Start beyond this place; without it at the end that the direction starts from.
    pub beyond: Option<Place>,
    /// Whether to go towards the beginning. The rows come in the list's order all the same.
    pub backwards: bool,
    /// How many rows.
    pub limit: u64,
}

impl Part {
    /// The groups that this part may have rows of, in the order in which it meets them.
    fn groups(&self) -> Vec<MappingState> {
        let ahead = |group: &MappingState| {
            self.beyond.as_ref().is_none_or(|place| {
                if self.backwards {
                    rank(*group) <= place.group
                } else {
                    rank(*group) >= place.group
                }
            })
        };
        let mut groups: Vec<_> = GROUPS.into_iter().filter(ahead).collect();
        if self.backwards {
            groups.reverse();
        }
        groups
    }
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
) -> Result<Vec<MappedCompany>, DbErr> {
    let order = if part.backwards { Order::Desc } else { Order::Asc };
    let mut rows = Vec::new();
    let mut wanted = part.limit;
    for group in part.groups() {
        if wanted == 0 || !may_have(filter, group) {
            continue;
        }
        let here = part.beyond.as_ref().filter(|place| place.group == rank(group));
        let found = joined(scope, integration)
            .filter(condition(filter, Some(group)))
            .apply_if(here, |select, place| select.filter(beyond(place, part.backwards)))
            .order_by(console_company::Column::Name, order.clone())
            .order_by(console_company::Column::Id, order.clone())
            .limit(wanted)
            .all(db)
            .await?;
        wanted = wanted.saturating_sub(u64::try_from(found.len()).unwrap_or(wanted));
        rows.extend(found.into_iter().map(|row| mapped(integration, row)));
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
    if filter.state.is_some_and(|state| !may_have(filter, state)) {
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
    filter.state.is_none_or(|state| state == group) && (filter.health.is_none() || group == MappingState::Mapped)
}

fn condition(filter: &CompanyFilter, group: Option<MappingState>) -> Condition {
    let decided = |state: company_mapping::MappingState| {
        // Unlike a plain comparison this lets SQLite keep the order of the index on names instead of starting from the
        // mappings and sorting the companies, and PostgreSQL still knows how many rows to expect.
        let is = BinOper::Custom("IS NOT DISTINCT FROM");
        company_mapping::Column::State.into_simple_expr().binary(is, state)
    };
    let state = group.map(|group| match group {
        MappingState::Unmapped => company_mapping::Column::Id.is_null(),
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

fn beyond(place: &Place, backwards: bool) -> Condition {
    use console_company::Column;
    let past = |column: Column, value: sea_orm::Value| {
        let column = column.into_simple_expr();
        if backwards { column.lt(value) } else { column.gt(value) }
    };
    let tie = Condition::all()
        .add(Column::Name.eq(place.name.as_str()))
        .add(past(Column::Id, place.id.into()));
    Condition::any()
        .add(past(Column::Name, place.name.as_str().into()))
        .add(tie)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn part(group: Option<u8>, backwards: bool) -> Part {
        let place = |group| Place {
            group,
            name: "Acme".into(),
            id: ConsoleCompanyId::at(DateTime::UNIX_EPOCH),
        };
        Part {
            beyond: group.map(place),
            backwards,
            limit: 51,
        }
    }

    #[test]
    fn groups_behind_the_place_are_not_read_again() {
        use MappingState::{Excluded, Mapped, Unmapped};
        assert_eq!(part(None, false).groups(), [Unmapped, Mapped, Excluded]);
        assert_eq!(part(Some(1), false).groups(), [Mapped, Excluded]);
        assert_eq!(part(None, true).groups(), [Excluded, Mapped, Unmapped]);
        assert_eq!(part(Some(1), true).groups(), [Mapped, Unmapped]);
    }

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
        assert!(GROUPS.iter().all(|group| !may_have(&filter, *group)));
    }
}
