//! What a field of the API asks of its caller.

use async_graphql::{Context, Error, ErrorExtensions, Guard, Result};

use super::{Viewer, permission::Permission};
use crate::failure::RequestCode;

/// Lets a field be resolved only for a viewer with this permission.
#[derive(Debug, Clone, Copy)]
pub struct Requires(pub Permission);

impl Guard for Requires {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        decide(ctx.data_opt::<Viewer>(), self.0)
    }
}

fn decide(viewer: Option<&Viewer>, permission: Permission) -> Result<()> {
    match viewer {
        None => Err(error(
            RequestCode::Unauthenticated,
            "A token is needed for this.",
            "Send a token of the console or an API token in the Authorization header: `Bearer …`.".to_owned(),
        )),
        Some(viewer) if viewer.permissions.contains(permission) => Ok(()),
        Some(_) => Err(error(
            RequestCode::Forbidden,
            "The token does not allow this.",
            format!("Use a token that has the permission `{permission}`."),
        )),
    }
}

fn error(code: RequestCode, message: &str, remedy: String) -> Error {
    Error::new(message).extend_with(|_, extensions| {
        extensions.set("code", code.as_str());
        extensions.set("remedy", remedy);
    })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use psa_entities::{ProviderId, ProviderScope};

    use super::*;
    use crate::auth::{Actor, PermissionSet};

    #[test]
    fn the_permission_decides_and_the_refusal_names_it() {
        let viewer = Viewer {
            actor: Actor::user("ann".to_owned()),
            provider: ProviderScope::new(ProviderId::at(DateTime::UNIX_EPOCH)),
            permissions: PermissionSet::from_iter([Permission::PsaRead]),
        };
        assert!(decide(Some(&viewer), Permission::PsaRead).is_ok());
        let refusal = decide(Some(&viewer), Permission::BillingApprove).unwrap_err();
        let extensions = format!("{:?}", refusal.extensions);
        assert!(
            extensions.contains("FORBIDDEN") && extensions.contains("billing:approve"),
            "{extensions}"
        );
        let refusal = decide(None, Permission::PsaRead).unwrap_err();
        assert!(format!("{:?}", refusal.extensions).contains("UNAUTHENTICATED"));
    }
}
