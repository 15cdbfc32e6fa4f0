//! Companies of the PSA.

use async_graphql::{ID, Object, Result};
use chrono::{DateTime, Utc};
use psa_entities::{psa_company, shown};

use crate::graphql::{
    ids::NodeKind,
    request::asked,
    told::{Asked, Json, Told, leaf},
};

/// A company of the PSA.
#[derive(Debug, Clone)]
pub struct PsaCompany(pub shown::PsaCompany);

impl From<psa_company::Model> for PsaCompany {
    fn from(row: psa_company::Model) -> Self {
        Self(row.into())
    }
}

/// A company as the PSA knows it.
#[Object]
impl PsaCompany {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::PsaCompany.id(self.0.id)
    }

    /// The id in the PSA.
    async fn external_id(&self) -> Result<&str> {
        asked(self.0.external_id.as_deref())
    }

    /// The short name in the PSA; null where it has none.
    async fn identifier(&self) -> Option<&str> {
        self.0.identifier.as_deref()
    }

    /// The name in the PSA.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The status in the PSA's words; null when it has none.
    async fn status(&self) -> Option<&str> {
        self.0.status.as_deref()
    }

    /// The types in the PSA's words.
    async fn types(&self) -> Result<&[String]> {
        Ok(&asked(self.0.types.as_ref())?.0)
    }

    /// Whether the PSA no longer has it.
    async fn deleted(&self) -> bool {
        self.0.deleted
    }

    /// Whether the last import did not see it because the import filter leaves it out.
    async fn missing(&self) -> bool {
        self.0.missing
    }

    /// When an import last saw it, or found it gone.
    async fn imported_at(&self) -> Result<DateTime<Utc>> {
        asked(self.0.imported_at)
    }
}

impl Told for PsaCompany {
    fn tell(&self, field: &Asked<'_>, json: &mut Json) -> Option<()> {
        match field.name {
            "id" => leaf(self.id(field.ctx), json),
            "externalId" => leaf(self.external_id(field.ctx), json),
            "identifier" => leaf(self.identifier(field.ctx), json),
            "name" => leaf(self.name(field.ctx), json),
            "status" => leaf(self.status(field.ctx), json),
            "types" => leaf(self.types(field.ctx), json),
            "deleted" => leaf(self.deleted(field.ctx), json),
            "missing" => leaf(self.missing(field.ctx), json),
            "importedAt" => leaf(self.imported_at(field.ctx), json),
            _ => None,
        }
    }
}
