//! A site that speaks HTTPS.

use psa_simulator::connectwise::{Simulator, SimulatorOptions};
use psa_simulator::{Fault, FaultRule, Tls};
use reqwest::Certificate;
use serde_json::Value;

use super::client::{CLIENT_ID, http};

fn certificate() -> Tls {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    Tls {
        certificate_pem: made.cert.pem(),
        private_key_pem: made.signing_key.serialize_pem(),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a client that trusts the test's certificate, as no other does"
)]
fn trusting(tls: &Tls) -> reqwest::ClientBuilder {
    let trusted = Certificate::from_pem(tls.certificate_pem.as_bytes()).expect("a certificate");
    reqwest::Client::builder().no_proxy().tls_certs_only([trusted])
}

async fn started(tls: &Tls) -> Simulator {
    let options = SimulatorOptions {
        tls: Some(tls.clone()),
        ..SimulatorOptions::default()
    };
    Simulator::start(options).await.expect("a free port")
}

#[tokio::test]
async fn a_client_that_trusts_the_certificate_is_answered() {
    let tls = certificate();
    let simulator = started(&tls).await;
    assert_eq!(simulator.base_url(), format!("https://127.0.0.1:{}", simulator.port()));
    let client = trusting(&tls).build().expect("a client");
    let url = format!("{}/login/companyinfo/training", simulator.base_url());
    let info: Value = client
        .get(&url)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(info["SiteUrl"], format!("127.0.0.1:{}", simulator.port()));
    let url = format!("{}/v4_6_release/apis/3.0/company/companies", simulator.base_url());
    let asked = client
        .get(&url)
        .basic_auth("training+public", Some("private"))
        .header("clientId", CLIENT_ID);
    let companies: Value = asked.send().await.expect("an answer").json().await.expect("JSON");
    let link = companies[0]["status"]["_info"]["status_href"].as_str().expect("a link");
    assert!(link.starts_with("https://127.0.0.1:"), "{link}");

    assert!(
        http().get(&url).send().await.is_err(),
        "an unknown certificate is not trusted"
    );
    let plain = url.replacen("https", "http", 1);
    assert!(http().get(&plain).send().await.is_err(), "there is no HTTP");
}

#[tokio::test]
async fn connections_are_cut_below_tls_for_either_version_of_http() {
    let tls = certificate();
    let simulator = started(&tls).await;
    let url = format!("{}/login/companyinfo/training", simulator.base_url());
    for builder in [trusting(&tls).http1_only(), trusting(&tls)] {
        let client = builder.build().expect("a client");
        for fault in [Fault::ResetBefore, Fault::ResetAfterCommit] {
            simulator.inject(FaultRule::new(fault).times(1));
            assert!(client.get(&url).send().await.is_err(), "no head may arrive");
        }
        simulator.inject(FaultRule::new(Fault::Truncated).times(1));
        let response = client.get(&url).send().await.expect("a head");
        assert!(response.bytes().await.is_err(), "the body is not whole");
        assert_eq!(client.get(&url).send().await.expect("an answer").status(), 200);
    }
    let statuses: Vec<Option<u16>> = simulator.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [[None, None, Some(200), Some(200)]; 2].concat());
}

#[tokio::test]
async fn what_is_no_certificate_stops_the_start() {
    let good = certificate();
    let other = certificate();
    assert!(!format!("{good:?}").contains("PRIVATE KEY"));
    for (certificate_pem, private_key_pem) in [
        ("nonsense", good.private_key_pem.as_str()),
        (good.certificate_pem.as_str(), "nonsense"),
        (good.certificate_pem.as_str(), other.private_key_pem.as_str()),
    ] {
        let options = SimulatorOptions {
            tls: Some(Tls {
                certificate_pem: certificate_pem.to_owned(),
                private_key_pem: private_key_pem.to_owned(),
            }),
            ..SimulatorOptions::default()
        };
        let error = Simulator::start(options).await.expect_err("it cannot speak TLS");
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput, "{error}");
    }
}
