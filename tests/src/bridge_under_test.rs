//! The psa-bridge program, built where the tests can find it: they start it, kill it and start it again.

use std::process::ExitCode;

use clap::Parser;
use psa_bridge::cli::{self, Args};

fn main() -> ExitCode {
    cli::run(&Args::parse())
}
