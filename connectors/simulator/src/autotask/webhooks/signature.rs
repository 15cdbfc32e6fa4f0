//! The signature of a delivery.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::digest::InvalidLength;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The header that carries it.
pub(super) const HEADER: &str = "x-hook-signature";

/// `sha1=` and base64 of the HMAC-SHA1 of the raw body under the webhook's secret key.
pub(super) fn sign(secret_key: &str, body: &[u8]) -> Result<String, InvalidLength> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret_key.as_bytes())?;
    mac.update(body);
    Ok(format!("sha1={}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_mac_of_the_raw_body() {
        // Computed with another program: openssl dgst -sha1 -hmac.
        assert_eq!(
            sign("key", b"{\"Id\":1}").expect("a signature"),
            "sha1=E8X/HfNN43M/0ZXzzqKj1dWwSb0="
        );
    }
}
