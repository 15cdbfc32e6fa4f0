//! A provider, its API token, its integration and what the PSA has.

use std::collections::BTreeMap;

use psa_entities::addition;
use psa_entities::agreement::{self, AgreementStatus};
use psa_entities::api_token::{self, TokenPermissions};
use psa_entities::board::{self, BoardStatus, BoardStatuses, Choice, RoutingChoices};
use psa_entities::import_settings::{self, FilterValue, FilterValues};
use psa_entities::import_state::{self, ImportResource};
use psa_entities::integration::{self, IntegrationStatus};
use psa_entities::permission_check::{self, PermissionRow, PermissionRows};
use psa_entities::psa_company::{self, CompanyTypes};
use psa_entities::psa_contact::Emails;
use psa_entities::{Exact, credential, provider, psa_contact, psa_product};
use rust_decimal::Decimal;
use sea_orm::DatabaseConnection;
use serde_json::json;

use super::{Kept, World, kept};

pub(super) async fn insert(db: &DatabaseConnection, world: &World) -> Kept {
    kept(
        db,
        provider::Model {
            id: world.provider,
            external_key: "msp-1".into(),
            name: "name".into(),
            time_zone: "Europe/Berlin".into(),
            currency: "EUR".into(),
            created_at: world.at,
        },
    )
    .await?;
    kept(
        db,
        api_token::Model {
            id: world.api_token,
            provider_id: world.provider,
            name: "name".into(),
            live_name: Some("name".into()),
            secret_hash: vec![0, 159, 255],
            hint: "hint".into(),
            permissions: TokenPermissions(vec!["psa:read".into(), "agent:report".into()]),
            created_at: world.at,
            created_by: "created by".into(),
            expires_at: Some(world.at),
            revoked_at: Some(world.at),
            revoked_by: Some("revoked by".into()),
            last_used_at: Some(world.at),
        },
    )
    .await?;
    kept(
        db,
        integration::Model {
            id: world.integration,
            provider_id: world.provider,
            connector_kind: "connectwise".into(),
            name: "name".into(),
            status: IntegrationStatus::Deleting,
            problem: Some(world.problem()),
            account: Some(json!({ "id": 7, "nested": [null, true, "ü"], "price": "1.10" })),
            created_at: world.at,
            updated_at: world.at,
            activated_at: Some(world.at),
        },
    )
    .await?;
    kept(
        db,
        credential::Model {
            integration_id: world.integration,
            field: "privateKey".into(),
            provider_id: world.provider,
            key_id: "key-1".into(),
            sealed: vec![0, 159, 255],
            hint: Some("hint".into()),
            set_at: world.at,
        },
    )
    .await?;
    kept(
        db,
        permission_check::Model {
            integration_id: world.integration,
            provider_id: world.provider,
            checked_at: world.at,
            passed: false,
            rows: PermissionRows(vec![PermissionRow {
                right: "companies".into(),
                add: "GRANTED".into(),
                edit: "MISSING".into(),
                inquire: "UNKNOWN".into(),
            }]),
        },
    )
    .await?;
    kept(
        db,
        import_state::Model {
            integration_id: world.integration,
            resource: ImportResource::Boards,
            provider_id: world.provider,
            watermark: Some(world.at),
            finished_at: world.at,
            added: i32::MAX,
            changed: i32::MAX,
            gone: 3,
            total: i32::MAX,
            full_at: Some(world.at),
            job_id: Some(world.job),
        },
    )
    .await?;
    kept(
        db,
        import_settings::Model {
            integration_id: world.integration,
            provider_id: world.provider,
            company_types: FilterValues(vec![FilterValue {
                id: "1".into(),
                name: "Customer ü".into(),
            }]),
            company_statuses: FilterValues::default(),
            refresh_hours: 6,
            version: 3,
            updated_at: world.at,
        },
    )
    .await?;
    kept(
        db,
        psa_company::Model {
            id: world.psa_company,
            provider_id: world.provider,
            integration_id: world.integration,
            external_id: "external id".into(),
            identifier: Some("identifier".into()),
            name: "name".into(),
            normalized_name: "normalized name".into(),
            status: Some("status".into()),
            types: CompanyTypes(vec!["Customer".into(), "Owner".into()]),
            deleted: true,
            missing: true,
            imported_at: world.at,
        },
    )
    .await?;
    kept(
        db,
        psa_contact::Model {
            id: world.psa_contact,
            provider_id: world.provider,
            integration_id: world.integration,
            external_id: "external id".into(),
            company_external_id: Some("company external id".into()),
            name: "name".into(),
            normalized_name: "normalized name".into(),
            email: Some("email".into()),
            other_emails: Emails(vec!["second email".into()]),
            active: false,
            deleted: false,
            imported_at: world.at,
        },
    )
    .await?;
    kept(
        db,
        psa_product::Model {
            id: world.psa_product,
            provider_id: world.provider,
            integration_id: world.integration,
            external_id: "external id".into(),
            identifier: "identifier".into(),
            description: "description".into(),
            price: Some(exact()),
            cost: Some(exact()),
            unit: Some("unit".into()),
            active: false,
            billable: false,
            quantity_scale: Some(4),
            deleted: true,
            imported_at: world.at,
        },
    )
    .await?;
    kept(
        db,
        agreement::Model {
            id: world.agreement,
            provider_id: world.provider,
            integration_id: world.integration,
            external_id: "external id".into(),
            psa_company_external_id: "psa company external id".into(),
            parent_external_id: Some("parent external id".into()),
            name: "name".into(),
            kind: Some("import".into()),
            status: AgreementStatus::Expired,
            start_date: Some(world.at.date_naive()),
            end_date: Some(world.at.date_naive()),
            billing_start_date: Some(world.at.date_naive()),
            next_invoice_date: Some(world.at.date_naive()),
            billing_cycle: Some("billing cycle".into()),
            prorated: false,
            currency: Some("EUR".into()),
            deleted: true,
            imported_at: world.at,
        },
    )
    .await?;
    kept(
        db,
        addition::Model {
            id: world.addition,
            provider_id: world.provider,
            agreement_id: world.agreement,
            external_id: "external id".into(),
            product_external_id: "product external id".into(),
            quantity: Exact(Decimal::new(12_345, 3)),
            unit_price: Some(Exact(Decimal::new(1_250, 2))),
            unit_cost: Some(Exact(Decimal::new(-1, 28))),
            description: Some("description".into()),
            effective_date: Some(world.at.date_naive()),
            cancelled_date: Some(world.at.date_naive()),
            imported_at: world.at,
        },
    )
    .await?;
    kept(
        db,
        board::Model {
            id: world.board,
            provider_id: world.provider,
            integration_id: world.integration,
            external_id: "external id".into(),
            name: "name".into(),
            active: false,
            deleted: true,
            statuses: BoardStatuses(vec![BoardStatus {
                id: "1".into(),
                name: "New".into(),
                closed: false,
                default: true,
                active: true,
            }]),
            choices: RoutingChoices(BTreeMap::from([(
                "type".into(),
                vec![Choice {
                    id: "2".into(),
                    name: "Server".into(),
                    combinations: vec![[("type".to_owned(), "1".to_owned())].into()],
                }],
            )])),
            imported_at: world.at,
        },
    )
    .await
}

/// More digits than a binary fraction keeps.
fn exact() -> Exact {
    Exact(Decimal::new(123_456_789_123_456_789, 9))
}
