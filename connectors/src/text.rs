//! Fitting texts into what a PSA holds.

/// Shortens a text to a number of UTF-16 units, which is what the PSAs count, and marks the cut.
pub(crate) fn shorten(text: &str, limit: usize) -> String {
    if text.encode_utf16().count() <= limit {
        return text.to_owned();
    }
    let mut room = limit.saturating_sub(1);
    let fits = |c: &char| {
        let fits = c.len_utf16() <= room;
        room = room.saturating_sub(c.len_utf16());
        fits
    };
    let mut short: String = text.chars().take_while(fits).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// A text on one line: a line break in a summary would hide the rest of it in every list.
pub(crate) fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The last line of a note of ours: where the PSA has no field for a key, the text bears it.
pub(crate) fn marker(key: &crate::record::WriteKey) -> String {
    format!("[psa-bridge: {key}]")
}

/// Whether a text ends with a marker on a line of its own.
pub(crate) fn is_marked(text: &str, marker: &str) -> bool {
    text.trim_end()
        .lines()
        .next_back()
        .is_some_and(|line| line.trim() == marker)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::WriteKey;

    #[test]
    fn texts_are_shortened_by_what_the_psa_counts() {
        assert_eq!(shorten("short", 5), "short");
        assert_eq!(shorten("longer", 5), "long…");
        assert_eq!(shorten("four more", 6), "four…", "no blank before the mark");
        assert_eq!(shorten("💾💾💾", 6), "💾💾💾");
        assert_eq!(shorten("💾💾💾", 5), "💾💾…");
        assert_eq!(shorten("💾💾💾", 4), "💾…", "half a character is none");
        let long = shorten(&"ä".repeat(300), 100);
        assert_eq!(long.encode_utf16().count(), 100);
    }

    #[test]
    fn a_note_is_known_by_its_last_line() {
        let marker = marker(&WriteKey::new("PB:n1"));
        for text in [
            "[psa-bridge: PB:n1]",
            "text\n\n[psa-bridge: PB:n1]",
            "text\r\n\r\n [psa-bridge: PB:n1] \r\n",
        ] {
            assert!(is_marked(text, &marker), "{text:?}");
        }
        for text in [
            "",
            "[psa-bridge: PB:n10]",
            "[psa-bridge: PB:n1]\nand a reply",
            "see [psa-bridge: PB:n1]",
        ] {
            assert!(!is_marked(text, &marker), "{text:?}");
        }
    }
}
