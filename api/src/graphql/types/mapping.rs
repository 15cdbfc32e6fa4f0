//! What in the console is what in the PSA.

mod contact;
mod ids;
mod lists;
mod product;

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::{
    ids::{IntegrationId, PsaCompanyId},
    shown,
};

pub use contact::{
    ContactMapping, ContactMappingFilter, ContactSuggestion, ContactSuggestionReason, contact_counts, contact_mappings,
    find_contact_mapping,
};
pub use ids::{
    company_mapping_id, company_mapping_key, contact_mapping_id, contact_mapping_key, product_mapping_id,
    product_mapping_key,
};
pub use lists::{
    CompanyMappingFilter, company_counts, company_mappings, find_company_mapping, find_product_mapping,
    product_mappings,
};
pub use product::ProductMapping;

use super::{
    console::{ConsoleCompany, ConsoleContact, ContactsAhead, FirstContacts},
    psa::PsaCompany,
    ticketing::{TicketOverride, overrides},
};
use crate::{
    graphql::{
        loaders::mapping::{BlockedBy, SuggestionsOf},
        request::{Request, asked, internal},
        told::{self, Asked, Json, Told, choice, leaf},
    },
    mapping::{
        MappedCompany, MappingState,
        blocks::Blocked,
        health::{self, MappingHealth},
        page::ListedCompany,
        suggest::{self, Suggestion},
        suggestions::Candidate,
    },
};

/// A console company with what it is bound to.
#[derive(Debug, Clone)]
pub struct CompanyMapping {
    integration: IntegrationId,
    company: ConsoleCompany,
    mapping: Option<shown::CompanyMapping>,
    psa: Option<PsaCompany>,
}

impl CompanyMapping {
    /// A company of the list of an integration's, with those contacts that `first` asked for.
    fn listed(integration: IntegrationId, row: ListedCompany, first: Option<Arc<FirstContacts>>) -> Self {
        let id = row.company.id;
        let contacts = first.map(|first| {
            let contacts = row.contacts.into_iter().map(|contact| ConsoleContact::of(id, contact));
            ContactsAhead::new(first, contacts.collect())
        });
        Self {
            integration,
            company: ConsoleCompany::with(row.company, contacts),
            mapping: row.mapping,
            psa: row.psa.map(PsaCompany),
        }
    }

    fn decided(&self) -> MappingState {
        MappingState::of(self.mapping.as_ref().map(|mapping| mapping.state))
    }

    fn condition(&self) -> MappingHealth {
        health::of_company(self.mapping.as_ref(), self.psa.as_ref().map(|psa| &psa.0))
    }
}

impl From<MappedCompany> for CompanyMapping {
    fn from(row: MappedCompany) -> Self {
        Self {
            integration: row.integration,
            company: row.company.into(),
            mapping: row.mapping.map(Into::into),
            psa: row.psa.map(Into::into),
        }
    }
}

/// A console company in one integration: what it is bound to, or that nobody has decided yet.
#[Object]
impl CompanyMapping {
    /// The global id. It stays the same whatever is decided.
    pub async fn id(&self) -> ID {
        company_mapping_id(self.integration, self.company.key())
    }

    /// The company of the console.
    async fn company(&self) -> &ConsoleCompany {
        &self.company
    }

    /// What was decided.
    async fn state(&self) -> MappingState {
        self.decided()
    }

    /// The PSA company that it is bound to; null when it is not bound, or when `health` is `MISSING`.
    async fn psa_company(&self) -> Option<&PsaCompany> {
        self.psa.as_ref()
    }

    /// Whether the PSA company is still what it was bound to; `OK` when it is not bound.
    async fn health(&self) -> MappingHealth {
        self.condition()
    }

    /// PSA companies that it may be, the most certain first. Empty when it is bound and nothing is wrong, or excluded.
    #[graphql(complexity = "20 + 3 * child_complexity")]
    async fn suggestions(&self, ctx: &Context<'_>) -> Result<Vec<CompanySuggestion>> {
        if self.decided() != MappingState::Unmapped && self.condition() == MappingHealth::Ok {
            return Ok(Vec::new());
        }
        let candidate = Candidate {
            id: self.company.key(),
            name: self.company.called().to_owned(),
        };
        let found = ctx
            .rows()?
            .load_one(SuggestionsOf(self.integration, candidate))
            .await
            .map_err(internal)?;
        Ok(found.unwrap_or_default().into_iter().map(CompanySuggestion).collect())
    }

    /// What does not work because of this row's state. Empty when it is bound and its PSA company is there.
    #[graphql(complexity = "2 + 2 * child_complexity")]
    async fn blocks(&self, ctx: &Context<'_>) -> Result<Vec<MappingBlock>> {
        // What only the import filter leaves out is there: nothing waits for it.
        let gone = self.psa.is_none() || self.condition() == MappingHealth::Deleted;
        if self.decided() == MappingState::Mapped && !gone {
            return Ok(Vec::new());
        }
        let blocked = ctx
            .rows()?
            .load_one(BlockedBy(self.integration, self.company.key()))
            .await
            .map_err(internal)?;
        Ok(MappingBlock::of(self.decided(), blocked.unwrap_or_default()))
    }

