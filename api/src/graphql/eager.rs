//! Runs a query on for as long as anything in it can go on, before a loader may read.
//!
//! The engine resolves the rows of a list side by side, but lets other tasks run after every second row that waits for a
//! loader. A loader that begins then reads two rows at a time, which is a statement for nearly every row. Here a pause that
//! the query has asked for itself ends at once; only when all of it waits for something else do the loaders get their turn,
//! and find the keys of the whole list.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use async_graphql::{Data, Executor, Request, Response};
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
    task::AtomicWaker,
};

/// How often a query is run on before others get a turn all the same: what the runtime itself puts off, because a task
/// read its sockets too long, must not spin.
const MOST_TURNS: usize = 1_000;

/// An executor whose loaders find all keys of a list together.
#[derive(Debug, Clone)]
pub struct Eager<E>(pub E);

impl<E: Executor> Executor for Eager<E> {
    async fn execute(&self, request: Request) -> Response {
        let mut turn = Turn::default();
        let mut work = std::pin::pin!(self.0.execute(request));
        std::future::poll_fn(|cx| turn.poll(cx, |cx| work.as_mut().poll(cx))).await
    }

    fn execute_stream(&self, request: Request, session_data: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let mut turn = Turn::default();
        let mut events = self.0.execute_stream(request, session_data);
        stream::poll_fn(move |cx| turn.poll(cx, |cx| Pin::new(&mut events).poll_next(cx))).boxed()
    }
}

/// Polls something again at once when it has woken itself.
#[derive(Default)]
struct Turn(Arc<Woken>);

impl Turn {
    fn poll<T>(&mut self, cx: &Context<'_>, mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
        self.0.task.register(cx.waker());
        let waker = Waker::from(Arc::clone(&self.0));
        let mut own = Context::from_waker(&waker);
        for _ in 0..MOST_TURNS {
            self.0.within.store(true, Ordering::SeqCst);
            self.0.again.store(false, Ordering::SeqCst);
            let polled = poll(&mut own);
            self.0.within.store(false, Ordering::SeqCst);
            if polled.is_ready() || !self.0.again.swap(false, Ordering::SeqCst) {
                return polled;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Tells whether a wake came while the work was polled; one that comes later wakes the task.
#[derive(Debug, Default)]
struct Woken {
    within: AtomicBool,
    again: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.again.store(true, Ordering::SeqCst);
        if !self.within.load(Ordering::SeqCst) {
            self.task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, convert::Infallible, sync::Mutex, time::Duration};

    use async_graphql::{
        EmptyMutation, Object, Schema, Subscription,
        dataloader::{DataLoader, Loader, NoCache},
    };

    use super::*;

    /// Notes how many keys each of its reads has.
    #[derive(Clone, Default)]
    struct Reads(Arc<Mutex<Vec<usize>>>);

    impl Loader<u32> for Reads {
        type Value = u32;
        type Error = Infallible;

        async fn load(&self, keys: &[u32]) -> Result<HashMap<u32, u32>, Infallible> {
            self.0.lock().unwrap().push(keys.len());
            tokio::task::yield_now().await;
            Ok(keys.iter().map(|key| (*key, key + 1)).collect())
        }
    }

    struct Row(u32, Arc<DataLoader<Reads, NoCache>>);

    #[Object]
    impl Row {
        async fn id(&self) -> u32 {
            self.0
        }

        async fn next(&self) -> u32 {
            let Ok(next) = self.1.load_one(self.0).await;
            next.unwrap()
        }

        async fn after(&self) -> Row {
            Row(self.next_id().await, Arc::clone(&self.1))
        }
    }

    impl Row {
        async fn next_id(&self) -> u32 {
            let Ok(next) = self.1.load_one(self.0).await;
            next.unwrap()
        }
    }

    struct Query(Arc<DataLoader<Reads, NoCache>>);

    impl Query {
        fn list(&self) -> Vec<Row> {
            (0..100).map(|id| Row(id, Arc::clone(&self.0))).collect()
        }
    }

    #[Object]
    impl Query {
        async fn rows(&self) -> Vec<Row> {
            self.list()
        }
    }

    struct Events(Query);

    #[Subscription]
    impl Events {
        async fn rows(&self) -> impl Stream<Item = Vec<Row>> {
            stream::iter([self.0.list(), self.0.list()])
        }
    }

    fn schema() -> (Reads, Schema<Query, EmptyMutation, Events>) {
        let reads = Reads::default();
        let loader = Arc::new(DataLoader::with_cache(reads.clone(), tokio::spawn, NoCache).delay(Duration::ZERO));
        let schema = Schema::new(Query(Arc::clone(&loader)), EmptyMutation, Events(Query(loader)));
        (reads, schema)
    }

    #[tokio::test]
    async fn a_list_of_a_hundred_rows_is_one_read_for_each_depth() {
        let (reads, schema) = schema();
        let response = Eager(schema)
            .execute(Request::new("{ rows { id after { id next } } }"))
            .await;
        let data = response.into_result().unwrap().data.into_json().unwrap();
        assert_eq!(data["rows"][99]["after"]["next"], 101);
        assert_eq!(*reads.0.lock().unwrap(), [100, 100]);
    }

    #[tokio::test]
    async fn each_event_of_a_subscription_is_one_read() {
        let (reads, schema) = schema();
        let request = Request::new("subscription { rows { id next } }");
        let events: Vec<Response> = Eager(schema).execute_stream(request, None).collect().await;
        assert!(events.iter().all(Response::is_ok));
        assert_eq!(*reads.0.lock().unwrap(), [100, 100]);
    }

    #[tokio::test]
    async fn what_never_stops_waking_itself_leaves_others_their_turn() {
        let mut turn = Turn::default();
        let polls = std::cell::Cell::new(0);
        let restless = std::future::poll_fn(|cx| {
            turn.poll(cx, |cx| {
                polls.set(polls.get() + 1);
                cx.waker().wake_by_ref();
                Poll::<()>::Pending
            })
        });
        let other = async {
            tokio::task::yield_now().await;
        };
        tokio::select! {
            biased;
            () = restless => unreachable!("it never ends"),
            () = other => {}
        }
        assert_eq!(polls.get() % MOST_TURNS, 0);
    }
}
