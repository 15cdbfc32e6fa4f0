//! What a new token must be like.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::issue::NewApiToken;
use crate::{
    auth::PermissionSet,
    failure::{ErrorCode, UserError},
};

/// The most characters of a name.
const LONGEST_NAME: usize = 100;

/// Tokens of one provider that are accepted at the same time. Far more than anybody has scripts: it stops the script
/// that makes a token in every run and loses it.
const MOST: usize = 100;

/// How far ahead an expiry may lie. A later one is a typing error, or means that the token shall not expire.
const LONGEST_LIFE: TimeDelta = TimeDelta::days(3_653);

/// Everything that is wrong with a new token, given what its maker may do and the names of the provider's live tokens.
pub(super) fn mistakes(
    new: &NewApiToken,
    held: PermissionSet,
    live: &HashSet<String>,
    now: DateTime<Utc>,
) -> Vec<UserError> {
    let mut mistakes = Vec::new();
    mistakes.extend(name(&new.name, live));
    mistakes.extend(permissions(new, held));
    mistakes.extend(new.expires_at.and_then(|end| expiry(end, now)));
    if live.len() >= MOST {
        let error = UserError::new(
            ErrorCode::LimitReached,
            format!("There are {MOST} API tokens in use; there cannot be more."),
        );
        mistakes.push(error.with_remedy("Revoke those that no script uses any more: lastUsedAt tells which."));
    }
    mistakes
}

fn name(name: &str, live: &HashSet<String>) -> Option<UserError> {
    let invalid = |message: String| UserError::new(ErrorCode::Invalid, message).at("name");
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        let error = invalid(format!("The name must have between 1 and {LONGEST_NAME} characters."));
        return Some(error.with_remedy("Name the script that uses the token."));
    }
    if name.chars().any(char::is_control) {
        let error = invalid("The name contains control characters.".to_owned());
        return Some(error.with_remedy("Send it as one line of plain text."));
    }
    live.contains(name).then(|| {
        let message = format!("There is an API token called “{name}” already.");
        UserError::new(ErrorCode::AlreadyExists, message)
            .at("name")
            .with_remedy("Choose another name, or revoke that one first.")
    })
}

/// Each permission is refused once, where it is first named.
fn permissions(new: &NewApiToken, held: PermissionSet) -> Vec<UserError> {
    if new.permissions.is_empty() {
        let error = UserError::new(ErrorCode::Required, "The token must allow something.").at("permissions");
        return vec![error.with_remedy("Name at least one permission.")];
    }
    let asked: PermissionSet = new.permissions.iter().copied().collect();
    let lacking = asked.iter().filter(|permission| !held.contains(*permission));
    let mut refused: Vec<_> = lacking
        .filter_map(|permission| {
            let place = new.permissions.iter().position(|named| *named == permission)?;
            let message = format!("You do not have the permission `{permission}` and cannot hand it out.");
            let error = UserError::new(ErrorCode::PermissionNotHeld, message)
                .at(&format!("permissions.{place}"))
                .with_remedy("Leave it out, or let somebody who has it make the token.");
            Some((place, error))
        })
        .collect();
    refused.sort_by_key(|(place, _)| *place);
    refused.into_iter().map(|(_, error)| error).collect()
}

