//! The door to the rows of one provider.
//!
//! A request finds, changes and deletes rows through a [`ProviderScope`], so a row of another provider is not
//! there. `Entity::find()` and its siblings are for what has no provider at hand: the workers that lease due jobs
//! and deliveries across providers, retention, a change of the vault key, and the look-up of the provider itself, by its
//! key or an API token.

use sea_orm::{ColumnTrait, DeleteMany, EntityTrait, PrimaryKeyTrait, QueryFilter, Select, UpdateMany};

use crate::ids::ProviderId;

/// An entity whose rows belong to a provider.
pub trait Scoped: EntityTrait {
    /// The column that names the provider.
    fn provider_column() -> Self::Column;
}

/// Proof that the caller acts for a provider; the queries it makes see that provider's rows alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProviderScope(ProviderId);

impl ProviderScope {
    /// The scope of a provider that the caller has authenticated, or whose job it runs.
    #[must_use]
    pub const fn new(provider_id: ProviderId) -> Self {
        Self(provider_id)
    }

    /// The provider.
    #[must_use]
    pub const fn provider_id(self) -> ProviderId {
        self.0
    }

    /// Finds rows of the provider.
    #[must_use]
    pub fn find<E: Scoped>(self) -> Select<E> {
        E::find().filter(E::provider_column().eq(self.0))
    }

    /// Finds the row with a primary key, if it is the provider's.
    #[must_use]
    pub fn find_by_id<E: Scoped>(self, id: impl Into<<E::PrimaryKey as PrimaryKeyTrait>::ValueType>) -> Select<E> {
        E::find_by_id(id).filter(E::provider_column().eq(self.0))
    }

    /// Changes rows of the provider.
    #[must_use]
    pub fn update_many<E: Scoped>(self) -> UpdateMany<E> {
        E::update_many().filter(E::provider_column().eq(self.0))
    }

    /// Deletes rows of the provider.
    #[must_use]
    pub fn delete_many<E: Scoped>(self) -> DeleteMany<E> {
        E::delete_many().filter(E::provider_column().eq(self.0))
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use sea_orm::{DbBackend, QueryTrait};

    use super::*;
    use crate::ids::JobId;
    use crate::job;

    #[test]
    fn every_statement_is_filtered_by_the_provider() {
        let provider_id = ProviderId::at(DateTime::UNIX_EPOCH);
        let scope = ProviderScope::new(provider_id);
        let id = JobId::at(DateTime::UNIX_EPOCH);
        let filter = format!(r#""job"."provider_id" = '{provider_id}'"#);
        for sql in [
            scope.find::<job::Entity>().build(DbBackend::Postgres).to_string(),
            scope
                .find_by_id::<job::Entity>(id)
                .build(DbBackend::Postgres)
                .to_string(),
            scope
                .update_many::<job::Entity>()
                .build(DbBackend::Postgres)
                .to_string(),
            scope
                .delete_many::<job::Entity>()
                .build(DbBackend::Postgres)
                .to_string(),
        ] {
            assert!(sql.contains(&filter), "{sql}");
        }
        assert_eq!(scope.provider_id(), provider_id);
    }
}
