//! Which connectors there are: one line each.

use std::{fmt, sync::Arc};

use crate::{
    autotask,
    connector::PsaConnector,
    connectwise,
    descriptor::Descriptor,
    error::Result,
    guarded::Guarded,
    platform::{Credentials, Platform},
};

/// Makes a connector from credentials. Does no I/O: it checks the fields and the hosts, nothing more.
pub type Connect = fn(&Credentials, &Platform) -> Result<Arc<dyn PsaConnector>>;

/// One connector that can be made.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// What it is.
    pub descriptor: &'static Descriptor,
    /// How it is made.
    pub connect: Connect,
}

/// The connectors that this server can make.
#[derive(Debug, Clone)]
pub struct Registry(Vec<Entry>);

impl Registry {
    /// The connectors that are built in.
    pub fn builtin() -> Self {
        Self(vec![
            Entry {
                descriptor: &connectwise::DESCRIPTOR,
                connect: connectwise::connect,
            },
            Entry {
                descriptor: &autotask::DESCRIPTOR,
                connect: autotask::connect,
            },
        ])
    }

    /// What each connector is, in registry order.
    pub fn descriptors(&self) -> impl Iterator<Item = &'static Descriptor> {
        self.0.iter().map(|entry| entry.descriptor)
    }

    /// What the connector called `kind` is.
    ///
    /// # Errors
    /// There is none of that name; the error lists those there are.
    pub fn descriptor(&self, kind: &str) -> Result<&'static Descriptor, UnknownConnector> {
        self.entry(kind).map(|entry| entry.descriptor)
    }

    /// Makes the connector called `kind`, behind the wrapper that checks capabilities and names the operation in errors.
    ///
    /// # Errors
    /// The outer error: there is none of that name. The inner one: the credentials lack a field or name a host that
    /// secrets may not be sent to.
    pub fn connect(
        &self,
        kind: &str,
        credentials: &Credentials,
        platform: &Platform,
    ) -> Result<Result<Arc<dyn PsaConnector>>, UnknownConnector> {
        let entry = self.entry(kind)?;
        Ok((entry.connect)(credentials, platform).map(|connector| {
            let guarded: Arc<dyn PsaConnector> = Arc::new(Guarded::new(connector));
            guarded
        }))
    }

    fn entry(&self, kind: &str) -> Result<&Entry, UnknownConnector> {
        self.0
            .iter()
            .find(|entry| entry.descriptor.kind == kind)
            .ok_or_else(|| UnknownConnector {
                kind: kind.to_owned(),
                known: self.descriptors().map(|d| d.kind).collect(),
            })
    }
}

/// There is no connector of this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownConnector {
    /// The name that was asked for.
    pub kind: String,
    /// The names there are.
    pub known: Vec<&'static str>,
}

impl fmt::Display for UnknownConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "there is no connector `{}`; there are: {}",
            self.kind,
            self.known.join(", ")
        )
    }
}

impl std::error::Error for UnknownConnector {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_kind_names_the_known_ones() {
        let error = Registry::builtin()
            .descriptor("halo")
            .expect_err("there is no such connector");
        assert_eq!(
            error.to_string(),
            "there is no connector `halo`; there are: connectwise, autotask"
        );
    }

    #[test]
    fn kinds_are_unique() {
        let registry = Registry::builtin();
        let kinds: Vec<_> = registry.descriptors().map(|descriptor| descriptor.kind).collect();
        let unique: std::collections::BTreeSet<_> = kinds.iter().collect();
        assert_eq!(unique.len(), kinds.len());
    }
}
