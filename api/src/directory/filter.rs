//! Which companies are imported: those of certain types and statuses, or all.

use std::collections::BTreeMap;

use psa_connectors::{Filter, record::ChoiceId};
use psa_entities::import_settings;
use serde::{Deserialize, Serialize};

/// Which companies are imported. What is empty does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyFilter {
    /// The PSA's ids of their types.
    pub types: Vec<String>,
    /// The PSA's ids of their statuses.
    pub statuses: Vec<String>,
}

impl CompanyFilter {
    /// The filter that settings ask for.
    pub fn of(settings: &import_settings::Model) -> Self {
        let ids = |values: &import_settings::FilterValues| values.0.iter().map(|value| value.id.clone()).collect();
        Self {
            types: ids(&settings.company_types),
            statuses: ids(&settings.company_statuses),
        }
    }

    /// The filter as the connector takes it.
    pub fn to_query(&self) -> BTreeMap<Filter, Vec<ChoiceId>> {
        let values = |ids: &[String]| ids.iter().map(|id| ChoiceId::new(id.as_str())).collect::<Vec<_>>();
        [
            (Filter::CompanyType, values(&self.types)),
            (Filter::CompanyStatus, values(&self.statuses)),
        ]
        .into_iter()
        .filter(|(_, values)| !values.is_empty())
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_does_not_narrow() {
        assert!(CompanyFilter::default().to_query().is_empty());
        let filter = CompanyFilter {
            types: vec!["1".to_owned(), "7".to_owned()],
            statuses: Vec::new(),
        };
        let query = filter.to_query();
        assert_eq!(query.len(), 1);
        assert_eq!(query[&Filter::CompanyType].len(), 2);
    }
}
