//! Forged tokens: every way in that was ever left open somewhere, tried on each kind of key.

use std::{io::ErrorKind as IoErrorKind, net::TcpListener};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::{
    testing::Signer,
    tests::{SECRET, claims, config, now, sign},
    *,
};

const PAIRS: [Algorithm; 3] = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa];

/// A verifier that takes a console's public key from a PEM file, and one that takes it from a key set.
struct Believers {
    console: Signer,
    files: [NamedTempFile; 2],
    verifiers: [TokenVerifier; 2],
}

impl Believers {
    fn of(algorithm: Algorithm) -> Self {
        let console = Signer::new(algorithm, "console-1");
        let set = json!({ "keys": [console.jwk()] }).to_string();
        let files = [console.pem.clone(), set].map(|text| {
            let file = NamedTempFile::new().unwrap();
            std::fs::write(file.path(), text).unwrap();
            file
        });
        let [pem, set] = [&files[0], &files[1]].map(|file| Some(file.path().to_owned()));
        let common = AuthConfig { algorithm, ..config() };
        let verifiers = [
            AuthConfig {
                public_key_file: pem,
                ..common.clone()
            },
            AuthConfig {
                jwks_file: set,
                ..common
            },
        ]
        .map(|config| TokenVerifier::new(&config).unwrap());
        let believers = Self {
            console,
            files,
            verifiers,
        };
        assert!(
            believers
                .verdicts(&believers.console.sign(&claims()))
                .iter()
                .all(Result::is_ok)
        );
        believers
    }

    fn verdicts(&self, token: &str) -> [Result<Claims, TokenError>; 2] {
        [0, 1].map(|index| self.verifiers[index].verify(token, now()))
    }

