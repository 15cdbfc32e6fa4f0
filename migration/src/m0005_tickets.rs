//! From reported events to what the PSA is owed.

use sea_orm_migration::schema::{
    boolean, integer, json_binary, json_binary_null, text, text_null, timestamp_with_time_zone,
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
        NewTable::named("ticket_settings")
            .owned_by("integration_id", "integration")
            .owned_by("provider_id", "provider")
            .columns([
                text("mode"),
                text("on_recovery"),
                boolean("close_only_untouched"),
                integer("reopen_within_days"),
                text("notes"),
                integer("version"),
                timestamp_with_time_zone("updated_at"),
            ])
            .primary_key(["integration_id"])
            .create(manager)
            .await?;
        NewTable::named("agent_settings")
            .owned_by("integration_id", "integration")
            .columns([text("agent")])
            .owned_by("provider_id", "provider")
            .columns([
                boolean("enabled"),
                json_binary("rules"),
                json_binary("routing"),
                text("summary_template"),
                text("body_template"),
                integer("version"),
                timestamp_with_time_zone("updated_at"),
            ])
            .primary_key(["integration_id", "agent"])
            .create(manager)
            .await?;
        NewTable::named("agent_event")
            .id()
            .owned_by("provider_id", "provider")
            .columns([text("agent"), text("event_id")])
            .owned_by("company_id", "console_company")
            .columns([
                text("condition_key"),
                text("status"),
                timestamp_with_time_zone("occurred_at"),
                timestamp_with_time_zone("received_at"),
                json_binary("detail"),
            ])
            .unique(["provider_id", "agent", "event_id"])
            .index(["provider_id", "agent", "condition_key", "occurred_at"])
            .create(manager)
            .await?;
        NewTable::named("incident")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("integration_id", "integration")
            .owned_by("company_id", "console_company")
            .columns([
                text("agent"),
                text("condition_key"),
                text_null("open_key"),
                integer("epoch"),
                text("state"),
                text("severity"),
                text("title"),
                integer("occurrences"),
                timestamp_with_time_zone("first_at"),
                timestamp_with_time_zone("last_at"),
                timestamp_with_time_zone_null("recovered_at"),
                timestamp_with_time_zone_null("ended_at"),
                text("marker"),
                text_null("ticket_external_id"),
                json_binary_null("ticket"),
                timestamp_with_time_zone("updated_at"),
            ])
            .unique(["marker"])
            .unique(["integration_id", "open_key"])
            .index(["integration_id", "state"])
            .index(["company_id"])
            .create(manager)
            .await?;
        NewTable::named("delivery")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("integration_id", "integration")
            .owned_by("incident_id", "incident")
            .columns([
                integer("sequence"),
                text("kind"),
                text("state"),
                text_null("hold"),
                text("marker"),
            ])
            .may_name("event_id", "agent_event")
            .columns([
                integer("attempts"),
                timestamp_with_time_zone("next_attempt_at"),
                text_null("lease_owner"),
                timestamp_with_time_zone_null("lease_until"),
                json_binary_null("problem"),
                json_binary_null("outcome"),
                timestamp_with_time_zone("created_at"),
                timestamp_with_time_zone_null("delivered_at"),
            ])
            .unique(["incident_id", "sequence"])
            .index(["state", "next_attempt_at"])
            .index(["integration_id", "state"])
            .index(["event_id"])
            .create(manager)
            .await?;
        NewTable::named("delivery_attempt")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("delivery_id", "delivery")
            .columns([
                integer("number"),
                timestamp_with_time_zone("started_at"),
                timestamp_with_time_zone_null("finished_at"),
                text_null("outcome"),
                json_binary_null("problem"),
            ])
            .unique(["delivery_id", "number"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &[
                "delivery_attempt",
                "delivery",
                "incident",
                "agent_event",
                "agent_settings",
                "ticket_settings",
            ],
        )
        .await
    }
}
