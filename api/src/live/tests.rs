//! Following values that the test changes.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicI32, AtomicUsize, Ordering},
    },
};

use futures_util::FutureExt;
use tokio::time::Instant;
use uuid::Uuid;

use super::*;
use crate::failure::{Failure, UserError};

const LAST: i32 = 9;
const GONE: i32 = -1;

/// A record that is a number.
#[derive(Clone, Default)]
struct Record {
    value: Arc<AtomicI32>,
    reads: Arc<AtomicUsize>,
}

impl Record {
    fn set(&self, value: i32) {
        self.value.store(value, Ordering::SeqCst);
    }

    async fn read(self) -> Outcome<i32> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        match self.value.load(Ordering::SeqCst) {
            GONE => Err(Failure::refused(UserError::not_found("id", "record"))),
            value => Ok(value),
        }
    }

    async fn follow(&self, changes: &Changes) -> Pin<Box<dyn Stream<Item = Outcome<i32>> + Send>> {
        let record = self.clone();
        let read = move || record.clone().read();
        Box::pin(changes.follow(subject(1), read, |value| *value == LAST).await.unwrap())
    }
}

fn subject(number: u128) -> Subject {
    Subject::Job(JobId::from(Uuid::from_u128(number)))
}

#[tokio::test]
async fn a_told_change_is_shown_at_once_and_an_untold_one_soon() {
    let (changes, record) = (Changes::default(), Record::default());
    let mut stream = record.follow(&changes).await;
    assert_eq!(stream.next().await.unwrap().unwrap(), 0);
    let began = Instant::now();
    record.set(1);
    changes.tell(subject(1));
    assert_eq!(stream.next().await.unwrap().unwrap(), 1);
    assert!(began.elapsed() < LOOK_AGAIN, "{:?}", began.elapsed());
    record.set(2);
    assert_eq!(stream.next().await.unwrap().unwrap(), 2);
}

#[tokio::test]
async fn what_does_not_differ_is_not_shown_again() {
    let (changes, record) = (Changes::default(), Record::default());
    let mut stream = record.follow(&changes).await;
    assert_eq!(stream.next().await.unwrap().unwrap(), 0);
    for _ in 0..2 * BACKLOG {
        changes.tell(subject(1));
    }
    let quiet = tokio::time::timeout(LOOK_AGAIN * 2, stream.next()).await;
    assert!(quiet.is_err(), "{quiet:?}");
    let reads = record.reads.load(Ordering::SeqCst);
    assert!(reads <= 5, "told a thousand times, read {reads} times");
}

#[tokio::test]
async fn other_records_do_not_wake_it() {
    let (changes, record) = (Changes::default(), Record::default());
    let mut stream = record.follow(&changes).await;
    assert_eq!(stream.next().await.unwrap().unwrap(), 0);
    changes.tell(subject(2));
    let quiet = tokio::time::timeout(LOOK_AGAIN / 2, stream.next()).await;
    assert!(quiet.is_err(), "{quiet:?}");
    assert_eq!(record.reads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn it_ends_after_the_last_state() {
    let (changes, record) = (Changes::default(), Record::default());
    let mut stream = record.follow(&changes).await;
    assert_eq!(stream.next().await.unwrap().unwrap(), 0);
    record.set(LAST);
    assert_eq!(stream.next().await.unwrap().unwrap(), LAST);
    assert!(stream.next().await.is_none());
    let mut stream = record.follow(&changes).await;
    assert_eq!(stream.next().await.unwrap().unwrap(), LAST);
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_record_that_is_not_there_is_an_error_and_the_end() {
    let (changes, record) = (Changes::default(), Record::default());
    let mut stream = record.follow(&changes).await;
    assert_eq!(stream.next().await.unwrap().unwrap(), 0);
    record.set(GONE);
    assert!(stream.next().await.unwrap().is_err());
    assert!(stream.next().await.is_none());
    let read = move || record.clone().read();
    assert!(changes.follow(subject(1), read, |_| false).await.is_err());
}

#[tokio::test]
async fn a_follower_that_goes_away_leaves_nothing() {
    let (changes, record) = (Changes::default(), Record::default());
    let mut stream = record.follow(&changes).await;
    assert_eq!(stream.next().await.unwrap().unwrap(), 0);
    assert!(stream.next().now_or_never().is_none());
    assert_eq!(changes.0.receiver_count(), 1);
    drop(stream);
    assert_eq!(changes.0.receiver_count(), 0);
}
