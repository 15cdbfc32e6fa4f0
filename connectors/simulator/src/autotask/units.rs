//! How many units a service has in each period of its contract: pure arithmetic of days and numbers.

use chrono::{Days, Months, NaiveDate};

use crate::autotask::assumptions::PostedPeriod;

/// So many units from a day to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// The row that holds it; `None` for a new one.
    pub(crate) row: Option<i64>,
    pub(crate) start: NaiveDate,
    pub(crate) end: NaiveDate,
    pub(crate) units: i64,
    /// Approved and posted: it stands.
    pub(crate) is_posted: bool,
}

/// Why units cannot be adjusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The day is in no period of the contract.
    Outside,
    /// The period, or a later one, is posted.
    Posted,
    /// There would be fewer than none.
    Negative,
}

/// The months of a period by its letter; everything else is a month.
pub(crate) fn months(period: &str) -> u32 {
    match period {
        "q" => 3,
        "s" => 6,
        "y" => 12,
        _ => 1,
    }
}

/// The periods from a day to another; the last one may be shorter.
pub(crate) fn periods(start: NaiveDate, end: NaiveDate, months: u32) -> Vec<(NaiveDate, NaiveDate)> {
    let mut out = Vec::new();
    // Counted from the first day, so that a 31st comes back after a shorter month.
    let begin = |number: u32| start.checked_add_months(Months::new(months.saturating_mul(number)));
    for number in 0.. {
        let (Some(first), Some(next)) = (begin(number), begin(number + 1)) else {
            break;
        };
        if first > end {
            break;
        }
        let last = next.checked_sub_days(Days::new(1)).unwrap_or(next);
        out.push((first, last.min(end)));
    }
    out
}

/// The rows of a service with its periods that have none, as such without units.
pub(crate) fn filled(rows: &[Span], periods: &[(NaiveDate, NaiveDate)]) -> Vec<Span> {
    let mut out = rows.to_vec();
    for (start, end) in periods {
        let inside = |span: &&Span| span.start <= *end && span.end >= *start;
        let mut covered: Vec<&Span> = rows.iter().filter(inside).collect();
        covered.sort_by_key(|span| span.start);
        let mut free_from = Some(*start);
        let mut gap = |from: NaiveDate, to: NaiveDate| {
            if from <= to {
                out.push(Span {
                    row: None,
                    start: from,
                    end: to,
                    units: 0,
                    is_posted: false,
                });
            }
        };
        for span in covered {
            if let (Some(from), Some(to)) = (free_from, span.start.checked_sub_days(Days::new(1))) {
                gap(from, to);
            }
            free_from = span.end.checked_add_days(Days::new(1));
        }
        if let Some(from) = free_from {
            gap(from, *end);
        }
    }
    out.sort_by_key(|span| span.start);
    out
}

