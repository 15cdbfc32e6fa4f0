//! The life of jobs, over real databases.

mod fixture;

use chrono::TimeDelta;
use psa_entities::{
    IntegrationId, ProviderScope,
    job::{Entity, JobState},
};
use sea_orm::EntityTrait;
use serde_json::json;

use super::{lease::End, queue, *};
use crate::app::testing::{Backend, on_each_database};
use fixture::{Fixture, Scripted};

on_each_database! {
    a_job_runs_and_keeps_its_result
    a_failed_attempt_is_repeated_after_its_delay
    the_last_attempt_decides
    a_failure_for_good_and_a_panic_are_told_apart
    a_person_can_stop_a_job_that_runs_and_one_that_waits
    a_job_of_a_dead_process_is_taken_over_when_its_lease_has_run_out
    a_job_that_ends_its_process_every_time_is_failed_in_the_end
    a_stopping_process_gives_its_jobs_back
    a_held_job_is_kept_by_its_heartbeat
    a_rolled_back_transaction_leaves_no_job
    there_is_one_unfinished_job_of_a_key_and_another_after_it
    a_job_that_is_due_later_waits
    two_runners_share_the_jobs_and_run_each_once
    the_pace_is_that_of_the_running_attempt
}

async fn a_job_runs_and_keeps_its_result(fixture: Fixture) {
    let running = fixture.run();
    let id = fixture.enqueue(&Scripted::Succeed).await;
    let row = fixture.until(id, fixture::in_state(JobState::Succeeded)).await;
    running.stop().await;
    assert_eq!(row.result, Some(json!({ "attempt": 1 })));
    assert_eq!(
        (row.phase.as_deref(), row.done, row.total),
        (Some("counting"), 3, Some(4))
    );
    assert_eq!((row.lease_owner, row.lease_until, row.problem), (None, None, None));
    assert_eq!(
        (row.started_at, row.finished_at),
        (Some(fixture.test.app.now()), Some(fixture.test.app.now()))
    );
}

async fn a_failed_attempt_is_repeated_after_its_delay(fixture: Fixture) {
    let running = fixture.run();
    let id = fixture.enqueue(&Scripted::FailFirst { attempts: 2 }).await;
    let row = fixture.until(id, fixture::in_state(JobState::Retrying)).await;
    assert_eq!(row.run_at, fixture.test.app.now() + TimeDelta::seconds(5));
    let problem = row.problem.unwrap();
    assert_eq!(
        (problem.code.as_str(), problem.since),
        ("PSA_UNAVAILABLE", fixture.test.app.now())
    );
    fixture.test.clock.advance(TimeDelta::seconds(5));
    fixture.test.app.wake.jobs.notify_one();
    let row = fixture
        .until(id, |row| row.state == JobState::Retrying && row.attempts == 2)
        .await;
    assert_eq!(row.run_at, fixture.test.app.now() + TimeDelta::seconds(30));
    fixture.test.clock.advance(TimeDelta::seconds(30));
    fixture.test.app.wake.jobs.notify_one();
    let row = fixture.until(id, fixture::in_state(JobState::Succeeded)).await;
    running.stop().await;
    assert_eq!(
        (row.attempts, row.problem, row.result),
        (3, None, Some(json!("at last")))
    );
}

async fn the_last_attempt_decides(fixture: Fixture) {
    let running = fixture.run();
    let id = fixture.enqueue(&Scripted::FailFirst { attempts: 100 }).await;
    for attempt in 1..MAX_ATTEMPTS {
        fixture
            .until(id, |row| row.state == JobState::Retrying && row.attempts == attempt)
            .await;
        fixture.test.clock.advance(TimeDelta::minutes(30));
        fixture.test.app.wake.jobs.notify_one();
    }
    let row = fixture.until(id, fixture::in_state(JobState::Failed)).await;
    running.stop().await;
    assert_eq!(row.attempts, MAX_ATTEMPTS);
    assert_eq!(row.problem.unwrap().code, "PSA_UNAVAILABLE");
}

async fn a_failure_for_good_and_a_panic_are_told_apart(fixture: Fixture) {
    let running = fixture.run();
    let failed = fixture.enqueue(&Scripted::Fail).await;
    let panicked = fixture.enqueue(&Scripted::Panic).await;
    let failed = fixture.until(failed, fixture::in_state(JobState::Failed)).await;
    let panicked = fixture.until(panicked, fixture::in_state(JobState::Retrying)).await;
    running.stop().await;
    assert_eq!((failed.attempts, failed.problem.unwrap().code.as_str()), (1, "INVALID"));
    assert_eq!(panicked.problem.unwrap().code, INTERNAL);
}