    /// Makes sure that neither accepts it, for this reason.
    fn refuse(&self, token: &str, reason: &TokenError) {
        for verdict in self.verdicts(token) {
            assert_eq!(verdict.as_ref(), Err(reason), "{token}");
        }
    }
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A signature without its last byte.
fn shortened(signature: &str) -> String {
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    bytes.pop();
    URL_SAFE_NO_PAD.encode(bytes)
}

fn with_secret(secret: &[u8], header: &Header) -> String {
    install_cryptography();
    encode(header, &claims(), &EncodingKey::from_secret(secret)).unwrap()
}

fn with_header(change: impl FnOnce(&mut Header)) -> String {
    let mut header = Header::default();
    change(&mut header);
    with_secret(SECRET.as_bytes(), &header)
}

fn shared() -> TokenVerifier {
    TokenVerifier::new(&config()).unwrap()
}

#[test]
fn no_algorithm_is_none_however_it_is_spelt() {
    let signature = sign(&claims(), jsonwebtoken::Algorithm::HS256);
    let signature = signature.rsplit('.').next().unwrap();
    let pairs = PAIRS.map(Believers::of);
    for algorithm in [
        json!("none"),
        json!("None"),
        json!("NONE"),
        json!("nOnE"),
        json!("none "),
        json!(""),
        Value::Null,
    ] {
        for rest in ["", signature] {
            let header = json!({ "alg": algorithm, "typ": "JWT", "kid": "console-1" });
            let token = format!("{}.{}.{rest}", part(&header), part(&claims()));
            assert_eq!(
                shared().verify(&token, now()),
                Err(TokenError::Malformed),
                "{algorithm}"
            );
            for believers in &pairs {
                believers.refuse(&token, &TokenError::Malformed);
            }
        }
    }
    let token = format!("{}.{}.{signature}", part(&json!({ "typ": "JWT" })), part(&claims()));
    assert_eq!(shared().verify(&token, now()), Err(TokenError::Malformed));
}

#[test]
fn a_public_key_is_no_secret() {
    for algorithm in PAIRS {
        let believers = Believers::of(algorithm);
        let named = Header {
            kid: Some("console-1".to_owned()),
            ..Header::default()
        };
        let pem = believers.console.pem.clone();
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let set = std::fs::read(believers.files[1].path()).unwrap();
        for secret in [
            pem.as_bytes(),
            pem.trim_end().as_bytes(),
            body.as_bytes(),
            &STANDARD.decode(&body).unwrap(),
            &set,
            believers.console.jwk().to_string().as_bytes(),
            b"",
        ] {
            for header in [&Header::default(), &named] {
                believers.refuse(&with_secret(secret, header), &TokenError::Algorithm(algorithm));
            }
        }
    }
}

#[test]
fn a_key_of_another_algorithm_is_refused() {
    let all = PAIRS.map(Believers::of);
    for believers in &all {
        for other in &all {
            if other.console.algorithm() != believers.console.algorithm() {
                let expected = TokenError::Algorithm(believers.console.algorithm());
                believers.refuse(&other.console.sign(&claims()), &expected);
            }
        }
        let token = believers.console.sign(&claims());
        let expected = TokenError::Algorithm(Algorithm::Hs256);
        assert_eq!(shared().verify(&token, now()), Err(expected));
    }
}

#[test]
fn the_header_cannot_rename_the_algorithm_of_a_signature() {
    let believers = Believers::of(Algorithm::Rs256);
    let token = believers.console.sign(&claims());
    let (_, rest) = token.split_once('.').unwrap();
    for algorithm in ["RS384", "RS512", "PS256", "HS256", "ES256", "EdDSA"] {
        let header = json!({ "alg": algorithm, "kid": "console-1" });
        let expected = TokenError::Algorithm(Algorithm::Rs256);
        believers.refuse(&format!("{}.{rest}", part(&header)), &expected);
    }
}

#[test]
fn a_stripped_or_empty_signature_is_refused() {
    for algorithm in PAIRS {
        let believers = Believers::of(algorithm);
        let token = believers.console.sign(&claims());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        believers.refuse(signed, &TokenError::Malformed);
        believers.refuse(&format!("{signed}."), &TokenError::Signature);
        believers.refuse(&format!("{signed}.{}", shortened(signature)), &TokenError::Signature);
        // Signatures of zeros: for curves they once were valid for every text.
        for length in [64, 70, 256] {
            let zeros = URL_SAFE_NO_PAD.encode(vec![0; length]);
            believers.refuse(&format!("{signed}.{zeros}"), &TokenError::Signature);
        }
    }
    let token = sign(&claims(), jsonwebtoken::Algorithm::HS256);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    assert_eq!(shared().verify(signed, now()), Err(TokenError::Malformed));
    for cut in ["", &signature[..4], &shortened(signature)] {
        let verdict = shared().verify(&format!("{signed}.{cut}"), now());
        assert_eq!(verdict, Err(TokenError::Signature), "{cut}");
    }
}

#[test]
fn a_changed_payload_or_header_is_refused() {
    for algorithm in PAIRS {
        let believers = Believers::of(algorithm);
        let token = believers.console.sign(&claims());
        let [header, payload, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
        let mut forged = claims();
        forged["provider"] = json!("msp-2");
        believers.refuse(
            &format!("{header}.{}.{signature}", part(&forged)),
            &TokenError::Signature,
        );
        let mut renamed = serde_json::to_value(believers.console.header()).unwrap();
        renamed["typ"] = json!("jwt");
        believers.refuse(
            &format!("{}.{payload}.{signature}", part(&renamed)),
            &TokenError::Signature,
        );
    }
}

#[test]
fn a_key_name_is_only_a_name() {
    for kid in [
        "../../dev/null",
        "/dev/null",
        "file:///dev/null",
        "https://evil.example/key",
        "' UNION SELECT 'x",
        "console-1\0",
        "",
    ] {
        for algorithm in PAIRS {
            let believers = Believers::of(algorithm);
            let header = Header {
                kid: Some(kid.to_owned()),
                ..believers.console.header()
            };
            // Even with the right signature it names none of the set; where there is one key no name is needed.
            let [pem, set] = believers.verdicts(&believers.console.sign_with(&header, &claims()));
            assert!(pem.is_ok(), "{kid:?}");
            assert_eq!(set, Err(TokenError::UnknownKey), "{kid:?}");
        }
        // The empty content of the file as the secret.
        let token = with_secret(
            b"",
            &Header {
                kid: Some(kid.to_owned()),
                ..Header::default()
            },
        );
        assert_eq!(shared().verify(&token, now()), Err(TokenError::Signature), "{kid:?}");
    }
}

#[test]
fn keys_that_a_token_brings_along_or_points_to_are_not_used() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/keys.json", listener.local_addr().unwrap());
    for algorithm in PAIRS {
        let believers = Believers::of(algorithm);
        let attacker = Signer::new(algorithm, "console-1");
        let own = serde_json::from_value(attacker.jwk()).unwrap();
        let headers: [Header; 4] = [
            Header {
                jwk: Some(own),
                ..believers.console.header()
            },
            Header {
                jku: Some(url.clone()),
                ..believers.console.header()
            },
            Header {
                x5u: Some(url.clone()),
                ..believers.console.header()
            },
            Header {
                x5c: Some(vec![STANDARD.encode(&attacker.pem)]),
                ..believers.console.header()
            },
        ];
        for header in headers {
            believers.refuse(&attacker.sign_with(&header, &claims()), &TokenError::Signature);
            let renamed = Header {
                kid: Some("attacker".to_owned()),
                ..header.clone()
            };
            let [pem, set] = believers.verdicts(&attacker.sign_with(&renamed, &claims()));
            assert_eq!((pem, set), (Err(TokenError::Signature), Err(TokenError::UnknownKey)));
            // They do not harm a genuine token either.
            let genuine = believers.console.sign_with(&header, &claims());
            assert!(believers.verdicts(&genuine).iter().all(Result::is_ok));
        }
    }
    let asked = listener.accept().map(|_| ()).map_err(|error| error.kind());
    assert_eq!(asked, Err(IoErrorKind::WouldBlock), "nobody asked for keys");
}

#[test]
fn a_token_with_critical_extensions_is_refused() {
    for critical in [vec!["b64".to_owned()], vec!["exp".to_owned()], Vec::new()] {
        let token = with_header(|header| header.crit = Some(critical.clone()));
        assert_eq!(
            shared().verify(&token, now()),
            Err(TokenError::Critical),
            "{critical:?}"
        );
    }
}

#[test]
fn a_huge_token_is_refused_before_anything_is_computed() {
    let verdict = |padding: usize| {
        let mut claims = claims();
        claims["padding"] = json!("x".repeat(padding));
        shared().verify(&sign(&claims, jsonwebtoken::Algorithm::HS256), now())
    };
    assert!(verdict(5_000).is_ok());
    assert_eq!(
        verdict(6_200),
        Err(TokenError::Malformed),
        "it is genuine, but too long"
    );
    assert_eq!(verdict(2_000_000), Err(TokenError::Malformed));
    let deep = URL_SAFE_NO_PAD.encode("[".repeat(5_000));
    for token in [
        format!("{deep}.{deep}."),
        format!("{}.{deep}.", part(&json!({ "alg": "HS256" }))),
    ] {
        assert!(shared().verify(&token, now()).is_err());
    }
    let nested = format!(
        "{{\"alg\":\"HS256\",\"kid\":{}1{}}}",
        "[".repeat(2_000),
        "]".repeat(2_000)
    );
    let token = format!("{}.{}.x", URL_SAFE_NO_PAD.encode(nested), part(&claims()));
    assert_eq!(shared().verify(&token, now()), Err(TokenError::Malformed));
}

#[test]
fn a_claim_or_header_that_stands_twice_is_refused() {
    let secret = EncodingKey::from_secret(SECRET.as_bytes());
    let signed = |header: &str, payload: &str| {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &secret, jsonwebtoken::Algorithm::HS256).unwrap();
        shared().verify(&format!("{message}.{signature}"), now())
    };
    install_cryptography();
    let (header, payload) = (r#"{"alg":"HS256"}"#, claims().to_string());
    assert!(signed(header, &payload).is_ok());
    assert_eq!(
        signed(r#"{"alg":"none","alg":"HS256"}"#, &payload),
        Err(TokenError::Malformed)
    );
    for (claim, other) in [("provider", r#""msp-2""#), ("exp", "9999999999"), ("sub", r#""eve""#)] {
        let twice = payload.replacen('{', &format!("{{\"{claim}\":{other},"), 1);
        assert_eq!(signed(header, &twice), Err(TokenError::Malformed), "{claim}");
    }
}

#[test]
fn times_that_are_no_times_are_refused() {
    let verdict = |claim: &str, value: Value| {
        let mut claims = claims();
        claims[claim] = value;
        shared().verify(&sign(&claims, jsonwebtoken::Algorithm::HS256), now())
    };
    for claim in ["exp", "nbf"] {
        for value in [json!("9999999999"), json!(true), json!([]), json!({}), json!(1e300)] {
            assert!(verdict(claim, value.clone()).is_err(), "{claim}: {value}");
        }
        assert!(matches!(verdict(claim, Value::Null), Err(TokenError::Claim(name)) if name == claim));
    }
    assert_eq!(verdict("exp", json!(-1)), Err(TokenError::Expired));
    assert_eq!(verdict("exp", json!(i64::MIN)), Err(TokenError::Expired));
    assert_eq!(verdict("nbf", json!(i64::MAX)), Err(TokenError::NotYetValid));
}
