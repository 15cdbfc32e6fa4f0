//! Companies of the PSA.

use async_trait::async_trait;
use psa_connectors::{Page, PsaConnector, ReadQuery, record::Company};
use psa_entities::{
    ids::PsaCompanyId,
    psa_company::{self, Column, CompanyTypes, Model},
};
use serde_json::{Value, json};

use super::{
    import::Running,
    upsert::{Columns, Resource},
};
use crate::mapping::names;

/// Companies.
#[derive(Debug)]
pub struct Companies;

#[async_trait]
impl Resource for Companies {
    type Record = Company;
    type Entity = psa_company::Entity;
    type Row = Model;
    type Change = psa_company::ActiveModel;
    type Parts = ();

    async fn read(connector: &dyn PsaConnector, query: &ReadQuery) -> psa_connectors::Result<Page<Company>> {
        connector.companies(query).await
    }

    fn row(running: &Running<'_>, company: Company) -> Model {
        Model {
            id: PsaCompanyId::at(running.started_at),
            provider_id: running.scope.provider_id(),
            integration_id: running.integration,
            external_id: company.id.to_string(),
            identifier: company.identifier,
            normalized_name: names::normalise(&company.name),
            name: company.name,
            status: company.status.map(|status| status.name),
            types: CompanyTypes(company.types.into_iter().map(|kind| kind.name).collect()),
            deleted: company.deleted,
            missing: false,
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
        row.deleted || row.missing
    }

    fn content(row: &Model) -> Value {
        json!({
            "name": row.name,
            "identifier": row.identifier,
            "status": row.status,
            "types": row.types,
        })
    }

    fn columns() -> Columns<Self> {
        Columns {
            integration: Column::IntegrationId,
            external: Column::ExternalId,
            deleted: Column::Deleted,
            missing: Some(Column::Missing),
            seen: Column::ImportedAt,
            content: vec![
                Column::Identifier,
                Column::NormalizedName,
                Column::Name,
                Column::Status,
                Column::Types,
            ],
        }
    }
}
