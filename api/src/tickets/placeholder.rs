//! Text with `{placeholders}`: parsed once against the names that may occur, rendered as often as needed.
//!
//! Rendering is one pass: a brace inside a value is text, so what a computer reports cannot pull in another value.

use std::collections::BTreeMap;

/// What a placeholder without a value is rendered as.
pub const MISSING: &str = "–";

/// The mark at the end of a text that was shortened.
pub const SHORTENED: char = '…';

/// A template whose placeholders are all known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Placeholder(&'static str),
}

/// Why a text is not a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A placeholder that does not exist.
    #[error("the variable {{{name}}} does not exist; known are {}", braced(known))]
    UnknownVariable {
        /// The name between the braces.
        name: String,
        /// Every name that exists.
        known: Vec<&'static str>,
    },
    /// A `{` without its `}`.
    #[error("the brace at character {position} is not closed; write {{{{ for a brace that is text")]
    UnclosedBrace {
        /// Where the brace is, counted in characters from 1.
        position: usize,
    },
    /// Nothing but white space.
    #[error("the template is empty")]
    Empty,
}

/// The values of one rendering. A name that is absent, or whose value is blank, renders as [`MISSING`].
pub type Values = BTreeMap<&'static str, String>;

impl Template {
    /// Reads `text`, in which `{name}` is a placeholder and `{{` a brace that is text. A lone `}` is text.
    ///
    /// # Errors
    /// [`TemplateError`] when a placeholder is not among `known`, a brace stays open or the text is blank.
    pub fn parse(text: &str, known: &[&'static str]) -> Result<Self, TemplateError> {
        if text.trim().is_empty() {
            return Err(TemplateError::Empty);
        }
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut characters = text.chars().enumerate().peekable();
        while let Some((index, character)) = characters.next() {
            if character != '{' {
                literal.push(character);
                continue;
            }
            if characters.next_if(|(_, next)| *next == '{').is_some() {
                literal.push('{');
                continue;
            }
            let mut name = String::new();
            loop {
                match characters.next() {
                    Some((_, '}')) => break,
                    Some((_, letter)) => name.push(letter),
                    None => return Err(TemplateError::UnclosedBrace { position: index + 1 }),
                }
            }
            let Some(variable) = known.iter().find(|candidate| **candidate == name.trim()) else {
                return Err(TemplateError::UnknownVariable {
                    name,
                    known: known.to_vec(),
                });
            };
            if !literal.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut literal)));
            }
            pieces.push(Piece::Placeholder(variable));
        }
        if !literal.is_empty() {
            pieces.push(Piece::Text(literal));
        }
        Ok(Self { pieces })
    }

    /// The text with every placeholder replaced.
    pub fn render(&self, values: &Values) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Placeholder(name) => {
                    let value = values
                        .get(name)
                        .map(|value| value.trim())
                        .filter(|value| !value.is_empty());
                    text.push_str(value.unwrap_or(MISSING));
                }
            }
        }
        text
    }
}

/// At most `limit` characters of `text`; what had to be cut ends in [`SHORTENED`].
pub fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let Some(room) = limit.checked_sub(1) else {
        return String::new();
    };
    let mut short: String = text.chars().take(room).collect();
    short.truncate(short.trim_end().len());
    short.push(SHORTENED);
    short
}

/// `text` on one line: control and direction-changing characters are gone, white space is single.
pub fn one_line(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !hidden(*c))
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `text` with its line breaks, and without other control and direction-changing characters.
pub fn lines(text: &str) -> String {
    let breaks = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', " ");
    breaks
        .chars()
        .filter(|c| *c == '\n' || !(c.is_control() || hidden(*c)))
        .collect()
}

/// Characters that are invisible or turn the reading direction, with which a text can be made to look like another.
fn hidden(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

fn braced(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("{{{name}}}"))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KNOWN: &[&str] = &["company", "plan"];

    fn render(text: &str) -> String {
        let values = Values::from([("company", "Acme {plan}".to_owned()), ("plan", "  ".to_owned())]);
        Template::parse(text, KNOWN).unwrap().render(&values)
    }

    #[test]
    fn placeholders_are_replaced_once() {
        for (template, expected) in [
            ("{company}", "Acme {plan}"),
            ("{ company }: {plan}", "Acme {plan}: –"),
            ("{{company}}", "{company}}"),
            ("no variable }", "no variable }"),
        ] {
            assert_eq!(render(template), expected, "{template}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        let unknown = Template::parse("{compny}", KNOWN).unwrap_err();
        assert_eq!(
            unknown.to_string(),
            "the variable {compny} does not exist; known are {company} {plan}"
        );
        assert_eq!(
            Template::parse("é {plan", KNOWN).unwrap_err(),
            TemplateError::UnclosedBrace { position: 3 }
        );
        assert_eq!(Template::parse(" \n", KNOWN).unwrap_err(), TemplateError::Empty);
    }

    #[test]
    fn shortening_leaves_a_mark() {
        for (text, limit, expected) in [
            ("short", 5, "short"),
            ("longer", 5, "long…"),
            ("äöü ß", 4, "äöü…"),
            ("ab cd", 4, "ab…"),
            ("x", 0, ""),
        ] {
            assert_eq!(shorten(text, limit), expected, "{text} at {limit}");
        }
    }

    #[test]
    fn invisible_characters_are_dropped() {
        assert_eq!(one_line("a\u{7}\r\nb\t c\u{202E}d"), "a b cd");
        assert_eq!(lines("a\r\nb\rc\u{0}\u{FEFF}"), "a\nb\nc");
    }

    proptest! {
        #[test]
        fn a_text_is_never_longer_than_its_limit(text in ".{0,60}", limit in 0_usize..40) {
            let short = shorten(&text, limit);
            prop_assert!(short.chars().count() <= limit);
            prop_assert!(short == text || short.is_empty() || short.ends_with(SHORTENED));
        }

        #[test]
        fn any_text_can_be_a_literal(text in "[^{]{1,40}") {
            prop_assume!(!text.trim().is_empty());
            prop_assert_eq!(Template::parse(&text, KNOWN).unwrap().render(&Values::new()), text);
        }

        #[test]
        fn one_line_is_one_line(text in any::<String>()) {
            prop_assert!(!one_line(&text).chars().any(char::is_control));
        }
    }
}
