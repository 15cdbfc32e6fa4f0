//! The psa-simulator program: one simulated PSA site until Ctrl-C.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use psa_simulator::{DataSet, Tls, Witness, autotask, connectwise};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A PSA as a server on 127.0.0.1.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    vendor: Vendor,
}

#[derive(Debug, Subcommand)]
enum Vendor {
    /// ConnectWise PSA.
    Connectwise {
        #[command(flatten)]
        site: Site,
        #[command(flatten)]
        keys: ConnectwiseKeys,
    },
    /// Autotask PSA.
    Autotask {
        #[command(flatten)]
        site: Site,
        #[command(flatten)]
        keys: AutotaskKeys,
    },
}

/// What a site of any vendor is started with.
#[derive(Debug, Args)]
struct Site {
    /// The port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 8099)]
    port: u16,
    /// How much data the site holds.
    #[arg(long, value_enum, default_value_t = DataSet::Small)]
    data: DataSet,
    /// What the data set is drawn from: the same seed gives the same site.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A file with the certificate in PEM, to speak HTTPS.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// A file with the certificate's private key in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A file with the state to begin with instead of the data set's.
    #[arg(long, value_name = "FILE")]
    load: Option<PathBuf>,
    /// A file that the state is written to on Ctrl-C.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// A file to which every exchange is appended, one JSON object a line.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Choices for undocumented behaviour, as a JSON object.
    #[arg(long, default_value = "{}")]
    assumptions: String,
}

#[derive(Debug, Args)]
struct ConnectwiseKeys {
    /// The login company.
    #[arg(long, default_value = "training")]
    company: String,
    /// The API member's public key.
    #[arg(long, default_value = "public")]
    public_key: String,
    /// The API member's private key.
    #[arg(long, default_value = "private")]
    private_key: String,
    /// The only accepted clientId; without it any GUID is accepted.
    #[arg(long)]
    client_id: Option<String>,
}

#[derive(Debug, Args)]
struct AutotaskKeys {
    /// The name of the API user.
    #[arg(long, default_value_t = autotask::SimulatorOptions::default().user_name)]
    user_name: String,
    /// The API user's secret.
    #[arg(long, default_value_t = autotask::SimulatorOptions::default().secret)]
    secret: String,
    /// The tracking identifier of the integration.
    #[arg(long, default_value_t = autotask::SimulatorOptions::default().integration_code)]
    integration_code: String,
}

/// A running simulator of any vendor.
trait Running {
    /// The name of what is simulated.
    const NAME: &'static str;
    fn base_url(&self) -> &str;
    fn load(&self, state: &Value) -> anyhow::Result<()>;
    fn dump(&self) -> anyhow::Result<Value>;
    async fn wait(&mut self) -> std::io::Result<()>;
    async fn shutdown(self) -> std::io::Result<()>;
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_max_level(tracing::Level::INFO).init();
    match Arguments::parse().vendor {
        Vendor::Connectwise { site, keys } => run(&site, connectwise(&site, keys).await?).await,
        Vendor::Autotask { site, keys } => run(&site, autotask(&site, keys).await?).await,
    }
}

async fn connectwise(site: &Site, keys: ConnectwiseKeys) -> anyhow::Result<connectwise::Simulator> {
    let options = connectwise::SimulatorOptions {
        port: site.port,
        data_set: site.data,
        seed: site.seed,
        company_id: keys.company,
        public_key: keys.public_key,
        private_key: keys.private_key,
        client_id: keys.client_id,
        tls: site.tls()?,
        witness: site.witness()?,
        assumptions: site.assumptions()?,
        ..connectwise::SimulatorOptions::default()
    };
    let started = connectwise::Simulator::start(options).await;
    started.context("the simulator cannot start")
}

