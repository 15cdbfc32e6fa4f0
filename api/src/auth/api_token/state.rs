//! Whether a token is accepted, and when its use is written down.

use chrono::{DateTime, TimeDelta, Utc};
use psa_entities::api_token::Model;

/// For how long a noted use stands for later ones.
///
/// One write a minute tells an administrator which tokens are in use; a write for every request would make every query
/// one that waits for the database's writer.
pub const USE_RESOLUTION: TimeDelta = TimeDelta::minutes(1);

/// Whether an API token is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub enum ApiTokenState {
    /// It is accepted.
    Active,
    /// Its time is over.
    Expired,
    /// Somebody revoked it.
    Revoked,
}

/// The state of a token at `now`. A revoked token stays revoked when its time is over.
pub fn state(token: &Model, now: DateTime<Utc>) -> ApiTokenState {
    if token.revoked_at.is_some() {
        ApiTokenState::Revoked
    } else if token.expires_at.is_some_and(|end| end <= now) {
        ApiTokenState::Expired
    } else {
        ApiTokenState::Active
    }
}

/// Whether a use at `now` is written down, after the last one that was.
pub(super) fn is_worth_noting(last_used_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    last_used_at.is_none_or(|last| now - last >= USE_RESOLUTION)
}

#[cfg(test)]
mod tests {
    use psa_entities::{
        ApiTokenId, ProviderId,
        api_token::{self, TokenPermissions},
    };

    use super::*;

    fn token(expires_at: Option<DateTime<Utc>>, revoked_at: Option<DateTime<Utc>>) -> api_token::Model {
        let at = DateTime::UNIX_EPOCH;
        api_token::Model {
            id: ApiTokenId::at(at),
            provider_id: ProviderId::at(at),
            name: "nightly".to_owned(),
            live_name: None,
            secret_hash: Vec::new(),
            hint: String::new(),
            permissions: TokenPermissions::default(),
            created_at: at,
            created_by: "ann".to_owned(),
            expires_at,
            revoked_at,
            revoked_by: None,
            last_used_at: None,
        }
    }

    #[test]
    fn the_end_itself_is_too_late_and_revocation_comes_first() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let moment = TimeDelta::microseconds(1);
        for (expires_at, revoked_at, expected) in [
            (None, None, ApiTokenState::Active),
            (Some(now + moment), None, ApiTokenState::Active),
            (Some(now), None, ApiTokenState::Expired),
            (Some(now - moment), None, ApiTokenState::Expired),
            (None, Some(now), ApiTokenState::Revoked),
            (Some(now - moment), Some(now), ApiTokenState::Revoked),
            (Some(now + moment), Some(now - moment), ApiTokenState::Revoked),
        ] {
            assert_eq!(state(&token(expires_at, revoked_at), now), expected);
        }
    }

    #[test]
    fn a_use_is_noted_at_once_and_then_once_a_minute() {
        let last = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        assert!(is_worth_noting(None, last));
        for (seconds, expected) in [(-5, false), (0, false), (59, false), (60, true), (3_600, true)] {
            assert_eq!(
                is_worth_noting(Some(last), last + TimeDelta::seconds(seconds)),
                expected,
                "{seconds} s"
            );
        }
    }
}
