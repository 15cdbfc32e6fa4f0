//! Who acts: the name that stands beside everything that is changed.

use std::borrow::Cow;

use psa_entities::audit_entry::ActorKind;

/// Somebody or something that changes things.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Actor {
    /// What kind of actor it is.
    pub kind: ActorKind,
    /// Its name: the subject of the console's token, or the name of the API token.
    pub name: Cow<'static, str>,
}

/// The server itself: its schedule, and what follows from the PSA's answers.
pub const SYSTEM: Actor = Actor {
    kind: ActorKind::System,
    name: Cow::Borrowed("psa-bridge"),
};

impl Actor {
    /// A script with the API token of this name.
    pub fn api_token(name: String) -> Self {
        Self {
            kind: ActorKind::ApiToken,
            name: Cow::Owned(name),
        }
    }

    /// A person or program with a token of the console.
    pub fn user(subject: String) -> Self {
        Self {
            kind: ActorKind::User,
            name: Cow::Owned(subject),
        }
    }
}
