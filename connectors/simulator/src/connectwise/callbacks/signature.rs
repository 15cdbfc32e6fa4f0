//! The signature of a delivery.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::digest::InvalidLength;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The header that carries it.
pub(super) const HEADER: &str = "x-content-signature";

/// Base64 of the HMAC-SHA256 of the raw body, keyed with the SHA-256 of the signing key's text.
pub(super) fn sign(signing_key: &str, body: &[u8]) -> Result<String, InvalidLength> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&Sha256::digest(signing_key.as_bytes()))?;
    mac.update(body);
    Ok(STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_mac_under_the_hash_of_the_key() {
        // Computed with another program: openssl dgst -sha256 -mac HMAC.
        assert_eq!(
            sign("key", b"{\"ID\":1}").expect("a signature"),
            "RO1q/pOIUlVyVqTjr20/huCMgRZqYHZ/xaYci9ohylg="
        );
    }
}
