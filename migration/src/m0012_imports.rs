//! What is imported and how often, what an import found different, and the additions of agreements.

use sea_orm_migration::schema::{
    boolean, date_null, integer, json_binary, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
    uuid_null,
};
use sea_orm_migration::sea_orm::DeriveMigrationName;
use sea_orm_migration::sea_query::{Alias, Table, TableAlterStatement};
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
        NewTable::named("import_settings")
            .owned_by("integration_id", "integration")
            .owned_by("provider_id", "provider")
            .columns([
                json_binary("company_types"),
                json_binary("company_statuses"),
                integer("refresh_hours"),
                integer("version"),
                timestamp_with_time_zone("updated_at"),
            ])
            .primary_key(["integration_id"])
            .create(manager)
            .await?;
        NewTable::named("import_change")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("job_id", "job")
            .columns([
                text("resource"),
                text("kind"),
                text("external_id"),
                text("name"),
                json_binary("changes"),
            ])
            .index(["job_id", "id"])
            .create(manager)
            .await?;
        NewTable::named("addition")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("agreement_id", "agreement")
            .columns([
                text("external_id"),
                text("product_external_id"),
                text("quantity"),
                text_null("unit_price"),
                text_null("unit_cost"),
                text_null("description"),
                date_null("effective_date"),
                date_null("cancelled_date"),
                timestamp_with_time_zone("imported_at"),
            ])
            .unique(["agreement_id", "external_id"])
            .create(manager)
            .await?;
        manager
            .alter_table(change("psa_company", |table| {
                table.add_column(boolean("missing").default(false));
            }))
            .await?;
        for column in [timestamp_with_time_zone_null("full_at"), uuid_null("job_id")] {
            manager
                .alter_table(change("import_state", |table| {
                    table.add_column(column);
                }))
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [
            ("import_state", "job_id"),
            ("import_state", "full_at"),
            ("psa_company", "missing"),
        ] {
            manager
                .alter_table(change(table, |table| {
                    table.drop_column(Alias::new(column));
                }))
                .await?;
        }
        drop_tables(manager, &["addition", "import_change", "import_settings"]).await
    }
}

fn change(table: &'static str, how: impl FnOnce(&mut TableAlterStatement)) -> TableAlterStatement {
    let mut statement = Table::alter();
    statement.table(Alias::new(table));
    how(&mut statement);
    statement.to_owned()
}
