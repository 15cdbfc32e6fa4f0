//! Binding, excluding and unbinding one company, as a pure function: what is known and what is wanted in, what changes out.

use async_graphql::Enum;
use psa_entities::{company_mapping, ids::CompanyMappingId, psa_company};

use super::{MappedCompany, MappingState};
use crate::audit::Stamp;

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum MappingOutcome {
    /// It was bound to nothing before.
    Bound,
    /// It was bound to something else before, or to the same under another name.
    Rebound,
    /// It was left out on purpose.
    Excluded,
    /// Its binding or exclusion was taken away.
    Unbound,
    /// It was like this before.
    Unchanged,
    /// It could not be done; `error` says why.
    Rejected,
}

/// What somebody wants of a company.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// Bind it to this PSA company.
    Bind(Box<psa_company::Model>),
    /// Leave it out.
    Exclude,
    /// Take the decision back.
    Unbind,
}

/// Decides about one company. The row that comes back is the one to be stored, or has no mapping any more.
pub fn decide(row: MappedCompany, wanted: Wanted, stamp: Stamp<'_>) -> (MappingOutcome, MappedCompany) {
    let outcome = outcome(&row, &wanted);
    if outcome == MappingOutcome::Unchanged {
        return (outcome, row);
    }
    let (state, psa) = match wanted {
        Wanted::Unbind => {
            return (
                outcome,
                MappedCompany {
                    mapping: None,
                    psa: None,
                    ..row
                },
            );
        }
        Wanted::Bind(psa) => (company_mapping::MappingState::Mapped, Some(*psa)),
        Wanted::Exclude => (company_mapping::MappingState::Excluded, None),
    };
    let mapping = company_mapping::Model {
        id: row
            .mapping
            .as_ref()
            .map_or_else(|| CompanyMappingId::at(stamp.at), |known| known.id),
        provider_id: stamp.scope.provider_id(),
        integration_id: row.integration,
        company_id: row.company.id,
        state,
        psa_company_id: psa.as_ref().map(|psa| psa.id),
        psa_name: psa.as_ref().map(|psa| psa.name.clone()),
        changed_at: stamp.at,
        changed_by: stamp.by.name.to_string(),
    };
    (
        outcome,
        MappedCompany {
            mapping: Some(mapping),
            psa,
            ..row
        },
    )
}

fn outcome(row: &MappedCompany, wanted: &Wanted) -> MappingOutcome {
    match (wanted, row.state()) {
        (Wanted::Bind(psa), MappingState::Mapped) => {
            let same = row.mapping.as_ref().is_some_and(|known| {
                known.psa_company_id == Some(psa.id) && known.psa_name.as_ref() == Some(&psa.name)
            });
            if same {
                MappingOutcome::Unchanged
            } else {
                MappingOutcome::Rebound
            }
        }
        (Wanted::Bind(_), MappingState::Unmapped | MappingState::Excluded) => MappingOutcome::Bound,
        (Wanted::Exclude, MappingState::Excluded) | (Wanted::Unbind, MappingState::Unmapped) => {
            MappingOutcome::Unchanged
        }
        (Wanted::Exclude, _) => MappingOutcome::Excluded,
        (Wanted::Unbind, _) => MappingOutcome::Unbound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        auth::Actor,
        mapping::health::{self, MappingHealth},
    };
    use chrono::{DateTime, Utc};
    use psa_entities::{
        ProviderScope, console_company,
        ids::{ConsoleCompanyId, IntegrationId, ProviderId, PsaCompanyId},
        psa_company::CompanyTypes,
        shown,
    };

    const AT: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn psa(name: &str) -> Box<psa_company::Model> {
        Box::new(psa_company::Model {
            id: PsaCompanyId::at(AT),
            provider_id: ProviderId::at(AT),
            integration_id: IntegrationId::at(AT),
            external_id: "19".into(),
            identifier: None,
            name: name.into(),
            normalized_name: name.to_lowercase(),
            status: None,
            types: CompanyTypes::default(),
            deleted: false,
            missing: false,
            imported_at: AT,
        })
    }

    fn unmapped() -> MappedCompany {
        let company = console_company::Model {
            id: ConsoleCompanyId::at(AT),
            provider_id: ProviderId::at(AT),
            external_id: "C-1".into(),
            name: "Acme".into(),
            normalized_name: "acme".into(),
            reported_at: AT,
            removed_at: None,
        };
        MappedCompany {
            integration: IntegrationId::at(AT),
            company,
            mapping: None,
            psa: None,
        }
    }

    fn decided(row: &MappedCompany, wanted: Wanted) -> (MappingOutcome, MappedCompany) {
        let scope = ProviderScope::new(row.company.provider_id);
        decide(
            row.clone(),
            wanted,
            Stamp {
                scope,
                by: &Actor::user("ann".to_owned()),
                at: AT,
            },
        )
    }

    #[test]
    fn asking_again_changes_nothing() {
        for wanted in [Wanted::Bind(psa("Acme")), Wanted::Exclude] {
            let (first, row) = decided(&unmapped(), wanted.clone());
            assert_ne!(first, MappingOutcome::Unchanged);
            assert_eq!(decided(&row, wanted), (MappingOutcome::Unchanged, row));
        }
        assert_eq!(decided(&unmapped(), Wanted::Unbind).0, MappingOutcome::Unchanged);
    }

    #[test]
    fn a_company_may_be_bound_anew_and_keeps_its_row() {
        let (outcome, bound) = decided(&unmapped(), Wanted::Bind(psa("Acme")));
        assert_eq!((outcome, bound.state()), (MappingOutcome::Bound, MappingState::Mapped));
        let other = psa("Acme North");
        let (outcome, rebound) = decided(&bound, Wanted::Bind(other.clone()));
        assert_eq!(outcome, MappingOutcome::Rebound);
        let mapping = rebound.mapping.unwrap();
        assert_eq!(
            (mapping.id, mapping.psa_company_id),
            (bound.mapping.unwrap().id, Some(other.id))
        );
    }

    fn health(row: &MappedCompany) -> MappingHealth {
        let mapping = row.mapping.clone().map(shown::CompanyMapping::from);
        health::of_company(mapping.as_ref(), row.psa.clone().map(shown::PsaCompany::from).as_ref())
    }

    #[test]
    fn binding_again_accepts_a_new_name() {
        let old = psa("Acme");
        let (_, mut bound) = decided(&unmapped(), Wanted::Bind(old.clone()));
        let renamed = psa_company::Model {
            name: "Acme Group".into(),
            ..*old
        };
        bound.psa = Some(renamed.clone());
        assert_eq!(health(&bound), MappingHealth::Renamed);
        let (outcome, accepted) = decided(&bound, Wanted::Bind(Box::new(renamed)));
        assert_eq!(
            (outcome, health(&accepted)),
            (MappingOutcome::Rebound, MappingHealth::Ok)
        );
    }

    #[test]
    fn an_exclusion_forgets_the_binding_and_can_be_taken_back() {
        let (_, bound) = decided(&unmapped(), Wanted::Bind(psa("Acme")));
        let (outcome, excluded) = decided(&bound, Wanted::Exclude);
        assert_eq!(
            (outcome, excluded.state()),
            (MappingOutcome::Excluded, MappingState::Excluded)
        );
        assert_eq!(excluded.mapping.as_ref().unwrap().psa_company_id, None);
        let (outcome, free) = decided(&excluded, Wanted::Unbind);
        assert_eq!(
            (outcome, free.state()),
            (MappingOutcome::Unbound, MappingState::Unmapped)
        );
    }
}
