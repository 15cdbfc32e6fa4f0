//! Global ids: opaque to clients, typed and checked here. A wrong or foreign id is simply not there.

use async_graphql::ID;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::failure::UserError;

/// The types that have a global id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// The tenant.
    Provider,
    /// A connection to a PSA.
    Integration,
    /// A background job.
    Job,
    /// A company of the console.
    ConsoleCompany,
    /// A contact of the console.
    ConsoleContact,
    /// A storage account of the console.
    StorageAccount,
    /// A storage limit of the console.
    StorageLimit,
    /// An imported company.
    PsaCompany,
    /// An imported contact.
    PsaContact,
    /// An imported product.
    PsaProduct,
    /// An imported agreement.
    Agreement,
    /// An imported board.
    Board,
    /// What is billed for one company onto one agreement.
    BillingConfiguration,
    /// A month's plan and its outcome.
    BillingRun,
    /// One addition in a run.
    BillingLine,
    /// A condition from first event to recovery.
    Incident,
    /// One operation that an incident owes.
    Delivery,
    /// An entry of the audit log.
    AuditEntry,
    /// The token of a script.
    ApiToken,
}

impl NodeKind {
    const ALL: [(NodeKind, &'static str); 19] = [
        (NodeKind::Provider, "Provider"),
        (NodeKind::Integration, "Integration"),
        (NodeKind::Job, "Job"),
        (NodeKind::ConsoleCompany, "ConsoleCompany"),
        (NodeKind::ConsoleContact, "ConsoleContact"),
        (NodeKind::StorageAccount, "StorageAccount"),
        (NodeKind::StorageLimit, "StorageLimit"),
        (NodeKind::PsaCompany, "PsaCompany"),
        (NodeKind::PsaContact, "PsaContact"),
        (NodeKind::PsaProduct, "PsaProduct"),
        (NodeKind::Agreement, "Agreement"),
        (NodeKind::Board, "Board"),
        (NodeKind::BillingConfiguration, "BillingConfiguration"),
        (NodeKind::BillingRun, "BillingRun"),
        (NodeKind::BillingLine, "BillingLine"),
        (NodeKind::Incident, "Incident"),
        (NodeKind::Delivery, "Delivery"),
        (NodeKind::AuditEntry, "AuditEntry"),
        (NodeKind::ApiToken, "ApiToken"),
    ];

    fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("", |(_, name)| name)
    }

    /// The global id of the record of this kind with this key.
    pub fn id(self, key: impl Into<Uuid>) -> ID {
        let mut buffer = Uuid::encode_buffer();
        let key = key.into().simple().encode_lower(&mut buffer);
        ID(URL_SAFE_NO_PAD.encode([self.name(), ":", key].concat()))
    }

    /// The kind and key in a global id; `None` when it is not one of ours.
    pub fn parse(id: &ID) -> Option<(NodeKind, Uuid)> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id.as_bytes()).ok()?).ok()?;
        let (name, key) = text.split_once(':')?;
        let (kind, _) = Self::ALL.iter().find(|(_, known)| *known == name)?;
        Some((*kind, Uuid::parse_str(key).ok()?))
    }

    /// The key in a global id of this kind.
    ///
    /// # Errors
    /// `NOT_FOUND` at `field`: it is not an id of this kind.
    pub fn key<K: From<Uuid>>(self, id: &ID, field: &str) -> Result<K, UserError> {
        match Self::parse(id) {
            Some((kind, key)) if kind == self => Ok(K::from(key)),
            _ => Err(UserError::not_found(field, &words(self.name()))),
        }
    }
}

/// `PsaCompany` as `PSA company` and `ApiToken` as `API token`, for messages.
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words.replace("psa ", "PSA ").replace("api ", "API ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_survives_the_round_trip() {
        let key = Uuid::from_u128(7);
        for (kind, _) in NodeKind::ALL {
            assert_eq!(NodeKind::parse(&kind.id(key)), Some((kind, key)));
        }
    }

    #[test]
    fn an_id_of_another_kind_is_not_there() {
        let id = NodeKind::Agreement.id(Uuid::from_u128(7));
        let error = NodeKind::PsaCompany
            .key::<Uuid>(&id, "psaCompanyId")
            .expect_err("another kind");
        assert_eq!(error.message, "There is no such PSA company.");
        assert_eq!(error.field, ["psaCompanyId"]);
        let error = NodeKind::ApiToken.key::<Uuid>(&id, "id").expect_err("another kind");
        assert_eq!(error.message, "There is no such API token.");
    }

    #[test]
    fn nonsense_is_not_there() {
        for nonsense in ["", "7", "%%%", "Q29tcGFueTo3"] {
            assert_eq!(NodeKind::parse(&ID::from(nonsense)), None, "{nonsense}");
        }
    }
}
