//! A console contact in one integration.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use psa_entities::ids::{ConsoleCompanyId, IntegrationId};

use super::{
    super::{console::ConsoleContact, psa::PsaContact},
    contact_mapping_id, contact_mapping_key,
    lists::is_own,
};
use crate::{
    graphql::{
        ids::NodeKind,
        loaders::mapping::ContactSuggestionsOf,
        pagination::{List, PageArgs, Slice},
        payload,
        request::{Request, internal},
    },
    mapping::{
        contacts::{
            ContactMappingState, MappedContact,
            page::{self, ContactFilter},
            suggest,
            suggestions::ContactCandidate,
        },
        counts::{self, ContactMappingCounts},
        health::MappingHealth,
        place::{Part, Place},
    },
};

/// A console contact with what it is bound to.
#[derive(Debug, Clone)]
pub struct ContactMapping(pub MappedContact);

/// A console contact in one integration: the contact of the PSA that it is bound to, or that it is not bound.
#[Object]
impl ContactMapping {
    /// The global id. It stays the same whatever is decided.
    pub async fn id(&self) -> ID {
        contact_mapping_id(self.0.integration, self.0.contact.id)
    }

    /// The contact of the console.
    async fn contact(&self) -> ConsoleContact {
        self.0.contact.clone().into()
    }

    /// Whether it is bound.
    async fn state(&self) -> ContactMappingState {
        self.0.state()
    }

    /// The PSA contact that it is bound to; null when it is not bound, or when `health` is `MISSING`.
    async fn psa_contact(&self) -> Option<PsaContact> {
        self.0.psa.clone().map(PsaContact)
    }

    /// Whether the PSA contact is still what it was bound to; `OK` when it is not bound.
    async fn health(&self) -> MappingHealth {
        self.0.health()
    }

    /// PSA contacts that it may be, the most certain first, all of the PSA company that its company is bound to. Empty
    /// when it is bound and nothing is wrong, or when its company is not bound.
    #[graphql(complexity = "20 + 3 * child_complexity")]
    async fn suggestions(&self, ctx: &Context<'_>) -> Result<Vec<ContactSuggestion>> {
        if self.0.state() == ContactMappingState::Mapped && self.0.health() == MappingHealth::Ok {
            return Ok(Vec::new());
        }
        let Some(candidate) = ContactCandidate::of(&self.0) else {
            return Ok(Vec::new());
        };
        let found = ctx
            .rows()?
            .load_one(ContactSuggestionsOf(self.0.integration, candidate))
            .await
            .map_err(internal)?;
        Ok(found.unwrap_or_default().into_iter().map(ContactSuggestion).collect())
    }

    /// When it was bound; null when it is not.
    async fn changed_at(&self) -> Option<DateTime<Utc>> {
        self.0.mapping.as_ref().map(|mapping| mapping.changed_at)
    }

    /// Who bound it: the name in the token; null when it is not bound.
    async fn changed_by(&self) -> Option<&str> {
        self.0.mapping.as_ref().map(|mapping| mapping.changed_by.as_str())
    }
}

/// A suggestion.
#[derive(Debug, Clone)]
pub struct ContactSuggestion(pub suggest::ContactSuggestion);

/// A PSA contact that a console contact may be.
#[Object]
impl ContactSuggestion {
    /// The PSA contact.
    async fn psa_contact(&self, ctx: &Context<'_>) -> Result<PsaContact> {
        let contact = ctx.rows()?.load_one(self.0.psa_contact).await.map_err(internal)?;
        contact
            .map(PsaContact)
            .ok_or_else(|| internal("a suggested contact is gone"))
    }

    /// How certain it is, in percent.
    async fn confidence(&self) -> u8 {
        self.0.confidence
    }

    /// What it goes by.
    async fn reason(&self) -> ContactSuggestionReason {
        self.0.reason.into()
    }

    /// Whether another PSA contact fits equally well. Such suggestions are never accepted by `acceptContactSuggestions`.
    async fn ambiguous(&self) -> bool {
        self.0.ambiguous
    }
}

/// What a suggestion of a contact goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "suggest::ContactSuggestionReason")]
pub enum ContactSuggestionReason {
    /// They have an e-mail address in common, whatever its case. Where several PSA contacts have it, the one with the
    /// same name is the more certain.
    Email,
    /// The names are the same but for case, accents, punctuation and order.
    Name,
}

/// Which contact mappings a list has.
#[derive(Debug, Default, InputObject)]
pub struct ContactMappingFilter {
    /// Only those that are bound, or only those that are not.
    pub state: Option<ContactMappingState>,
    /// Only those with this in the console contact's name, whatever case and accents, or in its e-mail address, or of
    /// this id in the console.
    pub search: Option<String>,
    /// Only those of this company of the console.
    pub company_id: Option<ID>,
    /// Only those that are bound and whose PSA contact is in this condition.
    pub health: Option<MappingHealth>,
    /// Whether those are listed as well that the console no longer has, or whose company it no longer has.
    #[graphql(default)]
    pub include_removed: bool,
}

/// The console's contacts in an integration: unbound ones first, then bound ones, each in name order.
///
/// # Errors
/// A cursor that is none of this list's.
pub async fn contact_mappings(
    ctx: &Context<'_>,
    integration: IntegrationId,
    filter: Option<ContactMappingFilter>,
    page: &PageArgs,
) -> Result<List<ContactMapping>> {
    let (db, scope) = (ctx.app()?.db.read(), ctx.scope()?);
    let filter = filter.unwrap_or_default();
    let company = filter
        .company_id
        .map(|id| NodeKind::ConsoleCompany.key::<ConsoleCompanyId>(&id, "companyId"));
    let company = match company {
        None => None,
        Some(Ok(id)) => Some(id),
        // An id of something else is the id of no company, and then no contact is its.
        Some(Err(_)) => return Ok(Slice::new(Vec::new(), page, 0, page::place).connect(ContactMapping)),
    };
    let filter = ContactFilter {
        state: filter.state,
        search: filter.search,
        company,
        health: filter.health,
        include_removed: filter.include_removed,
    };
    let counted = ctx.look_ahead().field("totalCount").exists();
    let total = if counted {
        page::count(db, scope, integration, &filter).await.map_err(internal)?
    } else {
        0
    };
    let part = Part {
        beyond: page.key::<Place>()?,
        backwards: page.is_backwards(),
        limit: page.rows(),
    };
    let rows = page::read(db, scope, integration, &filter, &part)
        .await
        .map_err(internal)?;
    Ok(Slice::new(rows, page, total, page::place).connect(ContactMapping))
}

/// How many contacts there are in an integration and how many of them are bound.
///
/// # Errors
/// Only of the database.
pub async fn contact_counts(ctx: &Context<'_>, integration: IntegrationId) -> Result<ContactMappingCounts> {
    payload::value(counts::contacts(ctx.app()?, ctx.scope()?, integration).await)
}

/// The contact mapping of a global id; `None` when there is none, or it is not the caller's.
///
/// # Errors
/// Only of the database.
pub async fn find_contact_mapping(ctx: &Context<'_>, id: &ID) -> Result<Option<ContactMapping>> {
    let Some((integration, contact)) = contact_mapping_key(id) else {
        return Ok(None);
    };
    if !is_own(ctx, integration).await? {
        return Ok(None);
    }
    let rows = page::find(ctx.app()?.db.read(), ctx.scope()?, integration, [contact])
        .await
        .map_err(internal)?;
    Ok(rows.into_iter().next().map(ContactMapping))
}
