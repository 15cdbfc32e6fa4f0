//! The tenant and its connections to a PSA.

use sea_orm_migration::schema::{
    blob, boolean, json_binary, json_binary_null, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null,
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
        NewTable::named("provider")
            .id()
            .columns([
                text("external_key"),
                text("name"),
                text("time_zone"),
                text("currency"),
                timestamp_with_time_zone("created_at"),
            ])
            .unique(["external_key"])
            .create(manager)
            .await?;
        NewTable::named("integration")
            .id()
            .owned_by("provider_id", "provider")
            .columns([
                text("connector_kind"),
                text("name"),
                text("status"),
                json_binary_null("problem"),
                json_binary_null("account"),
                timestamp_with_time_zone("created_at"),
                timestamp_with_time_zone("updated_at"),
                timestamp_with_time_zone_null("activated_at"),
            ])
            .unique(["provider_id", "name"])
            .create(manager)
            .await?;
        NewTable::named("credential")
            .owned_by("integration_id", "integration")
            .columns([text("field")])
            .owned_by("provider_id", "provider")
            .columns([
                text("key_id"),
                blob("sealed"),
                text_null("hint"),
                timestamp_with_time_zone("set_at"),
            ])
            .primary_key(["integration_id", "field"])
            .create(manager)
            .await?;
        NewTable::named("permission_check")
            .owned_by("integration_id", "integration")
            .owned_by("provider_id", "provider")
            .columns([
                timestamp_with_time_zone("checked_at"),
                boolean("passed"),
                json_binary("rows"),
            ])
            .primary_key(["integration_id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["permission_check", "credential", "integration", "provider"]).await
    }
}
