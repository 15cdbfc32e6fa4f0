//! The server as a process of its own, for tests that kill it, or read what it logs.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use psa_bridge::{
    auth::{PermissionSet, mint},
    config::Config,
};
use psa_connectors::{Clock, SystemClock};
use secrecy::ExposeSecret;

use crate::Client;

/// A server process.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// Where it listens.
    pub base: String,
    config: Config,
    log: Log,
    reading: Option<JoinHandle<()>>,
}

/// What it has logged so far.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Log {
    fn add(&self, line: &str) {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str(line);
        text.push('\n');
    }
}

impl Process {
    /// Starts the program at `program` with the configuration of a test, and waits until it is ready.
    ///
    /// # Panics
    /// It does not get ready.
    pub fn start(program: &Path, config: &Config) -> Self {
        let secret = |secret: &Option<secrecy::SecretString>| {
            secret
                .as_ref()
                .map(|secret| secret.expose_secret().to_owned())
                .unwrap_or_default()
        };
        let settings: Vec<_> = config
            .connectors
            .settings
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut child = Command::new(program)
            .arg("serve")
            .env_clear()
            .env("PSA_SERVER_LISTEN", "127.0.0.1:0")
            .env("PSA_DATABASE_URL", config.database.url.expose())
            .env("PSA_DATABASE_MIGRATE", "true")
            .env("PSA_AUTH_SECRET", secret(&config.auth.secret))
            .env("PSA_VAULT_KEYS", secret(&config.vault.keys))
            .env("PSA_CONNECTORS_ALLOW_LOOPBACK", "true")
            .env("PSA_CONNECTORS_SETTINGS", settings.join(","))
            .env(
                "PSA_LIMITS_REQUESTS_PER_MINUTE",
                config.limits.requests_per_minute.to_string(),
            )
            .env(
                "PSA_LIMITS_REQUESTS_AT_ONCE",
                config.limits.requests_at_once.to_string(),
            )
            .env("PSA_TICKETS_SETTLE_SECONDS", config.tickets.settle_seconds.to_string())
            .env("PSA_TICKETS_LEASE_SECONDS", config.tickets.lease_seconds.to_string())
            .env("PSA_TICKETS_POLL_SECONDS", "1")
            .env("PSA_TICKETS_PARALLEL", config.tickets.parallel.to_string())
            .env("PSA_SERVER_WORKER", config.server.worker.to_string())
            .env("PSA_JOBS_LEASE_SECONDS", config.jobs.lease_seconds.to_string())
            .env("PSA_JOBS_POLL_SECONDS", "1")
            .env("PSA_LOG_FORMAT", "json")
            .env("PSA_LOG_FILTER", &config.log.filter)
            .envs(
                config
                    .server
                    .public_url
                    .as_ref()
                    .map(|url| ("PSA_SERVER_PUBLIC_URL", url.as_str())),
            )
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let log = Log::default();
        let mut lines = BufReader::new(child.stderr.take().expect("it has a log")).lines();
        let base = lines
            .by_ref()
            .map(|line| line.expect("the log can be read"))
            .inspect(|line| log.add(line))
            .find_map(|line| endpoint(&line))
            .expect("it says where it listens");
        // Whoever does not read what it writes makes it wait.
        let kept = log.clone();
        let reading = std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| kept.add(&line)));
        Self {
            child,
            base,
            config: config.clone(),
            log,
            reading: Some(reading),
        }
    }

    /// A client of the provider `acme` that may do everything.
    ///
    /// # Panics
    /// The token cannot be made.
    pub fn admin(&self) -> Client {
        let ttl = Duration::from_secs(3_600);
        let token = mint::mint(
            &self.config.auth,
            "tester",
            "acme",
            PermissionSet::all(),
            ttl,
            SystemClock.now(),
        );
        Client::new(&self.base, Some(token.expect("a token is made")))
    }

    /// The memory of its own that it has in use, in MiB, as Linux counts it (`RssAnon`): without the program and the
    /// SQLite file, which are mapped and cost nothing that is needed elsewhere.
    ///
    /// # Panics
    /// It is gone, or this is not Linux.
    pub fn resident_mib(&self) -> u64 {
        let status = self.of_proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let kib: Option<u64> = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        kib.expect("Linux says how much memory a process has in use") / 1_024
    }

    /// The time for which it has kept processors busy, as Linux counts it: in hundredths of a second.
    ///
    /// # Panics
    /// It is gone, or this is not Linux.
    pub fn busy(&self) -> Duration {
        let stat = self.of_proc("stat");
        // The name of the program, in parentheses, may hold anything; user and system time are the 12th and 13th after it.
        let (_, fields) = stat.rsplit_once(')').expect("Linux says how busy a process is");
        let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
        let ticks: u64 = ticks.map(|ticks| ticks.expect("a number of ticks")).sum();
        Duration::from_millis(ticks * 10)
    }

    fn of_proc(&self, file: &str) -> String {
        let path = format!("/proc/{}/{file}", self.child.id());
        std::fs::read_to_string(path).expect("Linux tells about its processes")
    }

    /// Kills it as `kill -9` does, and gives back everything that it has logged.
    ///
    /// # Panics
    /// It is not there to be killed.
    pub fn kill_and_read(mut self) -> String {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it is gone");
        if let Some(reading) = self.reading.take() {
            reading.join().expect("the log can be read to its end");
        }
        self.log.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Kills it as `kill -9` does.
    ///
    /// # Panics
    /// It is not there to be killed.
    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it is gone");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A test that failed leaves it running; one that killed it finds nothing to kill.
        if self.child.kill().is_ok() {
            drop(self.child.wait());
        }
    }
}

/// The address in the line that says `ready`.
fn endpoint(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("http://")?;
    let (address, _) = rest.split_once("/graphql")?;
    Some(format!("http://{address}"))
}
