//! How many units a service on a contract has, and what has to be adjusted so that it has others.
//!
//! The PSA keeps a row of units for each period, divided where they change within one, and changes them by differences that
//! count from a day on. Everything here is calculation.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::wire;

/// The units of a service in one period, or in a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    /// The first day.
    pub(super) first: NaiveDate,
    /// The last day.
    pub(super) last: NaiveDate,
    /// How many.
    pub(super) units: i64,
    /// Whether the period was approved and posted: it is billed, and cannot be changed any more.
    pub(super) posted: bool,
}

impl Row {
    /// Whether a day lies in it.
    pub(super) fn covers(&self, day: NaiveDate) -> bool {
        self.first <= day && day <= self.last
    }
}

impl From<&wire::ServiceUnits> for Row {
    fn from(units: &wire::ServiceUnits) -> Self {
        Self {
            first: units.start_date.day(),
            last: units.end_date.day(),
            units: units.units.unwrap_or_default(),
            posted: units.posted_at.is_some(),
        }
    }
}

/// The days around today whose rows are read: a contract has rows for all its years, and a list of many contracts would be
/// too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// The first day of the month before the last.
    pub(super) first: NaiveDate,
    /// The last day of the month after the next.
    pub(super) last: NaiveDate,
}

impl Window {
    /// The window around a day.
    pub(super) fn around(today: NaiveDate) -> Self {
        let month = month_of(today).0;
        Self {
            first: month.checked_sub_months(Months::new(2)).unwrap_or(month),
            last: month
                .checked_add_months(Months::new(2))
                .map_or(today, |month| month_of(month).1),
        }
    }

    fn overlaps(&self, row: &Row) -> bool {
        row.first <= self.last && row.last >= self.first
    }
}

/// The first and the last day of the month of a day.
pub(super) fn month_of(day: NaiveDate) -> (NaiveDate, NaiveDate) {
    let first = day.with_day(1).unwrap_or(day);
    let next = first.checked_add_months(Months::new(1));
    (first, next.and_then(|next| next.pred_opt()).unwrap_or(day))
}

/// What a service bills, seen from a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Billed {
    /// How many units on that day; before the first of them, how many it begins with.
    pub(super) units: i64,
    /// The first day with units, where it lies within the window.
    pub(super) since: Option<NaiveDate>,
    /// The first day without units, after which there are none.
    pub(super) ended: Option<NaiveDate>,
}

/// What the rows of a service say, seen from `day`. `contract_end` is the last day of its contract.
pub(super) fn billed(rows: &[Row], window: Window, contract_end: Option<NaiveDate>, day: NaiveDate) -> Billed {
    let rows: Vec<&Row> = rows.iter().filter(|row| window.overlaps(row)).collect();
    // Rows without units at the beginning say nothing yet.
    let rest: Vec<&Row> = rows.iter().copied().skip_while(|row| row.units == 0).collect();
    let Some(begin) = rest.first() else {
        // It was over before the window began, or has had nothing since.
        return Billed {
            units: 0,
            since: None,
            ended: Some(rows.first().map_or(window.first, |row| row.first.max(window.first))),
        };
    };
    let units = if day < begin.first {
        begin.units
    } else {
        rest.iter().find(|row| row.covers(day)).map_or(0, |row| row.units)
    };
    Billed {
        units,
        since: (begin.first > window.first).then_some(begin.first),
        ended: end(&rest, contract_end.map_or(window.last, |end| end.min(window.last))),
    }
}

/// The first day after the last one with units, when there are none until `known_until`.
fn end(rows: &[&Row], known_until: NaiveDate) -> Option<NaiveDate> {
    let empty = rows.iter().rev().take_while(|row| row.units == 0).count();
    let (filled, empty) = rows.split_at_checked(rows.len() - empty)?;
    match (filled.last(), empty.first()) {
        (_, Some(empty)) => Some(empty.first),
        // Without a row there are no units either, unless the contract itself goes no further.
        (Some(last), None) if last.last < known_until => Some(last.last + Days::new(1)),
        _ => None,
    }
}

/// The period of a day is posted already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Posted(pub(super) NaiveDate);

/// The differences, each from a day on, after which a service has `wanted` units from `from` on. None when it has them.
///
/// # Errors
/// Units of a posted period would have to change.
pub(super) fn adjustments(rows: &[Row], wanted: i64, from: NaiveDate) -> Result<Vec<(NaiveDate, i64)>, Posted> {
    let mut steps = Vec::new();
    // An adjustment counts from its day on, so each one carries over into all rows that follow.
    let mut carried = 0;
    let mut ahead = rows.iter().filter(|row| row.last >= from).peekable();
    if ahead.peek().is_none_or(|row| row.first > from) && wanted != 0 {
        steps.push((from, wanted));
        carried = wanted;
    }
    for row in ahead {
        let day = row.first.max(from);
        let change = wanted - (row.units + carried);
        if change == 0 {
            continue;
        }
        if row.posted {
            return Err(Posted(day));
        }
        steps.push((day, change));
        carried += change;
    }
    Ok(steps)
}

#[cfg(test)]
mod tests;
