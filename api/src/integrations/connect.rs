//! Connecting a PSA and replacing its keys: verified first, sealed then, stored in one transaction.

use std::sync::Arc;

use psa_connectors::{Credentials, Descriptor, ErrorKind, PsaConnector, record::Account};
use psa_entities::{
    audit_entry::AuditAction,
    credential,
    ids::IntegrationId,
    integration::{self, IntegrationStatus},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{
    connections, lifecycle, name,
    webhooks::{
        ensure,
        farewell::{self, Farewell},
    },
};
use crate::{
    app::App,
    audit::{Entry, Stamp},
    failure::{ErrorCode, Failure, Fault, Outcome, UserError},
    live::Subject,
    vault::Binding,
};

/// A connection to be made.
#[derive(Debug)]
pub struct NewIntegration {
    /// The connector's kind.
    pub kind: String,
    /// The name people know it by; unique for the provider.
    pub name: String,
    /// The credentials by the descriptor's field names.
    pub credentials: Vec<(String, SecretString)>,
}

/// Connects a PSA. Nothing is stored unless the PSA accepts the credentials.
///
/// # Errors
/// A missing or unknown field, a name that is taken, or what the PSA says.
pub async fn connect(app: &App, stamp: Stamp<'_>, new: NewIntegration) -> Outcome<integration::Model> {
    let scope = stamp.scope;
    let name = name::check(&new.name)?;
    let (connector, account) = verify(app, &new.kind, &new.credentials).await?;
    name::refuse_taken(app.db.read(), scope, &name).await?;
    let now = stamp.at;
    let row = integration::Model {
        id: IntegrationId::at(now),
        provider_id: scope.provider_id(),
        connector_kind: new.kind,
        name,
        status: IntegrationStatus::Connected,
        problem: None,
        account: Some(serde_json::to_value(&account)?),
        created_at: now,
        updated_at: now,
        activated_at: None,
    };
    let sealed = seal(app, connector.descriptor(), &row, &new.credentials)?;
    let transaction = app.db.begin().await?;
    integration::ActiveModel::from(row.clone())
        .reset_all()
        .insert(&transaction)
        .await
        .map_err(|error| name::taken_meanwhile(error, &row.name))?;
    credential::Entity::insert_many(active(&sealed))
        .exec_without_returning(&transaction)
        .await?;
    let made = json!({ "connector": row.connector_kind, "name": row.name, "credentials": shown(&sealed) });
    let entry = Entry::about(AuditAction::IntegrationConnected, &row).changing(&Value::Null, &made);
    stamp.record(&transaction, vec![entry]).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Replaces all keys of an integration. The old ones stay in use unless the PSA accepts the new ones.
///
/// # Errors
/// As [`connect`].
pub async fn rekey(
    app: &App,
    stamp: Stamp<'_>,
    id: IntegrationId,
    values: Vec<(String, SecretString)>,
) -> Outcome<integration::Model> {
    let scope = stamp.scope;
    let found = super::find(app.db.read(), scope, id).await?;
    let (connector, account) = verify(app, &found.connector_kind, &values).await?;
    let sealed = seal(app, connector.descriptor(), &found, &values)?;
    let farewell = farewell::leave_former_site(app, scope, &found, connector.as_ref()).await?;
    let transaction = app.db.begin().await?;
    let found = super::hold(&transaction, scope, id).await?;
    let own = credential::Column::IntegrationId.eq(id);
    let before = scope
        .find::<credential::Entity>()
        .filter(own.clone())
        .all(&transaction)
        .await?;
    scope
        .delete_many::<credential::Entity>()
        .filter(own)
        .exec(&transaction)
        .await?;
    credential::Entity::insert_many(active(&sealed))
        .exec_without_returning(&transaction)
        .await?;
    let entry = Entry::about(AuditAction::CredentialsReplaced, &found);
    let mut after = shown(&sealed);
    if let (Farewell::Left, Some(members)) = (farewell, after.as_object_mut()) {
        members.insert("webhookAtFormerSite".to_owned(), json!(farewell));
    }
    let entry = entry.changing(&shown(&before), &after);
    stamp.record(&transaction, vec![entry]).await?;
    let mut change: integration::ActiveModel = found.clone().into();
    change.account = Set(Some(serde_json::to_value(&account)?));
    change.updated_at = Set(stamp.at);
    let rekeyed = change.update(&transaction).await?;
    let changed = lifecycle::mend(&transaction, stamp, rekeyed).await?;
    ensure::enqueue(&transaction, app, stamp, &changed).await?;
    transaction.commit().await?;
    app.wake.jobs.notify_one();
    app.wake.deliveries.notify_one();
    app.changes.tell(Subject::Integration(id));
    Ok(changed)
}

async fn verify(app: &App, kind: &str, values: &[(String, SecretString)]) -> Outcome<(Arc<dyn PsaConnector>, Account)> {
    let credentials = Credentials::new(values.iter().cloned());
    if let Ok(descriptor) = app.registry.descriptor(kind) {
        let errors = field_errors(descriptor, &credentials);
        if !errors.is_empty() {
            return Err(Failure::Refused(errors));
        }
    }
    let connector = connections::connect(app, kind, &credentials)?;
    match connector.verify().await {
        Ok(account) => Ok((connector, account)),
        Err(error) => Err(Failure::Refused(credential_errors(app, kind, &error))),
    }
}

/// What is wrong with the form before anybody is asked: missing and unknown fields.
fn field_errors(descriptor: &'static Descriptor, credentials: &Credentials) -> Vec<UserError> {
    let missing = descriptor
        .credential_fields
        .iter()
        .filter(|field| field.required && credentials.required(field.name).is_err());
    let unknown = credentials
        .iter()
        .filter(|(name, _)| descriptor.credential_field(name).is_none());
    let known = || {
        descriptor
            .credential_fields
            .iter()
            .map(|field| field.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    missing
        .map(|field| {
            UserError::new(ErrorCode::Required, format!("“{}” must be given.", field.label))
                .at(&format!("credentials.{}", field.name))
                .with_remedy(field.help)
        })
        .chain(unknown.map(|(name, _)| {
            UserError::new(
                ErrorCode::Invalid,
                format!("{} has no credential field `{name}`.", descriptor.name),
            )
            .at(&format!("credentials.{name}"))
            .with_remedy(format!("The fields are: {}.", known()))
        }))
        .collect()
}

/// What the PSA says of the credentials, at the field it is about.
pub(super) fn credential_errors(app: &App, kind: &str, error: &psa_connectors::Error) -> Vec<UserError> {
    let descriptor = app.registry.descriptor(kind).ok();
    let ErrorKind::Invalid { fields } = error.kind() else {
        return vec![UserError::from(error).at("credentials")];
    };
    fields
        .iter()
        .map(|problem| {
            let setting =
                descriptor.and_then(|d| d.operator_settings.iter().find(|setting| setting.name == problem.field));
            if let Some(setting) = setting {
                return UserError::new(ErrorCode::NotConfigured, problem.message.clone()).with_remedy(setting.help);
            }
            let help = descriptor
                .and_then(|d| d.credential_field(&problem.field))
                .map(|field| field.help);
            UserError::new(ErrorCode::Invalid, problem.message.clone())
                .at(&format!("credentials.{}", problem.field))
                .with_remedy(help.unwrap_or("Correct the named field."))
        })
        .collect()
}

fn seal(
    app: &App,
    descriptor: &Descriptor,
    integration: &integration::Model,
    values: &[(String, SecretString)],
) -> Result<Vec<credential::Model>, Fault> {
    values
        .iter()
        .map(|(field, value)| {
            let binding = Binding {
                provider: integration.provider_id,
                integration: integration.id,
                field,
            };
            let sealed = app.vault.seal(&binding, value)?;
            let secret = descriptor.credential_field(field).is_none_or(|field| field.secret);
            Ok(credential::Model {
                integration_id: integration.id,
                field: field.clone(),
                provider_id: integration.provider_id,
                key_id: sealed.key_id,
                sealed: sealed.bytes,
                hint: (!secret).then(|| last_four(value.expose_secret())),
                set_at: app.now(),
            })
        })
        .collect()
}

fn active(rows: &[credential::Model]) -> Vec<credential::ActiveModel> {
    let rows = rows.iter().cloned();
    rows.map(|row| row.into_active_model().reset_all()).collect()
}

/// What the audit log may show of credentials: when each was set, and of one that is no secret its hint.
fn shown(rows: &[credential::Model]) -> Value {
    let fields = rows
        .iter()
        .map(|row| (row.field.clone(), json!({ "setAt": row.set_at, "hint": row.hint })));
    Value::Object(fields.collect())
}

/// The last four characters of a public value, so that a person can tell one key from another.
fn last_four(value: &str) -> String {
    let length = value.chars().count();
    value.chars().skip(length.saturating_sub(4)).collect()
}
