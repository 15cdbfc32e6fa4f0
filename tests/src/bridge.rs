//! The server on a real socket, in this process, with a simulated PSA beside it.

use std::{net::TcpListener, sync::Arc, time::Duration};

use psa_bridge::{
    app::App,
    auth::{Permission, PermissionSet, mint},
    cli::serve,
    config::Config,
};
use psa_connectors::{Clock, SystemClock, SystemEntropy};
use psa_simulator::{
    Psa,
    connectwise::{Simulator, SimulatorOptions},
};
use secrecy::SecretString;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{Client, TestDatabase};

/// What the simulated PSAs want of whoever runs a server.
const SETTINGS: [(&str, &str); 3] = [
    ("connectwise.client_id", "5f0d7a1e-3c1b-4f3e-9a55-6d7b6c0e8f21"),
    ("autotask.integration_code", "PSABRIDGE0TRAINING000000001"),
    ("autotask.requests_per_hour", "10000"),
];

/// How a test wants its server.
#[derive(Debug)]
pub struct Options {
    /// Whether jobs and deliveries are worked on in this process.
    pub worker: bool,
    /// Seconds after which an uncertain write is looked for.
    pub settle_seconds: u32,
    /// How many calls to the PSA a minute may have; `None` for as many as in operation.
    pub calls_per_minute: Option<u32>,
    /// Whether the PSA is told where it can announce changes: on this machine, where the server listens.
    pub webhooks: bool,
    /// The configuration of the simulated PSA.
    pub simulator: SimulatorOptions,
    /// The time of day in the server.
    pub clock: Arc<dyn Clock>,
    /// Where it listens, when it shall have the address of another one; `None` for a free port.
    pub listener: Option<TcpListener>,
    /// The keys of its vault.
    pub vault_keys: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            worker: true,
            settle_seconds: 0,
            calls_per_minute: None,
            webhooks: false,
            simulator: SimulatorOptions::default(),
            clock: Arc::new(SystemClock),
            listener: None,
            vault_keys: VAULT_KEY.to_owned(),
        }
    }
}

/// A server under test, beside a simulated PSA: ConnectWise PSA, where it makes no difference.
#[derive(Debug)]
pub struct Bridge<P: Psa = Simulator> {
    /// Where it listens.
    pub base: String,
    /// What its parts share.
    pub app: Arc<App>,
    /// The simulated PSA.
    pub simulator: P,
    shutdown: CancellationToken,
    server: JoinHandle<anyhow::Result<()>>,
}

impl Bridge {
    /// Starts a server on a database of its own.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start(database: &TestDatabase) -> Self {
        Self::start_with(database, Options::default()).await
    }

    /// Starts a server as the test wants it.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start_with(database: &TestDatabase, options: Options) -> Self {
        let simulator = Simulator::start(options.simulator.clone())
            .await
            .expect("the simulator starts");
        Self::start_beside(database, simulator, options).await
    }
}

impl<P: Psa> Bridge<P> {
    /// Starts a server beside a simulated PSA that is there already, such as one that another server has worked with.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start_beside(database: &TestDatabase, simulator: P, options: Options) -> Self {
        Self::start_as(config(database, &options), simulator, options).await
    }

    /// Starts a server with a configuration of the test's own.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start_as(mut config: Config, simulator: P, options: Options) -> Self {
        let listener = match options.listener {
            Some(listener) => listener,
            None => TcpListener::bind("127.0.0.1:0").expect("there is a free port"),
        };
        let base = format!("http://{}", listener.local_addr().expect("the listener has an address"));
        if options.webhooks {
            config.server.public_url = Some(base.parse().expect("the address is a URL"));
        }
        let app = App::start(config, Arc::clone(&options.clock), Arc::new(SystemEntropy))
            .await
            .expect("the app starts");
        let shutdown = CancellationToken::new();
        let server = tokio::spawn(serve::run(
            Arc::clone(&app),
            Some(listener),
            options.worker,
            shutdown.clone(),
        ));
        Self {
            base,
            app,
            simulator,
            shutdown,
            server,
        }
    }

    /// A client that may do everything, of the provider `acme`.
    pub fn admin(&self) -> Client {
        self.client("acme", &[])
    }

    /// A client of a provider with certain permissions; none means all.
    ///
    /// # Panics
    /// The token cannot be made.
    pub fn client(&self, provider: &str, permissions: &[Permission]) -> Client {
        let permissions = if permissions.is_empty() {
            PermissionSet::all()
        } else {
            permissions.iter().copied().collect()
        };
        let ttl = Duration::from_secs(3_600);
        let now = self.app.now();
        let token =
            mint::mint(&self.app.config.auth, "tester", provider, permissions, ttl, now).expect("a token is made");
        Client::new(&self.base, Some(token))
    }

    /// Stops the server as SIGTERM would.
    ///
    /// # Panics
    /// It did not stop cleanly.
    pub async fn stop(self) -> P {
        self.shutdown.cancel();
        self.server
            .await
            .expect("the server does not panic")
            .expect("the server stops cleanly");
        self.simulator
    }
}

/// The configuration of a server under test.
///
/// # Panics
/// A default breaks its own rule.
pub fn config(database: &TestDatabase, options: &Options) -> Config {
    let mut config = Config::defaults().expect("the defaults are valid");
    config.database.url = database.url.as_str().into();
    config.database.migrate = true;
    config.auth.secret = Some(SecretString::from("a secret of the tests, 32 bytes long"));
    config.vault.keys = Some(SecretString::from(options.vault_keys.as_str()));
    config.connectors.allow_loopback = true;
    // Tests and benches send as fast as they can; what happens to those who may not has tests of its own.
    config.limits.requests_per_minute = 10_000_000;
    config.limits.requests_at_once = 1_000_000;
    config
        .connectors
        .settings
        .extend(SETTINGS.map(|(name, value)| (name.to_owned(), value.to_owned())));
    if let Some(calls) = options.calls_per_minute {
        let settings = &mut config.connectors.settings;
        settings.insert("connectwise.requests_per_minute".to_owned(), calls.to_string());
    }
    config.tickets.settle_seconds = options.settle_seconds;
    config.tickets.poll_seconds = 1;
    config.tickets.list_seconds = 1;
    config.jobs.poll_seconds = 1;
    config
}

/// A vault key that seals nothing but test data.
pub const VAULT_KEY: &str = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
