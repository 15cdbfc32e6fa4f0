//! How much may be asked at the same time and in an hour.

use chrono::TimeDelta;
use psa_simulator::autotask::{Assumptions, Drained};
use psa_simulator::{Fault, FaultRule};
use reqwest::Method;
use serde_json::Value;

use super::client::Bench;

#[tokio::test]
async fn three_at_a_time_for_each_entity() {
    let bench = Bench::small().await;
    bench
        .simulator
        .inject(FaultRule::new(Fault::Latency { ms: 1500 }).on_route("GET", "companies/*"));
    let ask = |path: &'static str| {
        let request = bench.request(Method::GET, path);
        tokio::spawn(async move { request.send().await.expect("an answer").status().as_u16() })
    };
    let running: Vec<_> = (0..4).map(|_| ask("Companies/0")).collect();
    let mut statuses = Vec::new();
    for one in running {
        statuses.push(one.await.expect("a status"));
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 429]);
    assert_eq!(bench.get("Companies/0").await.status(), 200, "each place is free again");
}

#[tokio::test]
async fn another_entity_has_places_of_its_own() {
    let bench = Bench::with(Assumptions {
        threads: Some(1),
        thread_limit_status: 503,
        retry_after: Some(2),
        ..Assumptions::default()
    })
    .await;
    bench
        .simulator
        .inject(FaultRule::new(Fault::Latency { ms: 1500 }).on_route("GET", "companies/*"));
    let (first, second, other) = tokio::join!(
        bench.get("Companies/0"),
        bench.get("companies/174"),
        bench.get("Contracts/29684100")
    );
    assert_eq!(other.status(), 200);
    let [refused] = <[_; 1]>::try_from(
        [first, second]
            .into_iter()
            .filter(|one| one.status() != 200)
            .collect::<Vec<_>>(),
    )
    .expect("one of both");
    assert_eq!(
        (refused.status().as_u16(), refused.headers()["retry-after"].as_bytes()),
        (503, b"2".as_slice())
    );
}

#[tokio::test]
async fn the_hour_is_counted_and_its_threshold_ends_everything() {
    for drained in [Drained::Below, Drained::Empty] {
        let bench = Bench::with(Assumptions {
            requests_per_hour: 4,
            drained,
            ..Assumptions::default()
        })
        .await;
        let status = async |path: &str| bench.get(path).await.status().as_u16();
        assert_eq!((status("Companies/0").await, status("Version").await), (200, 200));
        let threshold: Value = bench.read("ThresholdInformation").await;
        assert_eq!(
            (
                &threshold["externalRequestThreshold"],
                &threshold["currentTimeframeRequestCount"]
            ),
            (&4.into(), &3.into())
        );
        bench.simulator.skew_clock(TimeDelta::minutes(30));
        assert_eq!((status("Companies/0").await, status("Companies/0").await), (200, 429));
        assert_eq!(status("Version").await, 429);
        let zone = format!(
            "{}/atservicesrest/v1.0/zoneInformation?user=bridge%40training.example",
            bench.simulator.base_url()
        );
        assert_eq!(
            bench.http.get(zone).send().await.expect("an answer").status(),
            200,
            "zones are always told"
        );
        bench.simulator.skew_clock(TimeDelta::minutes(61));
        let expected = if drained == Drained::Below { 200 } else { 429 };
        assert_eq!(status("Companies/0").await, expected);
        bench.simulator.skew_clock(TimeDelta::minutes(200));
        assert_eq!(status("Companies/0").await, 200);
    }
}
