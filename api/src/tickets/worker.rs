//! The worker: takes due deliveries, carries out some of them at the same time, and looks after those that wait.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use psa_entities::ids::{DeliveryId, IntegrationId};
use tokio::{task::JoinSet, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
    attempt, holds,
    inbound::Inbound,
    pace::{Health, Pace},
    queue::{self, Claimed},
    unavailable, waiting,
};
use crate::{app::App, failure::Failure};

/// How long calls that are under way have to end when the process stops.
const GRACE: Duration = Duration::from_secs(8);

/// How often held deliveries are looked at, when nobody says that there is a reason to.
const SWEEP: TimeDelta = TimeDelta::seconds(30);

/// Deliveries that are taken at once, for each that can be carried out at the same time.
const AHEAD: usize = 4;

/// Delivers what is owed.
#[derive(Debug)]
pub struct Worker {
    app: Arc<App>,
    name: DeliveryId,
    claims: u64,
    taken: VecDeque<Claimed>,
    running: JoinSet<(IntegrationId, Health)>,
    pace: Pace,
    inbound: Inbound,
    tended_at: Option<DateTime<Utc>>,
    swept_at: Option<DateTime<Utc>>,
    woken: bool,
    back: Vec<IntegrationId>,
}

impl Worker {
    /// Works until `shutdown`, then lets calls under way end and gives back what was not begun. What has not ended in
    /// time counts as uncertain and is looked for by whoever works next.
    pub async fn run(app: Arc<App>, shutdown: CancellationToken) {
        let mut worker = Self::new(app);
        let mut poll = tokio::time::interval(worker.app.config.tickets.poll());
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !shutdown.is_cancelled() {
            worker.tend().await;
            worker.start().await;
            let app = Arc::clone(&worker.app);
            tokio::select! {
                () = shutdown.cancelled() => {}
                Some(ended) = worker.running.join_next() => worker.learn(ended),
                () = app.wake.deliveries.notified() => worker.woken = true,
                _ = poll.tick() => {}
            }
        }
        worker.stop().await;
    }

    fn new(app: Arc<App>) -> Self {
        Self {
            name: DeliveryId::at(app.now()),
            app,
            claims: 0,
            taken: VecDeque::new(),
            running: JoinSet::new(),
            pace: Pace::default(),
            inbound: Inbound::default(),
            tended_at: None,
            swept_at: None,
            woken: false,
            back: Vec::new(),
        }
    }

    /// What has to be done now and then: holds whose reason is gone, calls whose worker is gone, changes in the PSAs.
    async fn tend(&mut self) {
        let now = self.app.now();
        let poll = TimeDelta::seconds(self.app.config.tickets.poll_seconds.into());
        if self.tended_at.is_some_and(|at| now < at + poll) {
            return;
        }
        self.tended_at = Some(now);
        match queue::recover(&self.app).await {
            Ok(0) => {}
            Ok(lost) => tracing::warn!(
                deliveries = lost,
                "calls without outcome are looked for after the settling time"
            ),
            Err(error) => tracing::error!(%error, "calls without outcome could not be looked for"),
        }
        let back = std::mem::take(&mut self.back);
        if let Err(error) = unavailable::tend(&self.app, &self.pace.down(now), &back).await {
            tracing::error!(%error, "what waits for a PSA that does not answer could not be looked at");
        }
        match waiting::open_due(&self.app).await {
            Ok(0) => {}
            Ok(opened) => tracing::debug!(incidents = opened, "conditions have lasted long enough"),
            Err(fault) => tracing::error!(%fault, "incidents that wait could not be opened"),
        }
        // Whoever wakes the worker may have ended a hold.
        if self.woken || self.swept_at.is_none_or(|at| at + SWEEP <= now) {
            self.woken = false;
            self.swept_at = Some(now);
            if let Err(fault) = holds::sweep(&self.app).await {
                tracing::error!(%fault, "held deliveries could not be looked at");
            }
        }
        self.inbound.poll_when_due(&self.app);
    }

    /// Starts as much as may run at the same time.
    async fn start(&mut self) {
        while self.running.len() < self.app.config.tickets.parallel {
            if self.taken.is_empty() && !self.take().await {
                return;
            }
            let Some(claim) = self.taken.pop_front() else { return };
            let (app, id) = (Arc::clone(&self.app), claim.row.integration_id);
            if !self.pace.may_start(id, app.now(), app.config.tickets.lease()) {
                give_back(&app, &[claim]).await;
                continue;
            }
            let span = tracing::info_span!("delivery", id = %claim.row.id, kind = ?claim.row.kind, attempts = claim.row.attempts);
            self.running
                .spawn(async move { (id, carry_out(&app, claim).await) }.instrument(span));
        }
    }

    /// Takes due deliveries under a new name. False: nothing is due.
    async fn take(&mut self) -> bool {
        self.claims += 1;
        let owner = format!("{}/{}", self.name, self.claims);
        let limit = u64::try_from(self.app.config.tickets.parallel * AHEAD).unwrap_or(u64::MAX);
        let resting = self.pace.resting(self.app.now());
        match queue::claim(&self.app, &owner, limit, &resting).await {
            Ok(claims) => self.taken.extend(claims),
            Err(error) => tracing::error!(%error, "deliveries could not be taken"),
        }
        !self.taken.is_empty()
    }

    fn learn(&mut self, ended: Result<(IntegrationId, Health), tokio::task::JoinError>) {
        match ended {
            Ok((id, health)) => {
                if self.pace.learn(id, health, self.app.now()) {
                    self.back.push(id);
                    self.tended_at = None;
                }
            }
            // Its hold lapses, and then it is looked for like that of a worker that died.
            Err(error) => tracing::error!(%error, "a delivery broke off"),
        }
    }

    async fn stop(mut self) {
        let taken: Vec<_> = self.taken.drain(..).collect();
        give_back(&self.app, &taken).await;
        let all = async { while self.running.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, all).await.is_err() {
            tracing::warn!(
                deliveries = self.running.len(),
                "calls did not end in time: they are looked for at the next start"
            );
        }
    }
}

async fn carry_out(app: &App, claim: Claimed) -> Health {
    match attempt::run(app, claim).await {
        Ok(health) => health,
        // The delivery keeps its state. Its hold lapses; what was begun is looked for.
        Err(Failure::Internal(fault)) => {
            tracing::error!(%fault, "a delivery could not be worked on");
            Health::Unknown
        }
        Err(Failure::Refused(errors)) => {
            tracing::error!(?errors, "a delivery could not be worked on");
            Health::Unknown
        }
    }
}

async fn give_back(app: &App, claims: &[Claimed]) {
    if let Err(error) = queue::give_back(app, claims).await {
        tracing::error!(%error, "deliveries could not be given back: their holds lapse");
    }
}
