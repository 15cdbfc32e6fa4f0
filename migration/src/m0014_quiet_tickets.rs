//! Quiet tickets: waiting, raised priorities, storms, routings of single companies, and an end of holding.

use sea_orm_migration::schema::{
    boolean, integer, integer_null, json_binary, text, timestamp_with_time_zone, timestamp_with_time_zone_null,
    uuid_null,
};
use sea_orm_migration::sea_orm::{ConnectionTrait, DeriveMigrationName};
use sea_orm_migration::sea_query::{Alias, ColumnDef, Index, Table};
use sea_orm_migration::{DbErr, MigrationTrait, SchemaManager};

use crate::new_table::{NewTable, drop_tables};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The indexes that are added to `incident`: name and columns.
const INDEXES: [(&str, &[&str]); 4] = [
    (
        "ix_incident_integration_id_condition_key_epoch",
        &["integration_id", "condition_key", "epoch"],
    ),
    ("ix_incident_parent_id", &["parent_id"]),
    ("ix_incident_state_opens_at", &["state", "opens_at"]),
    (
        "ix_incident_integration_id_company_id_opened_at",
        &["integration_id", "company_id", "opened_at"],
    ),
];

/// The columns that are added to each table.
fn columns() -> [(&'static str, Vec<ColumnDef>); 3] {
    [
        (
            "ticket_settings",
            vec![
                integer_null("escalate_after"),
                integer_null("storm_tickets"),
                integer("storm_minutes").default(60).to_owned(),
                integer_null("expire_after_days"),
            ],
        ),
        (
            "incident",
            vec![
                text("kind").default("CONDITION").to_owned(),
                uuid_null("parent_id"),
                timestamp_with_time_zone_null("opens_at"),
                timestamp_with_time_zone_null("opened_at"),
                boolean("escalated").default(false).to_owned(),
            ],
        ),
        ("delivery", vec![timestamp_with_time_zone_null("held_at")]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns) in columns() {
            for column in columns {
                let table = Table::alter().table(Alias::new(table)).add_column(column).to_owned();
                manager.alter_table(table).await?;
            }
        }
        // Until now every incident had a ticket from its beginning, and a held delivery was held from its own.
        let db = manager.get_connection();
        db.execute_unprepared("UPDATE incident SET opened_at = first_at")
            .await?;
        db.execute_unprepared("UPDATE delivery SET held_at = created_at WHERE state = 'HELD'")
            .await?;
        for (name, columns) in INDEXES {
            let mut index = Index::create();
            index.name(name).table(Alias::new("incident"));
            for column in columns {
                index.col(Alias::new(*column));
            }
            manager.create_index(index).await?;
        }
        NewTable::named("company_routing")
            .owned_by("integration_id", "integration")
            .columns([text("agent")])
            .owned_by("company_id", "console_company")
            .owned_by("provider_id", "provider")
            .columns([
                json_binary("routing"),
                timestamp_with_time_zone("changed_at"),
                text("changed_by"),
            ])
            .primary_key(["integration_id", "agent", "company_id"])
            .index(["company_id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["company_routing"]).await?;
        for (name, _) in INDEXES {
            manager
                .drop_index(Index::drop().name(name).table(Alias::new("incident")).to_owned())
                .await?;
        }
        for (table, columns) in columns() {
            for column in columns {
                let table = Table::alter()
                    .table(Alias::new(table))
                    .drop_column(Alias::new(column.get_column_name()))
                    .to_owned();
                manager.alter_table(table).await?;
            }
        }
        Ok(())
    }
}
