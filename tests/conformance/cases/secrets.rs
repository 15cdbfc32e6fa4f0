//! Where secrets must not appear, and where they must not go.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use psa_connectors::ReadQuery;
use tracing::Instrument;
use tracing_subscriber::fmt::MakeWriter;

use crate::{
    bench::{On, Trouble},
    case::{Case, case},
    world::{World, refused_fields},
};

pub(super) const CASES: &[Case] = &[
    case!("R-GENERAL-02", [], calm secrets_stay_secret),
    case!("R-GENERAL-07", [], calm secrets_go_to_known_hosts_only),
    case!("R-GENERAL-08", [], calm what_is_missing_is_named),
];

/// A log that is kept in memory: everything that all trials log. A log of one trial alone would depend on which of them
/// came by a place in the code first.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).expect("there is no other");
    log
});

impl Log {
    /// Starts to keep what is logged. Called before the first trial.
    pub(crate) fn open() {
        LazyLock::force(&LOG);
    }

    fn text(&self) -> String {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8(log.clone()).expect("text")
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

async fn secrets_stay_secret(world: &World) {
    let mut shown = String::new();
    let walk = async {
        let connection = world.another();
        shown += &format!("{connection:?}");
        connection.verify().await.expect("verified");
        for trouble in [
            Trouble::ResetBefore,
            Trouble::ServerError,
            Trouble::Html,
            Trouble::Truncated,
        ] {
            world.bench.arm(trouble, On::Read, 8);
            if let Err(error) = connection.companies(&ReadQuery::all()).await {
                shown += &format!("{error} {error:?}");
            }
            world.bench.calm();
        }
        world.bench.enable_keys(false);
        let error = connection.verify().await.expect_err("the keys are disabled");
        shown += &format!("{error} {error:?}");
    };
    walk.instrument(tracing::info_span!("secrets_stay_secret")).await;
    let log = LOG.text();
    assert!(
        log.lines()
            .any(|line| line.contains("secrets_stay_secret") && line.contains("verify")),
        "nothing was logged"
    );
    let fields = world.descriptor().credential_fields;
    let credentials = world.bench.credentials();
    let secrets = fields
        .iter()
        .filter(|field| field.secret)
        .filter_map(|field| credentials.get(field.name));
    for secret in secrets.cloned().chain(world.bench.sent_secrets()) {
        assert!(!shown.contains(&secret), "shown: {shown}");
        let told = log.lines().find(|line| line.contains(&secret));
        assert_eq!(told, None, "logged");
    }
}

async fn secrets_go_to_known_hosts_only(world: &World) {
    let (field, host) = world.bench.foreign_host();
    for replaced in [BTreeMap::from([(field, host)]), BTreeMap::new()] {
        // The second one: the simulated PSA itself is no host of the vendor's.
        let error = world.under_strict_policy(&replaced).expect_err("a foreign host");
        assert_eq!(refused_fields(&error), [field], "{error:?}");
    }
    assert_eq!(world.bench.requests(), []);
}

async fn what_is_missing_is_named(world: &World) {
    let descriptor = world.descriptor();
    let fields = descriptor
        .credential_fields
        .iter()
        .filter(|field| field.required)
        .map(|field| field.name);
    let settings = descriptor
        .operator_settings
        .iter()
        .filter(|setting| setting.required)
        .map(|setting| setting.name);
    for name in fields.chain(settings) {
        let error = world.without(name).expect_err(name);
        assert_eq!(refused_fields(&error), [name]);
    }
    assert_eq!(world.bench.requests(), []);
}
