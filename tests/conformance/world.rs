//! What a case stands on: one simulated PSA, a connection to it, and what callers of the contract do around a write.

use std::{collections::BTreeMap, sync::Arc};

use psa_connectors::{
    Credentials, Descriptor, Error, ErrorKind, Page, Platform, PsaConnector, ReadQuery, Registry, Result,
    network::NetworkPolicy,
};
use secrecy::SecretString;

use crate::bench::{Bench, Facts};

/// How often a write is tried before the test gives up. With five of a hundred requests disturbed the seventh try is
/// needed less than once in a hundred million runs.
const TRIES: usize = 8;

/// One simulated PSA and a connection to it.
pub(crate) struct World {
    pub(crate) bench: Box<dyn Bench>,
    /// The connection, made by the registry.
    pub(crate) psa: Arc<dyn PsaConnector>,
    kind: &'static str,
    calm: bool,
}

impl World {
    /// A connection to the PSA on a bench; with a seed, faults are armed on every route.
    pub(crate) fn new(kind: &'static str, bench: Box<dyn Bench>, storm: Option<u64>) -> Self {
        let psa = connect(kind, &bench.credentials(), &bench.platform()).expect("the credentials are right");
        if let Some(seed) = storm {
            bench.disturb(seed);
        }
        Self {
            bench,
            psa,
            kind,
            calm: storm.is_none(),
        }
    }

    /// Where the records are.
    pub(crate) fn facts(&self) -> &Facts {
        self.bench.facts()
    }

    pub(crate) fn descriptor(&self) -> &'static Descriptor {
        self.psa.descriptor()
    }

    /// A second connection, as another process has it.
    pub(crate) fn another(&self) -> Arc<dyn PsaConnector> {
        self.with(&BTreeMap::new()).expect("the credentials are right")
    }

    /// Makes a connection with some values of the credentials replaced.
    pub(crate) fn with(&self, replaced: &BTreeMap<&'static str, String>) -> Result<Arc<dyn PsaConnector>> {
        let mut credentials = self.bench.credentials();
        credentials.extend(replaced.clone());
        connect(self.kind, &credentials, &self.bench.platform())
    }

    /// Makes a connection without a credential field or an operator's setting.
    pub(crate) fn without(&self, name: &str) -> Result<Arc<dyn PsaConnector>> {
        let mut credentials = self.bench.credentials();
        credentials.remove(name);
        let mut platform = self.bench.platform();
        platform.settings.remove(name);
        connect(self.kind, &credentials, &platform)
    }

    /// Makes a connection under the policy that servers have unless their operator changes it.
    pub(crate) fn under_strict_policy(
        &self,
        replaced: &BTreeMap<&'static str, String>,
    ) -> Result<Arc<dyn PsaConnector>> {
        let mut credentials = self.bench.credentials();
        credentials.extend(replaced.clone());
        let platform = Platform {
            network: NetworkPolicy::default(),
            ..self.bench.platform()
        };
        connect(self.kind, &credentials, &platform)
    }

    /// The requests that could change something, so far.
    pub(crate) fn writes(&self) -> usize {
        self.bench.requests().iter().filter(|asked| asked.writes).count()
    }

    /// What a write says that it did. With faults a call that was repeated may find it done already.
    #[track_caller]
    pub(crate) fn assert_did<T: PartialEq + std::fmt::Debug>(&self, said: T, wanted: T, already: T) {
        assert!(
            said == wanted || (!self.calm && said == already),
            "said {said:?}, not {wanted:?}"
        );
    }
}

fn connect(
    kind: &str,
    credentials: &BTreeMap<&'static str, String>,
    platform: &Platform,
) -> Result<Arc<dyn PsaConnector>> {
    let values = credentials.iter();
    let values = values.map(|(name, value)| ((*name).to_owned(), SecretString::from(value.clone())));
    let connected = Registry::all().connect(kind, &Credentials::new(values), platform);
    connected.expect("the kind comes from the registry")
}

/// Does what every caller of the contract must do around a write: after `Ambiguous` it looks, and tries again only when
/// nothing is there; after `Unavailable` and `RateLimited` it tries again.
pub(crate) async fn once<T>(call: impl AsyncFn() -> Result<T>, look: impl AsyncFn() -> Result<Option<T>>) -> T {
    for _ in 0..TRIES {
        let error = match call().await {
            Ok(done) => return done,
            Err(error) => error,
        };
        match error.kind() {
            ErrorKind::Ambiguous => {
                if let Some(found) = look().await.expect("what was written can be looked for") {
                    return found;
                }
            }
            ErrorKind::Unavailable | ErrorKind::RateLimited => {}
            _ => panic!("{error:?}"),
        }
    }
    panic!("no success in {TRIES} tries");
}

/// [`once`] for a call that looks by itself: calling again is safe.
pub(crate) async fn again<T>(call: impl AsyncFn() -> Result<T>) -> T {
    once(call, async || Ok(None)).await
}

/// Reads a list to its end: its pages.
pub(crate) async fn pages<T>(query: &ReadQuery, read: impl AsyncFn(ReadQuery) -> Result<Page<T>>) -> Vec<Vec<T>> {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = read(query.clone().after(after)).await.expect("a page");
        pages.push(page.records);
        assert!(pages.len() <= 1000, "the list does not end");
        after = page.next;
        if after.is_none() {
            return pages;
        }
    }
}

/// Reads a list to its end: its records.
pub(crate) async fn walk<T>(query: &ReadQuery, read: impl AsyncFn(ReadQuery) -> Result<Page<T>>) -> Vec<T> {
    pages(query, read).await.into_iter().flatten().collect()
}

/// The names of the fields that an error complains about.
#[track_caller]
pub(crate) fn refused_fields(error: &Error) -> Vec<&str> {
    match error.kind() {
        ErrorKind::Invalid { fields } => fields.iter().map(|problem| problem.field.as_str()).collect(),
        other => panic!("not a refusal of fields: {other:?}"),
    }
}
