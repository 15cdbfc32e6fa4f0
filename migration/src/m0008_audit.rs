//! Who changed what.

use sea_orm_migration::schema::{json_binary, text, text_null, timestamp_with_time_zone, uuid_null};
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
        NewTable::named("audit_entry")
            .id()
            .owned_by("provider_id", "provider")
            .columns([
                timestamp_with_time_zone("at"),
                text("actor_kind"),
                text("actor"),
                text("action"),
                // No reference: an entry outlives what it is about.
                uuid_null("integration_id"),
                text("subject_kind"),
                text_null("subject_key"),
                text("subject_name"),
                json_binary("changes"),
            ])
            .index(["provider_id", "id"])
            .index(["integration_id", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["audit_entry"]).await
    }
}
