//! Whether what something is bound to is still there and still the same.
//!
//! The rules for companies and contacts stand here twice, as a decision about a row and as a condition for a list of
//! them. Both go by the same order: missing, deleted, of another company, inactive, renamed.

use async_graphql::Enum;
use psa_entities::{company_mapping, contact_mapping, psa_company, psa_contact, psa_product, shown};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait,
    sea_query::{Expr, Func},
};

/// Whether what something is bound to is still what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum MappingHealth {
    /// Nothing is wrong.
    Ok,
    /// It has another name in the PSA than when it was bound. Bind it again to accept the new name.
    Renamed,
    /// The PSA no longer uses it: the company or contact is inactive, or the product cannot be sold or billed.
    Inactive,
    /// The last import did not see it, because the import filter leaves it out. Widen the filter, or bind to another.
    Missing,
    /// The PSA no longer has it.
    Deleted,
    /// The contact does not belong to the PSA company that its console company is bound to now, so it is not used. Bind
    /// it again, or bind the company back. Only contacts can be in this condition.
    OtherCompany,
}

/// The status of a company that is not used any more, in lower case.
const INACTIVE: &str = "inactive";

/// The health of a company. One that is not bound has nothing that could be wrong.
pub fn of_company(mapping: Option<&shown::CompanyMapping>, psa: Option<&shown::PsaCompany>) -> MappingHealth {
    let bound = mapping.filter(|mapping| mapping.state == company_mapping::MappingState::Mapped);
    let Some(mapping) = bound else { return MappingHealth::Ok };
    let Some(psa) = psa else { return MappingHealth::Missing };
    if psa.deleted {
        MappingHealth::Deleted
    } else if psa.missing {
        MappingHealth::Missing
    } else if psa
        .status
        .as_deref()
        .is_some_and(|status| status.eq_ignore_ascii_case(INACTIVE))
    {
        MappingHealth::Inactive
    } else if mapping.psa_name.as_ref().is_some_and(|name| *name != psa.name) {
        MappingHealth::Renamed
    } else {
        MappingHealth::Ok
    }
}

/// The health of a contact that is bound, where its console company is bound to `company`.
pub fn of_contact(
    mapping: &contact_mapping::Model,
    psa: Option<&psa_contact::Model>,
    company: Option<&psa_company::Model>,
) -> MappingHealth {
    let Some(psa) = psa else { return MappingHealth::Missing };
    if psa.deleted {
        MappingHealth::Deleted
    } else if !belongs(psa, company) {
        MappingHealth::OtherCompany
    } else if !psa.active {
        MappingHealth::Inactive
    } else if mapping.psa_name != psa.name {
        MappingHealth::Renamed
    } else {
        MappingHealth::Ok
    }
}

/// Whether a PSA contact is one of a PSA company's.
pub fn belongs(contact: &psa_contact::Model, company: Option<&psa_company::Model>) -> bool {
    company.is_some_and(|company| {
        company.integration_id == contact.integration_id
            && contact.company_external_id.as_deref() == Some(company.external_id.as_str())
    })
}

/// The health of a product that is bound.
pub fn of_product(psa: Option<&psa_product::Model>) -> MappingHealth {
    match psa {
        None => MappingHealth::Missing,
        Some(psa) if psa.deleted => MappingHealth::Deleted,
        Some(psa) if !psa.active || !psa.billable => MappingHealth::Inactive,
        Some(_) => MappingHealth::Ok,
    }
}

