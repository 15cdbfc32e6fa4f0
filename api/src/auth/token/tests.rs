//! What the verifier accepts and what it does not.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::*;
use crate::{auth::mint, config::Config};

pub(super) const SECRET: &str = "0123456789abcdef0123456789abcdef";

pub(super) fn config() -> AuthConfig {
    let mut config = Config::defaults().unwrap().auth;
    config.secret = Some(SECRET.into());
    config
}

pub(super) fn now() -> DateTime<Utc> {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

pub(super) fn claims() -> Value {
    let now = now().timestamp();
    json!({
        "iss": "management-console", "aud": "psa-bridge", "sub": "ann", "iat": now, "nbf": now, "exp": now + 3_600,
        "provider": "msp-1", "provider_name": "First MSP", "permissions": ["psa:read", "psa:fly"],
    })
}

pub(super) fn sign(claims: &Value, algorithm: jsonwebtoken::Algorithm) -> String {
    install_cryptography();
    encode(
        &Header::new(algorithm),
        claims,
        &EncodingKey::from_secret(SECRET.as_bytes()),
    )
    .unwrap()
}

fn verdict(change: impl FnOnce(&mut Value)) -> Result<Claims, TokenError> {
    let mut claims = claims();
    change(&mut claims);
    TokenVerifier::new(&config())
        .unwrap()
        .verify(&sign(&claims, jsonwebtoken::Algorithm::HS256), now())
}

#[test]
fn a_valid_token_is_accepted_and_an_unknown_permission_ignored() {
    let claims = verdict(|_| {}).unwrap();
    assert_eq!(claims.subject, "ann");
    assert_eq!(claims.provider, "msp-1");
    assert_eq!(claims.provider_name.as_deref(), Some("First MSP"));
    assert_eq!(claims.permissions.iter().collect::<Vec<_>>(), [Permission::PsaRead]);
}

#[test]
fn several_audiences_may_be_named() {
    assert!(verdict(|claims| claims["aud"] = json!(["billing", "psa-bridge"])).is_ok());
}

#[test]
fn another_algorithm_is_refused_even_with_the_right_secret() {
    let token = sign(&claims(), jsonwebtoken::Algorithm::HS512);
    let error = TokenVerifier::new(&config())
        .unwrap()
        .verify(&token, now())
        .unwrap_err();
    assert_eq!(error, TokenError::Algorithm(Algorithm::Hs256));
}

#[test]
fn another_secret_is_refused() {
    let mut other = config();
    other.secret = Some("fedcba9876543210fedcba9876543210".into());
    let token = sign(&claims(), jsonwebtoken::Algorithm::HS256);
    assert_eq!(
        TokenVerifier::new(&other).unwrap().verify(&token, now()),
        Err(TokenError::Signature)
    );
}

#[test]
fn a_changed_token_is_refused() {
    let token = sign(&claims(), jsonwebtoken::Algorithm::HS256);
    let mut parts = token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let mut forged = claims();
    forged["provider"] = json!("msp-2");
    parts[1] = URL_SAFE_NO_PAD.encode(forged.to_string());
    assert_eq!(
        TokenVerifier::new(&config()).unwrap().verify(&parts.join("."), now()),
        Err(TokenError::Signature)
    );
}

#[test]
fn times_are_compared_with_the_given_clock_and_its_leeway() {
    let at = now().timestamp();
    assert!(verdict(|claims| claims["exp"] = json!(at - 29)).is_ok());
    assert_eq!(
        verdict(|claims| claims["exp"] = json!(at - 30)),
        Err(TokenError::Expired)
    );
    assert!(verdict(|claims| claims["nbf"] = json!(at + 30)).is_ok());
    assert_eq!(
        verdict(|claims| claims["nbf"] = json!(at + 31)),
        Err(TokenError::NotYetValid)
    );
    assert!(verdict(|claims| claims["exp"] = json!(1_795_431_600.5)).is_ok());
}

#[test]
fn issuer_and_audience_must_be_ours() {
    assert_eq!(
        verdict(|claims| claims["iss"] = json!("somebody")),
        Err(TokenError::Issuer)
    );
    assert_eq!(
        verdict(|claims| claims["aud"] = json!("somebody")),
        Err(TokenError::Audience)
    );
    assert_eq!(
        verdict(|claims| claims["aud"] = json!(["a", "b"])),
        Err(TokenError::Audience)
    );
}

#[test]
fn a_missing_claim_is_named() {
    for claim in ["exp", "nbf", "iss", "aud", "sub", "provider"] {
        let error = verdict(|claims| drop(claims.as_object_mut().unwrap().remove(claim))).unwrap_err();
        assert_eq!(error, TokenError::Claim(claim));
    }
    assert_eq!(
        verdict(|claims| claims["provider"] = json!(" ")),
        Err(TokenError::Claim("provider"))
    );
}

#[test]
fn garbage_is_malformed() {
    let verifier = TokenVerifier::new(&config()).unwrap();
    for garbage in ["", ".", "..", "a.b.c", "Bearer x", &"x".repeat(10_000)] {
        assert_eq!(verifier.verify(garbage, now()), Err(TokenError::Malformed), "{garbage}");
    }
}

#[test]
fn a_minted_token_is_accepted() {
    let token = mint::mint(
        &config(),
        "script",
        "msp-9",
        PermissionSet::all(),
        std::time::Duration::from_secs(60),
        now(),
    )
    .unwrap();
    let claims = TokenVerifier::new(&config())
        .unwrap()
        .verify(secrecy::ExposeSecret::expose_secret(&token), now())
        .unwrap();
    assert_eq!((claims.subject.as_str(), claims.provider.as_str()), ("script", "msp-9"));
    assert_eq!(claims.permissions, PermissionSet::all());
}

#[test]
fn a_missing_or_short_secret_is_refused_with_the_way_to_make_one() {
    let mut config = config();
    config.secret = Some("short".into());
    let error = TokenVerifier::new(&config).unwrap_err().to_string();
    assert!(
        error.starts_with("PSA_AUTH_SECRET must be set") && error.contains("psa-bridge keys generate"),
        "{error}"
    );
    config.secret = None;
    assert!(TokenVerifier::new(&config).is_err());
}

#[test]
fn a_file_without_a_public_key_of_the_algorithm_is_refused() {
    // The public key of the example in RFC 8410, section 10.1.
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pem).unwrap();
    let mut config = config();
    config.algorithm = Algorithm::EdDsa;
    config.public_key_file = Some(file.path().to_owned());
    assert!(TokenVerifier::new(&config).is_ok());
    config.algorithm = Algorithm::Rs256;
    let error = TokenVerifier::new(&config).unwrap_err().to_string();
    assert!(
        error.starts_with("PSA_AUTH_PUBLIC_KEY_FILE must name a PEM file with a public key for RS256"),
        "{error}"
    );
}
