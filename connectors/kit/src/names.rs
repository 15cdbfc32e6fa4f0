//! What the new connector is called.

use crate::templates;

/// The names of a new connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The stable name in code, configuration and API, such as `acmepsa`.
    pub kind: String,
    /// The name for people, such as `Acme PSA`.
    pub name: String,
}

/// Why a name cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadName {
    /// The kind has another form.
    #[error("`{0}` cannot be a connector's kind: it begins with a small letter and has small letters and digits only")]
    Kind(String),
    /// The kind is longer than what a column of the database holds.
    #[error("`{0}` is too long for a connector's kind: 30 characters at most")]
    Long(String),
    /// The kind means something else in the code.
    #[error("`{0}` is a word of Rust or of the contract: take the PSA's own name")]
    Taken(String),
    /// The name for people has another form.
    #[error(
        "`{0}` cannot be a PSA's name: it begins with a letter or digit and goes on with those, spaces, dots, dashes, \
         apostrophes and `&`, 40 characters at most"
    )]
    Name(String),
}

/// The words that Rust keeps for itself.
const KEYWORDS: [&str; 50] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while",
];

impl Names {
    /// Checks the names.
    ///
    /// # Errors
    /// One of them cannot be used.
    pub fn new(kind: &str, name: &str) -> Result<Self, BadName> {
        let rest_is_right = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if !kind.starts_with(|c: char| c.is_ascii_lowercase()) || !kind.chars().all(rest_is_right) {
            return Err(BadName::Kind(kind.to_owned()));
        }
        if kind.len() > 30 {
            return Err(BadName::Long(kind.to_owned()));
        }
        let name_is_right = |c: char| c.is_alphanumeric() || " .-'&".contains(c);
        let begins_right = name.starts_with(char::is_alphanumeric);
        if !begins_right || !name.chars().all(name_is_right) || name.chars().count() > 40 || name.ends_with(' ') {
            return Err(BadName::Name(name.to_owned()));
        }
        let names = Self {
            kind: kind.to_owned(),
            name: name.to_owned(),
        };
        if KEYWORDS.contains(&kind) || kind == "yield" || templates::have_word(&names.type_name()) {
            return Err(BadName::Taken(kind.to_owned()));
        }
        Ok(names)
    }

    /// The name of the connector's type: the kind with a capital.
    pub fn type_name(&self) -> String {
        let mut letters = self.kind.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_right_are_taken() {
        let names = Names::new("halo2", "Halo & Söhne's PSA v2.1").expect("right");
        assert_eq!((names.kind.as_str(), names.type_name().as_str()), ("halo2", "Halo2"));
    }

    #[test]
    fn every_other_kind_is_refused() {
        for kind in [
            "", "2halo", "Halo", "halo-psa", "halo_psa", "hálo", "halo psa", "../halo", "halo\n",
        ] {
            assert_eq!(Names::new(kind, "Halo"), Err(BadName::Kind(kind.to_owned())));
        }
        let long = "h".repeat(31);
        assert_eq!(Names::new(&long, "Halo"), Err(BadName::Long(long.clone())));
        for kind in ["type", "yield", "ticket", "client", "result", "simulator", "self"] {
            assert_eq!(Names::new(kind, "Halo"), Err(BadName::Taken(kind.to_owned())));
        }
    }

    #[test]
    fn every_other_name_is_refused() {
        let long = "H".repeat(41);
        for name in [
            "", " Halo", "Halo ", "Ha\"lo", "Ha\\lo", "Ha{lo}", "Ha\nlo", "Ha`lo", &long,
        ] {
            assert_eq!(Names::new("halo", name), Err(BadName::Name(name.to_owned())));
        }
    }
}
