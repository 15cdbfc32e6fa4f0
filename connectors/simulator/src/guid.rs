//! Identifiers that look random and are the same every time.

use sha2::{Digest, Sha256};

/// A GUID made from a name of several parts.
pub(crate) fn of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        // So that the parts cannot run into each other.
        hash.update([0]);
    }
    let mut out = String::with_capacity(36);
    for (index, byte) in hash.finalize().into_iter().take(16).enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        out.push_str(&format!("{byte:02x}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_guid_of_the_usual_form() {
        let guid = of(&["a", "b"]);
        let groups: Vec<usize> = guid.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12]);
        assert_eq!(guid, of(&["a", "b"]));
        assert_ne!(guid, of(&["ab"]));
    }
}