async fn a_person_can_stop_a_job_that_runs_and_one_that_waits(fixture: Fixture) {
    let app = &fixture.test.app;
    let waiting = fixture.enqueue(&Scripted::Succeed).await;
    let stranger = fixture.test.provider("msp-2").await;
    assert!(
        !queue::cancel(app.db.write(), stranger, waiting, app.now())
            .await
            .unwrap()
    );
    assert!(
        queue::cancel(app.db.write(), fixture.scope, waiting, app.now())
            .await
            .unwrap()
    );
    assert_eq!(fixture.row(waiting).await.state, JobState::Cancelled);
    let running = fixture.run();
    let id = fixture.enqueue(&Scripted::WorkUntilStopped).await;
    fixture.until(id, |row| row.phase.is_some()).await;
    assert!(
        queue::cancel(app.db.write(), fixture.scope, id, app.now())
            .await
            .unwrap()
    );
    let row = fixture.until(id, fixture::in_state(JobState::Cancelled)).await;
    running.stop().await;
    assert_eq!(row.finished_at, Some(app.now()));
    assert!(
        !queue::cancel(app.db.write(), fixture.scope, id, app.now())
            .await
            .unwrap()
    );
}

async fn a_job_of_a_dead_process_is_taken_over_when_its_lease_has_run_out(fixture: Fixture) {
    let app = &fixture.test.app;
    let id = fixture.enqueue(&Scripted::Succeed).await;
    assert_eq!(fixture.claim("dead").await.len(), 1);
    assert!(fixture.claim("other").await.is_empty());
    fixture.test.clock.advance(TimeDelta::seconds(61));
    let running = fixture.run();
    let row = fixture.until(id, fixture::in_state(JobState::Succeeded)).await;
    running.stop().await;
    assert_eq!(row.attempts, 2);
    // The dead process comes back to life: what it thinks of the job is not written.
    let lease = lease::Lease {
        job: id,
        owner: "dead".to_owned(),
        attempt: 1,
        length: app.config.jobs.lease(),
    };
    assert_eq!(lease.renew(&app.db, app.now()).await.unwrap(), lease::Hold::Lost);
    assert!(!lease.end(&app.db, End::Cancelled, app.now()).await.unwrap());
    assert_eq!(fixture.row(id).await.state, JobState::Succeeded);
}

async fn a_job_that_ends_its_process_every_time_is_failed_in_the_end(fixture: Fixture) {
    let id = fixture.enqueue(&Scripted::Succeed).await;
    for attempt in 1..=MAX_ATTEMPTS {
        assert_eq!(
            fixture.claim("dying").await.first().map(|row| row.attempts),
            Some(attempt)
        );
        fixture.test.clock.advance(TimeDelta::seconds(61));
    }
    assert!(fixture.claim("dying").await.is_empty());
    let row = fixture.row(id).await;
    assert_eq!((row.state, row.attempts), (JobState::Failed, MAX_ATTEMPTS));
    assert!(row.problem.unwrap().message.contains("begun 8 times"));
}

async fn a_stopping_process_gives_its_jobs_back(fixture: Fixture) {
    let running = fixture.run();
    let id = fixture.enqueue(&Scripted::WorkUntilStopped).await;
    fixture.until(id, |row| row.phase.is_some()).await;
    running.stop().await;
    let row = fixture.row(id).await;
    assert_eq!(
        (row.state, row.attempts, row.lease_owner, row.lease_until),
        (JobState::Queued, 0, None, None)
    );
}

async fn a_held_job_is_kept_by_its_heartbeat(fixture: Fixture) {
    let id = fixture.enqueue(&Scripted::Hold).await;
    let row = fixture.claim("mine").await.remove(0);
    let app = &fixture.test.app;
    let lease = lease::Lease {
        job: id,
        owner: "mine".to_owned(),
        attempt: row.attempts,
        length: app.config.jobs.lease(),
    };
    fixture.test.clock.advance(TimeDelta::seconds(59));
    assert_eq!(lease.renew(&app.db, app.now()).await.unwrap(), lease::Hold::Held);
    fixture.test.clock.advance(TimeDelta::seconds(59));
    assert!(fixture.claim("other").await.is_empty());
    queue::cancel(app.db.write(), fixture.scope, id, app.now())
        .await
        .unwrap();
    assert_eq!(
        lease.renew(&app.db, app.now()).await.unwrap(),
        lease::Hold::CancelRequested
    );
}

