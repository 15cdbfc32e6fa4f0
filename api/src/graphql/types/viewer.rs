//! Who asks, and the provider they act for.

use async_graphql::{ID, Object};
use psa_entities::provider;

use crate::{
    auth::{self, Permission},
    graphql::ids::NodeKind,
};

/// Who asks.
pub struct Viewer {
    /// The authenticated caller.
    pub viewer: auth::Viewer,
    /// The provider they act for.
    pub provider: provider::Model,
}

/// Who asks: a person of the console or a script.
#[Object]
impl Viewer {
    /// The name: of a person as the console knows them, or of an API token.
    async fn subject(&self) -> &str {
        &self.viewer.actor.name
    }

    /// The provider that they act for. Nothing of another provider can be seen.
    async fn provider(&self) -> Provider {
        Provider(self.provider.clone())
    }

    /// What they may do.
    async fn permissions(&self) -> Vec<Permission> {
        self.viewer.permissions.iter().collect()
    }
}

/// A managed service provider.
#[derive(Debug, Clone)]
pub struct Provider(pub provider::Model);

/// A managed service provider: the tenant that everything belongs to.
#[Object]
impl Provider {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::Provider.id(self.0.id)
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The IANA time zone that days and months are counted in.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// The ISO 4217 code of the currency that prices are in.
    async fn currency(&self) -> &str {
        &self.0.currency
    }
}
