//! Following a record: what it is now, and what it becomes.
//!
//! Whoever changes a record tells so here, after its commit, so that followers in this process see it at once. What
//! another process changes is seen by looking again every second. Both ways end in reading the record and comparing it
//! with what was shown last, so nothing is shown twice, however often and by whomever a change is told; and a follower
//! that misses a word loses nothing but time.

use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use psa_entities::{BillingRunId, IntegrationId, JobId};
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Interval, MissedTickBehavior},
};

use crate::failure::Outcome;

/// How long a change that another process made may stay unseen.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The least time between two looks: a job may tell of thousands of steps in a second, and nobody reads that fast.
const BREATH: Duration = Duration::from_millis(100);

/// How many changes may be told before a slow follower misses one. It then looks anyway.
const BACKLOG: usize = 256;

/// A record that can be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A background job.
    Job(JobId),
    /// A connection to a PSA.
    Integration(IntegrationId),
    /// A billing run.
    BillingRun(BillingRunId),
    /// The incidents of a connection to a PSA.
    Incidents(IntegrationId),
}

/// Where changes are told.
#[derive(Debug)]
pub struct Changes(broadcast::Sender<Subject>);

impl Default for Changes {
    fn default() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }
}

impl Changes {
    /// Tells that a record has changed. Call it after the commit.
    pub fn tell(&self, subject: Subject) {
        // It fails when nobody listens, which is no failure.
        self.0.send(subject).ok();
    }

    /// When to look at a subject, for those who read something else than one record.
    pub fn beat(&self, subject: Subject) -> Beat {
        let mut breath = tokio::time::interval(BREATH);
        breath.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Beat {
            subject,
            told: self.0.subscribe(),
            breath,
        }
    }

    /// Follows a record: as `read` finds it now, then whenever it differs, until `is_last` says that it stays as it is.
    ///
    /// # Errors
    /// What the first reading says. When a later one fails, the stream ends with its error.
    pub async fn follow<T, R, F>(
        &self,
        subject: Subject,
        read: R,
        is_last: fn(&T) -> bool,
    ) -> Outcome<impl Stream<Item = Outcome<T>> + Send + use<T, R, F>>
    where
        T: Clone + PartialEq + Send + 'static,
        R: Fn() -> F + Send + 'static,
        F: Future<Output = Outcome<T>> + Send,
    {
        let mut following = Following {
            beat: self.beat(subject),
            read,
            is_last,
            shown: None,
        };
        let first = following.next().await?;
        let later = stream::unfold(Some(following), |following| async {
            let mut following = following.filter(|following| !following.is_over())?;
            let next = following.next().await;
            let go_on = next.is_ok().then_some(following);
            Some((next, go_on))
        });
        Ok(stream::iter([Ok(first)]).chain(later))
    }
}

/// When to look at a subject: whenever it is told of, and every second.
#[derive(Debug)]
pub struct Beat {
    subject: Subject,
    told: broadcast::Receiver<Subject>,
    breath: Interval,
}

impl Beat {
    /// Returns when it is time to look for the first time: at once, but for a breath.
    pub async fn first(&mut self) {
        self.breath.tick().await;
        // What was told up to here is in what is read now.
        self.told = self.told.resubscribe();
    }

    /// Returns when it is time to look again. Told or not, it is.
    pub async fn next(&mut self) {
        tokio::time::timeout(LOOK_AGAIN, self.is_told()).await.ok();
        self.first().await;
    }

    async fn is_told(&mut self) {
        loop {
            match self.told.recv().await {
                Ok(subject) if subject != self.subject => {}
                Ok(_) | Err(RecvError::Lagged(_)) => return,
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

struct Following<T, R> {
    beat: Beat,
    read: R,
    is_last: fn(&T) -> bool,
    shown: Option<T>,
}

impl<T, R, F> Following<T, R>
where
    T: Clone + PartialEq,
    R: Fn() -> F,
    F: Future<Output = Outcome<T>>,
{
    /// The record as soon as it differs from what was shown.
    async fn next(&mut self) -> Outcome<T> {
        loop {
            match self.shown {
                Some(_) => self.beat.next().await,
                None => self.beat.first().await,
            }
            let found = (self.read)().await?;
            if self.shown.as_ref() != Some(&found) {
                self.shown = Some(found.clone());
                return Ok(found);
            }
        }
    }

    fn is_over(&self) -> bool {
        self.shown.as_ref().is_some_and(self.is_last)
    }
}

#[cfg(test)]
mod tests;
