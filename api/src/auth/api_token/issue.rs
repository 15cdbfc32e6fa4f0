//! Making a token.

use std::collections::HashSet;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use psa_entities::{
    ApiTokenId, ProviderScope,
    api_token::{ActiveModel, Column, Entity, Model},
    audit_entry::AuditAction,
    provider,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QuerySelect,
    sea_query::{Expr, LockType},
};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{rules, secret::Secret, stored};
use crate::{
    app::App,
    audit::Entry,
    auth::{Permission, Viewer},
    failure::{Failure, Fault, Outcome},
};

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewApiToken {
    /// The name people know it by. Unique among the provider's tokens that are accepted: it says who did what, and two
    /// that act could not be told apart. One that is revoked or expired acts no more, so its successor may be called like
    /// it.
    pub name: String,
    /// What it allows: nothing that its maker may not do.
    pub permissions: Vec<Permission>,
    /// From when on it is not accepted; `None` when it does not expire.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A token that was just made.
#[derive(Debug)]
pub struct Issued {
    /// The token as everybody may see it.
    pub token: Model,
    /// The secret, to be shown once.
    pub secret: SecretString,
}

/// Makes a token of the viewer's provider.
///
/// # Errors
/// `INVALID`, `REQUIRED`, `ALREADY_EXISTS`, `PERMISSION_NOT_HELD`, `LIMIT_REACHED`: all that apply.
pub async fn issue(app: &App, viewer: &Viewer, new: NewApiToken) -> Outcome<Issued> {
    let (scope, now) = (viewer.provider, app.now());
    let new = tidy(new);
    let transaction = app.db.begin().await?;
    hold(&transaction, scope).await?;
    let live = live_names(&transaction, scope, now).await?;
    let mistakes = rules::mistakes(&new, viewer.permissions, &live, now);
    if !mistakes.is_empty() {
        return Err(Failure::Refused(mistakes));
    }
    let secret = Secret::generate(app.platform.entropy.as_ref()).map_err(Fault::Entropy)?;
    let token = Model {
        id: ApiTokenId::at(now),
        provider_id: scope.provider_id(),
        live_name: Some(new.name.clone()),
        name: new.name,
        secret_hash: secret.hash(),
        hint: secret.hint(),
        permissions: stored(new.permissions.into_iter().collect()),
        created_at: now,
        created_by: viewer.actor.name.to_string(),
        expires_at: new.expires_at,
        revoked_at: None,
        revoked_by: None,
        last_used_at: None,
    };
    free_name(&transaction, scope, &token.name).await?;
    ActiveModel::from(token.clone())
        .reset_all()
        .insert(&transaction)
        .await?;
    let made = json!({ "hint": token.hint, "permissions": token.permissions, "expiresAt": token.expires_at });
    let entry = Entry::new(AuditAction::ApiTokenCreated, super::subject(&token)).changing(&Value::Null, &made);
    viewer.stamp(now).record(&transaction, vec![entry]).await?;
    transaction.commit().await?;
    Ok(Issued {
        token,
        secret: secret.reveal(),
    })
}

/// As it will be stored: the name without the space around it, the end in the precision that both databases keep.
fn tidy(new: NewApiToken) -> NewApiToken {
    let whole = |end: DateTime<Utc>| end.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(end);
    NewApiToken {
        name: new.name.trim().to_owned(),
        permissions: new.permissions,
        expires_at: new.expires_at.map(whole),
    }
}

/// Lets the tokens of a provider be made one after the other, so that names and their number are checked against all.
async fn hold(transaction: &DatabaseTransaction, scope: ProviderScope) -> Result<(), DbErr> {
    provider::Entity::find_by_id(scope.provider_id())
        .lock(LockType::NoKeyUpdate)
        .one(transaction)
        .await?;
    Ok(())
}

/// The names of the tokens that are accepted at `now`.
async fn live_names(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    now: DateTime<Utc>,
) -> Result<HashSet<String>, DbErr> {
    let not_over = Condition::any()
        .add(Column::ExpiresAt.is_null())
        .add(Column::ExpiresAt.gt(now));
    let names: Vec<String> = scope
        .find::<Entity>()
        .filter(Column::LiveName.is_not_null())
        .filter(not_over)
        .select_only()
        .column(Column::LiveName)
        .into_tuple()
        .all(db)
        .await?;
    Ok(names.into_iter().collect())
}

/// Takes a name from the token that has it. The rules have made sure that none does that is accepted.
async fn free_name(transaction: &DatabaseTransaction, scope: ProviderScope, name: &str) -> Result<(), DbErr> {
    scope
        .update_many::<Entity>()
        .col_expr(Column::LiveName, Expr::value(None::<String>))
        .filter(Column::LiveName.eq(name))
        .exec(transaction)
        .await?;
    Ok(())
}