    /// Where the company's tickets go, when not where the others' do; at most one for each agent.
    #[graphql(complexity = "2 + 2 * child_complexity")]
    async fn ticket_overrides(&self, ctx: &Context<'_>) -> Result<Vec<TicketOverride>> {
        overrides(ctx, self.integration, self.company.key()).await
    }

    /// When it was decided; null when it was not.
    async fn changed_at(&self) -> Result<Option<DateTime<Utc>>> {
        let mapping = self.mapping.as_ref();
        mapping.map(|mapping| asked(mapping.changed_at)).transpose()
    }

    /// Who decided it: the name in the token; null when nobody did.
    async fn changed_by(&self) -> Result<Option<&str>> {
        let mapping = self.mapping.as_ref();
        mapping.map(|mapping| asked(mapping.changed_by.as_deref())).transpose()
    }
}

impl Told for CompanyMapping {
    fn tell(&self, field: &Asked<'_>, json: &mut Json) -> Option<()> {
        match field.name {
            "id" => leaf(self.id(field.ctx), json),
            "company" => told::record(self.company(field.ctx), &field.below, json),
            "state" => choice(self.state(field.ctx), json),
            "psaCompany" => told::optional(self.psa_company(field.ctx), &field.below, json),
            "health" => choice(self.health(field.ctx), json),
            "changedAt" => leaf(self.changed_at(field.ctx), json),
            "changedBy" => leaf(self.changed_by(field.ctx), json),
            _ => None,
        }
    }
}

/// A suggestion.
#[derive(Debug, Clone)]
pub struct CompanySuggestion(pub Suggestion);

/// A PSA company that a console company may be.
#[Object]
impl CompanySuggestion {
    /// The PSA company.
    async fn psa_company(&self, ctx: &Context<'_>) -> Result<PsaCompany> {
        let id: PsaCompanyId = self.0.psa_company;
        let company = ctx.rows()?.load_one(id).await.map_err(internal)?;
        company
            .map(PsaCompany::from)
            .ok_or_else(|| internal("a suggested company is gone"))
    }

    /// How certain it is, in percent.
    async fn confidence(&self) -> u8 {
        self.0.confidence
    }

    /// What it goes by.
    async fn reason(&self) -> SuggestionReason {
        self.0.reason.into()
    }

    /// Whether another PSA company fits equally well. Such suggestions are never accepted by `acceptSuggestions`.
    async fn ambiguous(&self) -> bool {
        self.0.ambiguous
    }
}

/// What a suggestion goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "suggest::SuggestionReason")]
pub enum SuggestionReason {
    /// The names are the same.
    ExactName,
    /// The names are the same but for case, accents, punctuation and legal form.
    NormalisedName,
    /// The PSA's identifier is the name.
    Identifier,
    /// The names share a rare word and are written much alike.
    Similar,
    /// Their contacts have an e-mail domain in common that is no public mail provider's and that few other PSA companies
    /// have: 85 percent, or 88 when the names are similar as well, always below the identifier's 90.
    EmailDomain,
}

/// What waits for a decision.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct MappingBlock {
    /// What does not work.
    pub code: MappingBlockCode,
    /// How many of them there are.
    pub count: u64,
    /// What does not work, for a person.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// What can wait for a decision about a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum MappingBlockCode {
    /// Tickets, notes and closures are held.
    TicketsHeld,
    /// Billing configurations bill nothing.
    BillingBlocked,
}

impl MappingBlock {
    fn of(state: MappingState, blocked: Blocked) -> Vec<Self> {
        let remedy = match state {
            MappingState::Unmapped => "Bind the company with bindCompanies, or leave it out with excludeCompanies.",
            MappingState::Excluded => "Bind the company with bindCompanies if it is to be billed and to have tickets.",
            MappingState::Mapped => "Bind the company to another PSA company with bindCompanies.",
        };
        let block = |code, count, message: String| Self {
            code,
            count,
            message,
            remedy: remedy.to_owned(),
        };
        let (held, configured) = (blocked.held_deliveries, blocked.billing_configurations);
        let tickets = (held > 0).then(|| {
            block(
                MappingBlockCode::TicketsHeld,
                held,
                format!("{held} ticket operations are held until the company is bound."),
            )
        });
        let billing = (configured > 0).then(|| {
            let message = format!("{configured} billing configurations bill nothing until the company is bound.");
            block(MappingBlockCode::BillingBlocked, configured, message)
        });
        tickets.into_iter().chain(billing).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_waits_is_listed() {
        assert_eq!(MappingBlock::of(MappingState::Unmapped, Blocked::default()), []);
        let blocked = Blocked {
            held_deliveries: 3,
            billing_configurations: 1,
        };
        let blocks = MappingBlock::of(MappingState::Excluded, blocked);
        let seen: Vec<_> = blocks.iter().map(|block| (block.code, block.count)).collect();
        assert_eq!(
            seen,
            [
                (MappingBlockCode::TicketsHeld, 3),
                (MappingBlockCode::BillingBlocked, 1)
            ]
        );
        assert!(blocks.iter().all(|block| !block.remedy.is_empty()));
    }
}
