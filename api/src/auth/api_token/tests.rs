//! Tokens from their making to their end, on each database, with a clock that the test moves.

use chrono::TimeDelta;
use psa_entities::{
    ProviderScope,
    api_token::{self, Model},
};
use sea_orm::EntityTrait;
use secrecy::ExposeSecret;

use super::{
    issue::{Issued, NewApiToken, issue},
    revoke::revoke,
};
use crate::{
    app::testing::{Backend, TestApp},
    auth::{Actor, ApiTokenError, AuthError, Permission, PermissionSet, Viewer, authenticate},
    failure::{ErrorCode, Failure},
};

/// Runs a test on SQLite and, when there is a server, on PostgreSQL.
async fn on_each_database(test: impl AsyncFn(TestApp)) {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        if let Some(app) = TestApp::on(backend, |_| {}).await {
            test(app).await;
        }
    }
}

fn ann(provider: ProviderScope) -> Viewer {
    Viewer {
        actor: Actor::user("ann".to_owned()),
        provider,
        permissions: PermissionSet::all(),
    }
}

fn nightly(expires_at: Option<chrono::DateTime<chrono::Utc>>) -> NewApiToken {
    NewApiToken {
        name: " nightly ".to_owned(),
        permissions: vec![Permission::AgentReport, Permission::PsaRead],
        expires_at,
    }
}

async fn refusal(test: &TestApp, secret: &str) -> ApiTokenError {
    match authenticate(&test.app, secret).await {
        Err(AuthError::ApiToken(error)) => error,
        other => panic!("{other:?}"),
    }
}

async fn stored(test: &TestApp, issued: &Issued) -> Model {
    let row = api_token::Entity::find_by_id(issued.token.id);
    row.one(test.app.db.read()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_token_stands_for_its_name_its_provider_and_its_permissions() {
    on_each_database(async |test| {
        let provider = test.provider("msp-1").await;
        let issued = issue(&test.app, &ann(provider), nightly(None)).await.unwrap();
        let viewer = authenticate(&test.app, issued.secret.expose_secret()).await.unwrap();
        assert_eq!(
            (viewer.actor, viewer.provider),
            (Actor::api_token("nightly".to_owned()), provider)
        );
        let allowed: Vec<_> = viewer.permissions.iter().collect();
        assert_eq!(allowed, [Permission::PsaRead, Permission::AgentReport]);
        assert_eq!(issued.token.created_by, "ann");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_token_of_ours_is_refused() {
    on_each_database(async |test| {
        let provider = test.provider("msp-1").await;
        let issued = issue(&test.app, &ann(provider), nightly(None)).await.unwrap();
        let secret = issued.secret.expose_secret();
        for cut in ["psab_", &secret[..secret.len() - 1], &format!("{secret}A")] {
            assert_eq!(refusal(&test, cut).await, ApiTokenError::Malformed, "{cut}");
        }
        let mut other = secret.to_owned();
        let swapped = if other.remove(5) == 'A' { 'B' } else { 'A' };
        other.insert(5, swapped);
        assert_eq!(refusal(&test, &other).await, ApiTokenError::Unknown);
        let upper = secret.replacen("psab_", "PSAB_", 1);
        assert!(matches!(
            authenticate(&test.app, &upper).await,
            Err(AuthError::Token(_))
        ));
    })
    .await;
}

#[tokio::test]
async fn it_expires_and_leaves_its_name_to_the_next() {
    on_each_database(async |test| {
        let ann = ann(test.provider("msp-1").await);
        let end = test.app.now() + TimeDelta::hours(1);
        let first = issue(&test.app, &ann, nightly(Some(end))).await.unwrap();
        let secret = first.secret.expose_secret();
        test.clock.advance(TimeDelta::minutes(59));
        assert!(authenticate(&test.app, secret).await.is_ok());
        match issue(&test.app, &ann, nightly(None)).await {
            Err(Failure::Refused(errors)) => assert_eq!(errors[0].code, ErrorCode::AlreadyExists),
            other => panic!("{other:?}"),
        }
        test.clock.advance(TimeDelta::minutes(1));
        assert_eq!(refusal(&test, secret).await, ApiTokenError::Expired);
        let second = issue(&test.app, &ann, nightly(None)).await.unwrap();
        assert!(authenticate(&test.app, second.secret.expose_secret()).await.is_ok());
        let (first, second) = (stored(&test, &first).await, stored(&test, &second).await);
        assert_eq!((first.name, first.live_name), ("nightly".to_owned(), None));
        assert_eq!(second.live_name.as_deref(), Some("nightly"));
    })
    .await;
}

#[tokio::test]
async fn revoking_counts_once_and_reveals_nothing_to_others() {
    on_each_database(async |test| {
        let (ours, theirs) = (test.provider("msp-1").await, test.provider("msp-2").await);
        let issued = issue(&test.app, &ann(ours), nightly(None)).await.unwrap();
        let id = issued.token.id;
        match revoke(&test.app, &ann(theirs), id).await {
            Err(Failure::Refused(errors)) => assert_eq!(errors[0].code, ErrorCode::NotFound),
            other => panic!("{other:?}"),
        }
        let secret = issued.secret.expose_secret();
        assert!(authenticate(&test.app, secret).await.is_ok());
        let revoked = revoke(&test.app, &ann(ours), id).await.unwrap();
        assert_eq!(refusal(&test, secret).await, ApiTokenError::Revoked);
        test.clock.advance(TimeDelta::hours(1));
        let bob = Viewer {
            actor: Actor::user("bob".to_owned()),
            ..ann(ours)
        };
        let again = revoke(&test.app, &bob, id).await.unwrap();
        assert_eq!(again, revoked);
        assert_eq!(again.revoked_by.as_deref(), Some("ann"));
    })
    .await;
}

#[tokio::test]
async fn its_use_is_noted_once_a_minute() {
    on_each_database(async |test| {
        let provider = test.provider("msp-1").await;
        let issued = issue(&test.app, &ann(provider), nightly(None)).await.unwrap();
        let secret = issued.secret.expose_secret();
        assert_eq!(stored(&test, &issued).await.last_used_at, None);
        let first = test.app.now();
        for (seconds, noted) in [(0, 0), (59, 0), (1, 60), (30, 60), (3_600, 3_690)] {
            test.clock.advance(TimeDelta::seconds(seconds));
            authenticate(&test.app, secret).await.unwrap();
            let expected = first + TimeDelta::seconds(noted);
            assert_eq!(stored(&test, &issued).await.last_used_at, Some(expected), "{seconds} s");
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_makers_at_once_one_gets_the_name() {
    on_each_database(async |test| {
        let ann = ann(test.provider("msp-1").await);
        let make = || issue(&test.app, &ann, nightly(None));
        let (one, other) = tokio::join!(make(), make());
        assert_ne!(one.is_ok(), other.is_ok());
        match one.and(other) {
            Err(Failure::Refused(errors)) => assert_eq!(errors[0].code, ErrorCode::AlreadyExists),
            other => panic!("{other:?}"),
        }
    })
    .await;
}
