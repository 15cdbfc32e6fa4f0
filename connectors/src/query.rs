//! How lists are read: one page at a time, from an opaque cursor, optionally from a point in time on.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{
    error::Result,
    record::{ChoiceId, CompanyId},
};

/// Where a list goes on. Opaque: only the connector that made it can read it, and it may be stored between processes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);

/// By what a list can be narrowed down. A connector names those that its PSA has in
/// [`Descriptor::filters`](crate::Descriptor::filters).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Filter {
    /// Companies by their types.
    CompanyType,
    /// Companies by their status.
    CompanyStatus,
    /// Agreements by their type.
    AgreementType,
}

/// What to read of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadQuery {
    /// The page to read; `None` is the first.
    pub after: Option<Cursor>,
    /// Only records changed at or after this instant (inclusive). A list whose records have no such date is given whole.
    /// Requires [`Capability::IncrementalRead`].
    ///
    /// [`Capability::IncrementalRead`]: crate::Capability::IncrementalRead
    pub since: Option<DateTime<Utc>>,
    /// Only records that belong to this company, where the list has one.
    pub company: Option<CompanyId>,
    /// Only records that have one of these values, for each filter that is named. An empty list of values is no filter.
    pub only: BTreeMap<Filter, Vec<ChoiceId>>,
    /// The most records wanted on a page; `None` takes the connector's own best size.
    pub page_size: Option<u16>,
}

impl ReadQuery {
    /// Reads from the beginning, everything.
    pub fn all() -> Self {
        Self::default()
    }

    /// The same query, going on after `cursor`.
    pub fn after(mut self, cursor: Option<Cursor>) -> Self {
        self.after = cursor;
        self
    }

    /// The same query, restricted to what changed at or after `instant`.
    pub fn since(mut self, instant: Option<DateTime<Utc>>) -> Self {
        self.since = instant;
        self
    }

    /// The same query, restricted to one company.
    pub fn of_company(mut self, company: CompanyId) -> Self {
        self.company = Some(company);
        self
    }

    /// The same query, restricted to records that have one of `values`.
    pub fn only(mut self, filter: Filter, values: impl IntoIterator<Item = ChoiceId>) -> Self {
        self.only.insert(filter, values.into_iter().collect());
        self
    }

    /// The filters that name at least one value.
    pub(crate) fn filters(&self) -> impl Iterator<Item = (Filter, &[ChoiceId])> {
        let named = self.only.iter().filter(|(_, values)| !values.is_empty());
        named.map(|(filter, values)| (*filter, values.as_slice()))
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The records, in the PSA's order of ids.
    pub records: Vec<T>,
    /// Where the next page starts; `None` when this was the last.
    pub next: Option<Cursor>,
    /// How many records the whole list has, when the PSA said so at no extra cost.
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// The same page with its records turned into others.
    pub(crate) fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page {
            records: self.records.into_iter().map(turn).collect(),
            next: self.next,
            total: self.total,
        }
    }

    /// The same page with its records turned into others, or the first failure.
    pub(crate) fn try_map<U>(self, turn: impl FnMut(T) -> Result<U>) -> Result<Page<U>> {
        let records = self.records.into_iter().map(turn).collect::<Result<_>>()?;
        Ok(Page {
            records,
            next: self.next,
            total: self.total,
        })
    }
}
