//! Deciding which contact of the PSA a contact of the console is.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use psa_entities::ids::ConsoleContactId;

use crate::{
    auth::{Permission, guard::Requires},
    failure::{Outcome, UserError},
    graphql::{
        ids::NodeKind,
        payload::{Answer, settle},
        request::Request,
        types::mapping::ContactMapping,
    },
    mapping::{
        contacts::{
            bind::{self, ContactBinding, ContactResult},
            suggestions::{self, AcceptRequest, Accepted},
        },
        decide::MappingOutcome,
        suggestions::LeftReason,
    },
};

/// Mutations of contact mappings.
#[derive(Debug, Default)]
pub struct ContactMutations;

/// Contacts to bind.
#[derive(Debug, InputObject)]
pub struct BindContactsInput {
    /// The integration.
    pub integration_id: ID,
    /// The bindings, at most 1,000. No contact twice.
    pub bindings: Vec<ContactBindingInput>,
}

/// One contact to bind.
#[derive(Debug, InputObject)]
pub struct ContactBindingInput {
    /// The contact of the console.
    pub contact_id: ID,
    /// The contact of the PSA. It must belong to the PSA company that the console contact's company is bound to.
    pub psa_contact_id: ID,
}

impl From<&ContactBindingInput> for ContactBinding {
    fn from(input: &ContactBindingInput) -> Self {
        Self {
            contact: NodeKind::ConsoleContact.key(&input.contact_id, "contactId").ok(),
            psa_contact: NodeKind::PsaContact.key(&input.psa_contact_id, "psaContactId").ok(),
        }
    }
}

/// Contacts to unbind.
#[derive(Debug, InputObject)]
pub struct UnbindContactsInput {
    /// The integration.
    pub integration_id: ID,
    /// The contacts of the console, at most 1,000.
    pub contact_ids: Vec<ID>,
    /// Whether to show only what would happen.
    #[graphql(default)]
    pub dry_run: bool,
}

/// Suggestions of contacts to accept.
#[derive(Debug, InputObject)]
pub struct AcceptContactSuggestionsInput {
    /// The integration.
    pub integration_id: ID,
    /// The least confidence in percent, from 1 to 100.
    pub minimum_confidence: i32,
    /// Only for these contacts of the console, at most 1,000; without it for all that are not bound.
    pub contact_ids: Option<Vec<ID>>,
}

impl AcceptContactSuggestionsInput {
    fn request(&self) -> Result<AcceptRequest, UserError> {
        Ok(AcceptRequest {
            integration: NodeKind::Integration.key(&self.integration_id, "integrationId")?,
            minimum_confidence: self.minimum_confidence,
            contacts: self.contact_ids.as_deref().map(contacts),
        })
    }
}

/// The answer to one contact of a call.
#[derive(Debug, SimpleObject)]
pub struct ContactMappingResult {
    /// The position in the call, from 0.
    pub index: usize,
    /// What happened.
    pub outcome: MappingOutcome,
    /// The contact as it is now; null when there is no such contact.
    pub mapping: Option<ContactMapping>,
    /// Why it was rejected; null when it was not.
    pub error: Option<UserError>,
}

/// What `bindContacts` did.
#[derive(Debug, SimpleObject)]
pub struct BindContactsPayload {
    /// The answer to each binding, in the order of the call; empty when the whole call was refused.
    pub results: Vec<ContactMappingResult>,
    /// Why the whole call was refused; empty when it was not. What is wrong with one binding is in its result.
    pub user_errors: Vec<UserError>,
}

/// What `unbindContacts` did, or would do.
#[derive(Debug, SimpleObject)]
pub struct UnbindContactsPayload {
    /// The answer to each contact, in the order of the call; empty when the whole call was refused.
    pub results: Vec<ContactMappingResult>,
    /// Why the whole call was refused; empty when it was not. What is wrong with one contact is in its result.
    pub user_errors: Vec<UserError>,
}

