//! `psa-bridge keys`: makes the secrets that the server needs.

use std::io::Write;

use clap::{Args, Subcommand};
use psa_connectors::{Clock, SystemClock, SystemEntropy};
use secrecy::ExposeSecret;

use crate::vault::keys;

/// Arguments of `keys`.
#[derive(Debug, Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Print a new vault key and a new token secret, as lines for the environment. To change the vault key, put the new
    /// one before the old one, separated by a comma.
    Generate,
}

impl KeysArgs {
    /// Prints new secrets. They are shown once, and kept nowhere.
    ///
    /// # Errors
    /// There is no randomness, or the output is closed.
    pub fn run(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let KeysCommand::Generate = self.command;
        let key = keys::generate(&SystemEntropy, SystemClock.now())?;
        writeln!(out, "PSA_VAULT_KEYS={}", key.expose_secret())?;
        writeln!(out, "PSA_AUTH_SECRET={}", keys::random_base64(&SystemEntropy)?)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{auth::TokenVerifier, config::Config, vault::Vault};

    #[test]
    fn the_server_takes_what_is_printed() {
        let mut out = Vec::new();
        KeysArgs {
            command: KeysCommand::Generate,
        }
        .run(&mut out)
        .unwrap();
        let text = String::from_utf8(out).unwrap();
        let value = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name))
                .unwrap()
                .to_owned()
        };
        let mut config = Config::defaults().unwrap();
        config.vault.keys = Some(value("PSA_VAULT_KEYS=").into());
        config.auth.secret = Some(value("PSA_AUTH_SECRET=").into());
        assert!(Vault::new(&config.vault, Arc::new(SystemEntropy)).is_ok());
        assert!(TokenVerifier::new(&config.auth).is_ok());
    }
}
