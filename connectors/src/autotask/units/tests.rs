//! Calculations over rows of units.

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().expect(text)
}

fn row(first: &str, last: &str, units: i64) -> Row {
    Row {
        first: day(first),
        last: day(last),
        units,
        posted: false,
    }
}

fn posted(first: &str, last: &str, units: i64) -> Row {
    Row {
        posted: true,
        ..row(first, last, units)
    }
}

const TODAY: &str = "2026-03-10";

fn seen(rows: &[Row]) -> (i64, Option<String>, Option<String>) {
    let billed = billed(rows, Window::around(day(TODAY)), Some(day("2026-12-31")), day(TODAY));
    let text = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    (billed.units, text(billed.since), text(billed.ended))
}

#[test]
fn the_window_is_whole_months() {
    let window = Window::around(day(TODAY));
    assert_eq!((window.first, window.last), (day("2026-01-01"), day("2026-05-31")));
    assert_eq!(month_of(day("2028-02-10")), (day("2028-02-01"), day("2028-02-29")));
}

#[test]
fn rows_say_what_is_billed() {
    let some = |text: &str| Some(text.to_owned());
    let whole = |units| {
        let months = [
            ("2025-12-01", "2025-12-31"),
            ("2026-01-01", "2026-01-31"),
            ("2026-02-01", "2026-02-28"),
        ];
        let months = months.map(|(first, last)| row(first, last, units));
        let rest = [
            row("2026-03-01", "2026-03-31", units),
            row("2026-04-01", "2026-12-31", units),
        ];
        months.into_iter().chain(rest).collect::<Vec<_>>()
    };
    assert_eq!(seen(&whole(4)), (4, None, None));
    assert_eq!(seen(&[]), (0, None, some("2026-01-01")), "it was over before");
    assert_eq!(seen(&whole(0)), (0, None, some("2026-01-01")));
    let new = [row("2026-03-01", "2026-03-31", 4), row("2026-04-01", "2026-12-31", 5)];
    assert_eq!(seen(&new), (4, some("2026-03-01"), None));
    let later = [row("2026-03-01", "2026-03-31", 0), row("2026-04-01", "2026-12-31", 5)];
    assert_eq!(seen(&later), (5, some("2026-04-01"), None), "it begins with them");
    let ends = [row("2025-01-01", "2026-03-31", 4), row("2026-04-01", "2026-12-31", 0)];
    assert_eq!(seen(&ends), (4, None, some("2026-04-01")));
    let ended = [row("2025-01-01", "2026-02-28", 4), row("2026-03-01", "2026-12-31", 0)];
    assert_eq!(seen(&ended), (0, None, some("2026-03-01")));
    let silent = [row("2025-01-01", "2026-03-31", 4)];
    assert_eq!(seen(&silent), (4, None, some("2026-04-01")), "no row is no unit");
    let with_contract = billed(&silent, Window::around(day(TODAY)), Some(day("2026-03-31")), day(TODAY));
    assert_eq!(with_contract.ended, None, "it ends with its contract");
}

#[test]
fn differences_count_from_their_day_on() {
    let from = day("2026-03-01");
    let rows = [
        posted("2026-02-01", "2026-02-28", 4),
        row("2026-03-01", "2026-03-31", 4),
        row("2026-04-01", "2026-04-30", 4),
    ];
    assert_eq!(adjustments(&rows, 4, from), Ok(vec![]));
    assert_eq!(adjustments(&rows, 9, from), Ok(vec![(from, 5)]));
    assert_eq!(
        adjustments(&rows, 0, day("2026-04-01")),
        Ok(vec![(day("2026-04-01"), -4)])
    );
    assert_eq!(
        adjustments(&rows, 3, day("2026-03-31")),
        Ok(vec![(day("2026-03-31"), -1)])
    );
    assert_eq!(adjustments(&rows, 5, day("2026-02-01")), Err(Posted(day("2026-02-01"))));
    assert_eq!(adjustments(&[], 3, from), Ok(vec![(from, 3)]));
    assert_eq!(adjustments(&[], 0, from), Ok(vec![]));
    let uneven = [row("2026-03-01", "2026-03-04", 3), row("2026-03-05", "2026-03-31", 5)];
    assert_eq!(
        adjustments(&uneven, 7, from),
        Ok(vec![(from, 4), (day("2026-03-05"), -2)])
    );
    let gap = [row("2026-04-01", "2026-04-30", 2)];
    assert_eq!(adjustments(&gap, 2, from), Ok(vec![(from, 2), (day("2026-04-01"), -2)]));
}

proptest! {
    /// Whatever the rows are: after the adjustments every day from the wanted one on has the wanted units, and no day
    /// before has others than it had.
    #[test]
    fn adjustments_lead_to_what_is_wanted(
        units in proptest::collection::vec(0_i64..50, 1..6),
        wanted in 0_i64..50,
        offset in 0_u64..90,
    ) {
        let start = day("2026-01-01");
        let rows: Vec<Row> = units.iter().zip(0_u64..).map(|(units, index)| Row {
            first: start + Days::new(index * 15),
            last: start + Days::new(index * 15 + 14),
            units: *units,
            posted: false,
        }).collect();
        let days = u64::try_from(units.len()).expect("few") * 15;
        let from = start + Days::new(offset.min(days - 1));
        let steps = adjustments(&rows, wanted, from).expect("nothing is posted");
        prop_assert!(steps.iter().all(|(day, change)| *day >= from && *change != 0));
        for row in &rows {
            for day in row.first.iter_days().take_while(|day| *day <= row.last) {
                let carried: i64 = steps.iter().filter(|(from, _)| *from <= day).map(|(_, change)| change).sum();
                let expected = if day >= from { wanted } else { row.units };
                prop_assert_eq!(row.units + carried, expected, "{}", day);
            }
        }
    }
}
