//! What an agreement is about: with whom, what kind, since when, and whether it still runs.

use std::collections::HashSet;

use super::cycle;
use crate::names;
use crate::random::Random;

/// Names of agreements beyond the first ones, each with its type.
const NAMES: [(&str, i64); 9] = [
    ("Managed Services", 1),
    ("Workstation Care", 1),
    ("Cloud Hosting", 3),
    ("Security Suite", 4),
    ("Network Care", 1),
    ("Server Care", 1),
    ("Support Hours", 2),
    ("Microsoft 365", 4),
    ("Hosted Voice", 3),
];
/// So many kinds of course are told apart; the first so many agreements beyond the first ones have one of each.
const COURSES: usize = 12;

/// What becomes of an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    Usual,
    Cancelled,
    NotBegun,
    WithoutProration,
    Over,
}

/// What was agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Deal {
    pub(super) company: i64,
    pub(super) name: &'static str,
    pub(super) kind: i64,
    pub(super) course: Course,
    /// The day it began, unless it has not begun.
    pub(super) start: String,
}

/// Deals in the order of their agreements.
pub(super) struct Deals {
    companies: Vec<i64>,
    random: Random,
    known: HashSet<(i64, &'static str)>,
    next: usize,
}

impl Deals {
    pub(super) fn new(companies: Vec<i64>, seed: u64) -> Self {
        Self {
            companies,
            random: Random::of(seed, "agreements"),
            known: HashSet::new(),
            next: 0,
        }
    }

    pub(super) fn next(&mut self) -> Deal {
        let index = self.next;
        self.next += 1;
        let deal = self.fixed(index).unwrap_or_else(|| self.drawn());
        self.known.insert((deal.company, deal.name));
        deal
    }

    /// The deals that every seed begins with: "Managed Backup" for each of the first companies, then each course once.
    fn fixed(&self, index: usize) -> Option<Deal> {
        let first = names::FIRST_COMPANIES.len();
        let company = cycle(&self.companies, index);
        let start = "2025-01-01T00:00:00Z".to_owned();
        let (name, kind, course) = match index.checked_sub(first) {
            None => ("Managed Backup", 1, Course::Usual),
            Some(place) if place < COURSES => {
                let (name, kind) = cycle(&NAMES, index);
                (name, kind, course(place))
            }
            Some(_) => return None,
        };
        Some(Deal {
            company,
            name,
            kind,
            course,
            start,
        })
    }

    fn drawn(&mut self) -> Deal {
        let others = self.companies.get(names::FIRST_COMPANIES.len()..).unwrap_or_default();
        let (company, (name, kind)) = loop {
            let company = self.random.pick(others);
            let (name, kind) = self.random.pick(&NAMES);
            if !self.known.contains(&(company, name)) {
                break (company, (name, kind));
            }
        };
        let place = usize::try_from(self.random.below(12)).unwrap_or_default();
        let (year, month) = (self.random.within((2022, 2024)), self.random.within((1, 12)));
        Deal {
            company,
            name,
            kind,
            course: course(place),
            start: format!("{year}-{month:02}-01T00:00:00Z"),
        }
    }
}

const fn course(place: usize) -> Course {
    match place {
        0 => Course::Cancelled,
        1 => Course::NotBegun,
        2 => Course::WithoutProration,
        7 => Course::Over,
        _ => Course::Usual,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_company_has_two_agreements_of_one_name_and_every_course_occurs() {
        let companies: Vec<i64> = (250..2200).collect();
        let mut deals = Deals::new(companies.clone(), 1);
        let all: Vec<Deal> = (0..1200).map(|_| deals.next()).collect();
        let pairs: HashSet<(i64, &str)> = all.iter().map(|deal| (deal.company, deal.name)).collect();
        assert_eq!(pairs.len(), all.len());
        for course in [
            Course::Cancelled,
            Course::NotBegun,
            Course::WithoutProration,
            Course::Over,
        ] {
            assert!(all[24..].iter().any(|deal| deal.course == course), "{course:?}");
            assert!(all[12..24].iter().any(|deal| deal.course == course), "{course:?}");
        }
        let mut other = Deals::new(companies, 2);
        let other: Vec<Deal> = (0..1200).map(|_| other.next()).collect();
        assert_eq!(all[..24], other[..24]);
        assert_ne!(all[24..], other[24..]);
    }
}
