//! The program refuses a wrong configuration at start, with the variable's name, and never starts half.

use std::process::{Command, Output};

fn run(environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bridge-under-test"))
        .arg("serve")
        .env_clear()
        .envs(environment.iter().copied())
        .current_dir(std::env::temp_dir())
        .output()
        .expect("the program starts")
}

#[test]
fn a_wrong_value_is_named_with_its_rule_and_an_example() {
    let secret = ("PSA_AUTH_SECRET", "a secret of the tests, 32 bytes long");
    let keys = ("PSA_VAULT_KEYS", psa_tests::bridge::VAULT_KEY);
    for (environment, variable) in [
        (
            vec![secret, keys, ("PSA_SERVER_LISTEN", "nowhere")],
            "PSA_SERVER_LISTEN",
        ),
        (
            vec![secret, keys, ("PSA_DATABASE_URL", "mysql://x")],
            "PSA_DATABASE_URL",
        ),
        (vec![secret, keys, ("PSA_JOBS_PARALLEL", "0")], "PSA_JOBS_PARALLEL"),
        (
            vec![secret, keys, ("PSA_CONNECTORS_SETTINGS", "nonsense")],
            "PSA_CONNECTORS_SETTINGS",
        ),
        (vec![keys], "PSA_AUTH_SECRET"),
        (vec![secret], "PSA_VAULT_KEYS"),
        (vec![secret, ("PSA_VAULT_KEYS", "a:short")], "PSA_VAULT_KEYS"),
    ] {
        let output = run(&environment);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{variable}: {error}");
        assert!(error.contains(variable), "{variable}: {error}");
        assert!(
            !error.contains("a secret of the tests") && !error.contains("panicked"),
            "{variable}: {error}"
        );
        assert!(output.stdout.is_empty(), "{variable}");
    }
}
