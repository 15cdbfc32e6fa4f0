//! What a provider decides about itself: its name, its time zone and the currency of its prices.

use psa_entities::{
    audit_entry::{AuditAction, AuditSubject},
    provider::{self, Entity},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, QuerySelect, sea_query::LockType};
use serde_json::{Value, json};

use crate::{
    app::App,
    audit::{Entry, Stamp, Subject},
    failure::{ErrorCode, Failure, Fault, Outcome, UserError},
};

/// The longest name, in characters.
const LONGEST_NAME: usize = 200;

/// A change. `None` leaves a value as it is.
#[derive(Debug, Default)]
pub struct Change {
    /// The display name.
    pub name: Option<String>,
    /// The IANA time zone in which days and months begin and end.
    pub time_zone: Option<String>,
    /// The ISO 4217 code of the currency of the prices.
    pub currency: Option<String>,
}

/// Changes the provider. Prices are not converted: a new currency says what the numbers mean.
///
/// # Errors
/// A name without text, a time zone that does not exist, a currency that is no code of three letters.
pub async fn update(app: &App, stamp: Stamp<'_>, change: Change) -> Outcome<provider::Model> {
    let change = checked(change)?;
    let transaction = app.db.begin().await?;
    let id = stamp.scope.provider_id();
    let found = Entity::find_by_id(id)
        .lock(LockType::NoKeyUpdate)
        .one(&transaction)
        .await?;
    let before = found.ok_or_else(|| Fault::Inconsistent(format!("the provider {id} does not exist")))?;
    let mut row = before.clone().into_active_model();
    if let Some(name) = change.name {
        row.name = Set(name);
    }
    if let Some(time_zone) = change.time_zone {
        row.time_zone = Set(time_zone);
    }
    if let Some(currency) = change.currency {
        row.currency = Set(currency);
    }
    if !row.is_changed() {
        return Ok(before);
    }
    let after = row.update(&transaction).await?;
    if after == before {
        return Ok(after);
    }
    let subject = Subject::new(AuditSubject::Provider, &id, after.name.as_str());
    let entry = Entry::new(AuditAction::ProviderChanged, subject).changing(&shown(&before), &shown(&after));
    stamp.record(&transaction, vec![entry]).await?;
    transaction.commit().await?;
    Ok(after)
}

/// What the audit log compares.
fn shown(provider: &provider::Model) -> Value {
    json!({ "name": provider.name, "timeZone": provider.time_zone, "currency": provider.currency })
}

fn checked(change: Change) -> Result<Change, Failure> {
    let mut errors = Vec::new();
    let mut refuse = |field: &str, message: String, remedy: &str| {
        errors.push(
            UserError::new(ErrorCode::Invalid, message)
                .at(field)
                .with_remedy(remedy),
        );
    };
    let trimmed = |text: Option<String>| text.map(|text| text.trim().to_owned());
    let change = Change {
        name: trimmed(change.name),
        time_zone: trimmed(change.time_zone),
        currency: trimmed(change.currency).map(|code| code.to_ascii_uppercase()),
    };
    if let Some(name) = &change.name
        && !(1..=LONGEST_NAME).contains(&name.chars().count())
    {
        let message = format!("A name has between 1 and {LONGEST_NAME} characters.");
        refuse("name", message, "Send the name that people know.");
    }
    if let Some(zone) = &change.time_zone
        && zone.parse::<chrono_tz::Tz>().is_err()
    {
        let message = format!("There is no time zone “{zone}”.");
        refuse(
            "timeZone",
            message,
            "Send a name of the IANA list, such as Europe/Berlin.",
        );
    }
    if let Some(code) = &change.currency
        && !(code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()))
    {
        let message = format!("“{code}” is no currency code.");
        refuse("currency", message, "Send the three letters of ISO 4217, such as EUR.");
    }
    if errors.is_empty() {
        Ok(change)
    } else {
        Err(Failure::Refused(errors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_named_at_its_field() {
        let change = |name: &str, zone: &str, currency: &str| Change {
            name: Some(name.to_owned()),
            time_zone: Some(zone.to_owned()),
            currency: Some(currency.to_owned()),
        };
        let good = checked(change(" Acme ", "Europe/Berlin", "eur")).unwrap();
        assert_eq!(
            (good.name.as_deref(), good.currency.as_deref()),
            (Some("Acme"), Some("EUR"))
        );
        let Err(Failure::Refused(errors)) = checked(change(" ", "Berlin", "EURO")) else {
            panic!("accepted")
        };
        let fields: Vec<_> = errors.iter().map(|error| error.field.join(".")).collect();
        assert_eq!(fields, ["name", "timeZone", "currency"]);
        assert!(checked(Change::default()).is_ok());
    }
}
