//! `psa-bridge token`: makes a token for development and the operator's scripts.

use std::{io::Write, time::Duration};

use clap::Args;
use psa_connectors::{Clock, SystemClock};
use secrecy::ExposeSecret;

use crate::{
    auth::{Permission, PermissionSet, mint},
    config::Config,
};

/// Arguments of `token`.
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// The provider to act for, by its key in the console.
    #[arg(long)]
    provider: String,
    /// Who acts.
    #[arg(long, default_value = "operator")]
    subject: String,
    /// What is allowed: psa:read, psa:manage, billing:approve, agent:report, audit:read. May be given several times;
    /// without it everything is allowed.
    #[arg(long = "permission", value_name = "PERMISSION")]
    permissions: Vec<Permission>,
    /// How long it is valid: 90s, 30m, 12h, 7d.
    #[arg(long, default_value = "12h", value_parser = super::duration::parse)]
    ttl: Duration,
}

impl TokenArgs {
    /// Prints the token.
    ///
    /// # Errors
    /// The configuration has no shared secret, or the output is closed.
    pub fn run(&self, config: &Config, out: &mut impl Write) -> anyhow::Result<()> {
        let permissions = if self.permissions.is_empty() {
            PermissionSet::all()
        } else {
            self.permissions.iter().copied().collect()
        };
        let token = mint::mint(
            &config.auth,
            &self.subject,
            &self.provider,
            permissions,
            self.ttl,
            SystemClock.now(),
        )?;
        writeln!(out, "{}", token.expose_secret())?;
        Ok(())
    }
}
