//! The command line.
//!
//! Exit codes: 0 done; 1 it failed; 2 the command line is wrong; 3 the configuration is wrong, and the message names
//! the variable.

#[cfg(feature = "demo")]
pub mod demo;
pub mod duration;
pub mod keys;
pub mod migrate;
pub mod report;
pub mod serve;
pub mod token;

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use self::keys::{KeysArgs, KeysCommand};
use crate::{
    app::StartError,
    config::{Config, ConfigError, effective},
    graphql, logging,
};

/// The exit code of a wrong configuration.
const WRONG_CONFIGURATION: u8 = 3;

/// PSA Bridge: connects a management console with the PSA that a managed service provider runs its business in.
#[derive(Debug, Parser)]
#[command(
    name = "psa-bridge",
    version,
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 wrong configuration."
)]
pub struct Args {
    /// The configuration file; psa-bridge.toml is read if it exists. The environment overrides it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API, and run background work.
    Serve(serve::ServeArgs),
    /// Run background work only.
    Worker,
    /// Bring the database's schema up to date, or show what is missing.
    Migrate(migrate::MigrateArgs),
    /// Print the GraphQL schema.
    Schema,
    /// Make a token for development, with the console's secret.
    Token(token::TokenArgs),
    /// Make keys, or change the vault key.
    Keys(KeysArgs),
    /// Print the configuration in force, with secrets hidden.
    Config,
    /// Report an export of the console's data through the API.
    Report(report::ReportArgs),
    /// Walk the main job from beginning to end against a simulated PSA.
    #[cfg(feature = "demo")]
    Demo(demo::DemoArgs),
}

/// Runs the command, and says on standard error why it failed.
pub fn run(args: &Args) -> ExitCode {
    match execute(args) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has seen enough of it.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to say when standard error is closed too.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            if is_configuration(&error) {
                ExitCode::from(WRONG_CONFIGURATION)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

fn execute(args: &Args) -> anyhow::Result<()> {
    let mut out = io::stdout();
    match &args.command {
        Command::Schema => return Ok(out.write_all(graphql::sdl().as_bytes())?),
        Command::Keys(KeysArgs {
            command: KeysCommand::Generate,
        }) => return keys::generate(&mut out),
        Command::Report(command) => return runtime()?.block_on(command.run(&mut out)),
        #[cfg(feature = "demo")]
        Command::Demo(command) => {
            logging::start(&demo::log())?;
            return runtime()?.block_on(command.run(&mut out));
        }
        _ => {}
    }
    let config = Config::load(args.config.as_deref())?;
    match &args.command {
        Command::Config => Ok(out.write_all(effective::print(&config)?.as_bytes())?),
        Command::Token(command) => command.run(&config, &mut out),
        command => {
            logging::start(&config.log)?;
            match command {
                Command::Serve(command) => runtime()?.block_on(command.run(config)),
                Command::Worker => runtime()?.block_on(serve::work(config)),
                Command::Migrate(command) => runtime()?.block_on(command.run(&config, &mut out)),
                Command::Keys(KeysArgs {
                    command: KeysCommand::Rotate,
                }) => runtime()?.block_on(keys::rotate(&config, &mut out)),
                _ => Ok(()),
            }
        }
    }
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

fn is_configuration(error: &anyhow::Error) -> bool {
    error.downcast_ref::<ConfigError>().is_some() || matches!(error.downcast_ref(), Some(StartError::Config(_)))
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_wrong_configuration_has_its_own_exit_code() {
        let refusal = ConfigError::value("PSA_AUTH_SECRET", "must be set", "x");
        assert!(is_configuration(&refusal.clone().into()));
        assert!(is_configuration(&StartError::from(refusal).into()));
        assert!(!is_configuration(&anyhow::anyhow!("other")));
    }
}
