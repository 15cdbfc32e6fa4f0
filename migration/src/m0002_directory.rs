//! What a PSA has, as imported.

use sea_orm_migration::schema::{
    boolean, date_null, integer, json_binary, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
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
        NewTable::named("import_state")
            .owned_by("integration_id", "integration")
            .columns([text("resource")])
            .owned_by("provider_id", "provider")
            .columns([
                timestamp_with_time_zone_null("watermark"),
                timestamp_with_time_zone("finished_at"),
                integer("added"),
                integer("changed"),
                integer("gone"),
                integer("total"),
            ])
            .primary_key(["integration_id", "resource"])
            .create(manager)
            .await?;
        NewTable::named("psa_company")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("integration_id", "integration")
            .columns([
                text("external_id"),
                text_null("identifier"),
                text("name"),
                text("normalized_name"),
                text_null("status"),
                json_binary("types"),
                boolean("deleted"),
                timestamp_with_time_zone("imported_at"),
            ])
            .unique(["integration_id", "external_id"])
            .index(["integration_id", "normalized_name"])
            .create(manager)
            .await?;
        NewTable::named("psa_contact")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("integration_id", "integration")
            .columns([
                text("external_id"),
                text_null("company_external_id"),
                text("name"),
                text_null("email"),
                boolean("active"),
                boolean("deleted"),
                timestamp_with_time_zone("imported_at"),
            ])
            .unique(["integration_id", "external_id"])
            .create(manager)
            .await?;
        NewTable::named("psa_product")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("integration_id", "integration")
            .columns([
                text("external_id"),
                text("identifier"),
                text("description"),
                text_null("price"),
                text_null("cost"),
                text_null("unit"),
                boolean("active"),
                boolean("billable"),
                boolean("deleted"),
                timestamp_with_time_zone("imported_at"),
            ])
            .unique(["integration_id", "external_id"])
            .create(manager)
            .await?;
        NewTable::named("agreement")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("integration_id", "integration")
            .columns([
                text("external_id"),
                text("psa_company_external_id"),
                text("name"),
                text_null("kind"),
                text("status"),
                date_null("start_date"),
                date_null("end_date"),
                date_null("billing_start_date"),
                date_null("next_invoice_date"),
                text_null("billing_cycle"),
                boolean("prorated"),
                text_null("currency"),
                boolean("deleted"),
                timestamp_with_time_zone("imported_at"),
            ])
            .unique(["integration_id", "external_id"])
            .index(["integration_id", "psa_company_external_id"])
            .create(manager)
            .await?;
        NewTable::named("board")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("integration_id", "integration")
            .columns([
                text("external_id"),
                text("name"),
                boolean("active"),
                boolean("deleted"),
                json_binary("statuses"),
                json_binary("choices"),
                timestamp_with_time_zone("imported_at"),
            ])
            .unique(["integration_id", "external_id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &[
                "board",
                "agreement",
                "psa_product",
                "psa_contact",
                "psa_company",
                "import_state",
            ],
        )
        .await
    }
}
