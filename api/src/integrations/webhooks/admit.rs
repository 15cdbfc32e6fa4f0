//! Who may announce: whoever knows the address. What is announced is checked afterwards, by its signature.

use psa_connectors::record::WebhookEndpoint;
use psa_entities::{
    ProviderScope,
    ids::IntegrationId,
    integration::{self, IntegrationStatus},
    webhook,
};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::Opened;
use crate::{app::App, failure::Outcome};

/// An endpoint that somebody has shown to know the address of.
#[derive(Debug)]
pub struct Admitted {
    /// The tenant.
    pub scope: ProviderScope,
    /// The integration.
    pub integration: integration::Model,
    /// What is known of the endpoint.
    pub row: webhook::Model,
    /// What the connector is told.
    pub endpoint: WebhookEndpoint,
}

/// The endpoint with this address; `None` when there is none, whether the integration is unknown, is being deleted, or the
/// token is another.
///
/// # Errors
/// The database fails, or the endpoint cannot be opened.
pub async fn admit(app: &App, integration: &str, token: &str) -> Outcome<Option<Admitted>> {
    let Ok(id) = integration.parse::<IntegrationId>() else {
        return Ok(None);
    };
    let Some(row) = super::find(app, id).await? else {
        return Ok(None);
    };
    let Opened { token: own, endpoint } = super::open(app, &row)?;
    if !is_same(&own, token) {
        return Ok(None);
    }
    let scope = ProviderScope::new(row.provider_id);
    let found = scope.find_by_id::<integration::Entity>(id).one(app.db.read()).await?;
    Ok(found
        .filter(|found| found.status != IntegrationStatus::Deleting)
        .map(|integration| Admitted {
            scope,
            integration,
            row,
            endpoint,
        }))
}

/// Whether a token is the endpoint's own, in a time that does not tell how much of it is right.
fn is_same(own: &SecretString, token: &str) -> bool {
    own.expose_secret().as_bytes().ct_eq(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_is_the_token() {
        let own = SecretString::from("abc");
        assert!(is_same(&own, "abc"));
        for other in ["", "ab", "abd", "abcd", "ABC"] {
            assert!(!is_same(&own, other), "{other}");
        }
    }
}
