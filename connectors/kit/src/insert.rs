//! Putting a line where it belongs in a file that is there already. Nothing else of the file changes.

/// Why a line cannot be put into a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misplaced {
    /// It is there already.
    #[error("it has `{0}` already")]
    There(String),
    /// What it goes next to is not there, or is there more than once.
    #[error("it does not have the line `{0}` exactly once, next to which the new one goes")]
    NoPlace(String),
}

/// Puts a line into the block of lines around `neighbour` that begin with `prefix`, in the order of the alphabet.
pub(crate) fn into_block(text: &str, prefix: &str, neighbour: &str, new: &str) -> Result<String, Misplaced> {
    let mut lines = lines_without(text, new)?;
    let at = position(&lines, neighbour)?;
    let in_block = |line: &&&str| line.starts_with(prefix);
    let before = lines.iter().take(at).rev().take_while(in_block).count();
    let from = at.saturating_sub(before);
    let block = lines.iter().skip(from).take_while(in_block);
    let smaller = block.take_while(|line| **line < new).count();
    lines.insert(from + smaller, new);
    Ok(joined(&lines))
}

/// Puts a line before another one.
pub(crate) fn before(text: &str, successor: &str, new: &str) -> Result<String, Misplaced> {
    let mut lines = lines_without(text, new)?;
    let at = position(&lines, successor)?;
    lines.insert(at, new);
    Ok(joined(&lines))
}

fn lines_without<'t>(text: &'t str, new: &str) -> Result<Vec<&'t str>, Misplaced> {
    let lines: Vec<_> = text.lines().collect();
    if lines.iter().any(|line| line.trim() == new.trim()) {
        return Err(Misplaced::There(new.trim().to_owned()));
    }
    Ok(lines)
}

fn position(lines: &[&str], wanted: &str) -> Result<usize, Misplaced> {
    let mut found = lines.iter().enumerate().filter(|(_, line)| **line == wanted);
    match (found.next(), found.next()) {
        (Some((at, _)), None) => Ok(at),
        _ => Err(Misplaced::NoPlace(wanted.trim().to_owned())),
    }
}

fn joined(lines: &[&str]) -> String {
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "pub mod a;\n\npub mod beta;\npub mod example;\npub mod zeta;\n\npub mod x;\n";

    #[test]
    fn a_line_goes_to_its_place_in_the_block() {
        let with = |new: &str| into_block(TEXT, "pub mod ", "pub mod example;", new).expect("a place");
        for (new, expected) in [
            (
                "pub mod alpha;",
                "pub mod alpha;\npub mod beta;\npub mod example;\npub mod zeta;",
            ),
            (
                "pub mod gamma;",
                "pub mod beta;\npub mod example;\npub mod gamma;\npub mod zeta;",
            ),
            (
                "pub mod zzz;",
                "pub mod beta;\npub mod example;\npub mod zeta;\npub mod zzz;",
            ),
        ] {
            assert_eq!(with(new), format!("pub mod a;\n\n{expected}\n\npub mod x;\n"));
        }
        assert_eq!(before("a\n  c\n", "  c", "  b").expect("a place"), "a\n  b\n  c\n");
    }

    #[test]
    fn what_is_there_or_has_no_place_is_told() {
        let there = into_block(TEXT, "pub mod ", "pub mod example;", "pub mod beta;");
        assert_eq!(there, Err(Misplaced::There("pub mod beta;".to_owned())));
        for text in ["", "  c\n  c\n"] {
            assert_eq!(before(text, "  c", "  b"), Err(Misplaced::NoPlace("c".to_owned())));
        }
    }
}
