//! What a PSA announces by itself, and how an announcement arrives.

use std::fmt;

use secrecy::SecretString;
use url::Url;

/// A kind of record whose changes a PSA can announce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Companies.
    Companies,
    /// Contacts.
    Contacts,
    /// Catalogue products.
    Products,
    /// Agreements.
    Agreements,
    /// Tickets.
    Tickets,
}

/// Where a PSA shall announce changes.
#[derive(Clone)]
pub struct WebhookEndpoint {
    /// The address, https and reachable by the PSA. Its path holds a part that nobody can guess, so it is not shown.
    pub url: Url,
    /// What a PSA signs with when the secret is agreed on at registration; others name their own key.
    pub secret: SecretString,
    /// What shall be announced.
    pub topics: Vec<Topic>,
}

impl fmt::Debug for WebhookEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookEndpoint")
            .field("host", &self.url.host_str())
            .field("topics", &self.topics)
            .finish_non_exhaustive()
    }
}

/// That a PSA announces one topic at an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The PSA's id of it.
    pub id: String,
    /// What is announced.
    pub topic: Topic,
    /// What had to be done for it.
    pub change: SubscriptionChange,
}

/// What had to be done for a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionChange {
    /// There was none.
    Registered,
    /// The PSA had switched it off, as some do after deliveries that failed for days.
    Revived,
    /// It was there and active.
    Unchanged,
}

/// An announcement as it arrived, not yet believed.
#[derive(Debug, Clone, Copy)]
pub struct InboundDelivery<'a> {
    /// The headers as names and values.
    pub headers: &'a [(String, String)],
    /// The body, byte for byte: signatures are made over it.
    pub body: &'a [u8],
}

impl InboundDelivery<'_> {
    /// The value of the first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// That a record may have changed. Only a hint: what it says is read again before anything follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// What kind of record.
    pub topic: Topic,
    /// The PSA's id of the record.
    pub record: String,
    /// What is said to have happened.
    pub change: RecordChange,
    /// The PSA's id of the announcement, the same when it is delivered again.
    pub delivery: Option<String>,
}

/// What is said to have happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordChange {
    /// It is new.
    Added,
    /// It says something else.
    Changed,
    /// It is gone.
    Deleted,
}
