//! The program itself: what it loads, and what it saves when it is interrupted.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::client::{CLIENT_ID, http};

/// A running program.
struct Program {
    child: Child,
    /// Held until it ends: it could not write to a closed pipe.
    lines: Lines<BufReader<ChildStdout>>,
    /// Where it says that it listens.
    address: String,
}

async fn start(arguments: &[&str]) -> Program {
    let mut child = Command::new(env!("CARGO_BIN_EXE_psa-simulator"))
        .args(["connectwise", "--port", "0"])
        .args(arguments)
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

async fn interrupt(mut program: Program) {
    let id = program.child.id().expect("it runs").to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().await.expect("kill");
    assert!(sent.success());
    while program.lines.next_line().await.expect("text").is_some() {}
    assert!(program.child.wait().await.expect("its end").success());
}

fn read(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON")
}

#[tokio::test]
async fn a_saved_site_is_loaded_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("site.json");
    let file_name = file.to_str().expect("text");
    let record = folder.path().join("exchanges.jsonl");
    let program = start(&["--save", file_name, "--record", record.to_str().expect("text")]).await;
    let ticket = http()
        .post(format!("{}/v4_6_release/apis/3.0/service/tickets", program.address))
        .basic_auth("training+public", Some("private"))
        .header("clientId", CLIENT_ID)
        .json(&json!({ "summary": "kept", "company": { "id": 250 } }));
    assert_eq!(ticket.send().await.expect("an answer").status(), 201);
    interrupt(program).await;
    assert_eq!(read(&file)["records"]["tickets"]["records"][0]["summary"], "kept");
    let exchange = read(&record);
    assert_eq!(
        (&exchange["method"], &exchange["status"]),
        (&json!("POST"), &json!(201))
    );
    for side in ["body", "answer"] {
        let said: Value = serde_json::from_str(exchange[side].as_str().expect("text")).expect("JSON");
        assert_eq!(said["summary"], "kept", "{side}");
    }

    let again = folder.path().join("again.json");
    let program = start(&["--load", file_name, "--save", again.to_str().expect("text")]).await;
    interrupt(program).await;
    assert_eq!(
        read(&again)["records"]["tickets"]["lastId"],
        read(&file)["records"]["tickets"]["lastId"]
    );
    assert_eq!(read(&again)["records"]["tickets"]["records"][0]["summary"], "kept");
}

#[tokio::test]
async fn a_state_that_cannot_be_read_stops_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("site.json");
    std::fs::write(&file, "{\"version\": 1}").expect("a file");
    let ended = Command::new(env!("CARGO_BIN_EXE_psa-simulator"))
        .args(["connectwise", "--port", "0", "--load", file.to_str().expect("text")])
        .output()
        .await
        .expect("the program");
    assert!(!ended.status.success());
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        said.contains("site.json is not loaded") && said.contains("missing field"),
        "{said}"
    );
}
