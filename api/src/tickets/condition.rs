//! The names of what is wrong, and the markers by which our writes are found again in the PSA.
//!
//! A condition's name is made of what has the trouble and never of how it is told: not of a title, which changes with a
//! counter in it, nor of a time, which changes with every run.

use std::fmt;

use psa_entities::{
    agent_settings::Agent,
    ids::{ConsoleCompanyId, IncidentId},
};
use sha2::{Digest, Sha256};

/// The stable name of a condition: `backup:`, `rmm:`, `storm:` or `test:` and 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConditionKey(String);

impl ConditionKey {
    /// The condition of a backup plan on a computer. `computer` and `plan` are their ids, or their names where the
    /// sender knows none.
    pub fn backup(company: ConsoleCompanyId, computer: &str, plan: &str) -> Self {
        Self::of("backup", &[&company.to_string(), computer, plan])
    }

    /// The condition that an alert type watches on a computer; `subject` is the disk, service or device that is meant.
    pub fn rmm(company: ConsoleCompanyId, computer: &str, alert_type: &str, subject: Option<&str>) -> Self {
        Self::of(
            "rmm",
            &[&company.to_string(), computer, alert_type, subject.unwrap_or_default()],
        )
    }

    /// The condition that a company has too many problems at once.
    pub fn storm(company: ConsoleCompanyId, agent: Agent) -> Self {
        let agent = match agent {
            Agent::Backup => "backup",
            Agent::Rmm => "rmm",
        };
        Self::of("storm", &[&company.to_string(), agent])
    }

    /// The condition that a person makes up to test the settings; `id` is that of the test.
    pub fn test(company: ConsoleCompanyId, id: &str) -> Self {
        Self::of("test", &[&company.to_string(), id])
    }

    /// The key as it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// White space around a part and its case are the sender's accident.
    fn of(agent: &str, parts: &[&str]) -> Self {
        let parts: Vec<String> = parts.iter().map(|part| part.trim().to_lowercase()).collect();
        let digest = digest(agent, parts.iter().map(String::as_str));
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self(format!("{agent}:{hex}"))
    }
}

impl fmt::Display for ConditionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The marker of an incident's ticket: `PB:` and 26 letters and digits.
///
/// It is made of the incident and its epoch alone, so that whoever has to look for the ticket can make it again.
pub fn ticket_marker(incident: IncidentId, epoch: i32) -> String {
    let parts = [incident.to_string(), epoch.to_string()];
    format!("PB:{}", base32(&digest("ticket", parts.iter().map(String::as_str))))
}

/// The marker of the delivery `sequence` on the ticket `ticket`: `PB:…:3`. At most 40 characters for every sequence
/// from 0.
pub fn delivery_marker(ticket: &str, sequence: i32) -> String {
    format!("{ticket}:{sequence}")
}

/// The first half of a SHA-256 over the parts, each with its length in front: no two lists of parts read the same.
fn digest<'a>(purpose: &'a str, parts: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in std::iter::once(purpose).chain(parts) {
        hash.update(part.len().to_string());
        hash.update(":");
        hash.update(part);
    }
    hash.finalize().into_iter().take(16).collect()
}

/// RFC 4648 base 32 without padding. Upper case only, because a PSA may compare without case.
fn base32(bytes: &[u8]) -> String {
    let bits: Vec<bool> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1))
        .collect();
    let digit = |five: &[bool]| {
        let value = (0..5).fold(0_u8, |value, bit| {
            value << 1 | u8::from(five.get(bit).copied().unwrap_or(false))
        });
        char::from(if value < 26 { b'A' + value } else { b'2' + value - 26 })
    };
    bits.chunks(5).map(digit).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn company(number: u128) -> ConsoleCompanyId {
        ConsoleCompanyId::from_uuid(Uuid::from_u128(number))
    }

    fn incident(number: u128) -> IncidentId {
        IncidentId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn every_part_of_a_condition_counts() {
        let keys = [
            ConditionKey::backup(company(1), "pc", "plan"),
            ConditionKey::backup(company(2), "pc", "plan"),
            ConditionKey::backup(company(1), "pc2", "plan"),
            ConditionKey::backup(company(1), "pc", "2plan"),
            ConditionKey::backup(company(1), "pcp", "lan"),
            ConditionKey::rmm(company(1), "pc", "plan", None),
            ConditionKey::rmm(company(1), "pc", "plan", Some("C:")),
            ConditionKey::rmm(company(1), "pc", "CPU_USAGE", None),
        ];
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    }

    #[test]
    fn keys_and_markers_are_what_was_stored() {
        let key = ConditionKey::backup(company(1), " PC-1 ", "Nightly");
        assert_eq!(key, ConditionKey::backup(company(1), "pc-1", "nightly"));
        assert_eq!(key.to_string(), "backup:47d38fc35e067bcb5bd9ef2df99fe3b2");
        assert_eq!(ticket_marker(incident(1), 0), "PB:V3AHUMGF5LVHJNUL67X53QAZ2Q");
        assert_ne!(ticket_marker(incident(1), 0), ticket_marker(incident(1), 1));
    }

    #[test]
    fn base32_is_the_standard_one() {
        for (plain, encoded) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(plain.as_bytes()), encoded);
        }
    }

    proptest! {
        #[test]
        fn markers_fit_every_psa(id: u128, epoch: i32, sequence in 0..=i32::MAX) {
            let ticket = ticket_marker(incident(id), epoch);
            let marker = delivery_marker(&ticket, sequence);
            prop_assert!(marker.len() <= 40 && marker.starts_with(&ticket));
            prop_assert!(marker.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b':' || byte == b'-'));
        }
    }
}