fn expiry(end: DateTime<Utc>, now: DateTime<Utc>) -> Option<UserError> {
    let (message, remedy) = if end <= now {
        (
            "The token would have expired already.",
            "Choose an instant in the future.",
        )
    } else if end - now > LONGEST_LIFE {
        (
            "The token would expire in more than ten years.",
            "Choose an earlier instant, or leave it out: the token then does not expire.",
        )
    } else {
        return None;
    };
    let error = UserError::new(ErrorCode::Invalid, message).at("expiresAt");
    Some(error.with_remedy(remedy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Permission;

    fn now() -> DateTime<Utc> {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    fn good() -> NewApiToken {
        NewApiToken {
            name: "nightly report".to_owned(),
            permissions: vec![Permission::AgentReport],
            expires_at: Some(now() + TimeDelta::days(90)),
        }
    }

    /// Code and field of every mistake, with a remedy each.
    fn found(new: &NewApiToken, live: &[&str]) -> Vec<(ErrorCode, String)> {
        let held = PermissionSet::from_iter([Permission::PsaManage, Permission::AgentReport]);
        let live = live.iter().map(|&name| name.to_owned()).collect();
        let mistakes = mistakes(new, held, &live, now());
        assert!(mistakes.iter().all(|mistake| mistake.remedy.is_some()), "{mistakes:?}");
        mistakes
            .into_iter()
            .map(|mistake| (mistake.code, mistake.field.join(".")))
            .collect()
    }

    fn at(code: ErrorCode, field: &str) -> (ErrorCode, String) {
        (code, field.to_owned())
    }

    #[test]
    fn a_good_one_has_no_mistakes() {
        assert_eq!(found(&good(), &["another"]), []);
        let for_ever = NewApiToken {
            expires_at: None,
            ..good()
        };
        assert_eq!(found(&for_ever, &[]), []);
    }

    #[test]
    fn a_name_is_one_line_of_1_to_100_characters_that_no_live_token_has() {
        let named = |name: &str| NewApiToken {
            name: name.to_owned(),
            ..good()
        };
        assert_eq!(found(&named(&"ü".repeat(100)), &[]), []);
        for wrong in [String::new(), "ü".repeat(101), "a\nb".to_owned()] {
            assert_eq!(found(&named(&wrong), &[]), [at(ErrorCode::Invalid, "name")], "{wrong}");
        }
        let taken = at(ErrorCode::AlreadyExists, "name");
        assert_eq!(found(&named("nightly"), &["nightly"]), [taken]);
    }

    #[test]
    fn nobody_hands_out_what_they_do_not_have() {
        let allowing = |permissions: &[Permission]| NewApiToken {
            permissions: permissions.to_vec(),
            ..good()
        };
        assert_eq!(found(&allowing(&[]), &[]), [at(ErrorCode::Required, "permissions")]);
        let held = [Permission::PsaManage, Permission::AgentReport, Permission::PsaManage];
        assert_eq!(found(&allowing(&held), &[]), []);
        let asked = [
            Permission::AuditRead,
            Permission::AgentReport,
            Permission::PsaRead,
            Permission::AuditRead,
        ];
        let refused = ["permissions.0", "permissions.2"].map(|field| at(ErrorCode::PermissionNotHeld, field));
        assert_eq!(found(&allowing(&asked), &[]), refused);
        let mistakes = mistakes(&allowing(&asked), PermissionSet::default(), &HashSet::new(), now());
        assert!(mistakes.iter().any(|mistake| mistake.message.contains("`audit:read`")));
    }

    #[test]
    fn it_expires_in_the_future_and_within_ten_years() {
        let ending = |after: TimeDelta| NewApiToken {
            expires_at: Some(now() + after),
            ..good()
        };
        let wrong = at(ErrorCode::Invalid, "expiresAt");
        let moment = TimeDelta::microseconds(1);
        for (after, expected) in [
            (-moment, vec![wrong.clone()]),
            (TimeDelta::zero(), vec![wrong.clone()]),
            (moment, vec![]),
            (LONGEST_LIFE, vec![]),
            (LONGEST_LIFE + moment, vec![wrong]),
        ] {
            assert_eq!(found(&ending(after), &[]), expected, "{after}");
        }
    }

    #[test]
    fn there_are_at_most_100() {
        let names: Vec<_> = (0..MOST).map(|number| number.to_string()).collect();
        let mut live: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(found(&good(), &live), [at(ErrorCode::LimitReached, "")]);
        live.pop();
        assert_eq!(found(&good(), &live), []);
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let wrong = NewApiToken {
            name: String::new(),
            permissions: vec![],
            expires_at: Some(now()),
        };
        assert_eq!(found(&wrong, &[]).len(), 3);
    }
}