/// The bound companies of this health, where `company_mapping` is joined with `psa_company`.
pub fn condition(health: MappingHealth) -> Condition {
    let inactive = Expr::expr(Func::lower(psa_company::Column::Status.into_expr())).eq(INACTIVE);
    let renamed = psa_company::Column::Name
        .into_expr()
        .ne(company_mapping::Column::PsaName.into_expr());
    // A status or a name that is not known is NULL, and neither a condition on it nor its opposite would be true.
    let used = Condition::any()
        .add(psa_company::Column::Status.is_null())
        .add(inactive.clone().not());
    let same = Condition::any()
        .add(company_mapping::Column::PsaName.is_null())
        .add(renamed.clone().not());
    let bound = Condition::all().add(company_mapping::Column::State.eq(company_mapping::MappingState::Mapped));
    let known = bound.clone().add(psa_company::Column::Deleted.eq(false));
    let there = known.clone().add(psa_company::Column::Missing.eq(false));
    let missing = Condition::any()
        .add(psa_company::Column::Id.is_null())
        .add(known.add(psa_company::Column::Missing.eq(true)));
    match health {
        MappingHealth::Ok => there.add(used).add(same),
        MappingHealth::Renamed => there.add(used).add(renamed),
        MappingHealth::Inactive => there.add(inactive),
        MappingHealth::Missing => bound.add(missing),
        MappingHealth::Deleted => bound.add(psa_company::Column::Deleted.eq(true)),
        // Excluded by the list before it asks: no company is in this condition.
        MappingHealth::OtherCompany => bound.add(
            psa_company::Column::Id
                .is_null()
                .and(psa_company::Column::Id.is_not_null()),
        ),
    }
}

