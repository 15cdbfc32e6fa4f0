//! Taking a token back.

use psa_entities::{
    ApiTokenId,
    api_token::{ActiveModel, Entity, Model},
    audit_entry::AuditAction,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, QuerySelect, sea_query::LockType};
use serde_json::json;

use crate::{
    app::App,
    audit::Entry,
    auth::Viewer,
    failure::{Outcome, UserError},
};

/// Revokes a token of the viewer's provider, whether it has expired or not: it is refused from the next request on.
/// Revoking it again changes nothing.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn revoke(app: &App, viewer: &Viewer, id: ApiTokenId) -> Outcome<Model> {
    let transaction = app.db.begin().await?;
    let found = viewer
        .provider
        .find_by_id::<Entity>(id)
        .lock(LockType::NoKeyUpdate)
        .one(&transaction)
        .await?;
    let token = found.ok_or_else(|| UserError::not_found("id", "API token"))?;
    if token.revoked_at.is_some() {
        return Ok(token);
    }
    let now = app.now();
    let entry = Entry::new(AuditAction::ApiTokenRevoked, super::subject(&token));
    let entry = entry.changing(&json!({ "revokedAt": null }), &json!({ "revokedAt": now }));
    viewer.stamp(now).record(&transaction, vec![entry]).await?;
    let mut change = ActiveModel::from(token);
    change.live_name = Set(None);
    change.revoked_at = Set(Some(now));
    change.revoked_by = Set(Some(viewer.actor.name.to_string()));
    let revoked = change.update(&transaction).await?;
    transaction.commit().await?;
    Ok(revoked)
}
