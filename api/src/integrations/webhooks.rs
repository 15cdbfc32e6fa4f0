//! Where an integration's PSA announces what happens to tickets: the address is made, told to the PSA, kept alive, and
//! withdrawn in the end.
//!
//! Every integration has an address with a part that nobody can guess, sealed like its keys. The address is committed
//! before the PSA is told of it: there is never an address out there that we do not know. Without an address of this
//! server that PSAs can reach nothing is registered, and changes are found by polling alone.

pub mod address;
pub mod admit;
pub mod ensure;
pub mod farewell;
pub mod state;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta};
use psa_connectors::{
    Capability,
    record::{Topic, WebhookEndpoint},
};
use psa_entities::{
    ids::IntegrationId,
    integration::{self, IntegrationStatus},
    webhook, webhook_delivery,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, QueryFilter, sea_query::OnConflict};
use secrecy::SecretString;
use url::Url;

use crate::{
    app::App,
    failure::{Failure, Fault, Outcome},
    vault::{Binding, Sealed},
};

/// Bytes of a token, and of a secret.
const RANDOM_BYTES: usize = 32;

/// For how long an announcement is remembered, so that it is not followed twice.
const MEMORY: TimeDelta = TimeDelta::days(30);

/// What is announced.
const TOPICS: [Topic; 1] = [Topic::Tickets];

/// An endpoint with its secrets in the clear.
#[derive(Debug)]
pub struct Opened {
    /// The part of the address that nobody can guess.
    pub token: SecretString,
    /// What connectors are told.
    pub endpoint: WebhookEndpoint,
}

/// Whether a PSA of this kind can announce what happens to tickets.
pub fn is_offered(app: &App, kind: &str) -> bool {
    app.registry.descriptor(kind).is_ok_and(|descriptor| {
        descriptor.capabilities.has(Capability::Webhooks) && descriptor.topics.contains(&Topic::Tickets)
    })
}

/// The address of this server that the integration's PSA shall announce to; `None` when it shall not.
pub fn wanted<'a>(app: &'a App, integration: &integration::Model) -> Option<&'a Url> {
    address::of_server(&app.config.server)
        .filter(|_| works(integration) && is_offered(app, &integration.connector_kind))
}

/// Whether it was activated and the PSA accepts its keys.
fn works(integration: &integration::Model) -> bool {
    matches!(
        integration.status,
        IntegrationStatus::Active | IntegrationStatus::Paused
    )
}

/// The endpoint of an integration, whoever asks: a PSA names no provider.
///
/// # Errors
/// Only of the database.
pub async fn find(app: &App, id: IntegrationId) -> Result<Option<webhook::Model>, DbErr> {
    webhook::Entity::find_by_id(id).one(app.db.read()).await
}

/// The endpoint of an integration, made when there is none. Of two processes that make one, the first counts.
///
/// # Errors
/// The database fails, or there is no randomness.
async fn find_or_make(app: &App, integration: &integration::Model, base: &Url) -> Outcome<webhook::Model> {
    if let Some(row) = find(app, integration.id).await? {
        return Ok(row);
    }
    let place = webhook::Model {
        integration_id: integration.id,
        provider_id: integration.provider_id,
        public_url: base.to_string(),
        key_id: String::new(),
        token: Vec::new(),
        secret: Vec::new(),
        ensured_at: None,
        last_delivery_at: None,
        problem: None,
    };
    let row = sealed(app, place, &random(app)?, &random(app)?)?;
    let row: webhook::ActiveModel = row.into();
    webhook::Entity::insert(row.reset_all())
        .on_conflict(
            OnConflict::column(webhook::Column::IntegrationId)
                .do_nothing()
                .to_owned(),
        )
        .try_insert()
        .exec_without_returning(app.db.write())
        .await?;
    let made = webhook::Entity::find_by_id(integration.id).one(app.db.write()).await?;
    made.ok_or_else(|| {
        Failure::from(Fault::Inconsistent(
            "the integration of a new webhook is gone".to_owned(),
        ))
    })
}

/// Opens an endpoint's secrets.
///
/// # Errors
/// The key that sealed them is not configured, or they were changed.
pub fn open(app: &App, row: &webhook::Model) -> Result<Opened, Fault> {
    let clear = |field, bytes: &[u8]| {
        let sealed = Sealed {
            key_id: row.key_id.clone(),
            bytes: bytes.to_vec(),
        };
        app.vault.open(&binding(row, field), &sealed)
    };
    let token = clear(TOKEN, &row.token)?;
    let base = Url::parse(&row.public_url)
        .map_err(|error| Fault::Inconsistent(format!("the address of a webhook is none: {error}")))?;
    let endpoint = WebhookEndpoint {
        url: address::of_endpoint(&base, row.integration_id, &token),
        secret: clear(SECRET, &row.secret)?,
        topics: TOPICS.to_vec(),
    };
    Ok(Opened { token, endpoint })
}

/// The row with these secrets, sealed with the vault's current key.
fn sealed(
    app: &App,
    row: webhook::Model,
    token: &SecretString,
    secret: &SecretString,
) -> Result<webhook::Model, Fault> {
    let token = app.vault.seal(&binding(&row, TOKEN), token)?;
    let secret = app.vault.seal(&binding(&row, SECRET), secret)?;
    Ok(webhook::Model {
        key_id: token.key_id,
        token: token.bytes,
        secret: secret.bytes,
        ..row
    })
}

/// The place of the token within an endpoint, as its seal knows it.
pub(crate) const TOKEN: &str = "webhook.token";

/// The place of the secret within an endpoint, as its seal knows it.
pub(crate) const SECRET: &str = "webhook.secret";

fn binding<'a>(row: &webhook::Model, field: &'a str) -> Binding<'a> {
    Binding {
        provider: row.provider_id,
        integration: row.integration_id,
        field,
    }
}

fn random(app: &App) -> Result<SecretString, Fault> {
    let mut bytes = [0; RANDOM_BYTES];
    app.platform.entropy.fill(&mut bytes).map_err(Fault::Entropy)?;
    Ok(SecretString::from(URL_SAFE_NO_PAD.encode(bytes)))
}

/// Forgets the announcements that are so old that nobody sends them again.
///
/// # Errors
/// Only of the database.
pub async fn forget_old(app: &App) -> Result<(), DbErr> {
    let before: DateTime<_> = app.now() - MEMORY;
    let old = || webhook_delivery::Column::ReceivedAt.lt(before);
    let any = webhook_delivery::Entity::find()
        .filter(old())
        .one(app.db.read())
        .await?;
    if any.is_some() {
        webhook_delivery::Entity::delete_many()
            .filter(old())
            .exec(app.db.write())
            .await?;
    }
    Ok(())
}
