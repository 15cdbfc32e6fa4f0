//! Changes that share a transaction.
//!
//! A commit waits for the disk. SQLite makes one at a time, so changes that are ready at the same time wait less when
//! they are committed together: while one transaction is on its way to the disk, the next one gathers. PostgreSQL
//! gathers the commits of its connections by itself.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use futures_util::future::BoxFuture;
use sea_orm::DatabaseTransaction;
use tokio::sync::oneshot;

use super::Database;
use crate::failure::Fault;

/// The most changes of one transaction: others want to write too.
const MOST: usize = 64;

/// A change, to be made in whatever transaction there is. Its answer is what it comes to.
type Make = Box<dyn for<'a> FnOnce(&'a DatabaseTransaction) -> BoxFuture<'a, Result<bool, Fault>> + Send>;

struct Change {
    make: Make,
    done: oneshot::Sender<Result<bool, Fault>>,
}

/// The changes that wait for the next transaction.
#[derive(Default)]
pub(super) struct Together {
    waiting: Mutex<Vec<Change>>,
    turn: tokio::sync::Mutex<()>,
}

impl fmt::Debug for Together {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Together").finish_non_exhaustive()
    }
}

impl Together {
    fn take(&self) -> Vec<Change> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.len().min(MOST);
        waiting.drain(..count).collect()
    }
}

impl Database {
    /// Makes a change and commits it, in one transaction with others that are ready. It must be small, depend on none of
    /// the others, and write nothing when it answers `false`.
    ///
    /// # Errors
    /// What the change says; or that the transaction failed, for every change in it. Nothing is changed then.
    pub async fn together<F>(&self, change: F) -> Result<bool, Fault>
    where
        F: for<'a> FnOnce(&'a DatabaseTransaction) -> BoxFuture<'a, Result<bool, Fault>> + Send + 'static,
    {
        if self.is_postgres {
            let transaction = self.begin().await?;
            let made = change(&transaction).await?;
            transaction.commit().await?;
            return Ok(made);
        }
        let (done, mut outcome) = oneshot::channel();
        let change = Change {
            make: Box::new(change),
            done,
        };
        let waiting = &self.together.waiting;
        waiting.lock().unwrap_or_else(PoisonError::into_inner).push(change);
        loop {
            let turn = self.together.turn.lock().await;
            // Whoever had the turn before may have made it.
            match outcome.try_recv() {
                Ok(outcome) => return outcome,
                Err(oneshot::error::TryRecvError::Closed) => return Err(failed("it was broken off")),
                Err(oneshot::error::TryRecvError::Empty) => self.make(self.together.take()).await,
            }
            drop(turn);
        }
    }

    async fn make(&self, changes: Vec<Change>) {
        let mut made = Vec::with_capacity(changes.len());
        let mut changes = changes.into_iter();
        let committed = async {
            let transaction = self.begin().await?;
            for change in changes.by_ref() {
                match (change.make)(&transaction).await {
                    Ok(outcome) => made.push((change.done, outcome)),
                    Err(fault) => {
                        let message = fault.to_string();
                        // Whoever does not wait any more has no use for the answer.
                        change.done.send(Err(fault)).ok();
                        return Err(failed(&message));
                    }
                }
            }
            Ok(transaction.commit().await?)
        };
        let failure = committed.await.err().map(|fault: Fault| fault.to_string());
        for (done, outcome) in made {
            let outcome = failure.as_ref().map_or(Ok(outcome), |message| Err(failed(message)));
            done.send(outcome).ok();
        }
        for change in changes {
            let message = failure.as_deref().unwrap_or_default();
            change.done.send(Err(failed(message))).ok();
        }
    }
}

fn failed(message: &str) -> Fault {
    Fault::Inconsistent(format!("a transaction that several changes share failed: {message}"))
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use sea_orm::ConnectionTrait;

    use super::*;
    use crate::app::testing::TestApp;

    async fn count(db: &Database) -> i64 {
        let row = db
            .read()
            .query_one_raw(sea_orm::Statement::from_string(
                db.read().get_database_backend(),
                "SELECT COUNT(*) AS n FROM t",
            ))
            .await
            .unwrap();
        row.unwrap().try_get("", "n").unwrap()
    }

    async fn insert(db: &Database, number: i32) -> Result<bool, Fault> {
        db.together(move |transaction| {
            Box::pin(async move {
                let sql = format!("INSERT INTO t VALUES ({number})");
                transaction.execute_unprepared(&sql).await?;
                Ok(true)
            })
        })
        .await
    }

    #[tokio::test]
    async fn changes_at_the_same_time_are_all_made() {
        let test = TestApp::start().await;
        let db = &test.app.db;
        db.write()
            .execute_unprepared("CREATE TABLE t (n INTEGER PRIMARY KEY)")
            .await
            .unwrap();
        let made = join_all((0..200).map(|number| insert(db, number))).await;
        assert!(made.into_iter().all(|made| made.unwrap()));
        assert_eq!(count(db).await, 200);
    }

    #[tokio::test]
    async fn a_change_that_fails_takes_those_beside_it_along_and_leaves_nothing() {
        let test = TestApp::start().await;
        let db = &test.app.db;
        db.write()
            .execute_unprepared("CREATE TABLE t (n INTEGER PRIMARY KEY)")
            .await
            .unwrap();
        // The first has the turn alone; the others gather behind it, and one of them repeats a number.
        let made = join_all([1, 2, 3, 2, 4].map(|number| insert(db, number))).await;
        let failed = made.iter().filter(|made| made.is_err()).count();
        assert!(failed > 0, "{made:?}");
        assert_eq!(count(db).await, i64::try_from(made.len() - failed).unwrap());
        assert!(insert(db, 9).await.unwrap(), "the next one is made");
    }
}
