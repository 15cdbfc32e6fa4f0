//! What is done for every integration without being asked for: its rights are checked, its imports refreshed, its months
//! billed, its PSA told where to announce changes.
//!
//! Every process that works looks at regular intervals for what is due and puts it into the queue, where a job of the
//! same work is never queued twice. What is due is a pure function, in [`due`].

pub mod due;
pub mod recheck;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use psa_entities::{
    ProviderScope, import_state,
    integration::{self, IntegrationStatus},
    job, permission_check,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use self::{
    due::{Announcing, Known, Work},
    recheck::Recheck,
};
use crate::{
    app::App,
    audit::Stamp,
    auth::actor::SYSTEM,
    billing::schedule,
    directory::{self, Reading, import::Import, settings},
    failure::{Failure, Outcome},
    integrations::webhooks::{self, ensure::Ensure},
    jobs::{self, Job, NewJob},
};

/// How often a process looks. Being late by this much does not matter to anything that is due after hours.
const INTERVAL: Duration = Duration::from_secs(300);

/// Looks for what is due until `shutdown`.
pub async fn run(app: Arc<App>, shutdown: CancellationToken) {
    let mut tick = tokio::time::interval(INTERVAL);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = tick.tick() => {}
        }
        if let Err(failure) = look(&app).await {
            tracing::error!(
                ?failure,
                "what is due for the integrations could not be queued; it is tried again"
            );
        }
    }
}

/// Tidies up, and queues what is due for every integration. One that fails keeps no other from its turn.
///
/// # Errors
/// The integrations cannot be read.
pub async fn look(app: &App) -> Outcome<()> {
    app.db.learn().await?;
    webhooks::forget_old(app).await?;
    let alive = integration::Column::Status.is_not_in([IntegrationStatus::Draft, IntegrationStatus::Deleting]);
    let integrations = integration::Entity::find().filter(alive).all(app.db.read()).await?;
    for integration in integrations {
        if let Err(failure) = queue_due(app, &integration).await {
            tracing::error!(?failure, integration.id = %integration.id, "what is due could not be queued");
        }
        match schedule::begin_due(app, &integration).await {
            Ok(None) => {}
            Ok(Some(run)) => {
                tracing::info!(billing.run = %run, integration.id = %integration.id, "the billing day has come");
            }
            Err(failure) => {
                tracing::error!(?failure, integration.id = %integration.id, "the month could not be billed");
            }
        }
    }
    Ok(())
}

async fn queue_due(app: &App, integration: &integration::Model) -> Result<(), Failure> {
    let stamp = Stamp {
        scope: ProviderScope::new(integration.provider_id),
        by: &SYSTEM,
        at: app.now(),
    };
    let works = due::due(&known(app, stamp.scope, integration).await?, stamp.at);
    if works.is_empty() {
        return Ok(());
    }
    let transaction = app.db.begin().await?;
    let integration = super::hold(&transaction, stamp.scope, integration.id).await?;
    for work in works {
        match work {
            Work::Recheck => {
                let job = NewJob::new(stamp.scope, &Recheck {}, &SYSTEM.name, stamp.at)?;
                jobs::enqueue(&transaction, job.of_integration(integration.id)).await?;
            }
            Work::Webhook => {
                let job = NewJob::new(stamp.scope, &Ensure {}, &SYSTEM.name, stamp.at)?;
                jobs::enqueue(&transaction, job.of_integration(integration.id)).await?;
            }
            Work::Refresh(mode, resources) => {
                let reading = Reading {
                    mode,
                    confirm_removals: false,
                };
                directory::enqueue(&transaction, stamp, &integration, &resources, reading).await?;
            }
        }
    }
    transaction.commit().await?;
    app.wake.jobs.notify_one();
    Ok(())
}

/// What is known of the last time that each work was done.
///
/// # Errors
/// Only of the database.
pub async fn known(app: &App, scope: ProviderScope, integration: &integration::Model) -> Outcome<Known> {
    let db = app.db.read();
    let last = async |kind: &str| {
        scope
            .find::<job::Entity>()
            .filter(job::Column::IntegrationId.eq(integration.id))
            .filter(job::Column::Kind.eq(kind))
            .filter(job::Column::CreatedBy.eq(SYSTEM.name.as_ref()))
            .order_by_desc(job::Column::Id)
            .one(db)
            .await
            .map(|job| job.map(|job| job.created_at))
    };
    let check = scope
        .find_by_id::<permission_check::Entity>(integration.id)
        .one(db)
        .await?;
    let imports = scope
        .find::<import_state::Entity>()
        .filter(import_state::Column::IntegrationId.eq(integration.id))
        .all(db)
        .await?;
    Ok(Known {
        is_broken: integration.problem.is_some(),
        checked_at: check.map(|check| check.checked_at),
        check_queued_at: last(Recheck::KIND).await?,
        refresh_hours: settings::load(db, scope, integration).await?.refresh_hours,
        refresh_queued_at: last(Import::KIND).await?,
        imports,
        announcing: announcing(app, integration, last(Ensure::KIND).await?).await?,
    })
}

async fn announcing(
    app: &App,
    integration: &integration::Model,
    queued_at: Option<DateTime<Utc>>,
) -> Outcome<Announcing> {
    let row = webhooks::find(app, integration.id).await?;
    Ok(Announcing {
        wanted: webhooks::wanted(app, integration).map(ToString::to_string),
        is_failing: row.as_ref().is_some_and(|row| row.problem.is_some()),
        ensured_at: row.as_ref().and_then(|row| row.ensured_at),
        registered: row.map(|row| row.public_url),
        queued_at,
    })
}
