//! What a connector can do, as data: checked before a call, shown to the console, and the source of the conformance cases.

use std::fmt;

/// One thing a PSA may or may not offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Capability {
    /// Companies can be read.
    Companies,
    /// Contacts can be read.
    Contacts,
    /// Catalogue products can be read.
    Products,
    /// Agreements and their additions can be read, and additions written.
    Agreements,
    /// An addition's quantity is written as an absolute decimal.
    UsageAbsolute,
    /// An addition's quantity is written as a signed whole difference.
    UsageDelta,
    /// Tickets can be created and read.
    Tickets,
    /// Notes can be added to a ticket.
    TicketNotes,
    /// A ticket can be closed.
    TicketClose,
    /// A closed ticket can be reopened.
    TicketReopen,
    /// A ticket can be merged into another, and says so.
    TicketMerge,
    /// Tickets can be found by the marker they were created with.
    FindTicketByKey,
    /// Lists can be read from a point in time on.
    IncrementalRead,
    /// Deleted companies stay in a recycle bin, so that a deletion can be told from what never was.
    RecycleBin,
    /// Devices can be found by the identifier that the console knows them by, and linked to a ticket.
    Devices,
    /// The PSA announces changes to an address of ours.
    Webhooks,
}

impl Capability {
    /// Every capability, in the order in which they are shown.
    pub const ALL: [Capability; 16] = [
        Capability::Companies,
        Capability::Contacts,
        Capability::Products,
        Capability::Agreements,
        Capability::UsageAbsolute,
        Capability::UsageDelta,
        Capability::Tickets,
        Capability::TicketNotes,
        Capability::TicketClose,
        Capability::TicketReopen,
        Capability::TicketMerge,
        Capability::FindTicketByKey,
        Capability::IncrementalRead,
        Capability::RecycleBin,
        Capability::Devices,
        Capability::Webhooks,
    ];
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// The set of capabilities of one connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities(&'static [Capability]);

impl Capabilities {
    /// Names what a connector can do; anything left out is refused before it reaches the connector.
    pub const fn of(list: &'static [Capability]) -> Self {
        Self(list)
    }

    /// Whether the connector can do `capability`.
    pub fn has(self, capability: Capability) -> bool {
        self.0.contains(&capability)
    }

    /// The capabilities in the order in which the connector names them.
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        self.0.iter().copied()
    }
}
