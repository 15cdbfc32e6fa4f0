//! What is due for an integration, as a pure function: what is known of the last time in, the work out.

use chrono::{DateTime, TimeDelta, Utc};
use psa_entities::import_state::{self, ImportResource};

use crate::directory::import::Mode;

/// How old a permission check may be.
const CHECK_EVERY: TimeDelta = TimeDelta::hours(24);

/// How old a read of everything may be: only that finds out what the PSA no longer has.
const FULL_EVERY: TimeDelta = TimeDelta::hours(24);

/// How old the PSA's word may be that it announces: some switch off what failed for three days.
const ENSURE_EVERY: TimeDelta = TimeDelta::hours(24);

/// How soon it is told again when it does not.
const ENSURE_AGAIN: TimeDelta = TimeDelta::hours(1);

/// What is known of the address that the PSA announces to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announcing {
    /// The address of this server that it shall begin with; `None` when the PSA shall not announce.
    pub wanted: Option<String>,
    /// The one that the PSA was told, as it was then; `None` when it was told none.
    pub registered: Option<String>,
    /// Whether telling it failed last.
    pub is_failing: bool,
    /// When the PSA last confirmed it.
    pub ensured_at: Option<DateTime<Utc>>,
    /// When the schedule last asked for it, whatever became of it.
    pub queued_at: Option<DateTime<Utc>>,
}

/// What is known of the last time that each work was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Whether the PSA does not accept the keys: then nothing can be imported.
    pub is_broken: bool,
    /// When the rights were last checked; `None` when they never were.
    pub checked_at: Option<DateTime<Utc>>,
    /// When the schedule last asked for a check, whatever became of it.
    pub check_queued_at: Option<DateTime<Utc>>,
    /// Hours between two refreshes; 0 for none.
    pub refresh_hours: i32,
    /// When the schedule last asked for imports, whatever became of them.
    pub refresh_queued_at: Option<DateTime<Utc>>,
    /// The last import of each resource that was imported.
    pub imports: Vec<import_state::Model>,
    /// The address that the PSA announces to.
    pub announcing: Announcing,
}

/// A work that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// The rights are to be checked.
    Recheck,
    /// The PSA is to be told where it announces, or that it shall not.
    Webhook,
    /// Resources are to be imported.
    Refresh(Mode, Vec<ImportResource>),
}

/// What is due now. Somebody has to do a thing for the first time; from then on it is repeated.
pub fn due(known: &Known, now: DateTime<Utc>) -> Vec<Work> {
    let mut works = Vec::new();
    let older = |at: DateTime<Utc>, than: TimeDelta| now - at >= than;
    if known.checked_at.is_some_and(|at| older(at, CHECK_EVERY))
        && known.check_queued_at.is_none_or(|at| older(at, CHECK_EVERY))
    {
        works.push(Work::Recheck);
    }
    if !known.is_broken && is_untold(&known.announcing, now) {
        works.push(Work::Webhook);
    }
    let Some(every) = refresh(known) else { return works };
    // Whatever became of the last refresh, the next one is not asked for before its time.
    if known.is_broken || known.refresh_queued_at.is_some_and(|at| !older(at, every)) {
        return works;
    }
    let chosen = |wanted: &dyn Fn(&import_state::Model) -> bool| -> Vec<ImportResource> {
        let states = known.imports.iter().filter(|state| wanted(state));
        states.map(|state| state.resource).collect()
    };
    let needs_full = |state: &import_state::Model| {
        let last = state.full_at.unwrap_or(state.finished_at);
        older(last, every.max(FULL_EVERY))
    };
    let full = chosen(&needs_full);
    let rest = chosen(&|state| !needs_full(state) && older(state.finished_at, every));
    let refreshes = [(Mode::Full, full), (Mode::Incremental, rest)];
    works.extend(
        refreshes
            .into_iter()
            .filter(|(_, resources)| !resources.is_empty())
            .map(|(mode, resources)| Work::Refresh(mode, resources)),
    );
    works
}

/// Whether the PSA does not know what it shall announce to, or may have forgotten it.
fn is_untold(announcing: &Announcing, now: DateTime<Utc>) -> bool {
    let is_told = match (&announcing.wanted, &announcing.registered) {
        (None, None) => true,
        (Some(wanted), Some(registered)) => {
            let lately = announcing.ensured_at.is_some_and(|at| now - at < ENSURE_EVERY);
            wanted == registered && !announcing.is_failing && lately
        }
        _ => false,
    };
    !is_told && announcing.queued_at.is_none_or(|at| now - at >= ENSURE_AGAIN)
}

/// When a resource is refreshed next; `None` when nothing is by itself.
pub fn next_refresh(known: &Known, state: &import_state::Model) -> Option<DateTime<Utc>> {
    let every = refresh(known)?;
    let asked = known.refresh_queued_at.map(|at| at + every);
    Some((state.finished_at + every).max(asked.unwrap_or(DateTime::UNIX_EPOCH)))
}

