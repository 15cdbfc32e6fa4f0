//! How far the mapping of an integration is.

use async_graphql::SimpleObject;
use psa_entities::{
    ProviderScope,
    company_mapping::{self, Column, Entity},
    console_company, console_contact, contact_mapping,
    ids::IntegrationId,
};
use sea_orm::{ColumnTrait, JoinType, PaginatorTrait, QueryFilter, QuerySelect, RelationTrait};

use crate::{app::App, failure::Outcome};

/// How many companies the console has and what was decided about them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, SimpleObject)]
pub struct MappingCounts {
    /// All companies that the console has.
    pub total: u64,
    /// Those that are bound to a PSA company.
    pub mapped: u64,
    /// Those about which nobody has decided.
    pub unmapped: u64,
    /// Those that were left out on purpose.
    pub excluded: u64,
}

/// Counts an integration's companies.
///
/// # Errors
/// Only of the database.
pub async fn companies(app: &App, scope: ProviderScope, integration: IntegrationId) -> Outcome<MappingCounts> {
    let db = app.db.read();
    let there = console_company::Column::RemovedAt.is_null();
    let total = scope
        .find::<console_company::Entity>()
        .filter(there.clone())
        .count(db)
        .await?;
    let decided = scope
        .find::<Entity>()
        .join(JoinType::InnerJoin, company_mapping::Relation::Company.def())
        .filter(Column::IntegrationId.eq(integration))
        .filter(console_company::Column::ProviderId.eq(scope.provider_id()))
        .filter(there)
        .select_only()
        .column(Column::State)
        .column_as(Column::Id.count(), "companies")
        .group_by(Column::State)
        .into_tuple::<(company_mapping::MappingState, i64)>()
        .all(db)
        .await?;
    Ok(tally(total, &decided))
}

/// How many contacts the console has and how many of them are bound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, SimpleObject)]
pub struct ContactMappingCounts {
    /// All contacts that the console has.
    pub total: u64,
    /// Those that are bound to a PSA contact.
    pub mapped: u64,
    /// Those that are not.
    pub unmapped: u64,
}

/// Counts an integration's contacts.
///
/// # Errors
/// Only of the database.
pub async fn contacts(app: &App, scope: ProviderScope, integration: IntegrationId) -> Outcome<ContactMappingCounts> {
    let db = app.db.read();
    let there = scope
        .find::<console_contact::Entity>()
        .join(JoinType::InnerJoin, console_contact::Relation::Company.def())
        .filter(console_contact::Column::RemovedAt.is_null())
        .filter(console_company::Column::RemovedAt.is_null());
    let bound = there
        .clone()
        .join(JoinType::InnerJoin, console_contact::Relation::ContactMapping.def())
        .filter(contact_mapping::Column::IntegrationId.eq(integration));
    let mapped = bound.count(db).await?;
    // A contact that is bound between the two statements must not make the rest negative.
    let total = there.count(db).await?.max(mapped);
    Ok(ContactMappingCounts {
        total,
        mapped,
        unmapped: total - mapped,
    })
}

fn tally(total: u64, decided: &[(company_mapping::MappingState, i64)]) -> MappingCounts {
    let of = |wanted| {
        let found = decided.iter().find(|(state, _)| *state == wanted);
        found
            .and_then(|(_, companies)| u64::try_from(*companies).ok())
            .unwrap_or(0)
    };
    let mapped = of(company_mapping::MappingState::Mapped);
    let excluded = of(company_mapping::MappingState::Excluded);
    // The two statements may see a different moment: a company bound in between must not make the rest negative.
    MappingCounts {
        total,
        mapped,
        excluded,
        unmapped: total.saturating_sub(mapped + excluded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use psa_entities::company_mapping::MappingState;

    #[test]
    fn what_nobody_decided_is_the_rest() {
        let counts = tally(10, &[(MappingState::Mapped, 4), (MappingState::Excluded, 1)]);
        assert_eq!(
            counts,
            MappingCounts {
                total: 10,
                mapped: 4,
                unmapped: 5,
                excluded: 1
            }
        );
        assert_eq!(tally(3, &[]).unmapped, 3);
        assert_eq!(tally(0, &[(MappingState::Mapped, 1)]).unmapped, 0);
    }
}
