//! E-mail addresses: what looks like one, and when two are the same.

use crate::failure::{ErrorCode, UserError};

use super::text;

/// The most characters of an address that mail servers accept.
const LONGEST: usize = 254;

/// An address that may be absent or empty, without the space around it.
///
/// # Errors
/// `INVALID` at `email`: it does not look like an address.
pub(super) fn optional(value: Option<&str>) -> Result<Option<String>, UserError> {
    let Some(address) = text::optional(value, "email", LONGEST)? else {
        return Ok(None);
    };
    if domain(&address).is_none() {
        let message = format!("“{address}” is not an e-mail address.");
        return Err(UserError::new(ErrorCode::Invalid, message)
            .at("email")
            .with_remedy("Send one address such as ann@example.com, or none."));
    }
    Ok(Some(address))
}

/// The form in which two spellings of one address are equal. Servers could tell mailboxes apart by case; none does.
pub fn folded(address: &str) -> String {
    address.trim().to_lowercase()
}

/// The domain of an address in lower case; `None` when it is not an address.
pub fn domain(address: &str) -> Option<String> {
    let address = folded(address);
    let (mailbox, domain) = address.split_once('@')?;
    let labels: Vec<_> = domain.split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let is_mailbox = !mailbox.is_empty()
        && mailbox
            .chars()
            .all(|c| !c.is_whitespace() && !"<>(),;:\"[]\\".contains(c));
    (is_mailbox && labels.len() > 1 && labels.iter().all(is_label)).then(|| domain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_mailbox_and_a_domain() {
        for (address, expected) in [
            ("Ann.Hart+psa@Mail.Example.COM", Some("mail.example.com")),
            (" o'neil@xn--mller-kva.example ", Some("xn--mller-kva.example")),
            ("ann@müller.example", Some("müller.example")),
            ("ann", None),
            ("ann@", None),
            ("@example.com", None),
            ("ann@localhost", None),
            ("ann@example..com", None),
            ("ann@-example.com", None),
            ("ann@home@example.com", None),
            ("ann hart@example.com", None),
            ("Ann <ann@example.com>", None),
            ("ann@example.com, bob@example.com", None),
        ] {
            assert_eq!(domain(address).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn an_address_is_kept_as_it_is_written() {
        assert_eq!(
            optional(Some(" Ann@Example.com ")).unwrap().as_deref(),
            Some("Ann@Example.com")
        );
        assert_eq!(optional(Some(" ")).unwrap(), None);
        let error = optional(Some("nobody")).unwrap_err();
        assert_eq!(
            (error.code, error.field),
            (ErrorCode::Invalid, vec!["email".to_owned()])
        );
        let long = format!("{}@example.com", "a".repeat(LONGEST));
        assert!(optional(Some(&long)).is_err());
    }
}
