//! What the audit log says of mappings, as pure functions: from a row before and after to an entry.

use std::collections::HashMap;

use psa_entities::{
    audit_entry::{AuditAction, AuditSubject},
    ids::PsaProductId,
    product_mapping,
};
use serde_json::{Value, json};

use super::{MappedCompany, MappingState, contacts::MappedContact, decide::MappingOutcome, products::MappedProduct};
use crate::audit::{Entry, Subject};

/// The entry about a company; `None` when nothing was changed.
pub fn company(outcome: MappingOutcome, before: &MappedCompany, after: &MappedCompany) -> Option<Entry> {
    let action = match outcome {
        MappingOutcome::Bound | MappingOutcome::Rebound => AuditAction::CompanyBound,
        MappingOutcome::Excluded => AuditAction::CompanyExcluded,
        MappingOutcome::Unbound => AuditAction::CompanyUnbound,
        MappingOutcome::Unchanged | MappingOutcome::Rejected => return None,
    };
    let subject = Subject::new(
        AuditSubject::ConsoleCompany,
        &after.company.id,
        after.company.name.as_str(),
    );
    let entry = Entry::new(action, subject).within(after.integration);
    Some(entry.changing(&company_view(before), &company_view(after)))
}

fn company_view(row: &MappedCompany) -> Value {
    let state = match row.state() {
        MappingState::Unmapped => "UNMAPPED",
        MappingState::Mapped => "MAPPED",
        MappingState::Excluded => "EXCLUDED",
    };
    let psa = row.mapping.as_ref().and_then(|mapping| mapping.psa_name.clone());
    let external = row.psa.as_ref().map(|psa| psa.external_id.clone());
    json!({ "state": state, "psaCompany": { "name": psa, "externalId": external } })
}

/// The entry about a contact that was bound, or not, as `before` says; `None` when nothing was changed.
pub fn contact(outcome: MappingOutcome, before: Option<&MappedContact>, after: &MappedContact) -> Option<Entry> {
    let action = match outcome {
        MappingOutcome::Bound | MappingOutcome::Rebound => AuditAction::ContactBound,
        MappingOutcome::Unbound => AuditAction::ContactUnbound,
        MappingOutcome::Excluded | MappingOutcome::Unchanged | MappingOutcome::Rejected => return None,
    };
    let view = |row: &MappedContact| {
        let name = row.mapping.as_ref().map(|mapping| mapping.psa_name.as_str());
        let external = row.psa.as_ref().map(|psa| psa.external_id.as_str());
        json!({ "psaContact": { "name": name, "externalId": external } })
    };
    let subject = Subject::new(
        AuditSubject::ConsoleContact,
        &after.contact.id,
        after.contact.name.as_str(),
    );
    let entry = Entry::new(action, subject).within(after.integration);
    Some(entry.changing(&before.map(view).unwrap_or_default(), &view(after)))
}

/// The entry about a product whose PSA product changed from `before`; `identifiers` names the PSA products.
pub fn product(
    before: Option<PsaProductId>,
    after: &MappedProduct,
    identifiers: &HashMap<PsaProductId, String>,
) -> Entry {
    let of = |mapping: &product_mapping::Model| mapping.psa_product_id;
    let now = after.mapping.as_ref().and_then(of);
    let action = match now {
        Some(_) => AuditAction::ProductBound,
        None => AuditAction::ProductUnbound,
    };
    let view = |id: Option<PsaProductId>| json!({ "psaProduct": id.and_then(|id| identifiers.get(&id)) });
    Entry::new(action, product_subject(after))
        .within(after.integration)
        .changing(&view(before), &view(now))
}

fn product_subject(row: &MappedProduct) -> Subject {
    Subject::new(AuditSubject::BillableProduct, &row.product, row.product.display_name())
}
