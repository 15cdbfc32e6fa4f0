//! `psa-bridge serve` and `psa-bridge worker`: the server.

use std::{net::TcpListener, sync::Arc, time::Duration};

use anyhow::Context;
use clap::Args;
use psa_connectors::{SystemClock, SystemEntropy};
use tokio::{
    signal::unix::{SignalKind, signal},
    task::{JoinError, JoinSet},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{app::App, config::Config, http, integrations::upkeep, jobs, tickets};

/// How long closing the database may take when everything else has stopped.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Arguments of `serve`.
#[derive(Debug, Default, Args)]
pub struct ServeArgs {
    /// Serve the API only; `psa-bridge worker` then does the background work.
    #[arg(long)]
    no_worker: bool,
    /// Bring the schema of a PostgreSQL database up to date first. SQLite's always is.
    #[arg(long)]
    migrate: bool,
}

impl ServeArgs {
    /// Serves until SIGINT or SIGTERM.
    ///
    /// # Errors
    /// The configuration is wrong, the address is taken, or the database fails.
    pub async fn run(&self, mut config: Config) -> anyhow::Result<()> {
        let started = Instant::now();
        config.database.migrate |= self.migrate;
        let with_worker = config.server.worker && !self.no_worker;
        let listen = config.server.listen;
        let listener =
            TcpListener::bind(listen).with_context(|| format!("PSA_SERVER_LISTEN={listen} cannot be listened on"))?;
        let app = App::start(config, Arc::new(SystemClock), Arc::new(SystemEntropy)).await?;
        let address = listener.local_addr()?;
        tracing::info!(
            graphql = %format_args!("http://{address}/graphql"),
            database = %app.config.database.url,
            worker = with_worker,
            start_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "ready"
        );
        run(app, Some(listener), with_worker, stop_signal()?).await
    }
}

/// Runs background work until SIGINT or SIGTERM.
///
/// # Errors
/// The configuration is wrong, or the database fails.
pub async fn work(config: Config) -> anyhow::Result<()> {
    let app = App::start(config, Arc::new(SystemClock), Arc::new(SystemEntropy)).await?;
    tracing::info!(database = %app.config.database.url, "working");
    run(app, None, true, stop_signal()?).await
}

/// Runs the server's parts until `shutdown`, then stops all of them, within 10 s, and closes the database. When one
/// part ends before its time, so do the others.
///
/// # Errors
/// The listener stops working.
pub async fn run(
    app: Arc<App>,
    listener: Option<TcpListener>,
    with_worker: bool,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let mut parts = JoinSet::new();
    if with_worker {
        spawn_workers(&mut parts, &app, &shutdown);
    }
    let serving = async {
        match listener {
            Some(listener) => http::serve(Arc::clone(&app), listener, shutdown.clone()).await,
            None => {
                shutdown.cancelled().await;
                Ok(())
            }
        }
    };
    tokio::pin!(serving);
    let served = loop {
        tokio::select! {
            served = &mut serving => break served,
            Some(ended) = parts.join_next(), if !parts.is_empty() => stop_with(ended, &shutdown),
        }
    };
    shutdown.cancel();
    while let Some(ended) = parts.join_next().await {
        stop_with(ended, &shutdown);
    }
    if tokio::time::timeout(CLOSE_TIMEOUT, app.db.close_by_ref())
        .await
        .is_err()
    {
        tracing::warn!("the database did not close in time");
    }
    tracing::info!("stopped");
    Ok(served?)
}

/// What follows from the end of a worker: the end of the others, so that whoever watches the process starts it again.
fn stop_with(ended: Result<(), JoinError>, shutdown: &CancellationToken) {
    if let Err(error) = ended {
        tracing::error!(%error, "a worker broke off; the server stops");
    }
    shutdown.cancel();
}

/// Everything that works in the background, one task each.
fn spawn_workers(parts: &mut JoinSet<()>, app: &Arc<App>, shutdown: &CancellationToken) {
    let runner = jobs::Runner::new(Arc::clone(app), jobs::handlers::handlers());
    let token = shutdown.clone();
    parts.spawn(async move { runner.run(token).await });
    parts.spawn(tickets::Worker::run(Arc::clone(app), shutdown.clone()));
    parts.spawn(upkeep::run(Arc::clone(app), shutdown.clone()));
}

/// A token that SIGINT and SIGTERM cancel.
///
/// # Errors
/// The signals cannot be listened for.
pub fn stop_signal() -> std::io::Result<CancellationToken> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let shutdown = CancellationToken::new();
    let token = shutdown.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => tracing::info!(signal = "SIGINT", "stopping"),
            _ = terminate.recv() => tracing::info!(signal = "SIGTERM", "stopping"),
        }
        token.cancel();
    });
    Ok(shutdown)
}
