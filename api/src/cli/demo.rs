//! `psa-bridge demo`: the main job from beginning to end, on a fresh database, against a simulated PSA.
//!
//! The walk uses nothing that is not there for everybody: it speaks to the server over HTTP with a token, reports the
//! console's data as [`report`](super::report) does, and looks at the outcome in the simulated PSA. It is the same walk for
//! every PSA.

mod billing;
mod script;
mod setup;
mod tickets;

use std::{io::Write, net::TcpListener, path::Path, sync::Arc, time::Duration};

use anyhow::Context;
use clap::Args;
use psa_connectors::{Clock, SystemClock, SystemEntropy};
use psa_simulator::{DataSet, Psa, Vendor};
use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;

use super::{
    report::{client::Client, export::Export},
    serve,
};
use crate::{
    app::App,
    auth::{PermissionSet, mint},
    config::{Config, LogConfig, LogFormat},
    vault::keys,
};
use script::Script;

/// The provider that the walk acts for.
const PROVIDER: &str = "demo-msp";
/// How long the printed token is valid.
const TOKEN_LIFE: Duration = Duration::from_secs(12 * 3_600);
/// The console's data that the walk reports: an export as [`Export`] describes it.
const CONSOLE: &[(&str, &str)] = &[
    ("companies.json", include_str!("../../demo/console/companies.json")),
    ("users.json", include_str!("../../demo/console/users.json")),
    ("licenses.json", include_str!("../../demo/console/licenses.json")),
    ("accounts.json", include_str!("../../demo/console/accounts.json")),
    (
        "billing-details/2026-10-01.json",
        include_str!("../../demo/console/billing-details/2026-10-01.json"),
    ),
    (
        "billing-details/2026-10-08.json",
        include_str!("../../demo/console/billing-details/2026-10-08.json"),
    ),
    (
        "billing-details/2026-10-15.json",
        include_str!("../../demo/console/billing-details/2026-10-15.json"),
    ),
    (
        "billing-details/2026-10-22.json",
        include_str!("../../demo/console/billing-details/2026-10-22.json"),
    ),
    (
        "billing-details/2026-10-29.json",
        include_str!("../../demo/console/billing-details/2026-10-29.json"),
    ),
    (
        "monitoring/1-morning.json",
        include_str!("../../demo/console/monitoring/1-morning.json"),
    ),
    (
        "monitoring/2-next-night.json",
        include_str!("../../demo/console/monitoring/2-next-night.json"),
    ),
    (
        "monitoring/3-recovered.json",
        include_str!("../../demo/console/monitoring/3-recovered.json"),
    ),
];

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Whose PSA is simulated.
    #[arg(long, value_enum, default_value_t = Vendor::ConnectWise)]
    psa: Vendor,
    /// End after the walk: status 0, or 1 with the step that failed.
    #[arg(long)]
    exit: bool,
    /// The port to serve on; a free one is taken when it is in use.
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

impl DemoArgs {
    /// Starts the simulated PSA and the server, walks the main job and, unless told otherwise, stays up.
    ///
    /// # Errors
    /// Names the step that failed.
    pub async fn run(&self, out: &mut (impl Write + Send)) -> anyhow::Result<()> {
        let folder = tempdir()?;
        let psa = self.psa.start(DataSet::Msp);
        let psa = psa.await.context("the simulated PSA does not start")?;
        let config = config(folder.path(), psa.as_ref())?;
        let listener = TcpListener::bind(("127.0.0.1", self.port)).or_else(|_| TcpListener::bind("127.0.0.1:0"))?;
        let base = format!("http://{}", listener.local_addr()?);
        let token = token(&config)?;
        let app = App::start(config, Arc::new(SystemClock), Arc::new(SystemEntropy)).await?;
        let shutdown = CancellationToken::new();
        let server = tokio::spawn(serve::run(app, Some(listener), true, shutdown.clone()));

        let client = Client::new(format!("{base}/graphql").parse()?, token.clone())?;
        let export = Export::read(&console_files(folder.path())?)?;
        let mut script = Script::new(out, client);
        script.opening(&base, psa.as_ref())?;
        let walked = walk(&mut script, psa.as_ref(), &export).await;
        if walked.is_ok() && !self.exit {
            script.closing(&base, psa.base_url(), token.expose_secret())?;
            serve::stop_signal()?.cancelled().await;
        }
        shutdown.cancel();
        server.await??;
        psa.shutdown().await?;
        walked
    }
}

async fn walk(script: &mut Script<'_>, psa: &dyn Psa, export: &Export) -> anyhow::Result<()> {
    let integration = setup::walk(script, psa, export).await?;
    billing::configure(script, psa, &integration).await?;
    tickets::configure(script, psa, &integration).await?;
    setup::activate(script, &integration).await?;
    billing::bill(script, psa, &integration).await?;
    tickets::follow(script, psa, export, &integration).await
}

/// What is logged during the walk: only what is wrong, so that the walk can be read.
pub fn log() -> LogConfig {
    LogConfig {
        format: LogFormat::Pretty,
        filter: "warn".to_owned(),
    }
}

fn config(folder: &Path, psa: &dyn Psa) -> anyhow::Result<Config> {
    let mut config = Config::defaults()?;
    config.database.url = format!("sqlite://{}", folder.join("demo.db").display()).into();
    config.auth.secret = Some(SecretString::from(keys::random_base64(&SystemEntropy)?));
    config.vault.keys = Some(keys::generate(&SystemEntropy, SystemClock.now())?);
    config.connectors.allow_loopback = true;
    config.server.graphiql = true;
    let settings = psa.settings().into_iter();
    let settings = settings.map(|(name, value)| (name.to_owned(), value));
    config.connectors.settings.extend(settings);
    Ok(config)
}

fn token(config: &Config) -> anyhow::Result<SecretString> {
    Ok(mint::mint(
        &config.auth,
        "demo",
        PROVIDER,
        PermissionSet::all(),
        TOKEN_LIFE,
        SystemClock.now(),
    )?)
}

/// Lays the console's files out, so that they are read as any export is.
fn console_files(folder: &Path) -> anyhow::Result<std::path::PathBuf> {
    let console = folder.join("console");
    for (name, text) in CONSOLE {
        let path = console.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, text)?;
    }
    Ok(console)
}

fn tempdir() -> anyhow::Result<tempfile::TempDir> {
    tempfile::Builder::new()
        .prefix("psa-bridge-demo-")
        .tempdir()
        .context("there is no place for the demo's files")
}
