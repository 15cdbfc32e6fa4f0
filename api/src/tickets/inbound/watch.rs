//! Up to when an integration's tickets were looked at, kept so that any process goes on from there.

use chrono::{DateTime, Utc};
use psa_entities::{integration, ticket_watch};
use sea_orm::{ActiveValue::Set, DbErr, EntityTrait, sea_query::OnConflict};

use crate::app::App;

/// What is known of an integration; `None` before the first look.
///
/// # Errors
/// Only of the database.
pub async fn find(app: &App, integration: &integration::Model) -> Result<Option<ticket_watch::Model>, DbErr> {
    ticket_watch::Entity::find_by_id(integration.id)
        .one(app.db.read())
        .await
}

/// Notes that a poll which began at this time has read everything.
///
/// # Errors
/// Only of the database.
pub async fn polled(app: &App, integration: &integration::Model, began: DateTime<Utc>) -> Result<(), DbErr> {
    let row = ticket_watch::ActiveModel {
        polled_at: Set(Some(began)),
        reviewed_at: Set(None),
        ..of(integration)
    };
    put(app, row, ticket_watch::Column::PolledAt).await
}

/// Notes that a review which began at this time has looked at everything.
///
/// # Errors
/// Only of the database.
pub async fn reviewed(app: &App, integration: &integration::Model, began: DateTime<Utc>) -> Result<(), DbErr> {
    let row = ticket_watch::ActiveModel {
        polled_at: Set(None),
        reviewed_at: Set(Some(began)),
        ..of(integration)
    };
    put(app, row, ticket_watch::Column::ReviewedAt).await
}

fn of(integration: &integration::Model) -> ticket_watch::ActiveModel {
    ticket_watch::ActiveModel {
        integration_id: Set(integration.id),
        provider_id: Set(integration.provider_id),
        ..Default::default()
    }
}

/// Stores one of the two times; the other stays what it is.
async fn put(app: &App, row: ticket_watch::ActiveModel, column: ticket_watch::Column) -> Result<(), DbErr> {
    let known = OnConflict::column(ticket_watch::Column::IntegrationId)
        .update_column(column)
        .to_owned();
    ticket_watch::Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(app.db.write())
        .await?;
    Ok(())
}