fn refresh(known: &Known) -> Option<TimeDelta> {
    (known.refresh_hours > 0).then(|| TimeDelta::hours(known.refresh_hours.into()))
}

#[cfg(test)]
mod tests {
    use psa_entities::ids::{IntegrationId, ProviderId};

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-24T10:00:00Z".parse().unwrap()
    }

    fn ago(hours: i64) -> DateTime<Utc> {
        now() - TimeDelta::hours(hours)
    }

    fn imported(resource: ImportResource, finished: i64, full: Option<i64>) -> import_state::Model {
        import_state::Model {
            integration_id: IntegrationId::at(now()),
            resource,
            provider_id: ProviderId::at(now()),
            watermark: Some(ago(finished)),
            finished_at: ago(finished),
            added: 0,
            changed: 0,
            gone: 0,
            total: 0,
            full_at: full.map(ago),
            job_id: None,
        }
    }

    fn fresh() -> Known {
        Known {
            checked_at: Some(ago(1)),
            refresh_hours: 6,
            imports: vec![imported(ImportResource::Companies, 1, Some(1))],
            ..Known::default()
        }
    }

    #[test]
    fn what_was_done_lately_or_never_is_not_due() {
        assert_eq!(due(&fresh(), now()), []);
        let known = Known {
            refresh_hours: 6,
            ..Known::default()
        };
        assert_eq!(due(&known, now()), []);
    }

    #[test]
    fn rights_are_checked_daily_also_of_a_broken_integration() {
        let known = Known {
            checked_at: Some(ago(24)),
            is_broken: true,
            ..fresh()
        };
        assert_eq!(due(&known, now()), [Work::Recheck]);
        let asked = Known {
            check_queued_at: Some(ago(2)),
            ..known
        };
        assert_eq!(
            due(&asked, now()),
            [],
            "a check that fails is not asked for again at once"
        );
    }

    #[test]
    fn changes_are_read_often_and_everything_daily() {
        use ImportResource::{Boards, Companies, Contacts, Products};
        let known = Known {
            imports: vec![
                imported(Boards, 1, Some(1)),
                imported(Companies, 7, Some(25)),
                imported(Contacts, 7, Some(20)),
                imported(Products, 30, None),
            ],
            ..fresh()
        };
        assert_eq!(
            due(&known, now()),
            [
                Work::Refresh(Mode::Full, vec![Companies, Products]),
                Work::Refresh(Mode::Incremental, vec![Contacts]),
            ]
        );
        for idle in [
            Known {
                refresh_hours: 0,
                ..known.clone()
            },
            Known {
                is_broken: true,
                ..known.clone()
            },
            Known {
                refresh_queued_at: Some(ago(5)),
                ..known.clone()
            },
        ] {
            assert_eq!(due(&idle, now()), []);
        }
    }

    #[test]
    fn the_psa_is_told_daily_where_it_announces_and_hourly_when_it_does_not() {
        let here = || Some("https://h.example/".to_owned());
        let told = Announcing {
            wanted: here(),
            registered: here(),
            is_failing: false,
            ensured_at: Some(ago(23)),
            queued_at: Some(ago(23)),
        };
        for (what, announcing, is_due) in [
            ("nothing is wanted", Announcing::default(), false),
            ("it was told lately", told.clone(), false),
            (
                "a day ago",
                Announcing {
                    ensured_at: Some(ago(24)),
                    ..told.clone()
                },
                true,
            ),
            (
                "asked for already",
                Announcing {
                    ensured_at: Some(ago(24)),
                    queued_at: Some(ago(0)),
                    ..told.clone()
                },
                false,
            ),
            (
                "it failed",
                Announcing {
                    is_failing: true,
                    queued_at: Some(ago(1)),
                    ..told.clone()
                },
                true,
            ),
            (
                "never told",
                Announcing {
                    wanted: here(),
                    ..Announcing::default()
                },
                true,
            ),
            (
                "another address",
                Announcing {
                    registered: Some("https://former.example/".to_owned()),
                    ..told.clone()
                },
                true,
            ),
            (
                "no address any more",
                Announcing {
                    wanted: None,
                    ..told.clone()
                },
                true,
            ),
        ] {
            let known = Known { announcing, ..fresh() };
            assert_eq!(due(&known, now()).contains(&Work::Webhook), is_due, "{what}");
            let broken = Known {
                is_broken: true,
                ..known
            };
            assert!(!due(&broken, now()).contains(&Work::Webhook), "{what}");
        }
    }

    #[test]
    fn the_next_refresh_is_told() {
        let known = fresh();
        assert_eq!(next_refresh(&known, &known.imports[0]), Some(ago(-5)));
        let asked = Known {
            refresh_queued_at: Some(ago(0)),
            ..known.clone()
        };
        assert_eq!(next_refresh(&asked, &known.imports[0]), Some(ago(-6)));
        let never = Known {
            refresh_hours: 0,
            ..known.clone()
        };
        assert_eq!(next_refresh(&never, &known.imports[0]), None);
    }
}
