//! `like`: `*` and `%` stand for any text, `[abc]` for one of these characters.

/// A pattern in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Anything,
    One(char),
    OneOf(Vec<char>),
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text.chars();
        while let Some(next) = rest.next() {
            parts.push(match next {
                '*' | '%' => Part::Anything,
                '[' => match rest.as_str().split_once(']') {
                    Some((set, after)) if !set.is_empty() => {
                        rest = after.chars();
                        Part::OneOf(set.chars().collect())
                    }
                    _ => Part::One('['),
                },
                other => Part::One(other),
            });
        }
        Self { parts }
    }

    /// Whether the whole text, in lower case, fits.
    pub(crate) fn fits(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut at, mut part) = (0, 0);
        // Where to go back to when the text after the last wildcard did not fit: the wildcard takes one more.
        let mut back: Option<(usize, usize)> = None;
        while at < text.len() {
            let fits = match (self.parts.get(part), text.get(at)) {
                (Some(Part::Anything), _) => {
                    back = Some((part, at));
                    part += 1;
                    continue;
                }
                (Some(Part::One(wanted)), Some(found)) => wanted == found,
                (Some(Part::OneOf(set)), Some(found)) => set.contains(found),
                _ => false,
            };
            if fits {
                at += 1;
                part += 1;
            } else if let Some((wildcard, from)) = back {
                back = Some((wildcard, from + 1));
                at = from + 1;
                part = wildcard + 1;
            } else {
                return false;
            }
        }
        self.parts.iter().skip(part).all(|part| *part == Part::Anything)
    }
}

/// Text with its escaped brackets, `[[]`, as they are meant.
pub(crate) fn unescaped(text: &str) -> String {
    text.replace("[[]", "[")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_go_back_as_far_as_needed() {
        let fits = |pattern: &str, text: &str| Pattern::new(pattern).fits(text);
        assert!(fits("*ab*ab", "aab ab ab"));
        assert!(fits("fred%", "fred"));
        assert!(!fits("fred", "fredx"));
        assert!(fits("", ""));
        assert!(!fits("*b", "abc"));
        assert!(fits("[[]x]", "[x]"));
        assert!(fits("a[bc]d", "acd"));
        assert!(!fits("a[bc]d", "abcd"));
    }
}
