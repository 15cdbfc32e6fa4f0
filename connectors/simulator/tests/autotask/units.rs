//! Units of recurring services: one row for each period, changed by a difference from a day on.

use chrono::NaiveDate;
use psa_simulator::autotask::{Assumptions, PostedPeriod, UnitsPrice, ZeroUnits};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Bench, CONTRACT, DESKTOPS, ids};

const ADJUSTMENTS: &str = "ContractServiceAdjustments";
/// Fabrikam's contract, which has no services.
const EMPTY: i64 = CONTRACT + 1;

/// First day, last day and units of the rows of a service from a day on.
async fn rows(bench: &Bench, service: i64, from: &str) -> Vec<(String, String, i64)> {
    let filter = json!([
        { "op": "eq", "field": "contractServiceID", "value": service },
        { "op": "gte", "field": "endDate", "value": from },
    ]);
    let rows = bench.query("ContractServiceUnits", filter).await;
    let day = |value: &Value| value.as_str().expect("a day")[..10].to_owned();
    let mut rows: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                day(&row["startDate"]),
                day(&row["endDate"]),
                row["units"].as_i64().expect("units"),
            )
        })
        .collect();
    rows.sort();
    rows
}

fn row(start: &str, end: &str, units: i64) -> (String, String, i64) {
    (start.to_owned(), end.to_owned(), units)
}

