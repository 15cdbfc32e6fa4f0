//! The latest entries of what happened, for assertions.

use std::collections::VecDeque;

/// The log forgets its oldest entries beyond this many.
const MOST: usize = 100_000;

/// Entries, oldest first.
#[derive(Debug)]
pub(crate) struct Log<T> {
    entries: VecDeque<T>,
}

impl<T> Default for Log<T> {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
        }
    }
}

impl<T> Log<T> {
    pub(crate) fn add(&mut self, entry: T) {
        if self.entries.len() >= MOST {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &T> {
        self.entries.iter()
    }
}
