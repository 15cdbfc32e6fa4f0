//! The rows that hold sealed secrets, of all tenants: a key seals for all of them.

use psa_entities::{IntegrationId, credential, webhook};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};

use crate::{
    database::Database,
    integrations::webhooks::{SECRET, TOKEN},
    vault::{Binding, Sealed},
};

/// Rows that are read at a time.
pub(super) const PAGE: u64 = 200;

/// A row with secrets that one key has sealed.
pub(super) trait SealedRow: Sized {
    /// What rows are read in the order of.
    type Key;

    /// Its key.
    fn key(&self) -> Self::Key;

    /// The vault key that sealed it.
    fn key_id(&self) -> &str;

    /// The place of one of its fields.
    fn binding<'a>(&self, field: &'a str) -> Binding<'a>;

    /// Its sealed fields, by name.
    fn fields(&self) -> Vec<(&str, &[u8])>;

    /// The rows after a key, in order.
    async fn page(db: &Database, after: Option<Self::Key>) -> Result<Vec<Self>, DbErr>;

    /// The row as it is now.
    async fn again(&self, db: &Database) -> Result<Option<Self>, DbErr>;

    /// Puts these seals, in the order of [`SealedRow::fields`], in the place of those that were read, if they are still
    /// there. Says whether they were.
    async fn replace(&self, db: &Database, sealed: Vec<Sealed>) -> Result<bool, DbErr>;

    /// How many rows another key than this one has sealed.
    async fn count_older(db: &Database, current: &str) -> Result<u64, DbErr>;
}

impl SealedRow for credential::Model {
    type Key = (IntegrationId, String);

    fn key(&self) -> Self::Key {
        (self.integration_id, self.field.clone())
    }

    fn key_id(&self) -> &str {
        &self.key_id
    }

    fn binding<'a>(&self, field: &'a str) -> Binding<'a> {
        Binding {
            provider: self.provider_id,
            integration: self.integration_id,
            field,
        }
    }

    fn fields(&self) -> Vec<(&str, &[u8])> {
        vec![(&self.field, &self.sealed)]
    }

    async fn page(db: &Database, after: Option<Self::Key>) -> Result<Vec<Self>, DbErr> {
        use credential::Column::{Field, IntegrationId};
        let mut cursor = credential::Entity::find().cursor_by((IntegrationId, Field));
        if let Some(after) = after {
            cursor.after(after);
        }
        cursor.first(PAGE).all(db.read()).await
    }

    async fn again(&self, db: &Database) -> Result<Option<Self>, DbErr> {
        credential::Entity::find_by_id(self.key()).one(db.read()).await
    }

    async fn replace(&self, db: &Database, sealed: Vec<Sealed>) -> Result<bool, DbErr> {
        let Some(Sealed { key_id, bytes }) = sealed.into_iter().next() else {
            return Ok(false);
        };
        let done = credential::Entity::update_many()
            .set(credential::ActiveModel {
                key_id: Set(key_id),
                sealed: Set(bytes),
                ..Default::default()
            })
            .filter(credential::Column::IntegrationId.eq(self.integration_id))
            .filter(credential::Column::Field.eq(self.field.as_str()))
            .filter(credential::Column::KeyId.eq(self.key_id.as_str()))
            .filter(credential::Column::Sealed.eq(self.sealed.as_slice()))
            .exec(db.write())
            .await?;
        Ok(done.rows_affected > 0)
    }

    async fn count_older(db: &Database, current: &str) -> Result<u64, DbErr> {
        let older = credential::Column::KeyId.ne(current);
        credential::Entity::find().filter(older).count(db.read()).await
    }
}

impl SealedRow for webhook::Model {
    type Key = IntegrationId;

    fn key(&self) -> Self::Key {
        self.integration_id
    }

    fn key_id(&self) -> &str {
        &self.key_id
    }

    fn binding<'a>(&self, field: &'a str) -> Binding<'a> {
        Binding {
            provider: self.provider_id,
            integration: self.integration_id,
            field,
        }
    }

    fn fields(&self) -> Vec<(&str, &[u8])> {
        vec![(TOKEN, &self.token), (SECRET, &self.secret)]
    }

    async fn page(db: &Database, after: Option<Self::Key>) -> Result<Vec<Self>, DbErr> {
        let mut cursor = webhook::Entity::find().cursor_by(webhook::Column::IntegrationId);
        if let Some(after) = after {
            cursor.after(after);
        }
        cursor.first(PAGE).all(db.read()).await
    }

    async fn again(&self, db: &Database) -> Result<Option<Self>, DbErr> {
        webhook::Entity::find_by_id(self.integration_id).one(db.read()).await
    }

    async fn replace(&self, db: &Database, sealed: Vec<Sealed>) -> Result<bool, DbErr> {
        let Ok([token, secret]) = <[Sealed; 2]>::try_from(sealed) else {
            return Ok(false);
        };
        let done = webhook::Entity::update_many()
            .set(webhook::ActiveModel {
                key_id: Set(token.key_id),
                token: Set(token.bytes),
                secret: Set(secret.bytes),
                ..Default::default()
            })
            .filter(webhook::Column::IntegrationId.eq(self.integration_id))
            .filter(webhook::Column::KeyId.eq(self.key_id.as_str()))
            .filter(webhook::Column::Token.eq(self.token.as_slice()))
            .filter(webhook::Column::Secret.eq(self.secret.as_slice()))
            .exec(db.write())
            .await?;
        Ok(done.rows_affected > 0)
    }

    async fn count_older(db: &Database, current: &str) -> Result<u64, DbErr> {
        let older = webhook::Column::KeyId.ne(current);
        webhook::Entity::find().filter(older).count(db.read()).await
    }
}
