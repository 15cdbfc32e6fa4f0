//! Following the incidents of an integration: each whenever it has changed.
//!
//! What is looked for is what changed lately, by the time that every change sets. Processes may differ in their clocks, and
//! a transaction commits later than it says; therefore some time is looked at again and again, and what was shown already is
//! left out.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{Stream, stream};
use psa_entities::{
    ProviderScope,
    ids::{IncidentId, IntegrationId},
    incident::{Column, Entity, Model},
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    app::App,
    failure::Outcome,
    integrations,
    live::{Beat, Subject},
};

/// For how long a change may stay unseen: clocks that differ, and the longest transaction.
const OVERLAP: TimeDelta = TimeDelta::seconds(60);

/// Incidents that are read at once.
const BATCH: usize = 200;

/// Follows the incidents of an integration from now on. The stream ends with an error when the integration is gone.
///
/// # Errors
/// `NOT_FOUND` at `integrationId`.
pub async fn follow(
    app: &Arc<App>,
    scope: ProviderScope,
    integration: IntegrationId,
) -> Outcome<impl Stream<Item = Outcome<Model>> + Send + use<>> {
    let mut following = Following {
        beat: app.changes.beat(Subject::Incidents(integration)),
        app: Arc::clone(app),
        scope,
        integration,
        shown: Shown::from(app.now() - OVERLAP),
        changed: VecDeque::new(),
        rows: VecDeque::new(),
    };
    // What is there already is known to whoever asks.
    following.look().await?;
    following.changed.clear();
    Ok(stream::unfold(Some(following), |following| async {
        let mut following = following?;
        match following.next().await {
            Ok(row) => Some((Ok(row), Some(following))),
            Err(failure) => Some((Err(failure), None)),
        }
    }))
}

struct Following {
    beat: Beat,
    app: Arc<App>,
    scope: ProviderScope,
    integration: IntegrationId,
    shown: Shown,
    /// Found to have changed, not read yet.
    changed: VecDeque<IncidentId>,
    /// Read, not shown yet.
    rows: VecDeque<Model>,
}

impl Following {
    async fn next(&mut self) -> Outcome<Model> {
        loop {
            if let Some(row) = self.rows.pop_front() {
                return Ok(row);
            }
            if self.changed.is_empty() {
                self.beat.next().await;
                self.look().await?;
            }
            self.read().await?;
        }
    }

    /// Finds what has changed since it was shown.
    async fn look(&mut self) -> Outcome<()> {
        let db = self.app.db.read();
        integrations::find(db, self.scope, self.integration).await?;
        let found: Vec<(IncidentId, DateTime<Utc>)> = self
            .scope
            .find::<Entity>()
            .filter(Column::IntegrationId.eq(self.integration))
            .filter(Column::UpdatedAt.gte(self.shown.since))
            .order_by_asc(Column::UpdatedAt)
            .select_only()
            .column(Column::Id)
            .column(Column::UpdatedAt)
            .into_tuple()
            .all(db)
            .await?;
        self.changed.extend(self.shown.take(found, self.app.now() - OVERLAP));
        Ok(())
    }

    /// Reads some of what has changed.
    async fn read(&mut self) -> Outcome<()> {
        let some: Vec<IncidentId> = self.changed.drain(..self.changed.len().min(BATCH)).collect();
        if some.is_empty() {
            return Ok(());
        }
        let rows = self
            .scope
            .find::<Entity>()
            .filter(Column::Id.is_in(some))
            .order_by_asc(Column::UpdatedAt)
            .all(self.app.db.read())
            .await?;
        self.rows.extend(rows);
        Ok(())
    }
}

/// What was shown of late, and when it had changed.
#[derive(Debug)]
struct Shown {
    since: DateTime<Utc>,
    at: HashMap<IncidentId, DateTime<Utc>>,
}

impl Shown {
    fn from(since: DateTime<Utc>) -> Self {
        Self {
            since,
            at: HashMap::new(),
        }
    }

    /// Takes what was found, and gives back what of it was not shown as it is now. From `since` on it is looked at again.
    fn take(&mut self, found: Vec<(IncidentId, DateTime<Utc>)>, since: DateTime<Utc>) -> Vec<IncidentId> {
        let mut news = Vec::new();
        for (id, at) in found {
            if self.at.insert(id, at) != Some(at) {
                news.push(id);
            }
        }
        self.since = self.since.max(since);
        self.at.retain(|_, at| *at >= self.since);
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_shown_once_also_when_it_is_found_late() {
        let at = |seconds: i64| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let (one, other) = (IncidentId::at(at(0)), IncidentId::at(at(1)));
        let mut shown = Shown::from(at(0));
        assert_eq!(shown.take(vec![(one, at(5))], at(0)), [one]);
        assert_eq!(shown.take(vec![(one, at(5))], at(0)), []);
        // It was committed after a later one.
        assert_eq!(shown.take(vec![(other, at(4)), (one, at(5))], at(1)), [other]);
        assert_eq!(shown.take(vec![(other, at(4)), (one, at(7))], at(5)), [one]);
        assert_eq!((shown.since, shown.at.len()), (at(5), 1));
        assert_eq!(shown.take(Vec::new(), at(3)), []);
        assert_eq!(shown.since, at(5), "what was left behind is not looked at again");
    }
}
