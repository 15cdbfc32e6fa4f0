//! What the console reports, how it is mapped and how it is billed.

use psa_entities::billing_evidence::{self, EvidenceKind};
use psa_entities::billing_item::{self, ItemMode, Rounding, Unit};
use psa_entities::billing_line::{self, AdditionSnapshot, AdditionSnapshots, LineAction, LineState};
use psa_entities::billing_run::{self, GuardVerdict, RunState, RunTotals, RunTrigger};
use psa_entities::billing_settings::{
    self, Approval, BillingPeriod, InvoiceDescription, LicenseMoment, UnsetPrice, ZeroPolicy,
};
use psa_entities::company_mapping::{self, MappingState};
use psa_entities::full_report::ReportedResource;
use psa_entities::{
    Exact, YearMonth, billing_configuration, company_billing, company_price, console_company, console_contact,
    contact_mapping, full_report, license, license_period, product_mapping, storage_account, storage_limit,
    storage_limit_use, storage_sample,
};
use rust_decimal::Decimal;
use sea_orm::DatabaseConnection;
use serde_json::json;

use super::{Kept, World, kept};

pub(super) async fn insert(db: &DatabaseConnection, world: &World) -> Kept {
    kept(
        db,
        console_company::Model {
            id: world.console_company,
            provider_id: world.provider,
            external_id: "external id".into(),
            name: "name".into(),
            normalized_name: "normalized name".into(),
            reported_at: world.at,
            removed_at: Some(world.at),
        },
    )
    .await?;
    kept(
        db,
        console_contact::Model {
            id: world.console_contact,
            provider_id: world.provider,
            company_id: world.console_company,
            external_id: "external id".into(),
            name: "name".into(),
            normalized_name: "normalized name".into(),
            email: Some("email".into()),
            reported_at: world.at,
            removed_at: Some(world.at),
        },
    )
    .await?;
    kept(
        db,
        full_report::Model {
            provider_id: world.provider,
            resource: ReportedResource::Contacts,
            report_id: "report id".into(),
            started_at: world.at,
            known: 7,
            completed_at: Some(world.at),
        },
    )
    .await?;
    kept(
        db,
        license::Model {
            id: world.license,
            provider_id: world.provider,
            company_id: world.console_company,
            external_id: "external id".into(),
            license_type: "Server".into(),
            computer: Some("computer".into()),
            user_name: Some("user name".into()),
            taken: true,
            trial: true,
            reported_at: world.at,
        },
    )
    .await?;
    kept(
        db,
        storage_account::Model {
            id: world.storage_account,
            provider_id: world.provider,
            external_id: "external id".into(),
            name: "name".into(),
        },
    )
    .await?;
    kept(
        db,
        storage_sample::Model {
            id: world.storage_sample,
            provider_id: world.provider,
            company_id: world.console_company,
            storage_account_id: world.storage_account,
            day: world.at.date_naive(),
            backup_bytes: i64::MAX,
            restored_bytes: i64::MAX,
        },
    )
    .await?;
    kept(
        db,
        license_period::Model {
            id: world.license_period,
            provider_id: world.provider,
            license_id: world.license,
            company_id: world.console_company,
            external_id: "external id".into(),
            license_type: "Server".into(),
            computer: Some("computer".into()),
            user_name: Some("user name".into()),
            taken: true,
            trial: true,
            since: world.at,
            until: Some(world.at),
        },
    )
    .await?;
    kept(
        db,
        storage_limit::Model {
            id: world.storage_limit,
            provider_id: world.provider,
            external_id: "external id".into(),
            name: "name".into(),
            unit_price: Some(exact()),
        },
    )
    .await?;
    kept(
        db,
        storage_limit_use::Model {
            id: world.storage_limit_use,
            provider_id: world.provider,
            company_id: world.console_company,
            storage_limit_id: world.storage_limit,
            external_id: "external id".into(),
            label: "label".into(),
            first_day: world.at.date_naive(),
            last_day: Some(world.at.date_naive()),
        },
    )
    .await?;
    kept(
        db,
        company_billing::Model {
            id: world.company_billing,
            provider_id: world.provider,
            integration_id: world.integration,
            company_id: world.console_company,
            enabled: false,
            auto_since: Some(world.at),
            changed_at: world.at,
            changed_by: "ada".into(),
        },
    )
    .await?;
    kept(
        db,
        company_price::Model {
            id: world.company_price,
            provider_id: world.provider,
            integration_id: world.integration,
            company_id: world.console_company,
            product_key: "license:Server".into(),
            unit_price: Some(exact()),
            unit_cost: Some(exact()),
            changed_at: world.at,
            changed_by: "ada".into(),
        },
    )
    .await?;
    kept(
        db,
        company_mapping::Model {
            id: world.company_mapping,
            provider_id: world.provider,
            integration_id: world.integration,
            company_id: world.console_company,
            state: MappingState::Excluded,
            psa_company_id: Some(world.psa_company),
            psa_name: Some("psa name".into()),
            changed_at: world.at,
            changed_by: "ada".into(),
        },
    )
    .await?;
    kept(
        db,
        contact_mapping::Model {
            id: world.contact_mapping,
            provider_id: world.provider,
            integration_id: world.integration,
            contact_id: world.console_contact,
            psa_contact_id: Some(world.psa_contact),
            psa_name: "psa name".into(),
            changed_at: world.at,
            changed_by: "ada".into(),
        },
    )
    .await?;
    kept(
        db,
        product_mapping::Model {
            id: world.product_mapping,
            provider_id: world.provider,
            integration_id: world.integration,
            product_key: "Server".into(),
            psa_product_id: Some(world.psa_product),
            unit_price: Some(exact()),
            unit_cost: Some(exact()),
            changed_at: world.at,
            changed_by: "ada".into(),
        },
    )
    .await?;
    kept(
        db,
        billing_settings::Model {
            integration_id: world.integration,
            provider_id: world.provider,
            invoice_description: InvoiceDescription::Template,
            template: Some("template".into()),
            unset_price: UnsetPrice::Block,
            approval: Approval::WithinGuard,
            guard_percent: Some(exact()),
            guard_amount: Some(exact()),
            zero: ZeroPolicy::Leave,
            period: BillingPeriod::Following,
            billing_day: 31,
            license_moment: LicenseMoment::Planning,
            version: i32::MAX,
            updated_at: world.at,
        },
    )
    .await?;
    kept(
        db,
        billing_configuration::Model {
            id: world.billing_configuration,
            provider_id: world.provider,
            integration_id: world.integration,
            company_id: world.console_company,
            agreement_id: world.agreement,
            start_month: YearMonth::of(world.at.date_naive()),
            enabled: true,
            version: i32::MAX,
            created_at: world.at,
            updated_at: world.at,
        },
    )
    .await?;
    kept(
        db,
        billing_item::Model {
            id: world.billing_item,
            provider_id: world.provider,
            configuration_id: world.billing_configuration,
            position: 3,
            product_key: "Server".into(),
            psa_product_id: Some(world.psa_product),
            unit_price: Some(exact()),
            unit_cost: Some(exact()),
            unit: Unit::Tib,
            rounding: Rounding::Down,
            decimals: 31,
            minimum: Some(exact()),
            included: exact(),
            mode: ItemMode::Overage,
            zero: Some(ZeroPolicy::Leave),
        },
    )
    .await?;
    kept(
        db,
        billing_run::Model {
            id: world.billing_run,
            provider_id: world.provider,
            integration_id: world.integration,
            month: YearMonth::of(world.at.date_naive()),
            state: RunState::Failed,
            trigger: RunTrigger::Schedule,
            created_by: "schedule".into(),
            created_at: world.at,
            planned_at: Some(world.at),
            approved_by: Some("approved by".into()),
            approved_at: Some(world.at),
            finished_at: Some(world.at),
            licenses_at: Some(world.at),
            totals: Some(RunTotals {
                lines: 3,
                blocked: 1,
                changes: 2,
                amount: Decimal::new(123_456_789_123_456_789, 9),
                delta: Decimal::new(-1, 1),
            }),
            guard: Some(GuardVerdict {
                passed: false,
                reasons: vec!["The total grows by 40 %.".into()],
            }),
            problem: Some(world.problem()),
            version: i32::MAX,
        },
    )
    .await?;
    kept(
        db,
        billing_line::Model {
            id: world.billing_line,
            provider_id: world.provider,
            run_id: world.billing_run,
            position: 3,
            action: LineAction::Blocked,
            state: LineState::Skipped,
            company_id: Some(world.console_company),
            agreement_id: Some(world.agreement),
            psa_product_id: Some(world.psa_product),
            product_key: "Server".into(),
            measured: exact(),
            billed: exact(),
            unit_price: Some(exact()),
            unit_cost: Some(exact()),
            amount: exact(),
            delta: exact(),
            description: Some("description".into()),
            effective_date: Some(world.at.date_naive()),
            addition_external_id: Some("addition external id".into()),
            before: Some(snapshot()),
            candidates: AdditionSnapshots(vec![snapshot(), snapshot()]),
            receipt: Some(json!({ "id": 7, "nested": [null, true, "ü"], "price": "1.10" })),
            problem: Some(world.problem()),
            attempts: 3,
            updated_at: world.at,
        },
    )
    .await?;
    kept(
        db,
        billing_evidence::Model {
            id: world.billing_evidence,
            provider_id: world.provider,
            line_id: world.billing_line,
            position: 3,
            kind: EvidenceKind::StorageSample,
            reference: "reference".into(),
            label: "label".into(),
            quantity: exact(),
            day: Some(world.at.date_naive()),
        },
    )
    .await
}

/// More digits than a binary fraction keeps.
fn exact() -> Exact {
    Exact(Decimal::new(123_456_789_123_456_789, 9))
}

fn snapshot() -> AdditionSnapshot {
    AdditionSnapshot {
        id: "9".into(),
        quantity: Decimal::new(1, 1),
        unit_price: Some(Decimal::new(123_456_789_123_456_789, 9)),
        unit_cost: None,
        description: Some("Backup".into()),
        effective_date: None,
    }
}
