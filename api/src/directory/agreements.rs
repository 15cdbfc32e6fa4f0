//! Agreements of the PSA's companies, with their additions for people to look at. Whatever decides about money reads the
//! additions again, never from here.

use std::collections::BTreeMap;

use async_trait::async_trait;
use psa_connectors::{Page, PsaConnector, ReadQuery, record};
use psa_entities::{
    agreement::{self, AgreementStatus, Column, Model},
    ids::AgreementId,
};
use sea_orm::{DatabaseTransaction, DbErr};
use serde_json::{Value, json};

use super::{
    additions,
    import::Running,
    upsert::{Columns, Resource},
};

/// Agreements.
#[derive(Debug)]
pub struct Agreements;

#[async_trait]
impl Resource for Agreements {
    type Record = record::Agreement;
    type Entity = agreement::Entity;
    type Row = Model;
    type Change = agreement::ActiveModel;
    type Parts = BTreeMap<record::AgreementId, Vec<record::Addition>>;

    async fn read(connector: &dyn PsaConnector, query: &ReadQuery) -> psa_connectors::Result<Page<record::Agreement>> {
        connector.agreements(query).await
    }

    async fn parts(
        connector: &dyn PsaConnector,
        agreements: &[record::Agreement],
    ) -> psa_connectors::Result<Self::Parts> {
        let ids: Vec<_> = agreements.iter().map(|agreement| agreement.id.clone()).collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        connector.additions_of(&ids).await
    }

    async fn store_parts(db: &DatabaseTransaction, running: &Running<'_>, parts: Self::Parts) -> Result<(), DbErr> {
        additions::store(db, running, parts).await
    }

    fn row(running: &Running<'_>, agreement: record::Agreement) -> Model {
        Model {
            id: AgreementId::at(running.started_at),
            provider_id: running.scope.provider_id(),
            integration_id: running.integration,
            external_id: agreement.id.to_string(),
            psa_company_external_id: agreement.company.to_string(),
            parent_external_id: agreement.parent.map(|parent| parent.to_string()),
            name: agreement.name,
            kind: agreement.kind,
            status: status(agreement.status),
            start_date: agreement.start_date,
            end_date: agreement.end_date,
            billing_start_date: agreement.billing_start_date,
            next_invoice_date: agreement.next_invoice_date,
            billing_cycle: agreement.billing_cycle,
            prorated: agreement.prorated,
            currency: agreement.currency,
            deleted: false,
            imported_at: running.context.app.now(),
        }
    }

    fn key(row: &Model) -> &str {
        &row.external_id
    }

    fn name(row: &Model) -> &str {
        &row.name
    }

    fn is_gone(row: &Model) -> bool {
        row.deleted
    }

    fn content(row: &Model) -> Value {
        json!({
            "name": row.name,
            "company": row.psa_company_external_id,
            "parent": row.parent_external_id,
            "type": row.kind,
            "status": row.status,
            "startDate": row.start_date,
            "endDate": row.end_date,
            "billingStartDate": row.billing_start_date,
            "nextInvoiceDate": row.next_invoice_date,
            "billingCycle": row.billing_cycle,
            "prorated": row.prorated,
            "currency": row.currency,
        })
    }

    fn columns() -> Columns<Self> {
        Columns {
            integration: Column::IntegrationId,
            external: Column::ExternalId,
            deleted: Column::Deleted,
            missing: None,
            seen: Column::ImportedAt,
            content: vec![
                Column::PsaCompanyExternalId,
                Column::ParentExternalId,
                Column::Name,
                Column::Kind,
                Column::Status,
                Column::StartDate,
                Column::EndDate,
                Column::BillingStartDate,
                Column::NextInvoiceDate,
                Column::BillingCycle,
                Column::Prorated,
                Column::Currency,
            ],
        }
    }
}

fn status(status: record::AgreementStatus) -> AgreementStatus {
    match status {
        record::AgreementStatus::Active => AgreementStatus::Active,
        record::AgreementStatus::Inactive => AgreementStatus::Inactive,
        record::AgreementStatus::Cancelled => AgreementStatus::Cancelled,
        record::AgreementStatus::Expired => AgreementStatus::Expired,
    }
}
