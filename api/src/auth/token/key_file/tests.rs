//! Keys that change while the server runs. The clock is the test's.

use std::{io, sync::Mutex as StdMutex};

use serde_json::{Value, json};
use tempfile::TempDir;
use tracing_subscriber::fmt::MakeWriter;

use super::*;
use crate::{
    auth::token::{Claims, TokenError, TokenVerifier, testing::Signer},
    config::{AuthConfig, Config},
};

const ALGORITHM: Algorithm = Algorithm::Es256;

fn start() -> DateTime<Utc> {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

/// A file, and who believes in it.
struct Fixture {
    folder: TempDir,
    verifier: Option<TokenVerifier>,
}

impl Fixture {
    fn with(keys: &[&Signer]) -> Self {
        let mut fixture = Self {
            folder: TempDir::new().unwrap(),
            verifier: None,
        };
        fixture.write(keys);
        fixture.verifier = Some(TokenVerifier::new(&fixture.config()).unwrap());
        fixture
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("console.jwks.json")
    }

    fn config(&self) -> AuthConfig {
        let mut config = Config::defaults().unwrap().auth;
        config.algorithm = ALGORITHM;
        config.jwks_file = Some(self.path());
        config
    }

    /// Puts another file in its place, as whoever keeps it should.
    fn write(&self, keys: &[&Signer]) {
        let keys: Vec<_> = keys.iter().map(|signer| signer.jwk()).collect();
        self.put(&json!({ "keys": keys }).to_string());
    }

    fn put(&self, text: &str) {
        let new = self.folder.path().join("new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, self.path()).unwrap();
    }

    /// The verdict on a token some milliseconds after the beginning.
    async fn verdict(&self, token: &str, milliseconds: i64) -> Result<Claims, TokenError> {
        let verifier = self.verifier.as_ref().unwrap();
        verifier
            .accept(token, start() + TimeDelta::milliseconds(milliseconds))
            .await
    }
}

fn claims() -> Value {
    let now = start().timestamp();
    json!({
        "iss": "management-console", "aud": "psa-bridge", "sub": "ann", "nbf": now, "exp": now + 3_600,
        "provider": "msp-1", "permissions": ["psa:read"],
    })
}

#[tokio::test]
async fn a_token_names_its_key_among_several() {
    let [one, two, stranger] = ["one", "two", "three"].map(|kid| Signer::new(ALGORITHM, kid));
    let fixture = Fixture::with(&[&one, &two]);
    for signer in [&one, &two] {
        assert_eq!(
            fixture.verdict(&signer.sign(&claims()), 0).await.unwrap().subject,
            "ann"
        );
    }
    let unknown = fixture.verdict(&stranger.sign(&claims()), 0).await;
    assert_eq!(unknown, Err(TokenError::UnknownKey));
    let lying = stranger.sign_with(&one.header(), &claims());
    assert_eq!(fixture.verdict(&lying, 0).await, Err(TokenError::Signature));
    let crossed = two.sign_with(&one.header(), &claims());
    assert_eq!(fixture.verdict(&crossed, 0).await, Err(TokenError::Signature));
}

#[tokio::test]
async fn without_a_name_the_key_must_be_the_only_one() {
    let [one, two] = ["one", "two"].map(|kid| Signer::new(ALGORITHM, kid));
    let nameless = one.sign_with(&jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256), &claims());
    assert!(Fixture::with(&[&one]).verdict(&nameless, 0).await.is_ok());
    let both = Fixture::with(&[&one, &two]).verdict(&nameless, 0).await;
    assert_eq!(both, Err(TokenError::KeyNotNamed));
}

#[tokio::test]
async fn a_new_key_is_accepted_at_once_and_a_removed_one_soon_refused() {
    let [old, new] = ["old", "new"].map(|kid| Signer::new(ALGORITHM, kid));
    let (old_token, new_token) = (old.sign(&claims()), new.sign(&claims()));
    let fixture = Fixture::with(&[&old]);
    assert!(fixture.verdict(&old_token, 0).await.is_ok());
    fixture.write(&[&old, &new]);
    assert!(
        fixture.verdict(&new_token, 1).await.is_ok(),
        "it is asked for, so it is looked for"
    );
    fixture.write(&[&new]);
    assert!(
        fixture.verdict(&old_token, 5_000).await.is_ok(),
        "nobody has looked yet"
    );
    assert_eq!(fixture.verdict(&old_token, 5_001).await, Err(TokenError::UnknownKey));
    assert!(fixture.verdict(&new_token, 5_002).await.is_ok());
}

#[tokio::test]
async fn made_up_names_do_not_make_it_read_all_the_time() {
    let [one, two] = ["one", "two"].map(|kid| Signer::new(ALGORITHM, kid));
    let token = two.sign(&claims());
    let fixture = Fixture::with(&[&one]);
    assert_eq!(fixture.verdict(&token, 0).await, Err(TokenError::UnknownKey));
    fixture.write(&[&one, &two]);
    assert_eq!(
        fixture.verdict(&token, 999).await,
        Err(TokenError::UnknownKey),
        "it was read just now"
    );
    assert!(fixture.verdict(&token, 1_000).await.is_ok());
}

#[tokio::test]
async fn many_who_come_with_a_new_key_together_are_all_let_in() {
    let [old, new] = ["old", "new"].map(|kid| Signer::new(ALGORITHM, kid));
    let fixture = Fixture::with(&[&old]);
    fixture.write(&[&new]);
    let token = new.sign(&claims());
    let verdicts = futures_util::future::join_all((0..20).map(|_| fixture.verdict(&token, 0))).await;
    assert!(verdicts.iter().all(Result::is_ok), "{verdicts:?}");
}

#[tokio::test]
async fn a_set_without_keys_takes_all_back() {
    let one = Signer::new(ALGORITHM, "one");
    let token = one.sign(&claims());
    let fixture = Fixture::with(&[&one]);
    fixture.write(&[]);
    assert_eq!(fixture.verdict(&token, 5_000).await, Err(TokenError::UnknownKey));
}

#[tokio::test]
async fn a_clock_that_was_put_back_does_not_stop_it() {
    let [old, new] = ["old", "new"].map(|kid| Signer::new(ALGORITHM, kid));
    let fixture = Fixture::with(&[&old]);
    assert!(fixture.verdict(&old.sign(&claims()), 3_000_000).await.is_ok());
    fixture.write(&[&new]);
    assert_eq!(
        fixture.verdict(&old.sign(&claims()), 0).await,
        Err(TokenError::UnknownKey)
    );
}

/// A log that is kept in memory.
#[derive(Clone, Default)]
struct Log(Arc<StdMutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

impl Log {
    /// Looks at the file, and gives what was logged.
    fn of_a_look(looks: &mut Looks, source: &Source, keys: &RwLock<Arc<KeySet>>, seconds: i64) -> String {
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(log.clone())
            .finish();
        let now = start() + TimeDelta::seconds(seconds);
        tracing::subscriber::with_default(subscriber, || looks.look(source, keys, now, false));
        let text = log.0.lock().unwrap().clone();
        String::from_utf8(text).unwrap()
    }
}

#[test]
fn a_file_that_broke_keeps_the_keys_and_is_told_once() {
    let [one, two] = ["one", "two"].map(|kid| Signer::new(ALGORITHM, kid));
    let fixture = Fixture::with(&[&one]);
    let file = KeyFile::open(&fixture.path(), ALGORITHM).unwrap();
    let mut looks = file.looks.try_lock().unwrap();
    let mut look = |seconds| Log::of_a_look(&mut looks, &file.source, &file.keys, seconds);
    let knows = |kid: &str| file.keys().choose(Some(kid)).is_ok();

    assert_eq!(look(0), "", "nothing has changed");
    fixture.put("{ \"keys\": [ canary");
    let told = look(5);
    assert!(
        told.contains("ERROR") && told.contains(VARIABLE) && told.contains("line 1") && !told.contains("canary"),
        "{told}"
    );
    assert_eq!(look(10), "", "it was told");
    std::fs::remove_file(fixture.path()).unwrap();
    let told = look(15);
    assert!(
        told.contains("ERROR") && told.contains(VARIABLE) && told.contains("cannot be read"),
        "{told}"
    );
    fixture.put(&" ".repeat(300 * 1024));
    assert!(look(20).contains("larger than 262144 bytes"));
    assert!(knows("one"));

    fixture.write(&[&two]);
    let told = look(25);
    assert!(told.contains("INFO") && told.contains("keys=1"), "{told}");
    assert!(knows("two") && !knows("one"));
    fixture.write(&[]);
    let told = look(30);
    assert!(
        told.contains("ERROR") && told.contains("no token of the console is accepted"),
        "{told}"
    );
}

#[test]
fn at_the_start_the_file_must_hold_a_fitting_key() {
    let fixture = Fixture::with(&[&Signer::new(ALGORITHM, "one")]);
    let error = |config: &AuthConfig| TokenVerifier::new(config).unwrap_err().to_string();
    let mut config = fixture.config();
    config.algorithm = Algorithm::EdDsa;
    let none = error(&config);
    assert!(
        none.starts_with("PSA_AUTH_JWKS_FILE must name a JSON Web Key Set with a key for EdDSA")
            && none.contains("none of its keys is one"),
        "{none}"
    );
    fixture.put("nonsense");
    assert!(error(&fixture.config()).contains("no JSON Web Key Set"));
    std::fs::remove_file(fixture.path()).unwrap();
    assert!(error(&fixture.config()).contains("cannot be read"));
}

#[test]
fn there_is_one_source_of_keys() {
    let fixture = Fixture::with(&[&Signer::new(ALGORITHM, "one")]);
    let error = |change: fn(&mut AuthConfig)| {
        let mut config = fixture.config();
        change(&mut config);
        TokenVerifier::new(&config).unwrap_err().to_string()
    };
    let both = error(|config| config.public_key_file = Some("x.pem".into()));
    assert!(
        both.starts_with("PSA_AUTH_JWKS_FILE must not be set beside PSA_AUTH_PUBLIC_KEY_FILE"),
        "{both}"
    );
    let neither = error(|config| config.jwks_file = None);
    assert!(
        neither.starts_with("PSA_AUTH_PUBLIC_KEY_FILE must name") && neither.contains("or PSA_AUTH_JWKS_FILE"),
        "{neither}"
    );
    let secret = error(|config| config.algorithm = Algorithm::Hs256);
    assert!(
        secret.starts_with("PSA_AUTH_ALGORITHM is HS256") && secret.contains("PSA_AUTH_JWKS_FILE is set"),
        "{secret}"
    );
}
