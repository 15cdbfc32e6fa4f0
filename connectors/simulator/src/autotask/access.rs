//! Who asks: the three headers of every request, and whom a write is done for.

use crate::autotask::assumptions::BadIntegrationCode;
use crate::autotask::entity::Entity;
use crate::autotask::model::{is_set, text_of};
use crate::autotask::refusal::Refusal;
use crate::autotask::site::{API_USER, Site};
use crate::call::Call;

/// Whether a resource's security level allows others to act for it; known to the site alone.
pub(crate) const IMPERSONABLE: &str = "_impersonable";
/// What the metadata calls a resource that is a program.
pub(crate) const API_RESOURCE: &str = "API User";

/// Who does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The resource that it is done as.
    pub(crate) resource: i64,
    /// The API user, when it does it for somebody else.
    pub(crate) impersonator: Option<i64>,
}

impl Caller {
    pub(crate) const fn resource(resource: i64) -> Self {
        Self {
            resource,
            impersonator: None,
        }
    }
}

/// Checks the credentials. Names of users disregard case.
pub(crate) fn authenticate(site: &Site, call: &Call) -> Result<(), Refusal> {
    let keys = site.keys();
    let is = |header: &str, expected: &str| call.header(header) == Some(expected);
    let user = call.header("username").unwrap_or_default();
    if !keys.is_enabled || !user.eq_ignore_ascii_case(&keys.user_name) || !is("secret", &keys.secret) {
        return Err(Refusal::Unauthorized);
    }
    if is("apiintegrationcode", &keys.integration_code) {
        return Ok(());
    }
    Err(match site.assumptions.bad_integration_code {
        BadIntegrationCode::Unauthorized => Refusal::Unauthorized,
        BadIntegrationCode::Error => Refusal::error("IntegrationCode is invalid"),
    })
}

/// As whom a write is done.
pub(crate) fn caller(site: &Site, call: &Call) -> Result<Caller, Refusal> {
    let Some(wanted) = call.header("impersonationresourceid") else {
        return Ok(Caller::resource(API_USER));
    };
    let refused = || Refusal::error(format!("The resource {wanted} cannot be impersonated."));
    let id: i64 = wanted.trim().parse().map_err(|_| refused())?;
    let store = site.store();
    let resource = store.get(Entity::Resources, id).ok_or_else(refused)?;
    let is_program = text_of(resource, "resourceType") == Some(API_RESOURCE);
    if is_program || !is_set(resource, "isActive") || !is_set(resource, IMPERSONABLE) {
        return Err(refused());
    }
    Ok(Caller {
        resource: id,
        impersonator: Some(API_USER),
    })
}
