//! What a client sees of trouble, down to the socket.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use psa_simulator::connectwise::Assumptions;
use psa_simulator::{DataSet, Fault, FaultRule};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Duration, Instant};

use super::client::{Bench, CLIENT_ID, NOW};

/// Everything that arrives for a request, and how the connection ended.
async fn raw(bench: &Bench, method: &str, path: &str, body: &Value) -> (String, std::io::Result<()>) {
    let mut socket = TcpStream::connect(("127.0.0.1", bench.simulator.port()))
        .await
        .expect("a connection");
    let keys = STANDARD.encode("training+public:private");
    let body = body.to_string();
    let request = format!(
        "{method} /v4_6_release/apis/3.0/{path} HTTP/1.1\r\nHost: psa\r\nAuthorization: Basic {keys}\r\n\
         clientId: {CLIENT_ID}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).await.expect("a request");
    let mut received = Vec::new();
    let end = socket.read_to_end(&mut received).await.map(drop);
    (String::from_utf8_lossy(&received).into_owned(), end)
}

#[tokio::test]
async fn a_reset_is_a_reset_and_sends_not_even_a_head() {
    let bench = Bench::small().await;
    let ticket = json!({ "summary": "x", "company": { "id": 250 } });
    for (fault, tickets) in [(Fault::ResetBefore, 0), (Fault::ResetAfterCommit, 1)] {
        bench
            .simulator
            .inject(FaultRule::new(fault).on_route("POST", "service/tickets").times(1));
        let (received, end) = raw(&bench, "POST", "service/tickets", &ticket).await;
        assert_eq!(received, "");
        let error = end.expect_err("not a clean end");
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
        assert_eq!(bench.simulator.records("tickets").len(), tickets);
    }
}

#[tokio::test]
async fn a_truncated_answer_promises_more_than_comes() {
    let bench = Bench::small().await;
    bench.simulator.inject(FaultRule::new(Fault::Truncated).times(3));
    let ticket = json!({ "summary": "x", "company": { "id": 250 } });
    let (received, end) = raw(&bench, "POST", "service/tickets", &ticket).await;
    assert!(end.is_ok(), "the connection ends, after all was sent");
    let (head, body) = received.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 201"), "{head}");
    let promised = head
        .lines()
        .find_map(|line| {
            line.to_lowercase()
                .strip_prefix("content-length: ")?
                .parse::<usize>()
                .ok()
        })
        .expect("a length");
    assert_eq!(body.len(), promised / 2);
    assert_eq!(bench.simulator.records("tickets").len(), 1, "it was carried out");

    for path in ["company/companies", "company/contacts?pageSize=1000"] {
        let response = bench.get(path).await;
        assert_eq!(response.status(), 200);
        assert!(response.bytes().await.is_err(), "the body is not whole");
    }
    assert!(bench.get("company/companies").await.bytes().await.is_ok());
}

#[tokio::test]
async fn a_body_larger_than_a_socket_takes_is_truncated_too() {
    let bench = Bench::with(DataSet::Msp, Assumptions::default()).await;
    bench.simulator.inject(FaultRule::new(Fault::Truncated).times(1));
    let response = bench.get("company/companies?pageSize=1000").await;
    let promised = response.content_length().expect("a length");
    assert!(promised > 500_000, "{promised}");
    assert!(response.bytes().await.is_err(), "the body is not whole");
}

#[tokio::test]
async fn a_wait_is_named_as_seconds_as_a_date_or_not_at_all() {
    let bench = Bench::small().await;
    let header = |fault: Fault| {
        bench.simulator.inject(FaultRule::new(fault).times(1));
        let asked = bench.get("system/info");
        async move {
            let response = asked.await;
            assert_eq!(response.status(), 429);
            let header = response.headers().get("retry-after");
            header.map(|header| header.to_str().expect("text").to_owned())
        }
    };
    assert_eq!(header(Fault::status(429)).await, None);
    assert_eq!(header(Fault::too_many_requests(7)).await.as_deref(), Some("7"));
    let date = header(Fault::RetryAt { code: 429, seconds: 90 }).await.expect("a date");
    assert_eq!(date, "Sun, 15 Mar 2026 10:22:00 GMT");
    let until = DateTime::parse_from_rfc2822(&date)
        .expect("an HTTP date")
        .with_timezone(&Utc);
    assert_eq!(
        until - NOW.parse::<DateTime<Utc>>().expect("an instant"),
        TimeDelta::seconds(90)
    );
}

#[tokio::test]
async fn server_errors_have_bodies_of_json_text_or_html() {
    let bench = Bench::small().await;
    let bodies = [
        (
            json!({ "code": "ConnectWiseApi", "message": "m" }),
            "application/vnd.connectwise.com+json",
        ),
        (json!("upstream connect error"), "text/plain"),
        (json!("<html><body>502</body></html>"), "text/html"),
    ];
    for code in [500, 502, 503] {
        for (body, media) in &bodies {
            bench
                .simulator
                .inject(FaultRule::new(Fault::status_with(code, body.clone())).times(1));
            let response = bench.get("system/info").await;
            assert_eq!(response.status().as_u16(), code);
            let named = response.headers()["content-type"].to_str().expect("text");
            assert!(named.starts_with(media), "{named}");
            let text = response.text().await.expect("text");
            let expected = body
                .as_str()
                .map_or_else(|| serde_json::from_str(&text).ok(), |_| Some(json!(text)));
            assert_eq!(expected.as_ref(), Some(body));
        }
    }
}

#[tokio::test]
async fn a_share_of_a_route_fails_the_same_way_every_time() {
    let statuses = async |seed| {
        let bench = Bench::small().await;
        bench.simulator.inject(
            FaultRule::new(Fault::status(503))
                .on_route("GET", "service/*")
                .chance(30, seed),
        );
        let mut statuses = Vec::new();
        for _ in 0..30 {
            statuses.push(bench.get("service/boards").await.status().as_u16());
            assert_eq!(bench.get("service/boards/1").await.status(), 200, "another route");
        }
        statuses
    };
    let first = statuses(42).await;
    assert_eq!(first, statuses(42).await);
    assert_ne!(first, statuses(7).await);
    assert!(first.contains(&200) && first.contains(&503), "{first:?}");
}

#[tokio::test]
async fn many_delayed_requests_wait_side_by_side() {
    let bench = Bench::small().await;
    let latency = FaultRule::new(Fault::Latency { ms: 300 }).on_method("GET").times(10);
    bench.simulator.inject(latency);
    let started = Instant::now();
    let asked = (0..10).map(|_| async {
        let asked = Instant::now();
        assert_eq!(bench.get("system/info").await.status(), 200);
        asked.elapsed()
    });
    let waits = join_all(asked).await;
    let all = started.elapsed();
    assert!(
        waits.iter().all(|wait| *wait >= Duration::from_millis(300)),
        "{waits:?}"
    );
    assert!(
        all < Duration::from_millis(1500),
        "two workers that wait in turn would take longer: {all:?}"
    );

    // The older rule would win: its count is used up.
    bench.simulator.inject(FaultRule::new(Fault::status(503)).times(1));
    assert_eq!(bench.get("system/info").await.status(), 503);
}
