//! Binding and unbinding one contact, as pure functions: what is known and what is wanted in, what changes out.

use psa_entities::{contact_mapping, ids::ContactMappingId, psa_company, psa_contact};

use super::MappedContact;
use crate::{
    audit::Stamp,
    failure::{ErrorCode, UserError},
    mapping::{decide::MappingOutcome, health},
};

/// Binds a contact. The row that comes back is the one to be stored.
pub fn bind(row: MappedContact, psa: psa_contact::Model, stamp: Stamp<'_>) -> (MappingOutcome, MappedContact) {
    let outcome = match &row.mapping {
        None => MappingOutcome::Bound,
        Some(known) if known.psa_contact_id == Some(psa.id) && known.psa_name == psa.name => {
            return (MappingOutcome::Unchanged, row);
        }
        Some(_) => MappingOutcome::Rebound,
    };
    let known = row.mapping.as_ref().map(|known| known.id);
    let mapping = contact_mapping::Model {
        id: known.unwrap_or_else(|| ContactMappingId::at(stamp.at)),
        provider_id: stamp.scope.provider_id(),
        integration_id: row.integration,
        contact_id: row.contact.id,
        psa_contact_id: Some(psa.id),
        psa_name: psa.name.clone(),
        changed_at: stamp.at,
        changed_by: stamp.by.name.to_string(),
    };
    let row = MappedContact {
        mapping: Some(mapping),
        psa: Some(psa),
        ..row
    };
    (outcome, row)
}

/// Takes a binding back.
pub fn unbind(row: MappedContact) -> (MappingOutcome, MappedContact) {
    if row.mapping.is_none() {
        return (MappingOutcome::Unchanged, row);
    }
    let row = MappedContact {
        mapping: None,
        psa: None,
        ..row
    };
    (MappingOutcome::Unbound, row)
}

/// Whether a contact may be bound to a PSA contact: one that the PSA still has, of the PSA company that its company is
/// bound to. `of` is the PSA company that the PSA contact belongs to.
///
/// # Errors
/// `WRONG_STATE`, `COMPANY_NOT_MAPPED` or `INVALID`, each with its remedy.
pub fn check(row: &MappedContact, psa: &psa_contact::Model, of: Option<&psa_company::Model>) -> Result<(), UserError> {
    if psa.deleted {
        let message = format!("The PSA no longer has the contact “{}”.", psa.name);
        let error = UserError::new(ErrorCode::WrongState, message).at("psaContactId");
        return Err(error.with_remedy("Choose another contact, or restore it in the PSA and import contacts again."));
    }
    let company = &row.company.company.name;
    let Some(bound) = row.psa_company() else {
        let message = format!(
            "“{company}”, the company of “{}”, is not bound to a PSA company.",
            row.contact.name
        );
        let error = UserError::new(ErrorCode::CompanyNotMapped, message).at("contactId");
        return Err(error.with_remedy("Bind the company with bindCompanies first, then its contacts."));
    };
    if !health::belongs(psa, Some(bound)) {
        let whose = of.map_or_else(
            || "belongs to no imported company".to_owned(),
            |of| format!("belongs to “{}”", of.name),
        );
        let message = format!("“{}” {whose}, but “{company}” is bound to “{}”.", psa.name, bound.name);
        let remedy = format!(
            "Choose a contact of “{}”, or bind “{company}” to the contact's company with bindCompanies first.",
            bound.name
        );
        return Err(UserError::new(ErrorCode::Invalid, message)
            .at("psaContactId")
            .with_remedy(remedy));
    }
    Ok(())
}
