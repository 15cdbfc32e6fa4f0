//! The file with the console's key set, followed while the server runs.
//!
//! Looking at it may wait for a disk, or for a share that does not answer, so it is done on a thread for that: by one
//! look at a time, while everybody else goes on with the keys there are.

use std::{
    fs::File,
    io::Read,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::SystemTime,
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::jwks::{KeySet, Malformed};
use crate::config::Algorithm;

/// The variable that names the file.
pub(super) const VARIABLE: &str = "PSA_AUTH_JWKS_FILE";

/// How often the file is looked at.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(5);

/// How often it is read because a token names a key that is not in it. Anybody can make up such tokens.
const READ_EVERY: TimeDelta = TimeDelta::seconds(1);

/// The largest file that is read. A set of some keys with their certificates takes a tenth of it.
const MAX_BYTES: u64 = 256 * 1024;

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It is too large to be a key set.
    #[error("it is larger than {MAX_BYTES} bytes")]
    TooLarge,
    /// It does not hold a key set.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

/// The keys of a file.
pub(super) struct KeyFile {
    source: Source,
    keys: Arc<RwLock<Arc<KeySet>>>,
    looks: Arc<Mutex<Looks>>,
}

/// What is read.
#[derive(Clone)]
struct Source {
    path: PathBuf,
    algorithm: Algorithm,
}

/// What is known of earlier looks.
struct Looks {
    looked_at: DateTime<Utc>,
    read_at: DateTime<Utc>,
    /// What the file was when it was last read and understood.
    seen: Option<Version>,
    /// What was wrong with it the last time, so that it is told once.
    failure: Option<String>,
}

/// What tells one content of a file from another without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    inode: u64,
    modified: Option<SystemTime>,
    bytes: u64,
}

impl KeyFile {
    /// Reads the file for the first time.
    ///
    /// # Errors
    /// It cannot be read, or holds no key set.
    pub(super) fn open(path: &Path, algorithm: Algorithm) -> Result<Self, Unusable> {
        let source = Source {
            path: path.to_owned(),
            algorithm,
        };
        let (version, file) = source.open()?;
        let keys = source.read(file)?;
        let looks = Looks {
            looked_at: DateTime::<Utc>::MIN_UTC,
            read_at: DateTime::<Utc>::MIN_UTC,
            seen: Some(version),
            failure: None,
        };
        Ok(Self {
            source,
            keys: Arc::new(RwLock::new(Arc::new(keys))),
            looks: Arc::new(Mutex::new(looks)),
        })
    }

    /// The keys as they were last read.
    pub(super) fn keys(&self) -> Arc<KeySet> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks whether the file has changed, if it is time for that.
    pub(super) async fn follow(&self, now: DateTime<Utc>) {
        // Whoever looks at this moment does it for all.
        if let Ok(looks) = Arc::clone(&self.looks).try_lock_owned()
            && is_due(looks.looked_at, LOOK_EVERY, now)
        {
            self.look(looks, now, false).await;
        }
    }

    /// Reads the file because a token names a key that is not known: it may have been added just now. Waits for a look
    /// that is under way.
    pub(super) async fn read_for_unknown(&self, now: DateTime<Utc>) {
        let looks = Arc::clone(&self.looks).lock_owned().await;
        if is_due(looks.read_at, READ_EVERY, now) {
            self.look(looks, now, true).await;
        }
    }

    async fn look(&self, mut looks: OwnedMutexGuard<Looks>, now: DateTime<Utc>, anyway: bool) {
        let (source, keys) = (self.source.clone(), Arc::clone(&self.keys));
        // The thread holds the guard: when it does not come back, no other thread is sent after it.
        let looking = tokio::task::spawn_blocking(move || looks.look(&source, &keys, now, anyway));
        if let Err(error) = looking.await {
            tracing::error!(%error, variable = VARIABLE, "looking at the console's keys broke off");
        }
    }
}

impl Looks {
    /// Looks at the file, and takes its keys when it has changed, or `anyway`. One that cannot be used changes nothing.
    fn look(&mut self, source: &Source, keys: &RwLock<Arc<KeySet>>, now: DateTime<Utc>, anyway: bool) {
        self.looked_at = now;
        if anyway {
            self.read_at = now;
        }
        let found = source.open().map_err(Unusable::from).and_then(|(version, file)| {
            let changed = self.seen.as_ref() != Some(&version);
            let read = (changed || anyway).then(|| source.read(file)).transpose()?;
            Ok(read.map(|read| (version, changed, read)))
        });
        match found {
            Ok(None) => {}
            Ok(Some((version, changed, read))) => {
                if changed {
                    tell(source, &read);
                }
                *keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read);
                self.seen = Some(version);
                self.failure = None;
            }
            Err(error) => {
                let reason = error.to_string();
                if self.failure.as_ref() != Some(&reason) {
                    tracing::error!(
                        variable = VARIABLE, file = %source.path.display(), %error,
                        "the console's keys cannot be read again; those that were read before stay in use"
                    );
                }
                self.failure = Some(reason);
                // It may be half written: then it is read again whether it looks changed or not.
                self.seen = None;
            }
        }
    }
}

/// Says that there is another set. One that says that there are no keys is obeyed: that is how keys are taken back.
fn tell(source: &Source, keys: &KeySet) {
    match keys.len() {
        0 => tracing::error!(
            variable = VARIABLE, file = %source.path.display(), algorithm = %source.algorithm,
            "no key of the console's set fits the algorithm: no token of the console is accepted"
        ),
        count => tracing::info!(variable = VARIABLE, keys = count, "the console's keys were read again"),
    }
}

impl Source {
    /// Opens the file.
    fn open(&self) -> Result<(Version, File), std::io::Error> {
        let file = File::open(&self.path)?;
        let metadata = file.metadata()?;
        let version = Version {
            inode: metadata.ino(),
            modified: metadata.modified().ok(),
            bytes: metadata.len(),
        };
        Ok((version, file))
    }

    /// Reads the keys in it.
    fn read(&self, file: File) -> Result<KeySet, Unusable> {
        let mut text = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut text)?;
        if u64::try_from(text.len()).is_ok_and(|bytes| bytes > MAX_BYTES) {
            return Err(Unusable::TooLarge);
        }
        Ok(KeySet::parse(&text, self.algorithm)?)
    }
}

/// Whether a period has passed. A clock that was put back does not make it wait.
fn is_due(last: DateTime<Utc>, every: TimeDelta, now: DateTime<Utc>) -> bool {
    now < last || now.signed_duration_since(last) >= every
}

#[cfg(test)]
mod tests;
