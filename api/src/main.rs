//! The psa-bridge program.

use std::process::ExitCode;

use clap::Parser;
use psa_bridge::cli;

fn main() -> ExitCode {
    cli::run(&cli::Args::parse())
}
