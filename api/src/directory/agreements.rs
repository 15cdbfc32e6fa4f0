//! Agreements of the PSA's companies. Their additions are read when a billing run is planned, never from a cache.

use async_trait::async_trait;
use psa_connectors::{Page, PsaConnector, ReadQuery, record};
use psa_entities::{
    agreement::{self, AgreementStatus, Column, Model},
    ids::AgreementId,
};

use super::{
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

    async fn read(connector: &dyn PsaConnector, query: &ReadQuery) -> psa_connectors::Result<Page<record::Agreement>> {
        connector.agreements(query).await
    }

    fn row(running: &Running<'_>, agreement: record::Agreement) -> Model {
        Model {
            id: AgreementId::at(running.started_at),
            provider_id: running.scope.provider_id(),
            integration_id: running.integration,
            external_id: agreement.id.to_string(),
            psa_company_external_id: agreement.company.to_string(),
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

    fn same(known: &Model, read: &Model) -> bool {
        let content = |row: &Model| Model {
            id: known.id,
            imported_at: known.imported_at,
            ..row.clone()
        };
        content(known) == content(read)
    }

    fn columns() -> Columns<Self> {
        Columns {
            integration: Column::IntegrationId,
            external: Column::ExternalId,
            deleted: Column::Deleted,
            seen: Column::ImportedAt,
            content: vec![
                Column::PsaCompanyExternalId,
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
