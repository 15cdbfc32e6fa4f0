//! What stands in the way of billing a company, by what is stored here; a plan finds more.

use psa_entities::{
    agreement::{self, AgreementStatus},
    company_mapping::{self, MappingState},
};

use crate::billing::plan::{BlockCode, Explanation};

/// What stands in the way of billing a company that runs take in: its mapping, its configurations, and the agreement of
/// each that is switched on. A company that is left out on purpose has no problem.
pub fn problems(
    mapping: Option<&company_mapping::Model>,
    configured: bool,
    agreements: &[Option<agreement::Model>],
) -> Vec<Explanation> {
    match mapping {
        None => return vec![BlockCode::CompanyNotMapped.explain(None)],
        Some(mapping) if mapping.state == MappingState::Excluded => return Vec::new(),
        Some(mapping) if mapping.psa_company_id.is_none() => return vec![BlockCode::PsaCompanyGone.explain(None)],
        Some(_) if !configured => return vec![BlockCode::NotConfigured.explain(None)],
        Some(_) => {}
    }
    agreements
        .iter()
        .filter_map(|agreement| of_agreement(agreement.as_ref()))
        .collect()
}

fn of_agreement(agreement: Option<&agreement::Model>) -> Option<Explanation> {
    let Some(agreement) = agreement.filter(|agreement| !agreement.deleted) else {
        let name = agreement.map(|agreement| agreement.name.clone());
        return Some(BlockCode::AgreementNotFound.explain(name));
    };
    let code = match agreement.status {
        AgreementStatus::Active => return None,
        AgreementStatus::Cancelled => BlockCode::AgreementCancelled,
        AgreementStatus::Inactive => BlockCode::AgreementInactive,
        AgreementStatus::Expired => BlockCode::AgreementNotInForce,
    };
    Some(code.explain(Some(agreement.name.clone())))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use psa_entities::ids::{AgreementId, CompanyMappingId, ConsoleCompanyId, IntegrationId, ProviderId, PsaCompanyId};

    use super::*;

    fn mapping(state: MappingState, is_bound: bool) -> company_mapping::Model {
        let now = DateTime::UNIX_EPOCH;
        company_mapping::Model {
            id: CompanyMappingId::at(now),
            provider_id: ProviderId::at(now),
            integration_id: IntegrationId::at(now),
            company_id: ConsoleCompanyId::at(now),
            state,
            psa_company_id: is_bound.then(|| PsaCompanyId::at(now)),
            psa_name: None,
            changed_at: now,
            changed_by: "ada".to_owned(),
        }
    }

    fn agreement(status: AgreementStatus, deleted: bool) -> Option<agreement::Model> {
        let now = DateTime::UNIX_EPOCH;
        Some(agreement::Model {
            id: AgreementId::at(now),
            provider_id: ProviderId::at(now),
            integration_id: IntegrationId::at(now),
            external_id: "1".to_owned(),
            psa_company_external_id: "2".to_owned(),
            parent_external_id: None,
            name: "Managed Backup".to_owned(),
            kind: None,
            status,
            start_date: None,
            end_date: None,
            billing_start_date: None,
            next_invoice_date: None,
            billing_cycle: None,
            prorated: true,
            currency: None,
            deleted,
            imported_at: now,
        })
    }

    #[test]
    fn each_obstacle_is_named_and_a_company_without_one_has_none() {
        let mapped = mapping(MappingState::Mapped, true);
        let excluded = mapping(MappingState::Excluded, false);
        let gone = mapping(MappingState::Mapped, false);
        let active = agreement(AgreementStatus::Active, false);
        let codes = |mapping: Option<&company_mapping::Model>, configured, agreements: &[Option<agreement::Model>]| {
            let found = problems(mapping, configured, agreements);
            found.iter().map(|problem| problem.code).collect::<Vec<_>>()
        };
        assert_eq!(codes(None, false, &[]), ["COMPANY_NOT_MAPPED"]);
        assert_eq!(codes(Some(&excluded), false, &[]), [""; 0]);
        assert_eq!(
            codes(Some(&gone), true, std::slice::from_ref(&active)),
            ["PSA_COMPANY_GONE"]
        );
        assert_eq!(codes(Some(&mapped), false, &[]), ["NOT_CONFIGURED"]);
        assert_eq!(codes(Some(&mapped), true, std::slice::from_ref(&active)), [""; 0]);
        let wrong = [
            active,
            None,
            agreement(AgreementStatus::Active, true),
            agreement(AgreementStatus::Cancelled, false),
            agreement(AgreementStatus::Inactive, false),
            agreement(AgreementStatus::Expired, false),
        ];
        assert_eq!(
            codes(Some(&mapped), true, &wrong),
            [
                "AGREEMENT_NOT_FOUND",
                "AGREEMENT_NOT_FOUND",
                "AGREEMENT_CANCELLED",
                "AGREEMENT_INACTIVE",
                "AGREEMENT_NOT_IN_FORCE",
            ]
        );
    }
}
