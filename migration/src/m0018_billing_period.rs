//! From which period on a month is billed.

use sea_orm_migration::schema::text;
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

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut period = text("period");
        let mut table = Table::alter();
        table
            .table(Alias::new("billing_settings"))
            .add_column(period.default("OF_THE_MONTH"));
        manager.alter_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::alter();
        table
            .table(Alias::new("billing_settings"))
            .drop_column(Alias::new("period"));
        manager.alter_table(table).await
    }
}
