//! Which connectors there are: one line each.

use std::{fmt, sync::Arc};

use crate::{
    autotask,
    connector::PsaConnector,
    connectwise,
    descriptor::Descriptor,
    error::Result,
    example,
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

impl Entry {
    /// A connector by what its folder exports.
    const fn of(descriptor: &'static Descriptor, connect: Connect) -> Self {
        Self { descriptor, connect }
    }
}

/// The connectors that this server can make.
#[derive(Debug, Clone)]
pub struct Registry(Vec<Entry>);

impl Registry {
    /// The connectors that are built in: an administrator can choose them.
    pub fn builtin() -> Self {
        Self(vec![
            Entry::of(&connectwise::DESCRIPTOR, connectwise::connect),
            Entry::of(&autotask::DESCRIPTOR, autotask::connect),
        ])
    }

    /// Every connector: those that are built in, and those that no administrator sees, which are the example and what is
    /// still being written. For the conformance suite and the documentation.
    pub fn all() -> Self {
        let Self(mut entries) = Self::builtin();
        entries.extend([
            Entry::of(&example::DESCRIPTOR, example::connect),
            // A new connector is put above this line.
        ]);
        Self(entries)
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
        let known = "there is no connector `halo`; there are: connectwise, autotask";
        assert!(error.to_string().starts_with(known), "{error}");
    }

    #[test]
    fn kinds_are_unique() {
        let registry = Registry::all();
        let kinds: Vec<_> = registry.descriptors().map(|descriptor| descriptor.kind).collect();
        let unique: std::collections::BTreeSet<_> = kinds.iter().collect();
        assert_eq!(unique.len(), kinds.len());
    }

    #[test]
    fn no_administrator_sees_the_example() {
        assert!(Registry::builtin().descriptor("example").is_err());
        assert!(Registry::all().descriptor("example").is_ok());
    }
}
