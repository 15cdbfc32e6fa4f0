//! Secrets that can be told from everything else, and the forms that they may turn up in.

use std::collections::BTreeMap;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// Secrets by what they are.
#[derive(Default)]
pub(super) struct Canaries(BTreeMap<&'static str, Vec<String>>);

impl Canaries {
    /// Looks for one more.
    pub(super) fn add(&mut self, what: &'static str, secret: impl AsRef<[u8]>) {
        let secret = secret.as_ref();
        assert!(
            secret.len() >= 16 && secret.is_ascii(),
            "{what} cannot be told from something else"
        );
        self.0.insert(what, forms(secret));
    }

    /// Makes sure that nothing is in there. Shows what stands around it if there is.
    pub(super) fn must_not_be_in(&self, place: &str, bytes: &[u8]) {
        if let Some((what, around)) = self.find(bytes) {
            panic!("{what} is in {place}: {around}");
        }
    }

    /// What is in there that must not be, with what stands around it. What is no text is read as one: the letters stay.
    fn find(&self, bytes: &[u8]) -> Option<(&'static str, String)> {
        let text = String::from_utf8_lossy(bytes);
        let forms = self
            .0
            .iter()
            .flat_map(|(what, forms)| forms.iter().map(move |form| (*what, form)));
        let mut found = forms.filter_map(|(what, form)| text.find(form.as_str()).map(|at| (what, at)));
        let (what, at) = found.next()?;
        let before: String = text[..at].chars().rev().take(400).collect();
        let around = before.chars().rev().chain(text[at..].chars().take(200)).collect();
        Some((what, around))
    }
}

/// A secret as it is, in hexadecimal digits, and in Base64 wherever it begins in what was encoded.
fn forms(secret: &[u8]) -> Vec<String> {
    let hex = |upper: bool| {
        let digits = secret.iter().map(|byte| {
            if upper {
                format!("{byte:02X}")
            } else {
                format!("{byte:02x}")
            }
        });
        digits.collect::<String>()
    };
    let plain = String::from_utf8_lossy(secret).into_owned();
    let mut forms = vec![plain, hex(false), hex(true)];
    for before in 0..3 {
        let mut padded = vec![0; before];
        padded.extend_from_slice(secret);
        for text in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            // The first and the last letters depend on what stands beside it.
            let inner = &text[(before * 8).div_ceil(6)..padded.len() * 8 / 6];
            forms.push(inner.to_owned());
        }
    }
    forms
}

#[test]
fn a_canary_is_found_in_every_form() {
    let mut canaries = Canaries::default();
    canaries.add("it", "canary-of-this-test");
    let finds = |text: &[u8]| canaries.find(text).map(|(what, _)| what) == Some("it");
    for around in ["", "a", "ab", "abc"] {
        let text = format!("{around}canary-of-this-test{around}");
        assert!(finds(text.as_bytes()));
        assert!(
            finds(&[b"\xff\xfe\0", text.as_bytes(), b"\xc3"].concat()),
            "among other bytes"
        );
        for encoded in [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
            assert!(finds(format!("x {encoded} y").as_bytes()), "{encoded}");
        }
    }
    assert!(!finds(b"canary-of-that-test"));
}
