//! Whether a PSA announces by itself what happens to tickets, as a pure function of what is known.

use psa_entities::webhook;

/// Whether a PSA announces by itself what happens to tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookStatus {
    /// This PSA cannot.
    Unsupported,
    /// The operator has not said under which address PSAs reach this server.
    OffNoPublicUrl,
    /// It was not told yet.
    Pending,
    /// It does.
    Registered,
    /// It was told and does not: there is a problem.
    Failing,
}

/// What holds now. Without announcements changes are found by polling.
pub fn status(is_offered: bool, has_address: bool, known: Option<&webhook::Model>) -> WebhookStatus {
    match known {
        _ if !is_offered => WebhookStatus::Unsupported,
        _ if !has_address => WebhookStatus::OffNoPublicUrl,
        Some(row) if row.problem.is_some() => WebhookStatus::Failing,
        Some(row) if row.ensured_at.is_some() => WebhookStatus::Registered,
        _ => WebhookStatus::Pending,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use psa_entities::{
        Problem,
        ids::{IntegrationId, ProviderId},
    };

    use super::*;

    #[test]
    fn the_table_of_states() {
        let row = |ensured: bool, fails: bool| {
            let at = DateTime::UNIX_EPOCH;
            Some(webhook::Model {
                integration_id: IntegrationId::at(at),
                provider_id: ProviderId::at(at),
                public_url: String::new(),
                key_id: String::new(),
                token: Vec::new(),
                secret: Vec::new(),
                ensured_at: ensured.then_some(at),
                last_delivery_at: None,
                problem: fails.then(|| Problem {
                    code: String::new(),
                    message: String::new(),
                    remedy: String::new(),
                    detail: None,
                    since: at,
                }),
            })
        };
        use WebhookStatus::{Failing, OffNoPublicUrl, Pending, Registered, Unsupported};
        for (offered, address, known, expected) in [
            (false, true, row(true, false), Unsupported),
            (true, false, row(true, false), OffNoPublicUrl),
            (true, true, None, Pending),
            (true, true, row(false, false), Pending),
            (true, true, row(true, false), Registered),
            (true, true, row(true, true), Failing),
            (true, true, row(false, true), Failing),
        ] {
            assert_eq!(
                status(offered, address, known.as_ref()),
                expected,
                "{offered} {address} {known:?}"
            );
        }
    }
}