/// The bound contacts of this health, where `contact_mapping` is joined with `psa_contact`, and `psa_company` is what the
/// contact's console company is bound to.
pub fn contact_condition(health: MappingHealth) -> Condition {
    use psa_contact::Column;
    let of_company = Column::CompanyExternalId
        .into_expr()
        .eq(psa_company::Column::ExternalId.into_expr());
    // Where one of them is not known, neither being equal nor being different would be true.
    let elsewhere = Condition::any()
        .add(Column::CompanyExternalId.is_null())
        .add(psa_company::Column::Id.is_null())
        .add(of_company.clone().not());
    let renamed = Column::Name
        .into_expr()
        .ne(contact_mapping::Column::PsaName.into_expr());
    let bound = Condition::all().add(contact_mapping::Column::Id.is_not_null());
    let there = bound.clone().add(Column::Deleted.eq(false));
    let used = || there.clone().add(of_company.clone()).add(Column::Active.eq(true));
    match health {
        MappingHealth::Ok => used().add(renamed.not()),
        MappingHealth::Renamed => used().add(renamed),
        MappingHealth::Inactive => there.clone().add(of_company.clone()).add(Column::Active.eq(false)),
        MappingHealth::OtherCompany => there.clone().add(elsewhere),
        MappingHealth::Missing => bound.add(Column::Id.is_null()),
        MappingHealth::Deleted => bound.add(Column::Deleted.eq(true)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use psa_entities::{
        ids::{
            ConsoleContactId, ContactMappingId, IntegrationId, ProviderId, PsaCompanyId, PsaContactId, PsaProductId,
        },
        psa_company::CompanyTypes,
        psa_contact::Emails,
    };

    fn psa() -> psa_company::Model {
        let at = DateTime::UNIX_EPOCH;
        psa_company::Model {
            id: PsaCompanyId::at(at),
            provider_id: ProviderId::at(at),
            integration_id: IntegrationId::at(at),
            external_id: "19".into(),
            identifier: None,
            name: "Acme".into(),
            normalized_name: "acme".into(),
            status: None,
            types: CompanyTypes::default(),
            deleted: false,
            missing: false,
            imported_at: at,
        }
    }

    fn mapping(psa_name: Option<&str>) -> shown::CompanyMapping {
        shown::CompanyMapping {
            state: company_mapping::MappingState::Mapped,
            psa_name: psa_name.map(str::to_owned),
            changed_at: None,
            changed_by: None,
        }
    }

    #[test]
    fn the_worst_counts() {
        let bound = mapping(Some("Acme"));
        let old = mapping(Some("Acme Old"));
        let excluded = shown::CompanyMapping {
            state: company_mapping::MappingState::Excluded,
            ..old.clone()
        };
        let unnamed = mapping(None);
        let psa = shown::PsaCompany::from(psa());
        let inactive = shown::PsaCompany {
            status: Some("Inactive".into()),
            ..psa.clone()
        };
        let active = shown::PsaCompany {
            status: Some("Not Approved".into()),
            ..psa.clone()
        };
        let deleted = shown::PsaCompany {
            deleted: true,
            ..inactive.clone()
        };
        let missing = shown::PsaCompany {
            missing: true,
            ..psa.clone()
        };
        for (mapping, psa, expected) in [
            (Some(&bound), Some(&psa), MappingHealth::Ok),
            (Some(&bound), Some(&active), MappingHealth::Ok),
            (Some(&old), Some(&psa), MappingHealth::Renamed),
            (Some(&old), Some(&inactive), MappingHealth::Inactive),
            (Some(&old), Some(&deleted), MappingHealth::Deleted),
            (Some(&old), Some(&missing), MappingHealth::Missing),
            (Some(&bound), None, MappingHealth::Missing),
            (Some(&unnamed), Some(&psa), MappingHealth::Ok),
            (Some(&excluded), None, MappingHealth::Ok),
            (None, None, MappingHealth::Ok),
        ] {
            assert_eq!(of_company(mapping, psa), expected, "{mapping:?} {psa:?}");
        }
    }

    #[test]
    fn a_contact_of_another_company_is_not_used() {
        let at = DateTime::UNIX_EPOCH;
        let company = psa();
        let contact = psa_contact::Model {
            id: PsaContactId::at(at),
            provider_id: company.provider_id,
            integration_id: company.integration_id,
            external_id: "7".into(),
            company_external_id: Some("19".into()),
            name: "Ann".into(),
            normalized_name: "ann".into(),
            email: None,
            other_emails: Emails::default(),
            active: true,
            deleted: false,
            imported_at: at,
        };
        let bound = contact_mapping::Model {
            id: ContactMappingId::at(at),
            provider_id: company.provider_id,
            integration_id: company.integration_id,
            contact_id: ConsoleContactId::at(at),
            psa_contact_id: Some(contact.id),
            psa_name: "Ann".into(),
            changed_at: at,
            changed_by: "ann".into(),
        };
        let elsewhere = psa_company::Model {
            external_id: "20".into(),
            ..company.clone()
        };
        let inactive = psa_contact::Model {
            active: false,
            name: "Anna".into(),
            ..contact.clone()
        };
        let deleted = psa_contact::Model {
            deleted: true,
            ..inactive.clone()
        };
        let renamed = psa_contact::Model {
            name: "Anna".into(),
            ..contact.clone()
        };
        for (psa, company, expected) in [
            (Some(&contact), Some(&company), MappingHealth::Ok),
            (Some(&renamed), Some(&company), MappingHealth::Renamed),
            (Some(&inactive), Some(&company), MappingHealth::Inactive),
            (Some(&inactive), Some(&elsewhere), MappingHealth::OtherCompany),
            (Some(&contact), None, MappingHealth::OtherCompany),
            (Some(&deleted), Some(&elsewhere), MappingHealth::Deleted),
            (None, Some(&company), MappingHealth::Missing),
        ] {
            assert_eq!(of_contact(&bound, psa, company), expected, "{psa:?}");
        }
    }

    #[test]
    fn a_product_that_cannot_be_billed_is_inactive() {
        let at = DateTime::UNIX_EPOCH;
        let product = psa_product::Model {
            id: PsaProductId::at(at),
            provider_id: ProviderId::at(at),
            integration_id: IntegrationId::at(at),
            external_id: "7".into(),
            identifier: "BACKUP".into(),
            description: "Backup".into(),
            price: None,
            cost: None,
            unit: None,
            active: true,
            billable: true,
            quantity_scale: None,
            deleted: false,
            imported_at: at,
        };
        for (active, billable, deleted, expected) in [
            (true, true, false, MappingHealth::Ok),
            (false, true, false, MappingHealth::Inactive),
            (true, false, false, MappingHealth::Inactive),
            (false, false, true, MappingHealth::Deleted),
        ] {
            assert_eq!(
                of_product(Some(&psa_product::Model {
                    active,
                    billable,
                    deleted,
                    ..product.clone()
                })),
                expected
            );
        }
        assert_eq!(of_product(None), MappingHealth::Missing);
    }
}
