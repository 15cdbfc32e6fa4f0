//! The scripts in the documentation of the API, run as they are written by the programs that they are for.

use std::{io::Write, process::Stdio};

use psa_tests::{Bridge, on_each_database};
use serde_json::json;
use tokio::process::Command;

const CREATE: &str = "mutation Create($input: CreateApiTokenInput!) { createApiToken(input: $input) {
    secret
    userErrors { message }
} }";

const DOCUMENT: &str = include_str!("../../docs/api.md");

/// The script between two markers.
fn script(name: &str) -> &'static str {
    let (_, rest) = DOCUMENT
        .split_once(&format!("<!-- {name} -->"))
        .expect("the script begins");
    let (script, _) = rest.split_once(&format!("<!-- /{name} -->")).expect("the script ends");
    let (_, script) = script.trim().split_once('\n').expect("the block has a language");
    script.trim_end().strip_suffix("```").expect("the block ends")
}

/// Runs a script; nothing when this machine has not the program for it.
async fn run(program: &str, arguments: &[&str], name: &str, bridge: &Bridge, token: &str) -> Option<(i32, String)> {
    let mut file = tempfile::Builder::new()
        .suffix(".ps1")
        .tempfile()
        .expect("a temporary file");
    file.write_all(script(name).as_bytes()).expect("the script is written");
    let command = Command::new(program)
        .args(arguments)
        .arg(file.path())
        .env("SERVER", &bridge.base)
        .env("TOKEN", token)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(command) = command else {
        println!("left out: there is no {program} on this machine");
        return None;
    };
    let output = command.wait_with_output().await.expect("the script ends");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).expect("it says text");
    assert!(!said.contains(token), "{name} shows the token");
    Some((output.status.code().expect("it ends by itself"), said))
}

#[tokio::test]
async fn the_scripts_do_what_the_documentation_says() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let admin = bridge.admin();
        let input = json!({ "name": "reporter", "permissions": ["AGENT_REPORT"] });
        let made = admin.succeed(CREATE, input).await;
        let token = psa_tests::setup::text(&made["secret"]);

        if let Some((status, said)) = run("sh", &[], "curl", &bridge, &token).await {
            assert_eq!(status, 0, "{said}");
            assert!(
                said.contains("\"subject\":\"reporter\"") && said.contains("AGENT_REPORT"),
                "{said}"
            );
        }
        for (program, arguments, name) in [
            ("python3", &[][..], "python"),
            ("pwsh", &["-NoProfile", "-File"][..], "powershell"),
        ] {
            let Some((status, said)) = run(program, arguments, name, &bridge, &token).await else {
                continue;
            };
            assert_eq!(status, 1, "one of the records is refused: {said}");
            assert!(
                said.contains("Contoso Dental Group ") && said.contains("Nameless REJECTED"),
                "{said}"
            );
            let (status, said) = run(program, arguments, name, &bridge, "psab_nobody")
                .await
                .expect("it ran before");
            assert_ne!(status, 0, "{said}");
            assert!(said.contains("401"), "{said}");
        }
        let data = admin
            .run(
                "{ consoleCompanies(first: 10) { nodes { externalId name } } }",
                json!({}),
            )
            .await;
        assert_eq!(
            data["consoleCompanies"]["nodes"],
            json!([{ "externalId": "contoso", "name": "Contoso Dental Group" }])
        );
        bridge.stop().await;
    })
    .await;
}