async fn a_rolled_back_transaction_leaves_no_job(fixture: Fixture) {
    let transaction = fixture.test.app.db.begin().await.unwrap();
    enqueue(&transaction, fixture.new_job(&Scripted::Succeed))
        .await
        .unwrap();
    transaction.rollback().await.unwrap();
    assert!(Entity::find().all(fixture.test.app.db.read()).await.unwrap().is_empty());
}

async fn there_is_one_unfinished_job_of_a_key_and_another_after_it(fixture: Fixture) {
    let app = &fixture.test.app;
    let once = |job: &Scripted| fixture.new_job(job).once("import");
    let transaction = app.db.begin().await.unwrap();
    let first = enqueue(&transaction, once(&Scripted::Succeed)).await.unwrap();
    let second = enqueue(&transaction, once(&Scripted::Fail)).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(first, second);
    let stranger = fixture.test.provider("msp-2").await;
    let theirs = NewJob::new(stranger, &Scripted::Succeed, "bob", app.now())
        .unwrap()
        .once("import");
    assert_ne!(enqueue(app.db.write(), theirs).await.unwrap(), first);
    let running = fixture.run();
    fixture.until(first, fixture::in_state(JobState::Succeeded)).await;
    running.stop().await;
    assert_ne!(enqueue(app.db.write(), once(&Scripted::Succeed)).await.unwrap(), first);
}

async fn a_job_that_is_due_later_waits(fixture: Fixture) {
    let later = fixture.test.app.now() + TimeDelta::hours(1);
    let id = enqueue(
        fixture.test.app.db.write(),
        fixture.new_job(&Scripted::Succeed).at(later),
    )
    .await
    .unwrap();
    assert!(fixture.claim("one").await.is_empty());
    fixture.test.clock.advance(TimeDelta::hours(1));
    assert_eq!(fixture.claim("one").await.first().map(|row| row.id), Some(id));
}

async fn two_runners_share_the_jobs_and_run_each_once(fixture: Fixture) {
    let mut ids = Vec::new();
    for _ in 0..30 {
        ids.push(fixture.enqueue(&Scripted::Succeed).await);
    }
    let (one, two) = (fixture.run(), fixture.run());
    for id in ids {
        let row = fixture.until(id, fixture::in_state(JobState::Succeeded)).await;
        assert_eq!(row.attempts, 1);
    }
    one.stop().await;
    two.stop().await;
}

async fn the_pace_is_that_of_the_running_attempt(fixture: Fixture) {
    let running = fixture.run();
    let id = fixture.enqueue(&Scripted::GoOn).await;
    let row = fixture.until(id, fixture::in_state(JobState::Retrying)).await;
    assert_eq!(pace::pace(&row, fixture.test.app.now()), None, "it does not run");
    fixture.test.clock.advance(TimeDelta::seconds(5));
    fixture.test.app.wake.jobs.notify_one();
    let mut row = fixture.until(id, |row| row.done == 2_000).await;
    assert_eq!(
        (row.pace_from, row.pace_since),
        (Some(2_000), Some(fixture.test.app.now()))
    );
    let later = fixture.test.app.now() + TimeDelta::seconds(10);
    assert_eq!(pace::pace(&row, later), None, "it has done nothing itself yet");
    row.done = 3_000;
    let pace = pace::pace(&row, later).unwrap();
    assert_eq!((pace.per_second, pace.eta_seconds), (100.0, Some(20)));
    running.task.abort();
}

#[test]
fn delays_grow_and_end() {
    let seconds = (1..=MAX_ATTEMPTS)
        .map(|attempt| retry_delay(attempt).map(|delay| delay.as_secs()))
        .collect::<Vec<_>>();
    assert_eq!(
        seconds,
        [
            Some(5),
            Some(30),
            Some(120),
            Some(600),
            Some(1_800),
            Some(1_800),
            Some(1_800),
            None
        ]
    );
}

#[test]
fn the_key_of_an_integration_names_kind_and_provider() {
    let scope = ProviderScope::new(psa_entities::ProviderId::from_uuid(uuid::Uuid::from_u128(1)));
    let integration = IntegrationId::from_uuid(uuid::Uuid::from_u128(2));
    let job = NewJob::new(scope, &Scripted::Succeed, "ann", DateTime::UNIX_EPOCH)
        .unwrap()
        .of_integration(integration);
    let text = format!("{job:?}");
    assert!(
        text.contains("00000000-0000-0000-0000-000000000001:scripted:00000000-0000-0000-0000-000000000002"),
        "{text}"
    );
}