/// Changes the units from a day on: the period of that day is split there, all later ones change as a whole.
pub(crate) fn adjusted(
    spans: &[Span],
    effective: NaiveDate,
    change: i64,
    posted: PostedPeriod,
) -> Result<Vec<Span>, Problem> {
    let effective = match posted {
        PostedPeriod::Refuse => effective,
        PostedPeriod::NextPeriod => {
            let last = spans.iter().filter(|span| span.is_posted).map(|span| span.end).max();
            let after = last.and_then(|last| last.checked_add_days(Days::new(1)));
            after.map_or(effective, |after| effective.max(after))
        }
    };
    if !spans
        .iter()
        .any(|span| span.start <= effective && effective <= span.end)
    {
        return Err(Problem::Outside);
    }
    if spans.iter().any(|span| span.is_posted && span.end >= effective) {
        return Err(Problem::Posted);
    }
    let mut out = Vec::with_capacity(spans.len() + 1);
    for span in spans {
        if span.end < effective {
            out.push(*span);
            continue;
        }
        let units = span.units.checked_add(change).filter(|units| *units >= 0);
        let units = units.ok_or(Problem::Negative)?;
        if span.start >= effective {
            out.push(Span { units, ..*span });
            continue;
        }
        out.push(Span {
            end: effective.checked_sub_days(Days::new(1)).unwrap_or(effective),
            ..*span
        });
        out.push(Span {
            row: None,
            start: effective,
            units,
            ..*span
        });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    /// A quarter by months, 5 units each, all posted up to a day.
    fn quarter(posted_to: &str) -> Vec<Span> {
        let months = periods(day("2026-01-01"), day("2026-03-31"), 1);
        let spans = filled(&[], &months);
        let posted_to = day(posted_to);
        let spans = spans.into_iter().zip(1..);
        let span = |(span, row): (Span, i64)| Span {
            row: Some(row),
            units: 5,
            is_posted: span.start <= posted_to,
            ..span
        };
        spans.map(span).collect()
    }

    fn shown(spans: &[Span]) -> Vec<String> {
        spans
            .iter()
            .map(|span| format!("{}..{} {}", span.start, span.end, span.units))
            .collect()
    }

    #[test]
    fn periods_follow_each_other_without_a_gap() {
        let all = periods(day("2026-01-31"), day("2026-05-10"), 1);
        let starts: Vec<String> = all.iter().map(|(start, _)| start.to_string()).collect();
        assert_eq!(starts, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]);
        assert_eq!(all.last().expect("periods").1, day("2026-05-10"));
        assert!(all.windows(2).all(|pair| pair[0].1.succ_opt() == Some(pair[1].0)));
        assert_eq!(periods(day("2026-01-01"), day("2026-12-31"), months("q")).len(), 4);
    }

    #[test]
    fn a_period_is_split_at_the_day_and_later_ones_change() {
        let spans = adjusted(&quarter("2025-12-01"), day("2026-02-10"), 3, PostedPeriod::Refuse).expect("spans");
        let expected = [
            "2026-01-01..2026-01-31 5",
            "2026-02-01..2026-02-09 5",
            "2026-02-10..2026-02-28 8",
            "2026-03-01..2026-03-31 8",
        ];
        assert_eq!(shown(&spans), expected);
        let again = adjusted(&spans, day("2026-02-10"), -8, PostedPeriod::Refuse).expect("spans");
        assert_eq!(
            shown(&again)[2..],
            ["2026-02-10..2026-02-28 0", "2026-03-01..2026-03-31 0"]
        );
    }

    #[test]
    fn nothing_goes_below_none_or_outside_or_into_what_is_posted() {
        let refuse = |spans: &[Span], at: &str, change| adjusted(spans, day(at), change, PostedPeriod::Refuse);
        let open = quarter("2025-12-01");
        assert_eq!(refuse(&open, "2026-01-01", -6), Err(Problem::Negative));
        assert_eq!(refuse(&open, "2026-04-01", 1), Err(Problem::Outside));
        let posted = quarter("2026-02-01");
        assert_eq!(refuse(&posted, "2026-02-28", 1), Err(Problem::Posted));
        assert_eq!(refuse(&posted, "2026-01-15", 1), Err(Problem::Posted));
        assert!(refuse(&posted, "2026-03-01", 1).is_ok());
        let later = adjusted(&posted, day("2026-02-10"), 1, PostedPeriod::NextPeriod).expect("spans");
        assert_eq!(shown(&later)[2], "2026-03-01..2026-03-31 6");
    }

    #[test]
    fn gaps_are_filled_with_nothing() {
        let rows = [Span {
            units: 4,
            ..quarter("2025-12-01")[1]
        }];
        let part = [Span {
            start: day("2026-02-10"),
            ..rows[0]
        }];
        let months = periods(day("2026-01-01"), day("2026-03-31"), 1);
        assert_eq!(shown(&filled(&rows, &months)).len(), 3);
        let expected = [
            "2026-01-01..2026-01-31 0",
            "2026-02-01..2026-02-09 0",
            "2026-02-10..2026-02-28 4",
            "2026-03-01..2026-03-31 0",
        ];
        assert_eq!(shown(&filled(&part, &months)), expected);
    }
}
