//! Background work.

use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, json_binary, json_binary_null, text, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null,
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
        NewTable::named("job")
            .id()
            .owned_by("provider_id", "provider")
            .may_name("integration_id", "integration")
            .columns([
                text("kind"),
                json_binary("payload"),
                text("state"),
                text_null("phase"),
                big_integer("done"),
                big_integer_null("total"),
                integer("attempts"),
                timestamp_with_time_zone("run_at"),
                text_null("lease_owner"),
                timestamp_with_time_zone_null("lease_until"),
                boolean("cancel_requested"),
                text_null("dedupe_key"),
                json_binary_null("problem"),
                json_binary_null("result"),
                text("created_by"),
                timestamp_with_time_zone("created_at"),
                timestamp_with_time_zone_null("started_at"),
                timestamp_with_time_zone_null("finished_at"),
            ])
            .unique(["dedupe_key"])
            .index(["state", "run_at"])
            .index(["integration_id", "created_at"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["job"]).await
    }
}
