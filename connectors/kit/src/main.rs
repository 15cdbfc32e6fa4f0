//! `psa-kit new acmepsa "Acme PSA"`: writes the skeleton of a connector into the repository that it is called in.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::{Parser, Subcommand};
use psa_kit::{Names, apply, plan};

/// The kit of whoever adds a PSA.
#[derive(Debug, Parser)]
#[command(name = "psa-kit")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes the skeleton of a new connector, of its simulator and of its bench.
    New {
        /// The connector's stable name: small letters and digits, such as `acmepsa`.
        kind: String,
        /// The PSA's name for people, such as `Acme PSA`.
        name: String,
        /// The root of the repository; the one around the current folder unless it is given.
        #[arg(long)]
        root: Option<PathBuf>,
    },
}

fn main() -> anyhow::Result<()> {
    let Command::New { kind, name, root } = Arguments::parse().command;
    let names = Names::new(&kind, &name)?;
    let root = match root {
        Some(root) => root,
        None => root_around(&std::env::current_dir()?)
            .context("this folder is not in a repository of PSA Bridge: name its root with `--root`")?,
    };
    let changes = plan(&root, &names)?;
    apply(&changes)?;
    let mut out = std::io::stdout().lock();
    for change in &changes {
        let verb = if change.before.is_some() { "changed" } else { "wrote" };
        let path = change.path.strip_prefix(&root).unwrap_or(&change.path);
        writeln!(out, "{verb:>7} {}", path.display())?;
    }
    write!(out, "{}", next_steps(&names))?;
    Ok(())
}

/// The closest folder that holds what the kit adds to.
fn root_around(folder: &Path) -> Option<PathBuf> {
    let root = folder
        .ancestors()
        .find(|root| root.join("connectors/src/registry.rs").is_file());
    root.map(Path::to_owned)
}

fn next_steps(Names { kind, name }: &Names) -> String {
    format!(
        "
The skeleton of {name} is there. It compiles, and says of everything that is not written yet that it is not.

  1. cargo fmt --all
  2. cargo test -p psa-conformance -- {kind}
     ends with the requirements that are not met yet.
  3. Follow \"Add a connector\" in CONTRIBUTING.md from its second step on. `connectors/src/example/` is the smallest
     connector that is whole: what it has, yours will have.

No administrator sees {name} before its line moves into `Registry::builtin()`.
"
    )
}
