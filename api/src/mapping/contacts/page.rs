//! A page of console contacts with what they are bound to: those that are bound to nothing first, each group in name
//! order.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use psa_entities::{
    ProviderScope, company_mapping, console_company, console_contact, contact_mapping,
    ids::{ConsoleCompanyId, ConsoleContactId, IntegrationId},
    psa_contact,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, ExprTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, RelationTrait, Select, SelectThree, TopologyChain,
    sea_query::{Expr, IntoCondition},
};

use super::{ContactMappingState, MappedContact};
use crate::mapping::{
    health::{self, MappingHealth},
    page as companies,
    place::{Part, Place},
    search,
};

/// The groups in the order of the list.
const GROUPS: [ContactMappingState; 2] = [ContactMappingState::Unmapped, ContactMappingState::Mapped];

/// Which contacts a list has.
#[derive(Debug, Clone, Default)]
pub struct ContactFilter {
    /// Only those that are bound, or only those that are not.
    pub state: Option<ContactMappingState>,
    /// Only those with this in their name or e-mail address, or of this id in the console.
    pub search: Option<String>,
    /// Only those of this company.
    pub company: Option<ConsoleCompanyId>,
    /// Only those that are bound and whose PSA contact is in this condition.
    pub health: Option<MappingHealth>,
    /// Whether those that the console no longer has are listed as well.
    pub include_removed: bool,
}

/// Where a contact stands in the list.
pub fn place(row: &MappedContact) -> Place {
    Place {
        group: rank(row.state()),
        name: row.contact.name.clone(),
        id: row.contact.id.uuid(),
    }
}

