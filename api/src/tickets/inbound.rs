//! What people do to our tickets in the PSA, and what becomes of the incidents.
//!
//! A PSA that announces changes is heard ([`announced`]); whatever it does not announce is found by a poll of the tickets
//! that changed ([`poll`]) and by a daily review of every open incident's ticket ([`review`]). All three only find out which
//! tickets to look at. What is read of a ticket ([`sight`]) is compared with what we know under a lock ([`apply`]), because
//! a write of ours may have overtaken it; what follows is decided by pure functions ([`change`]).

pub mod announced;
pub mod apply;
pub mod change;
pub mod poll;
pub mod review;
pub mod sight;
pub mod watch;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use psa_entities::integration::{self, IntegrationStatus};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tokio::task::JoinHandle;

use crate::app::App;

/// The time between two polls.
const POLL: TimeDelta = TimeDelta::seconds(300);

/// The looks of this process at the PSAs, one at a time.
#[derive(Debug, Default)]
pub struct Inbound {
    due_at: Option<DateTime<Utc>>,
    running: Option<JoinHandle<()>>,
}

impl Inbound {
    /// Starts a poll of every active integration when it is time and none is under way. Does not wait for it.
    pub fn poll_when_due(&mut self, app: &Arc<App>) {
        let now = app.now();
        let busy = self.running.as_ref().is_some_and(|running| !running.is_finished());
        if busy || self.due_at.is_some_and(|due| now < due) {
            return;
        }
        self.due_at = Some(now + POLL);
        self.running = Some(tokio::spawn(look_at_all(Arc::clone(app))));
    }
}

impl Drop for Inbound {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.abort();
        }
    }
}

/// Polls every active integration, then reviews those whose day is over.
async fn look_at_all(app: Arc<App>) {
    let active = integration::Column::Status.eq(IntegrationStatus::Active);
    let integrations = match integration::Entity::find().filter(active).all(app.db.read()).await {
        Ok(integrations) => integrations,
        Err(error) => return tracing::error!(%error, "changes in the PSAs could not be looked for"),
    };
    for integration in &integrations {
        if let Err(failure) = poll::go_on(&app, integration).await {
            tracing::warn!(integration.id = %integration.id, ?failure, "changes in the PSA could not be read");
        }
    }
    for integration in &integrations {
        if let Err(failure) = review::when_due(&app, integration).await {
            tracing::warn!(integration.id = %integration.id, ?failure, "tickets in the PSA could not be reviewed");
        }
    }
}
