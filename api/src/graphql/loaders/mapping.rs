//! Loaders of what people need to decide about companies and contacts.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use psa_entities::ids::{ConsoleCompanyId, IntegrationId};
use sea_orm::DbErr;

use super::Rows;
use crate::mapping::{
    blocks::{self, Blocked},
    contacts::{self, suggest::ContactSuggestion, suggestions::ContactCandidate},
    suggest::Suggestion,
    suggestions::{self, Candidate},
    usage,
};

/// What a console company may be in an integration's PSA. The name comes along, so that it is not read again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SuggestionsOf(pub IntegrationId, pub Candidate);

impl Loader<SuggestionsOf> for Rows {
    type Value = Vec<Suggestion>;
    type Error = Arc<DbErr>;

    /// Reads the PSA's companies once for all rows of a page.
    async fn load(&self, keys: &[SuggestionsOf]) -> Result<HashMap<SuggestionsOf, Self::Value>, Self::Error> {
        let mut candidates: HashMap<IntegrationId, Vec<Candidate>> = HashMap::new();
        for SuggestionsOf(integration, candidate) in keys {
            candidates.entry(*integration).or_default().push(candidate.clone());
        }
        let mut found = HashMap::with_capacity(keys.len());
        for (integration, candidates) in candidates {
            let suggested = suggestions::of(self.app.db.read(), self.scope, integration, candidates).await?;
            found.extend(
                suggested
                    .into_iter()
                    .map(|(candidate, list)| (SuggestionsOf(integration, candidate), list)),
            );
        }
        Ok(found)
    }
}

/// Who a console contact may be in an integration's PSA. What is compared comes along, so that it is not read again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContactSuggestionsOf(pub IntegrationId, pub ContactCandidate);

impl Loader<ContactSuggestionsOf> for Rows {
    type Value = Vec<ContactSuggestion>;
    type Error = Arc<DbErr>;

    /// Reads the PSA's contacts once for all rows of a page.
    async fn load(
        &self,
        keys: &[ContactSuggestionsOf],
    ) -> Result<HashMap<ContactSuggestionsOf, Self::Value>, Self::Error> {
        let mut candidates: HashMap<IntegrationId, Vec<ContactCandidate>> = HashMap::new();
        for ContactSuggestionsOf(integration, candidate) in keys {
            candidates.entry(*integration).or_default().push(candidate.clone());
        }
        let mut found = HashMap::with_capacity(keys.len());
        for (integration, candidates) in candidates {
            let mut suggested =
                contacts::suggestions::of(self.app.db.read(), self.scope, integration, &candidates).await?;
            for candidate in candidates {
                let list = suggested.remove(&candidate.id).unwrap_or_default();
                found.insert(ContactSuggestionsOf(integration, candidate), list);
            }
        }
        Ok(found)
    }
}

/// What does not work because of what was, or was not, decided about a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlockedBy(pub IntegrationId, pub ConsoleCompanyId);

impl Loader<BlockedBy> for Rows {
    type Value = Blocked;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[BlockedBy]) -> Result<HashMap<BlockedBy, Self::Value>, Self::Error> {
        let keys: Vec<_> = keys.iter().map(|key| (key.0, key.1)).collect();
        let blocked = blocks::count(self.app.db.read(), self.scope, &keys)
            .await
            .map_err(Arc::new)?;
        Ok(blocked
            .into_iter()
            .map(|((integration, company), blocked)| (BlockedBy(integration, company), blocked))
            .collect())
    }
}

/// How many billing items are billed by the binding of a billable product, by its key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UsedBy(pub IntegrationId, pub String);

impl Loader<UsedBy> for Rows {
    type Value = u64;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[UsedBy]) -> Result<HashMap<UsedBy, u64>, Self::Error> {
        let keys: Vec<_> = keys.iter().map(|key| (key.0, key.1.clone())).collect();
        let counted = usage::count(self.app.db.read(), self.scope, &keys).await?;
        let counted = counted.into_iter();
        Ok(counted
            .map(|((integration, product), items)| (UsedBy(integration, product), items))
            .collect())
    }
}
