//! Billing by company: switches and prices, storage limits, what licences were at a moment, and parent agreements.

use sea_orm_migration::schema::{
    boolean, date, date_null, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
};
use sea_orm_migration::sea_orm::{ConnectionTrait, DeriveMigrationName};
use sea_orm_migration::sea_query::{Alias, ColumnDef, Index, Table};
use sea_orm_migration::{DbErr, MigrationTrait, SchemaManager};

use crate::new_table::{NewTable, drop_tables};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const LINES_OF_A_COMPANY: &str = "ix_billing_line_company_id";

/// Licences that are known already have been what they are since they were last reported: nobody knows more.
const FIRST_PERIODS: &str = "INSERT INTO license_period \
    (id, provider_id, license_id, company_id, external_id, license_type, computer, user_name, taken, trial, since) \
    SELECT id, provider_id, id, company_id, external_id, license_type, computer, user_name, taken, trial, reported_at \
    FROM license";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("company_billing")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("integration_id", "integration")
            .owned_by("company_id", "console_company")
            .columns([
                boolean("enabled"),
                timestamp_with_time_zone_null("auto_since"),
                timestamp_with_time_zone("changed_at"),
                text("changed_by"),
            ])
            .unique(["integration_id", "company_id"])
            .index(["company_id"])
            .create(manager)
            .await?;
        NewTable::named("company_price")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("integration_id", "integration")
            .owned_by("company_id", "console_company")
            .columns([
                text("product_key"),
                text_null("unit_price"),
                text_null("unit_cost"),
                timestamp_with_time_zone("changed_at"),
                text("changed_by"),
            ])
            .unique(["integration_id", "company_id", "product_key"])
            .index(["company_id"])
            .create(manager)
            .await?;
        NewTable::named("storage_limit")
            .id()
            .owned_by("provider_id", "provider")
            .columns([text("external_id"), text("name"), text_null("unit_price")])
            .unique(["provider_id", "external_id"])
            .create(manager)
            .await?;
        NewTable::named("storage_limit_use")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("company_id", "console_company")
            .owned_by("storage_limit_id", "storage_limit")
            .columns([
                text("external_id"),
                text("label"),
                date("first_day"),
                date_null("last_day"),
            ])
            .unique(["provider_id", "external_id"])
            .index(["company_id"])
            .index(["storage_limit_id"])
            .create(manager)
            .await?;
        NewTable::named("license_period")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("license_id", "license")
            .owned_by("company_id", "console_company")
            .columns([
                text("external_id"),
                text("license_type"),
                text_null("computer"),
                text_null("user_name"),
                boolean("taken"),
                boolean("trial"),
                timestamp_with_time_zone("since"),
                timestamp_with_time_zone_null("until"),
            ])
            .index(["license_id"])
            .index(["provider_id", "since"])
            .index(["company_id"])
            .create(manager)
            .await?;
        manager.get_connection().execute_unprepared(FIRST_PERIODS).await?;
        add(manager, "agreement", text_null("parent_external_id")).await?;
        add(
            manager,
            "billing_settings",
            text("license_moment").default("MONTH_END").to_owned(),
        )
        .await?;
        add(manager, "billing_run", timestamp_with_time_zone_null("licenses_at")).await?;
        let lines_of_a_company = Index::create()
            .name(LINES_OF_A_COMPANY)
            .table(Alias::new("billing_line"))
            .col(Alias::new("company_id"))
            .to_owned();
        manager.create_index(lines_of_a_company).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop()
            .name(LINES_OF_A_COMPANY)
            .table(Alias::new("billing_line"))
            .to_owned();
        manager.drop_index(index).await?;
        for (table, column) in [
            ("billing_run", "licenses_at"),
            ("billing_settings", "license_moment"),
            ("agreement", "parent_external_id"),
        ] {
            let table = Table::alter()
                .table(Alias::new(table))
                .drop_column(Alias::new(column))
                .to_owned();
            manager.alter_table(table).await?;
        }
        let tables = [
            "license_period",
            "storage_limit_use",
            "storage_limit",
            "company_price",
            "company_billing",
        ];
        drop_tables(manager, &tables).await
    }
}

async fn add(manager: &SchemaManager<'_>, table: &'static str, column: ColumnDef) -> Result<(), DbErr> {
    let table = Table::alter().table(Alias::new(table)).add_column(column).to_owned();
    manager.alter_table(table).await
}