/// What `acceptContactSuggestions` did.
#[derive(Debug, SimpleObject)]
pub struct AcceptContactSuggestionsPayload {
    /// How many contacts were bound.
    pub bound_count: usize,
    /// How many contacts were left to a person.
    pub left_count: usize,
    /// The contacts that were bound.
    pub bound: Vec<ContactMapping>,
    /// The contacts that were left to a person, each with the reason.
    pub left: Vec<LeftContact>,
    /// Why the whole call was refused; empty when it was not.
    pub user_errors: Vec<UserError>,
}

/// A contact that `acceptContactSuggestions` left to a person.
#[derive(Debug, SimpleObject)]
pub struct LeftContact {
    /// The contact as it is.
    pub mapping: ContactMapping,
    /// Why it was left.
    pub reason: LeftReason,
}

impl AcceptContactSuggestionsPayload {
    fn new(accepted: Outcome<Accepted>) -> Answer<Self> {
        let (accepted, user_errors) = settle(accepted)?;
        let Accepted { bound, left } = accepted.unwrap_or_default();
        let told = |(row, reason)| LeftContact {
            mapping: ContactMapping(row),
            reason,
        };
        Ok(Some(Self {
            bound_count: bound.len(),
            left_count: left.len(),
            bound: bound.into_iter().map(ContactMapping).collect(),
            left: left.into_iter().map(told).collect(),
            user_errors,
        }))
    }
}

#[Object]
impl ContactMutations {
    /// Binds contacts of the console to contacts of the PSA, at most 1,000. Several may share one PSA contact. A contact
    /// that is bound to another is bound anew. Asking again changes nothing.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn bind_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to bind.")] input: BindContactsInput,
    ) -> Answer<BindContactsPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let bind = async {
            let integration = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            let bindings: Vec<_> = input.bindings.iter().map(ContactBinding::from).collect();
            bind::bind(app, stamp, integration, &bindings).await
        };
        let (results, user_errors) = settle(bind.await)?;
        Ok(Some(BindContactsPayload {
            results: numbered(results.unwrap_or_default()),
            user_errors,
        }))
    }

    /// Takes bindings of contacts back, at most 1,000. With `dryRun` it answers the same and changes nothing.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn unbind_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to unbind.")] input: UnbindContactsInput,
    ) -> Answer<UnbindContactsPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let unbind = async {
            let integration = NodeKind::Integration.key(&input.integration_id, "integrationId")?;
            bind::unbind(app, stamp, integration, &contacts(&input.contact_ids), input.dry_run).await
        };
        let (results, user_errors) = settle(unbind.await)?;
        Ok(Some(UnbindContactsPayload {
            results: numbered(results.unwrap_or_default()),
            user_errors,
        }))
    }

    /// Binds contacts that are not bound to their best suggestion where it is certain enough. Ambiguous ones are always
    /// left to a person.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "100 + child_complexity")]
    async fn accept_contact_suggestions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which suggestions.")] input: AcceptContactSuggestionsInput,
    ) -> Answer<AcceptContactSuggestionsPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let accept = async { suggestions::accept(app, stamp, input.request()?).await };
        AcceptContactSuggestionsPayload::new(accept.await)
    }
}

/// The contacts of global ids; `None` for each that is not the id of a contact at all.
fn contacts(ids: &[ID]) -> Vec<Option<ConsoleContactId>> {
    ids.iter()
        .map(|id| NodeKind::ConsoleContact.key(id, "contactIds").ok())
        .collect()
}

/// The answers, numbered.
fn numbered(results: Vec<ContactResult>) -> Vec<ContactMappingResult> {
    let numbered = results
        .into_iter()
        .enumerate()
        .map(|(index, result)| ContactMappingResult {
            index,
            outcome: result.outcome,
            mapping: result.row.map(ContactMapping),
            error: result.error,
        });
    numbered.collect()
}
