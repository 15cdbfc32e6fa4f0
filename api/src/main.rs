//! The psa-bridge program. Everything is in the library, so that tests can use it.

use std::process::ExitCode;

use clap::Parser;
use psa_bridge::cli::{self, Args};

fn main() -> ExitCode {
    cli::run(&Args::parse())
}
