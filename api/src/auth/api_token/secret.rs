//! What an API token looks like.

use std::io;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use psa_connectors::Entropy;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// How every API token begins, so that people and scanners for leaked secrets know it at sight. No JSON Web Token
/// begins like this: each begins with the base64 of `{"`, which is `eyJ`.
const PREFIX: &str = "psab_";

/// Random bytes of a token.
const RANDOM_BYTES: usize = 32;

/// Characters that lists show. Those after the prefix give 36 of the 256 random bits away.
const HINT_CHARACTERS: usize = PREFIX.len() + 6;

/// An API token as its script has it: [`PREFIX`] and 256 random bits in the alphabet of URLs, without padding.
#[derive(Debug, Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Makes a new one.
    ///
    /// # Errors
    /// The machine has no randomness to give.
    pub fn generate(entropy: &dyn Entropy) -> io::Result<Self> {
        let mut bytes = [0; RANDOM_BYTES];
        entropy.fill(&mut bytes)?;
        let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        Ok(Self(text.into()))
    }

    /// Whether a text is meant to be an API token, complete or not.
    pub fn is_meant_by(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// Takes a text as an API token; `None` when it has not the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        (bytes.len() == RANDOM_BYTES).then(|| Self(text.into()))
    }

    /// What is stored of it, and what it is found by.
    ///
    /// A fast hash is enough: slow ones make up for guessable secrets, and 256 random bits cannot be guessed. Nor do they
    /// need a comparison in constant time: how long the index takes to find a hash tells at most something about stored
    /// hashes, and nobody can choose a secret so that its hash comes near one of them.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.expose_secret()).to_vec()
    }

    /// Its first characters, by which people recognise it in a list.
    pub fn hint(&self) -> String {
        self.0.expose_secret().chars().take(HINT_CHARACTERS).collect()
    }

    /// The text of it, to be shown to whoever made it and to nobody after.
    pub fn reveal(self) -> SecretString {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives the same bytes for ever.
    #[derive(Debug)]
    struct Fixed([u8; RANDOM_BYTES]);

    impl Entropy for Fixed {
        fn fill(&self, buffer: &mut [u8]) -> io::Result<()> {
            buffer.copy_from_slice(&self.0);
            Ok(())
        }
    }

    fn text(secret: &Secret) -> String {
        secret.0.expose_secret().to_owned()
    }

    #[test]
    fn its_form_its_hint_and_its_hash_are_fixed() {
        let secret = Secret::generate(&Fixed([0xfb; RANDOM_BYTES])).unwrap();
        assert_eq!(text(&secret), "psab_-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s");
        assert_eq!(secret.hint(), "psab_-_v7-_");
        let hash: String = secret.hash().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, HASH_OF_THE_FIXED_ONE);
    }

    /// From `printf %s psab_-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s | sha256sum`.
    const HASH_OF_THE_FIXED_ONE: &str = "eb63287efc18b1c9f6327394d40c84dea796c447176fce1c6142bf8964287c0f";

    #[test]
    fn what_is_printed_for_debugging_does_not_have_it() {
        let secret = Secret::generate(&Fixed([7; RANDOM_BYTES])).unwrap();
        assert!(!format!("{secret:?}").contains(&text(&secret)[PREFIX.len()..]));
    }

    #[test]
    fn no_randomness_is_an_error_and_no_token() {
        #[derive(Debug)]
        struct Dry;
        impl Entropy for Dry {
            fn fill(&self, _: &mut [u8]) -> io::Result<()> {
                Err(io::Error::other("dry"))
            }
        }
        assert!(Secret::generate(&Dry).is_err());
    }

    proptest! {
        #[test]
        fn every_one_is_read_back_and_none_without_a_piece_or_with_one_more(
            bytes in any::<[u8; RANDOM_BYTES]>(), cut in 1..48_usize, more in "[a-zA-Z0-9_.=-]{1,5}",
        ) {
            let whole = text(&Secret::generate(&Fixed(bytes)).unwrap());
            prop_assert!(Secret::is_meant_by(&whole));
            prop_assert_eq!(Secret::parse(&whole).map(|read| text(&read)), Some(whole.clone()));
            prop_assert!(Secret::parse(&whole[..whole.len() - cut]).is_none());
            let longer = format!("{whole}{more}");
            prop_assert!(Secret::parse(&longer).is_none());
        }

        #[test]
        fn any_text_is_taken_without_a_panic(text in ".{0,80}") {
            if Secret::parse(&text).is_some() {
                prop_assert!(Secret::is_meant_by(&text));
            }
        }
    }
}