fn rank(state: ContactMappingState) -> u8 {
    match state {
        ContactMappingState::Unmapped => 0,
        ContactMappingState::Mapped => 1,
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
    filter: &ContactFilter,
    part: &Part,
) -> Result<Vec<MappedContact>, DbErr> {
    let (name, id) = (console_contact::Column::Name, console_contact::Column::Id);
    let mut rows = Vec::new();
    let mut wanted = part.limit;
    for group in part.groups(&GROUPS, rank) {
        if wanted == 0 || !may_have(filter, group) {
            continue;
        }
        let found = joined(scope, integration, filter.health.is_some())
            .filter(condition(filter, Some(group)))
            .filter(part.within(rank(group), name, id))
            .order_by(name, part.order())
            .order_by(id, part.order())
            .limit(wanted)
            .all(db)
            .await?;
        wanted = wanted.saturating_sub(u64::try_from(found.len()).unwrap_or(wanted));
        rows.extend(found);
    }
    if part.backwards {
        rows.reverse();
    }
    with_companies(db, scope, integration, rows).await
}

/// Counts the whole list.
///
/// # Errors
/// Only of the database.
pub async fn count(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
    filter: &ContactFilter,
) -> Result<u64, DbErr> {
    if !GROUPS.iter().any(|group| may_have(filter, *group)) {
        return Ok(0);
    }
    joined(scope, integration, filter.health.is_some())
        .filter(condition(filter, filter.state))
        .count(db)
        .await
}

/// Finds contacts of the provider, bound or not, and whether or not the console still has them.
///
/// # Errors
/// Only of the database.
pub async fn find(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
    contacts: impl IntoIterator<Item = ConsoleContactId>,
) -> Result<Vec<MappedContact>, DbErr> {
    let found = joined(scope, integration, false)
        .filter(console_contact::Column::Id.is_in(contacts))
        .all(db)
        .await?;
    with_companies(db, scope, integration, found).await
}

/// Every contact that the console has and that is bound to nothing, in name order.
///
/// # Errors
/// Only of the database.
pub async fn unbound(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
) -> Result<Vec<MappedContact>, DbErr> {
    let found = joined(scope, integration, false)
        .filter(condition(
            &ContactFilter::default(),
            Some(ContactMappingState::Unmapped),
        ))
        .order_by_asc(console_contact::Column::Name)
        .order_by_asc(console_contact::Column::Id)
        .all(db)
        .await?;
    with_companies(db, scope, integration, found).await
}

type Row = (
    console_contact::Model,
    Option<contact_mapping::Model>,
    Option<psa_contact::Model>,
);
type Joined = SelectThree<console_contact::Entity, contact_mapping::Entity, psa_contact::Entity, TopologyChain>;

/// Adds the companies of the rows, with what those are bound to.
async fn with_companies(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
    rows: Vec<Row>,
) -> Result<Vec<MappedContact>, DbErr> {
    let ids: HashSet<_> = rows.iter().map(|(contact, ..)| contact.company_id).collect();
    let companies = companies::find(db, scope, integration, ids).await?;
    let companies: HashMap<_, _> = companies
        .into_iter()
        .map(|row| (row.company.id, Arc::new(row)))
        .collect();
    rows.into_iter()
        .map(|(contact, mapping, psa)| {
            let company = companies.get(&contact.company_id).cloned();
            let company =
                company.ok_or_else(|| DbErr::Custom(format!("console_contact {}: no company", contact.id)))?;
            Ok(MappedContact {
                integration,
                contact,
                company,
                mapping,
                psa,
            })
        })
        .collect()
}

/// Contacts with their bindings, and, where it is asked for, with the PSA company that their company is bound to.
fn joined(scope: ProviderScope, integration: IntegrationId, with_psa_company: bool) -> Joined {
    let of_integration = console_contact::Relation::ContactMapping
        .def()
        .on_condition(move |_, mapping| {
            Expr::col((mapping, contact_mapping::Column::IntegrationId))
                .eq(integration)
                .into_condition()
        });
    let bound = console_company::Relation::CompanyMapping
        .def()
        .on_condition(move |_, mapping| {
            let column = |column| Expr::col((mapping.clone(), column));
            Condition::all()
                .add(column(company_mapping::Column::IntegrationId).eq(integration))
                .add(column(company_mapping::Column::State).eq(company_mapping::MappingState::Mapped))
        });
    let contacts: Select<console_contact::Entity> = scope.find();
    contacts
        .join(JoinType::InnerJoin, console_contact::Relation::Company.def())
        .join(JoinType::LeftJoin, of_integration)
        .apply_if(with_psa_company.then_some(bound), |select, bound| {
            select
                .join(JoinType::LeftJoin, bound)
                .join(JoinType::LeftJoin, company_mapping::Relation::PsaCompany.def())
        })
        .select_also(contact_mapping::Entity)
        .and_also_related(psa_contact::Entity)
}

/// Whether a group can have rows that pass the filter.
fn may_have(filter: &ContactFilter, group: ContactMappingState) -> bool {
    filter.state.is_none_or(|state| state == group) && (filter.health.is_none() || group == ContactMappingState::Mapped)
}

fn condition(filter: &ContactFilter, group: Option<ContactMappingState>) -> Condition {
    let state = group.map(|group| match group {
        // The column that the tables are joined by, for the reason that the list of companies gives.
        ContactMappingState::Unmapped => contact_mapping::Column::ContactId.is_null(),
        ContactMappingState::Mapped => contact_mapping::Column::Id.is_not_null(),
    });
    let there = || {
        Condition::all()
            .add(console_contact::Column::RemovedAt.is_null())
            .add(console_company::Column::RemovedAt.is_null())
    };
    let typed = filter
        .search
        .as_deref()
        .map(str::trim)
        .filter(|typed| !typed.is_empty());
    Condition::all()
        .add_option(state)
        .add_option((!filter.include_removed).then(there))
        .add_option(
            filter
                .company
                .map(|company| console_contact::Column::CompanyId.eq(company)),
        )
        .add_option(typed.map(search::console_contacts))
        .add_option(filter.health.map(health::contact_condition))
}

#[cfg(test)]
mod tests {
    use super::*;
    use psa_entities::{ProviderId, psa_company};
    use sea_orm::DbBackend;

    #[test]
    fn only_bound_contacts_have_a_health() {
        let filter = ContactFilter {
            health: Some(MappingHealth::Ok),
            ..ContactFilter::default()
        };
        assert!(may_have(&filter, ContactMappingState::Mapped));
        assert!(!may_have(&filter, ContactMappingState::Unmapped));
    }

    #[test]
    fn the_psa_company_is_joined_only_where_it_is_asked_for() {
        let scope = ProviderScope::new(ProviderId::from_uuid(uuid::Uuid::nil()));
        let integration = IntegrationId::from_uuid(uuid::Uuid::nil());
        let table = format!("\"{}\"", sea_orm::EntityName::table_name(&psa_company::Entity));
        for asked in [false, true] {
            let sql = joined(scope, integration, asked).build(DbBackend::Sqlite).to_string();
            assert_eq!(sql.contains(&table), asked, "{sql}");
        }
    }
}
