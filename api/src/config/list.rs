//! Lists as they stand in the environment: entries separated by commas.

use std::convert::Infallible;

/// The entries of a list; blanks around them, and entries that are nothing else, do not count.
pub(super) fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|entry| !entry.is_empty())
}

/// The entries as texts of their own.
///
/// # Errors
/// Never.
pub(super) fn texts(text: &str) -> Result<Vec<String>, Infallible> {
    Ok(entries(text).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_separated_by_commas() {
        assert_eq!(texts(" a.example , b.example,").unwrap(), ["a.example", "b.example"]);
        assert_eq!(texts("a, b,").unwrap(), ["a", "b"]);
    }
}
