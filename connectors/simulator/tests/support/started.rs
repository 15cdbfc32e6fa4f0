//! The program as a process of its own.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// A running program.
pub(crate) struct Program {
    child: Child,
    /// Held until it ends: it could not write to a closed pipe.
    lines: Lines<BufReader<ChildStdout>>,
    /// Where it says that it listens.
    pub(crate) address: String,
}

/// Starts a vendor's site on a free port; the first argument is the vendor.
pub(crate) async fn start(arguments: &[&str]) -> Program {
    let mut child = Command::new(env!("CARGO_BIN_EXE_psa-simulator"))
        .args(arguments)
        .args(["--port", "0"])
        .env("NO_COLOR", "1")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the program");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    while let Some(line) = lines.next_line().await.expect("text") {
        if let Some((_, address)) = line.split_once("is simulated at ") {
            let address = address.trim().to_owned();
            return Program { child, lines, address };
        }
    }
    panic!("the program ended without saying where it listens");
}

/// Interrupts it as Ctrl-C does, and waits for its end.
pub(crate) async fn interrupt(mut program: Program) {
    let id = program.child.id().expect("it runs").to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().await.expect("kill");
    assert!(sent.success());
    while program.lines.next_line().await.expect("text").is_some() {}
    assert!(program.child.wait().await.expect("its end").success());
}
