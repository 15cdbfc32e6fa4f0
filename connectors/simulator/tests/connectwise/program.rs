//! The program itself: what it loads, and what it saves when it is interrupted.

use std::path::Path;

use serde_json::{Value, json};
use tokio::process::Command;

use super::client::{CLIENT_ID, http};
use super::started::{interrupt, start};

fn read(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON")
}

#[tokio::test]
async fn a_saved_site_is_loaded_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("site.json");
    let file_name = file.to_str().expect("text");
    let record = folder.path().join("exchanges.jsonl");
    let program = start(&[
        "connectwise",
        "--save",
        file_name,
        "--record",
        record.to_str().expect("text"),
    ])
    .await;
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
    let program = start(&[
        "connectwise",
        "--load",
        file_name,
        "--save",
        again.to_str().expect("text"),
    ])
    .await;
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
