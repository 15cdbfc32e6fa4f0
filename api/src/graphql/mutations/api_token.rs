//! Making and revoking API tokens.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;

use crate::{
    auth::{
        Permission,
        api_token::{
            issue::{NewApiToken, issue},
            revoke::revoke,
        },
        guard::Requires,
    },
    failure::UserError,
    graphql::{
        ids::NodeKind,
        payload::{Answer, settle},
        request::Request,
        types::api_token::ApiToken,
    },
};

/// Mutations of API tokens.
#[derive(Debug, Default)]
pub struct ApiTokenMutations;

/// An API token to make.
#[derive(Debug, InputObject)]
pub struct CreateApiTokenInput {
    /// The name that people will know it by, in 1 to 100 characters. No other token that is accepted may have it.
    pub name: String,
    /// What it allows, at least one thing. Only what you may do yourself can be handed out.
    pub permissions: Vec<Permission>,
    /// From when on it is not accepted, at most ten years ahead; without it, it does not expire.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What `createApiToken` did.
// It holds a secret: no `Debug`.
#[derive(SimpleObject)]
pub struct CreateApiTokenPayload {
    /// The new token; null when none was made.
    pub api_token: Option<ApiToken>,
    /// The secret, which the script sends as `Authorization: Bearer …`. It is shown here and never again; null when no
    /// token was made.
    pub secret: Option<String>,
    /// Why none was made; empty when one was.
    pub user_errors: Vec<UserError>,
}

/// The API token to revoke.
#[derive(Debug, InputObject)]
pub struct RevokeApiTokenInput {
    /// The token.
    pub id: ID,
}

/// What `revokeApiToken` did.
#[derive(Debug, SimpleObject)]
pub struct RevokeApiTokenPayload {
    /// The revoked token; null when there is none of this id.
    pub api_token: Option<ApiToken>,
    /// Why it was not revoked; empty when it is.
    pub user_errors: Vec<UserError>,
}

#[Object]
impl ApiTokenMutations {
    /// Makes a token by which a script calls this API. Its secret is in this answer alone: when the answer is lost,
    /// revoke the token and make another.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn create_api_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to make.")] input: CreateApiTokenInput,
    ) -> Answer<CreateApiTokenPayload> {
        let new = NewApiToken {
            name: input.name,
            permissions: input.permissions,
            expires_at: input.expires_at,
        };
        let (issued, user_errors) = settle(issue(ctx.app()?, ctx.viewer()?, new).await)?;
        let (api_token, secret) = issued.map(|issued| (ApiToken(issued.token), issued.secret)).unzip();
        Ok(Some(CreateApiTokenPayload {
            api_token,
            secret: secret.map(|secret| secret.expose_secret().to_owned()),
            user_errors,
        }))
    }

    /// Revokes an API token: the next request with it is refused. Revoking it again changes nothing.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn revoke_api_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to revoke.")] input: RevokeApiTokenInput,
    ) -> Answer<RevokeApiTokenPayload> {
        let (app, viewer) = (ctx.app()?, ctx.viewer()?);
        let work = async {
            let id = NodeKind::ApiToken.key(&input.id, "id")?;
            revoke(app, viewer, id).await
        };
        let (revoked, user_errors) = settle(work.await)?;
        Ok(Some(RevokeApiTokenPayload {
            api_token: revoked.map(ApiToken),
            user_errors,
        }))
    }
}
