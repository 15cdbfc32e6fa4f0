//! Contacts of the console and what they are in the PSA, and full reports, which say what the console no longer has.

use sea_orm_migration::schema::{
    integer, json_binary, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
};
use sea_orm_migration::sea_orm::{ConnectionTrait, DeriveMigrationName};
use sea_orm_migration::sea_query::{
    Alias, ColumnDef, ConditionalStatement, Expr, ExprTrait, Func, Index, Keyword, Query, Table,
};
use sea_orm_migration::{DbErr, MigrationTrait, SchemaManager};

use crate::new_table::{NewTable, drop_tables};

/// The companies that are listed, in the order of the list: a page of them and their number are read from it alone,
/// however many were removed.
const LISTED: &str = "ix_console_company_listed";
const BY_COMPANY: &str = "ix_psa_contact_integration_id_company_external_id";
const BY_NAME: &str = "ix_psa_contact_integration_id_name";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_column(manager, "console_company", timestamp_with_time_zone_null("removed_at")).await?;
        let listed = Index::create()
            .name(LISTED)
            .table("console_company")
            .col("provider_id")
            .col("name")
            .col("id")
            .and_where(Expr::col("removed_at").is_null())
            .to_owned();
        manager.create_index(listed).await?;
        NewTable::named("console_contact")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("company_id", "console_company")
            .columns([
                text("external_id"),
                text("name"),
                text("normalized_name"),
                text_null("email"),
                timestamp_with_time_zone("reported_at"),
                timestamp_with_time_zone_null("removed_at"),
            ])
            .unique(["provider_id", "external_id"])
            .index(["provider_id", "name", "id"])
            .index(["company_id", "name", "id"])
            .create(manager)
            .await?;
        NewTable::named("full_report")
            .owned_by("provider_id", "provider")
            .columns([
                text("resource"),
                text("report_id"),
                timestamp_with_time_zone("started_at"),
                integer("known"),
                timestamp_with_time_zone_null("completed_at"),
            ])
            .primary_key(["provider_id", "resource", "report_id"])
            .create(manager)
            .await?;
        psa_contacts(manager).await?;
        NewTable::named("contact_mapping")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("integration_id", "integration")
            .owned_by("contact_id", "console_contact")
            .may_name("psa_contact_id", "psa_contact")
            .columns([
                text("psa_name"),
                timestamp_with_time_zone("changed_at"),
                text("changed_by"),
            ])
            .unique(["integration_id", "contact_id"])
            .index(["psa_contact_id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["contact_mapping", "full_report", "console_contact"]).await?;
        for (table, index) in [
            ("psa_contact", BY_NAME),
            ("psa_contact", BY_COMPANY),
            ("console_company", LISTED),
        ] {
            let index = Index::drop().name(index).table(Alias::new(table)).to_owned();
            manager.drop_index(index).await?;
        }
        drop_column(manager, "psa_contact", "other_emails").await?;
        drop_column(manager, "psa_contact", "normalized_name").await?;
        drop_column(manager, "console_company", "removed_at").await
    }
}

/// What matching goes by: a name that is compared, every e-mail address, and the way from a company to its contacts.
async fn psa_contacts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    add_column(manager, "psa_contact", text("normalized_name").default("").take()).await?;
    add_column(manager, "psa_contact", json_binary("other_emails").default("[]").take()).await?;
    for (name, column) in [(BY_COMPANY, "company_external_id"), (BY_NAME, "name")] {
        let index = Index::create()
            .name(name)
            .table("psa_contact")
            .col("integration_id")
            .col(column)
            .to_owned();
        manager.create_index(index).await?;
    }
    // Until they are imported again; the missing watermark makes the next import read everything.
    let name = Query::update()
        .table("psa_contact")
        .value("normalized_name", Func::lower(Expr::col("name")))
        .to_owned();
    let watermark = Query::update()
        .table("import_state")
        .value("watermark", Keyword::Null)
        .and_where(Expr::col("resource").eq("CONTACTS"))
        .to_owned();
    let db = manager.get_connection();
    db.execute(&name).await?;
    db.execute(&watermark).await?;
    Ok(())
}

async fn add_column(manager: &SchemaManager<'_>, table: &'static str, column: ColumnDef) -> Result<(), DbErr> {
    let table = Table::alter().table(Alias::new(table)).add_column(column).to_owned();
    manager.alter_table(table).await
}

async fn drop_column(manager: &SchemaManager<'_>, table: &'static str, column: &'static str) -> Result<(), DbErr> {
    let table = Table::alter()
        .table(Alias::new(table))
        .drop_column(Alias::new(column))
        .to_owned();
    manager.alter_table(table).await
}
