//! The program itself: what it loads, and what it saves when it is interrupted.

use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Bench, ticket};
use super::started::{interrupt, start};

#[tokio::test]
async fn a_saved_tenant_is_loaded_again() {
    let bench = Bench::small().await;
    bench.create("Tickets", ticket("kept")).await;
    let folder = tempfile::tempdir().expect("a folder");
    let [file, saved] = ["tenant.json", "again.json"].map(|name| folder.path().join(name));
    std::fs::write(&file, bench.simulator.dump().expect("a state").to_string()).expect("a file");
    let [file_name, saved_name] = [&file, &saved].map(|path| path.to_str().expect("text"));
    let program = start(&[
        "autotask", "--secret", "other", "--load", file_name, "--save", saved_name,
    ])
    .await;
    let request = bench.at(
        Method::GET,
        &format!("{}/ATServicesRest/V1.0/Tickets/1", program.address),
    );
    let mut request = request.build().expect("a request");
    request.headers_mut().insert("Secret", "other".parse().expect("text"));
    let answer = bench.http.execute(request).await.expect("an answer");
    let item: Value = answer.json().await.expect("JSON");
    assert_eq!(item["item"]["title"], "kept");
    interrupt(program).await;
    let again: Value = serde_json::from_slice(&std::fs::read(saved).expect("a file")).expect("JSON");
    assert_eq!(again["records"]["Tickets"]["lastId"], json!(1));
}
