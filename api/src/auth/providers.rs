//! The tenants that tokens name.

pub mod settings;

use std::{collections::HashMap, sync::RwLock};

use chrono::{DateTime, Utc};
use psa_entities::{ProviderId, ProviderScope, provider};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, sea_query::OnConflict};

use super::token::Claims;
use crate::database::Database;

/// Time zone of a new provider, until the provider chooses its own.
const FIRST_TIME_ZONE: &str = "UTC";

/// Currency of a new provider, until the provider chooses its own (ISO 4217).
const FIRST_CURRENCY: &str = "USD";

/// Finds providers by the key that they have in tokens. Remembers them, because every request asks and the answer
/// never changes.
#[derive(Debug, Default)]
pub struct Providers {
    known: RwLock<HashMap<String, ProviderId>>,
}

impl Providers {
    /// The provider that the claims name. It is made at first sight: the issuer is trusted to name only real ones.
    ///
    /// # Errors
    /// The database fails.
    pub async fn find_or_create(
        &self,
        db: &Database,
        claims: &Claims,
        now: DateTime<Utc>,
    ) -> Result<ProviderScope, DbErr> {
        if let Some(id) = self.remembered(&claims.provider) {
            return Ok(ProviderScope::new(id));
        }
        let id = match find(db.read(), &claims.provider).await? {
            Some(id) => id,
            None => create(db, claims, now).await?,
        };
        // A poisoned lock only means that somebody else failed while remembering.
        self.known
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .insert(claims.provider.clone(), id);
        Ok(ProviderScope::new(id))
    }

    fn remembered(&self, key: &str) -> Option<ProviderId> {
        self.known
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .get(key)
            .copied()
    }
}

async fn find(db: &impl sea_orm::ConnectionTrait, key: &str) -> Result<Option<ProviderId>, DbErr> {
    let row = provider::Entity::find()
        .filter(provider::Column::ExternalKey.eq(key))
        .one(db)
        .await?;
    Ok(row.map(|row| row.id))
}

/// Two first requests may come at once: the unique key lets one of them in, and both read what is there then.
async fn create(db: &Database, claims: &Claims, now: DateTime<Utc>) -> Result<ProviderId, DbErr> {
    let row = provider::ActiveModel {
        id: Set(ProviderId::at(now)),
        external_key: Set(claims.provider.clone()),
        name: Set(claims.provider_name.clone().unwrap_or_else(|| claims.provider.clone())),
        time_zone: Set(FIRST_TIME_ZONE.to_owned()),
        currency: Set(FIRST_CURRENCY.to_owned()),
        created_at: Set(now),
    };
    provider::Entity::insert(row)
        .on_conflict(
            OnConflict::column(provider::Column::ExternalKey)
                .do_nothing()
                .to_owned(),
        )
        .try_insert()
        .exec_without_returning(db.write())
        .await?;
    find(db.write(), &claims.provider)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound(format!("provider {} after it was made", claims.provider)))
}
