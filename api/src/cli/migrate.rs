//! `psa-bridge migrate`: the schema of the database.

use std::io::Write;

use anyhow::Context;
use clap::{Args, Subcommand};

use crate::{config::Config, database::Database};

/// Arguments of `migrate`.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    #[command(subcommand)]
    command: Option<MigrateCommand>,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum MigrateCommand {
    /// Apply what is missing. This is what happens without a subcommand.
    Up,
    /// Show what is missing.
    Status,
}

impl MigrateArgs {
    /// Applies or shows what is missing.
    ///
    /// # Errors
    /// The database cannot be opened, a migration fails, or the output is closed.
    pub async fn run(&self, config: &Config, out: &mut impl Write) -> anyhow::Result<()> {
        let url = &config.database.url;
        let db = Database::open(&config.database)
            .await
            .with_context(|| format!("the database {url} cannot be opened"))?;
        let pending = db.pending_migrations().await?;
        match (self.command, pending.is_empty()) {
            (_, true) => writeln!(out, "The schema of {url} is up to date.")?,
            (Some(MigrateCommand::Status), false) => {
                for name in &pending {
                    writeln!(out, "{name} is not applied.")?;
                }
            }
            (None | Some(MigrateCommand::Up), false) => {
                db.migrate()
                    .await
                    .with_context(|| format!("the schema of {url} cannot be brought up to date"))?;
                for name in &pending {
                    writeln!(out, "{name} was applied.")?;
                }
            }
        }
        db.close().await?;
        Ok(())
    }
}