async fn autotask(site: &Site, keys: AutotaskKeys) -> anyhow::Result<autotask::Simulator> {
    let options = autotask::SimulatorOptions {
        port: site.port,
        data_set: site.data,
        seed: site.seed,
        user_name: keys.user_name,
        secret: keys.secret,
        integration_code: keys.integration_code,
        tls: site.tls()?,
        witness: site.witness()?,
        assumptions: site.assumptions()?,
        ..autotask::SimulatorOptions::default()
    };
    let started = autotask::Simulator::start(options).await;
    started.context("the simulator cannot start")
}

async fn run<R: Running>(site: &Site, mut simulator: R) -> anyhow::Result<()> {
    if let Some(file) = &site.load {
        load(&simulator, file).with_context(|| format!("the state in {} is not loaded", file.display()))?;
    }
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    // It listens once it is polled: whoever reads the address may interrupt at once.
    tokio::select! {
        biased;
        stop = &mut interrupted => return stop.context("waiting for Ctrl-C failed"),
        () = std::future::ready(()) => {}
    }
    tracing::info!("{} is simulated at {}", R::NAME, simulator.base_url());
    tokio::select! {
        ended = simulator.wait() => return ended.context("the server ended"),
        stop = &mut interrupted => stop.context("waiting for Ctrl-C failed")?,
    }
    if let Some(file) = &site.save {
        save(&simulator, file).with_context(|| format!("the state is not saved to {}", file.display()))?;
    }
    simulator.shutdown().await.context("the server did not stop cleanly")
}

impl Running for connectwise::Simulator {
    const NAME: &'static str = "ConnectWise PSA";

    fn base_url(&self) -> &str {
        self.base_url()
    }

    fn load(&self, state: &Value) -> anyhow::Result<()> {
        Ok(self.load(state)?)
    }

    fn dump(&self) -> anyhow::Result<Value> {
        Ok(self.dump()?)
    }

    async fn wait(&mut self) -> std::io::Result<()> {
        self.wait().await
    }

    async fn shutdown(self) -> std::io::Result<()> {
        self.shutdown().await
    }
}

impl Running for autotask::Simulator {
    const NAME: &'static str = "Autotask PSA";

    fn base_url(&self) -> &str {
        self.base_url()
    }

    fn load(&self, state: &Value) -> anyhow::Result<()> {
        Ok(self.load(state)?)
    }

    fn dump(&self) -> anyhow::Result<Value> {
        Ok(self.dump()?)
    }

    async fn wait(&mut self) -> std::io::Result<()> {
        self.wait().await
    }

    async fn shutdown(self) -> std::io::Result<()> {
        self.shutdown().await
    }
}

impl Site {
    fn tls(&self) -> anyhow::Result<Option<Tls>> {
        Ok(match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => Some(Tls {
                certificate_pem: text(certificate)?,
                private_key_pem: text(key)?,
            }),
            _ => None,
        })
    }

    fn witness(&self) -> anyhow::Result<Option<Witness>> {
        self.record.as_deref().map(recorder).transpose()
    }

    fn assumptions<A: DeserializeOwned>(&self) -> anyhow::Result<A> {
        serde_json::from_str(&self.assumptions).context("the assumptions cannot be read")
    }
}

fn text(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

/// Appends every exchange to a file.
fn recorder(file: &Path) -> anyhow::Result<Witness> {
    let opened = OpenOptions::new().create(true).append(true).open(file);
    let log = Mutex::new(opened.with_context(|| format!("{} cannot be written", file.display()))?);
    Ok(Arc::new(move |exchange| {
        let written = serde_json::to_string(exchange)
            .map_err(std::io::Error::other)
            .and_then(|line| {
                let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
                writeln!(log, "{line}")
            });
        if let Err(error) = written {
            tracing::error!(%error, "an exchange is not recorded");
        }
    }))
}

fn load(simulator: &impl Running, file: &Path) -> anyhow::Result<()> {
    let text = std::fs::read(file)?;
    simulator.load(&serde_json::from_slice(&text)?)
}

fn save(simulator: &impl Running, file: &Path) -> anyhow::Result<()> {
    std::fs::write(file, serde_json::to_vec(&simulator.dump()?)?)?;
    Ok(())
}
