//! Settings, configurations and runs of billing.

use sea_orm_migration::schema::{
    boolean, date_null, integer, json_binary, json_binary_null, small_integer, text, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null,
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
        NewTable::named("billing_settings")
            .owned_by("integration_id", "integration")
            .owned_by("provider_id", "provider")
            .columns([
                text("invoice_description"),
                text_null("template"),
                text("unset_price"),
                text("approval"),
                text_null("guard_percent"),
                text_null("guard_amount"),
                text("zero"),
                small_integer("billing_day"),
                integer("version"),
                timestamp_with_time_zone("updated_at"),
            ])
            .primary_key(["integration_id"])
            .create(manager)
            .await?;
        NewTable::named("billing_configuration")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("integration_id", "integration")
            .owned_by("company_id", "console_company")
            .owned_by("agreement_id", "agreement")
            .columns([
                text("start_month"),
                boolean("enabled"),
                integer("version"),
                timestamp_with_time_zone("created_at"),
                timestamp_with_time_zone("updated_at"),
            ])
            .unique(["integration_id", "company_id", "agreement_id"])
            .index(["agreement_id"])
            .create(manager)
            .await?;
        NewTable::named("billing_item")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("configuration_id", "billing_configuration")
            .columns([integer("position"), text("product_key")])
            .may_name("psa_product_id", "psa_product")
            .columns([
                text_null("unit_price"),
                text_null("unit_cost"),
                text("unit"),
                text("rounding"),
                small_integer("decimals"),
                text_null("minimum"),
                text("included"),
                text("mode"),
                text_null("zero"),
            ])
            .unique(["configuration_id", "position"])
            .index(["psa_product_id"])
            .create(manager)
            .await?;
        NewTable::named("billing_run")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("integration_id", "integration")
            .columns([
                text("month"),
                text("state"),
                text("trigger"),
                text("created_by"),
                timestamp_with_time_zone("created_at"),
                timestamp_with_time_zone_null("planned_at"),
                text_null("approved_by"),
                timestamp_with_time_zone_null("approved_at"),
                timestamp_with_time_zone_null("finished_at"),
                json_binary_null("totals"),
                json_binary_null("guard"),
                json_binary_null("problem"),
                integer("version"),
            ])
            .index(["integration_id", "month"])
            .create(manager)
            .await?;
        NewTable::named("billing_line")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("run_id", "billing_run")
            .columns([integer("position"), text("action"), text("state")])
            .may_name("company_id", "console_company")
            .may_name("agreement_id", "agreement")
            .may_name("psa_product_id", "psa_product")
            .columns([
                text("product_key"),
                text("measured"),
                text("billed"),
                text_null("unit_price"),
                text_null("unit_cost"),
                text("amount"),
                text("delta"),
                text_null("description"),
                date_null("effective_date"),
                text_null("addition_external_id"),
                json_binary_null("before"),
                json_binary("candidates"),
                json_binary_null("receipt"),
                json_binary_null("problem"),
                integer("attempts"),
                timestamp_with_time_zone("updated_at"),
            ])
            .unique(["run_id", "position"])
            .index(["agreement_id"])
            .index(["psa_product_id"])
            .create(manager)
            .await?;
        NewTable::named("billing_evidence")
            .id()
            .owned_by("provider_id", "provider")
            .owned_by("line_id", "billing_line")
            .columns([
                integer("position"),
                text("kind"),
                text("reference"),
                text("label"),
                text("quantity"),
                date_null("day"),
            ])
            .unique(["line_id", "position"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &[
                "billing_evidence",
                "billing_line",
                "billing_run",
                "billing_item",
                "billing_configuration",
                "billing_settings",
            ],
        )
        .await
    }
}
