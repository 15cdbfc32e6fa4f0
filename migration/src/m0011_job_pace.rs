//! From where the pace of a running job is measured.

use sea_orm_migration::schema::{big_integer_null, timestamp_with_time_zone_null};
use sea_orm_migration::sea_orm::DeriveMigrationName;
use sea_orm_migration::sea_query::{Alias, Table};
use sea_orm_migration::{DbErr, MigrationTrait, SchemaManager};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    // SQLite alters a table by one column at a time.
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut since = Table::alter();
        since
            .table(Alias::new("job"))
            .add_column(timestamp_with_time_zone_null("pace_since"));
        manager.alter_table(since).await?;
        let mut from = Table::alter();
        from.table(Alias::new("job")).add_column(big_integer_null("pace_from"));
        manager.alter_table(from).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["pace_from", "pace_since"] {
            let mut table = Table::alter();
            table.table(Alias::new("job")).drop_column(Alias::new(column));
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}
