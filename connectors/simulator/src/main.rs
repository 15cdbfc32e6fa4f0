//! The psa-simulator program: one simulated ConnectWise PSA site until Ctrl-C.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Parser;
use psa_simulator::{Assumptions, DataSet, Simulator, SimulatorOptions, Tls};

/// ConnectWise PSA as a server on 127.0.0.1.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    /// The port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 8099)]
    port: u16,
    /// How much data the site holds.
    #[arg(long, value_enum, default_value_t = DataSet::Small)]
    data: DataSet,
    /// What the data set is drawn from: the same seed gives the same site.
    #[arg(long, default_value_t = SimulatorOptions::default().seed)]
    seed: u64,
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
    /// Choices for undocumented behaviour, as a JSON object.
    #[arg(long, default_value = "{}")]
    assumptions: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_max_level(tracing::Level::INFO).init();
    let arguments = Arguments::parse();
    let assumptions: Assumptions =
        serde_json::from_str(&arguments.assumptions).context("the assumptions cannot be read")?;
    let tls = match (&arguments.tls_cert, &arguments.tls_key) {
        (Some(certificate), Some(key)) => Some(Tls {
            certificate_pem: text(certificate)?,
            private_key_pem: text(key)?,
        }),
        _ => None,
    };
    let options = SimulatorOptions {
        port: arguments.port,
        data_set: arguments.data,
        seed: arguments.seed,
        company_id: arguments.company,
        public_key: arguments.public_key,
        private_key: arguments.private_key,
        client_id: arguments.client_id,
        tls,
        assumptions,
        ..SimulatorOptions::default()
    };
    let mut simulator = Simulator::start(options).await.context("the simulator cannot start")?;
    if let Some(file) = &arguments.load {
        load(&simulator, file).with_context(|| format!("the state in {} is not loaded", file.display()))?;
    }
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    // It listens once it is polled: whoever reads the address may interrupt at once.
    tokio::select! {
        biased;
        stop = &mut interrupted => return stop.context("waiting for Ctrl-C failed"),
        () = std::future::ready(()) => {}
    }
    tracing::info!("ConnectWise PSA is simulated at {}", simulator.base_url());
    tokio::select! {
        ended = simulator.wait() => return ended.context("the server ended"),
        stop = &mut interrupted => stop.context("waiting for Ctrl-C failed")?,
    }
    if let Some(file) = &arguments.save {
        save(&simulator, file).with_context(|| format!("the state is not saved to {}", file.display()))?;
    }
    simulator.shutdown().await.context("the server did not stop cleanly")
}

fn text(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn load(simulator: &Simulator, file: &Path) -> anyhow::Result<()> {
    let text = std::fs::read(file)?;
    simulator.load(&serde_json::from_slice(&text)?)?;
    Ok(())
}

fn save(simulator: &Simulator, file: &Path) -> anyhow::Result<()> {
    std::fs::write(file, serde_json::to_vec(&simulator.dump()?)?)?;
    Ok(())
}
