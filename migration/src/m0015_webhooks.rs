//! What PSAs announce: where, which announcements were heard already, and how far the look at tickets is.

use sea_orm_migration::schema::{
    blob, json_binary_null, text, timestamp_with_time_zone, timestamp_with_time_zone_null,
};
use sea_orm_migration::sea_orm::DeriveMigrationName;
use sea_orm_migration::sea_query::{Alias, Index};
use sea_orm_migration::{DbErr, MigrationTrait, SchemaManager};

use crate::new_table::{NewTable, drop_tables};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Subscribers ask again and again which incidents have changed of late; inbound changes name a ticket.
const OF_INCIDENTS: [(&str, [&str; 2]); 2] = [
    (
        "ix_incident_integration_id_updated_at",
        ["integration_id", "updated_at"],
    ),
    (
        "ix_incident_integration_id_ticket_external_id",
        ["integration_id", "ticket_external_id"],
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("webhook")
            .owned_by("integration_id", "integration")
            .owned_by("provider_id", "provider")
            .columns([
                text("public_url"),
                text("key_id"),
                blob("token"),
                blob("secret"),
                timestamp_with_time_zone_null("ensured_at"),
                timestamp_with_time_zone_null("last_delivery_at"),
                json_binary_null("problem"),
            ])
            .primary_key(["integration_id"])
            .create(manager)
            .await?;
        NewTable::named("webhook_delivery")
            .owned_by("integration_id", "integration")
            .columns([text("delivery")])
            .owned_by("provider_id", "provider")
            .columns([timestamp_with_time_zone("received_at")])
            .primary_key(["integration_id", "delivery"])
            .index(["received_at"])
            .create(manager)
            .await?;
        NewTable::named("ticket_watch")
            .owned_by("integration_id", "integration")
            .owned_by("provider_id", "provider")
            .columns([
                timestamp_with_time_zone_null("polled_at"),
                timestamp_with_time_zone_null("reviewed_at"),
            ])
            .primary_key(["integration_id"])
            .create(manager)
            .await?;
        for (name, columns) in OF_INCIDENTS {
            let mut index = Index::create().name(name).table(Alias::new("incident")).to_owned();
            for column in columns {
                index.col(Alias::new(column));
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in OF_INCIDENTS {
            let index = Index::drop().name(name).table(Alias::new("incident")).to_owned();
            manager.drop_index(index).await?;
        }
        drop_tables(manager, &["ticket_watch", "webhook_delivery", "webhook"]).await
    }
}
