//! The name that people know an integration by: unique for the provider, and what its deletion asks for.

use psa_entities::{ProviderScope, integration};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, PaginatorTrait, QueryFilter, SqlErr};

use crate::failure::{ErrorCode, Failure, Outcome, UserError};

/// The longest name, in characters.
const LONGEST: usize = 100;

/// The name without the space around it.
///
/// # Errors
/// `INVALID` at `name`: it is empty, too long, or has characters that cannot be typed.
pub fn check(name: &str) -> Outcome<String> {
    let name = name.trim();
    let wrong = if name.is_empty() || name.chars().count() > LONGEST {
        format!("The name must have between 1 and {LONGEST} characters.")
    } else if name.chars().any(char::is_control) {
        "The name contains control characters.".to_owned()
    } else {
        return Ok(name.to_owned());
    };
    let error = UserError::new(ErrorCode::Invalid, wrong).at("name");
    Err(Failure::refused(error.with_remedy("Send a short text on one line.")))
}

/// Refuses a name that an integration of the provider has.
///
/// # Errors
/// `ALREADY_EXISTS` at `name`.
pub async fn refuse_taken(db: &impl ConnectionTrait, scope: ProviderScope, name: &str) -> Outcome<()> {
    let same = scope
        .find::<integration::Entity>()
        .filter(integration::Column::Name.eq(name));
    if same.count(db).await? == 0 {
        return Ok(());
    }
    Err(taken(name))
}

/// What a failed write means when another request took the name in between.
pub fn taken_meanwhile(error: DbErr, name: &str) -> Failure {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => taken(name),
        _ => Failure::from(error),
    }
}

fn taken(name: &str) -> Failure {
    let error = UserError::new(
        ErrorCode::AlreadyExists,
        format!("There is an integration called “{name}” already."),
    );
    Failure::refused(
        error
            .at("name")
            .with_remedy("Choose another name, or replace the keys of that one with updateCredentials."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_short_line() {
        assert_eq!(check("  Main ").unwrap(), "Main");
        for name in ["", "  ", "a\nb", &"x".repeat(LONGEST + 1)] {
            let Err(Failure::Refused(errors)) = check(name) else {
                panic!("{name:?} was accepted")
            };
            assert_eq!(
                (errors[0].code, errors[0].field.join(".")),
                (ErrorCode::Invalid, "name".to_owned())
            );
        }
    }
}