fn change(day: &str, units: i64) -> Value {
    json!({ "contractServiceID": DESKTOPS, "effectiveDate": format!("{day}T02:00:00"), "unitChange": units })
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

#[tokio::test]
async fn a_difference_splits_its_period_and_changes_all_later_ones() {
    let bench = Bench::small().await;
    assert_eq!(rows(&bench, DESKTOPS, "2026-01-01").await.len(), 12);
    bench.create(ADJUSTMENTS, change("2026-03-10", 2)).await;
    let march = rows(&bench, DESKTOPS, "2026-03-01").await;
    let expected = [
        row("2026-03-01", "2026-03-09", 3),
        row("2026-03-10", "2026-03-31", 5),
        row("2026-04-01", "2026-04-30", 5),
    ];
    assert_eq!(march[..3], expected);
    assert!(march[3..].iter().all(|(_, _, units)| *units == 5));
    // On the same day nothing is split again; below the contract is the same as at the root.
    bench
        .create(
            &format!("Contracts/{CONTRACT}/ServiceAdjustments"),
            change("2026-03-10", -1),
        )
        .await;
    assert_eq!(
        rows(&bench, DESKTOPS, "2026-03-01").await[1],
        row("2026-03-10", "2026-03-31", 4)
    );
}

#[tokio::test]
async fn the_day_counts_as_it_is_written() {
    let bench = Bench::small().await;
    for (number, written) in ["2026-04-01T23:30:00-08:00", "2026-04-01T00:30:00+08:00", "2026-04-01"]
        .iter()
        .enumerate()
    {
        let mut adjustment = change("2026-04-01", 1);
        adjustment["effectiveDate"] = json!(written);
        bench.create(ADJUSTMENTS, adjustment).await;
        let units = 4 + i64::try_from(number).expect("a small number");
        assert_eq!(
            rows(&bench, DESKTOPS, "2026-03-15").await[..2],
            [
                row("2026-03-01", "2026-03-31", 3),
                row("2026-04-01", "2026-04-30", units)
            ],
            "{written}"
        );
    }
}

#[tokio::test]
async fn an_adjustment_cannot_be_read_changed_or_taken_back() {
    let bench = Bench::small().await;
    let id = bench.create(ADJUSTMENTS, change("2026-04-01", 1)).await;
    let cases = [
        (Method::GET, format!("{ADJUSTMENTS}/{id}"), 405),
        (Method::POST, format!("{ADJUSTMENTS}/query"), 404),
        (Method::PATCH, ADJUSTMENTS.to_owned(), 405),
        (Method::DELETE, format!("{ADJUSTMENTS}/{id}"), 405),
    ];
    for (method, path, expected) in cases {
        let (status, _) = bench.send(method, &path, json!({ "id": id })).await;
        assert_eq!(status, expected, "{path}");
    }
    assert!(bench.create(ADJUSTMENTS, change("2026-04-01", 1)).await > id);
    // The service itself holds no quantity.
    let service = bench.item("ContractServices", DESKTOPS).await;
    assert!(
        service
            .as_object()
            .expect("a record")
            .keys()
            .all(|name| !name.to_lowercase().contains("units"))
    );
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_changes_nothing() {
    let bench = Bench::small().await;
    let before = rows(&bench, DESKTOPS, "2026-01-01").await;
    let cases = [
        (change("2026-04-01", -4), "negative number of units"),
        (change("2027-01-01", 1), "not within the term"),
        (change("2025-12-31", 1), "not within the term"),
        (change("2026-02-28", 1), "approved and posted"),
        (
            json!({ "contractServiceID": 99, "effectiveDate": "2026-04-01", "unitChange": 1 }),
            "for contractServiceID . ",
        ),
        (
            json!({ "effectiveDate": "2026-04-01", "unitChange": 1 }),
            "needs a contractServiceID",
        ),
        (
            json!({ "contractServiceID": DESKTOPS, "unitChange": 1 }),
            "Missing Required Field: effectiveDate.",
        ),
        (
            json!({ "contractServiceID": DESKTOPS, "effectiveDate": "2026-04-01", "unitChange": 1.5 }),
            "'Int32'",
        ),
        (
            json!({ "contractID": EMPTY, "contractServiceID": DESKTOPS, "effectiveDate": "2026-04-01", "unitChange": 1 }),
            "for contractServiceID . ",
        ),
    ];
    for (body, part) in cases {
        let said = bench.refused(Method::POST, ADJUSTMENTS, body.clone()).await;
        assert!(said.contains(part), "{body}: {said}");
    }
    assert_eq!(rows(&bench, DESKTOPS, "2026-01-01").await, before);
}

#[tokio::test]
async fn a_missing_service_comes_onto_the_contract() {
    let bench = Bench::small().await;
    let add = |units: i64, repeat: bool| {
        json!({
            "contractID": EMPTY, "serviceID": 3, "effectiveDate": "2026-03-15T02:00:00", "unitChange": units,
            "allowRepeatService": repeat,
        })
    };
    let said = bench.refused(Method::POST, ADJUSTMENTS, add(-1, false)).await;
    assert!(said.contains("negative"), "{said}");
    let on_contract = async || {
        let filter = json!([{ "op": "eq", "field": "contractID", "value": EMPTY }]);
        ids(&bench.query("ContractServices", filter).await)
    };
    assert!(on_contract().await.is_empty(), "what was refused leaves nothing behind");
    bench.create(ADJUSTMENTS, add(4, false)).await;
    bench.create(ADJUSTMENTS, add(1, false)).await;
    let [service] = on_contract().await[..] else {
        panic!("one service")
    };
    assert_eq!(
        rows(&bench, service, "2026-03-01").await[..2],
        [row("2026-03-01", "2026-03-14", 0), row("2026-03-15", "2026-03-31", 5),]
    );
    bench.create(ADJUSTMENTS, add(7, true)).await;
    assert_eq!(on_contract().await.len(), 2);
    let said = bench.refused(Method::POST, ADJUSTMENTS, add(1, false)).await;
    assert!(said.contains("more than once"), "{said}");
}

#[tokio::test]
async fn services_are_added_without_units_and_only_to_recurring_contracts() {
    let bench = Bench::small().await;
    let path = format!("Contracts/{EMPTY}/Services");
    let id = bench.create(&path, json!({ "serviceID": 1 })).await;
    let made = bench.item("ContractServices", id).await;
    assert_eq!(made["unitPrice"].to_string(), "25.0");
    let all = rows(&bench, id, "2026-01-01").await;
    assert!(all.len() == 12 && all.iter().all(|(_, _, units)| *units == 0));
    let said = bench.refused(Method::POST, &path, json!({ "serviceID": 1 })).await;
    assert!(said.contains("already"), "{said}");
    let other = format!("Contracts/{}/Services", CONTRACT + 15);
    let said = bench.refused(Method::POST, &other, json!({ "serviceID": 1 })).await;
    assert!(said.contains("Recurring Service"), "{said}");
    bench
        .patch(
            &path,
            json!({ "id": id, "invoiceDescription": "Servers", "serviceID": 2 }),
        )
        .await;
    let made = bench.item("ContractServices", id).await;
    assert_eq!(
        (&made["invoiceDescription"], &made["serviceID"]),
        (&json!("Servers"), &json!(1))
    );
}

#[tokio::test]
async fn what_is_posted_stands_and_becomes_billing_items() {
    let bench = Bench::small().await;
    let posted = bench.simulator.post_periods(date("2026-03-31"), None);
    assert_eq!((posted.units, posted.charges), (1, 0));
    let said = bench.refused(Method::POST, ADJUSTMENTS, change("2026-03-31", 1)).await;
    assert!(said.contains("approved and posted"), "{said}");
    bench.create(ADJUSTMENTS, change("2026-04-01", 1)).await;
    let items = bench
        .query(
            "BillingItems",
            json!([{ "op": "eq", "field": "contractID", "value": CONTRACT }]),
        )
        .await;
    let [item] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(item["serviceID"], 2);
    assert_eq!(
        [&item["quantity"], &item["rate"], &item["extendedPrice"]].map(ToString::to_string),
        ["3.0", "9.0", "27.0"]
    );
    assert_eq!(item["postedDate"], "2026-03-15T10:20:30.000Z");
    assert_eq!(
        bench.simulator.post_periods(date("2026-03-31"), None).units,
        0,
        "only once"
    );
}

#[tokio::test]
async fn an_adjustment_of_a_posted_period_may_wait_for_the_next() {
    let bench = Bench::with(Assumptions {
        posted_period: PostedPeriod::NextPeriod,
        ..Assumptions::default()
    })
    .await;
    bench.simulator.post_periods(date("2026-03-31"), Some(CONTRACT));
    bench.create(ADJUSTMENTS, change("2026-03-10", 2)).await;
    assert_eq!(
        rows(&bench, DESKTOPS, "2026-03-01").await[..2],
        [row("2026-03-01", "2026-03-31", 3), row("2026-04-01", "2026-04-30", 5),]
    );
}

#[tokio::test]
async fn periods_without_units_may_have_no_rows() {
    let bench = Bench::with(Assumptions {
        zero_units: ZeroUnits::NoRow,
        ..Assumptions::default()
    })
    .await;
    let id = bench
        .create(&format!("Contracts/{EMPTY}/Services"), json!({ "serviceID": 1 }))
        .await;
    assert!(rows(&bench, id, "2026-01-01").await.is_empty());
    let some = json!({ "contractServiceID": id, "effectiveDate": "2026-11-15", "unitChange": 2 });
    bench.create(ADJUSTMENTS, some).await;
    let expected = [row("2026-11-15", "2026-11-30", 2), row("2026-12-01", "2026-12-31", 2)];
    assert_eq!(rows(&bench, id, "2026-01-01").await, expected);
    let none = json!({ "contractServiceID": id, "effectiveDate": "2026-12-01", "unitChange": -2 });
    bench.create(ADJUSTMENTS, none).await;
    assert_eq!(rows(&bench, id, "2026-01-01").await, expected[..1]);
}

#[tokio::test]
async fn prices_follow_an_adjustment_from_its_day_on() {
    for (units_price, expected) in [
        (UnitsPrice::Total, ["27.0", "50.0"]),
        (UnitsPrice::Each, ["9.0", "12.5"]),
    ] {
        let bench = Bench::with(Assumptions {
            units_price,
            ..Assumptions::default()
        })
        .await;
        let mut priced = change("2026-04-01", 1);
        priced["adjustedUnitPrice"] = json!(12.5);
        bench.create(ADJUSTMENTS, priced).await;
        let filter = |day: &str| {
            json!([
                { "op": "eq", "field": "contractServiceID", "value": DESKTOPS },
                { "op": "lte", "field": "startDate", "value": day }, { "op": "gte", "field": "endDate", "value": day },
            ])
        };
        let mut seen = Vec::new();
        for day in ["2026-03-20", "2026-04-20"] {
            seen.push(bench.query("ContractServiceUnits", filter(day)).await[0]["price"].to_string());
        }
        assert_eq!(seen, expected);
        assert_eq!(
            bench.item("ContractServices", DESKTOPS).await["internalCurrencyAdjustedPrice"].to_string(),
            "12.5"
        );
    }
}

#[tokio::test]
async fn periods_follow_the_end_of_the_contract() {
    let bench = Bench::small().await;
    bench
        .patch(
            "Contracts",
            json!({ "id": CONTRACT, "endDate": "2027-01-31T00:00:00Z" }),
        )
        .await;
    assert_eq!(
        rows(&bench, DESKTOPS, "2026-12-31").await,
        [row("2026-12-01", "2026-12-31", 3), row("2027-01-01", "2027-01-31", 3),]
    );
    bench
        .patch(
            "Contracts",
            json!({ "id": CONTRACT, "endDate": "2026-10-31T00:00:00Z" }),
        )
        .await;
    assert_eq!(
        rows(&bench, DESKTOPS, "2026-10-01").await,
        [row("2026-10-01", "2026-10-31", 3)]
    );
    let said = bench
        .refused(
            Method::PATCH,
            "Contracts",
            json!({ "id": CONTRACT, "endDate": "2025-01-01" }),
        )
        .await;
    assert!(said.contains("must not be before"), "{said}");
}
