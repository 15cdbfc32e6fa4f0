//! What the console reports, and what of it is what in the PSA.

use sea_orm_migration::schema::{big_integer, boolean, date, text, text_null, timestamp_with_time_zone};
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
        NewTable::named("console_company")
            .id()
            .owned_by("provider_id", "provider")
            .columns([
                text("external_id"),
                text("name"),
                text("normalized_name"),
                timestamp_with_time_zone("reported_at"),
            ])
            .unique(["provider_id", "external_id"])
            .index(["provider_id", "name"])
            .create(manager)
            .await?;
        NewTable::named("license")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("company_id", "console_company")
            .columns([
                text("external_id"),
                text("license_type"),
                text_null("computer"),
                text_null("user_name"),
                boolean("taken"),
                boolean("trial"),
                timestamp_with_time_zone("reported_at"),
            ])
            .unique(["provider_id", "external_id"])
            .index(["company_id", "license_type"])
            .create(manager)
            .await?;
        NewTable::named("storage_account")
            .id()
            .owned_by("provider_id", "provider")
            .columns([text("external_id"), text("name")])
            .unique(["provider_id", "external_id"])
            .create(manager)
            .await?;
        NewTable::named("storage_sample")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("company_id", "console_company")
            .owned_by("storage_account_id", "storage_account")
            .columns([date("day"), big_integer("backup_bytes"), big_integer("restored_bytes")])
            .unique(["company_id", "storage_account_id", "day"])
            .create(manager)
            .await?;
        NewTable::named("company_mapping")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("integration_id", "integration")
            .owned_by("company_id", "console_company")
            .columns([text("state")])
            .may_name("psa_company_id", "psa_company")
            .columns([
                text_null("psa_name"),
                timestamp_with_time_zone("changed_at"),
                text("changed_by"),
            ])
            .unique(["integration_id", "company_id"])
            .index(["psa_company_id"])
            .create(manager)
            .await?;
        NewTable::named("product_mapping")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("integration_id", "integration")
            .columns([text("product_key")])
            .may_name("psa_product_id", "psa_product")
            .columns([
                text_null("unit_price"),
                text_null("unit_cost"),
                timestamp_with_time_zone("changed_at"),
                text("changed_by"),
            ])
            .unique(["integration_id", "product_key"])
            .index(["psa_product_id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &[
                "product_mapping",
                "company_mapping",
                "storage_sample",
                "storage_account",
                "license",
                "console_company",
            ],
        )
        .await
    }
}
