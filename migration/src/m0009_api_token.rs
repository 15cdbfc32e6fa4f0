//! The tokens of scripts.

use sea_orm_migration::schema::{
    blob, json_binary, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
};
use sea_orm_migration::sea_orm::DeriveMigrationName;
use sea_orm_migration::{DbErr, MigrationTrait, SchemaManager};

use crate::new_table::{NewTable, drop_tables};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("api_token")
            .id()
            .owned_by("provider_id", "provider")
            .columns([
                text("name"),
                text_null("live_name"),
                blob("secret_hash"),
                text("hint"),
                json_binary("permissions"),
                timestamp_with_time_zone("created_at"),
                text("created_by"),
                timestamp_with_time_zone_null("expires_at"),
                timestamp_with_time_zone_null("revoked_at"),
                text_null("revoked_by"),
                timestamp_with_time_zone_null("last_used_at"),
            ])
            .unique(["secret_hash"])
            .unique(["provider_id", "live_name"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["api_token"]).await
    }
}
