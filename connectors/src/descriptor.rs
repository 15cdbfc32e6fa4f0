//! What a connector is and needs, as data. The console draws its form from it; documentation and conformance tests are
//! driven by it.

use std::time::Duration;

use crate::{capability::Capabilities, query::Filter, record::Topic};

/// The description of one connector.
#[derive(Debug)]
pub struct Descriptor {
    /// The stable name in configuration, database and API, such as `connectwise`.
    pub kind: &'static str,
    /// The name for people, such as `ConnectWise PSA`.
    pub name: &'static str,
    /// What it can do.
    pub capabilities: Capabilities,
    /// What an administrator enters.
    pub credential_fields: &'static [CredentialField],
    /// What the operator of this server must configure for it.
    pub operator_settings: &'static [OperatorSetting],
    /// What to prepare in the PSA, step by step.
    pub preparation: &'static [PreparationStep],
    /// The rights that the API user needs.
    pub rights: &'static [Right],
    /// By what the PSA can narrow its lists down.
    pub filters: &'static [Filter],
    /// What the PSA announces; empty without [`Capability::Webhooks`](crate::Capability::Webhooks).
    pub topics: &'static [Topic],
    /// How a ticket is routed besides its board and status.
    pub routing_fields: &'static [RoutingField],
    /// The routing field that says how urgent a ticket is; `None` where tickets have none.
    pub priority_field: Option<&'static str>,
    /// How quantities are written.
    pub quantity: QuantityKind,
    /// What the PSA can take.
    pub limits: Limits,
    /// Which hosts secrets may be sent to.
    pub hosts: HostPolicy,
}

impl Descriptor {
    /// The credential field called `name`.
    pub fn credential_field(&self, name: &str) -> Option<&'static CredentialField> {
        self.credential_fields.iter().find(|field| field.name == name)
    }

    /// The operator's setting called `name`.
    pub fn operator_setting(&self, name: &str) -> Option<&'static OperatorSetting> {
        self.operator_settings.iter().find(|setting| setting.name == name)
    }

    /// The right with this id.
    pub fn right(&self, id: &str) -> Option<&'static Right> {
        self.rights.iter().find(|right| right.id == id)
    }
}

/// One field of the credentials form.
#[derive(Debug)]
pub struct CredentialField {
    /// The stable name.
    pub name: &'static str,
    /// The label on the form.
    pub label: &'static str,
    /// Whether it is a secret: write-only, never shown again.
    pub secret: bool,
    /// Whether it must be given.
    pub required: bool,
    /// Where to find it.
    pub help: &'static str,
    /// A regular expression for the form, where the shape is known.
    pub pattern: Option<&'static str>,
    /// An example, never a real value.
    pub example: Option<&'static str>,
}

/// One setting that belongs to whoever runs this server.
#[derive(Debug)]
pub struct OperatorSetting {
    /// The stable name, such as `connectwise.client_id`.
    pub name: &'static str,
    /// Whether the connector refuses to work without it.
    pub required: bool,
    /// What it holds.
    pub kind: SettingKind,
    /// What it is and where to get it.
    pub help: &'static str,
    /// An example, never a real value.
    pub example: &'static str,
}

/// What an operator's setting holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingKind {
    /// A text that is not blank.
    Text,
    /// A whole number.
    Number {
        /// The least.
        least: u16,
        /// The most.
        most: u16,
    },
}

impl SettingKind {
    /// The rule that `value` breaks, as the rest of a sentence that begins with the setting's name; `None` when it obeys.
    pub fn broken_by(self, value: &str) -> Option<String> {
        match self {
            Self::Text => value.trim().is_empty().then(|| "must not be blank".to_owned()),
            Self::Number { least, most } => self
                .number(value)
                .is_none()
                .then(|| format!("must be a whole number from {least} to {most} (it is `{value}`)")),
        }
    }

    /// The number that `value` is, where a number is held and `value` is one within its range.
    pub fn number(self, value: &str) -> Option<u16> {
        match self {
            Self::Text => None,
            Self::Number { least, most } => {
                let number = value.trim().parse().ok();
                number.filter(|number| (least..=most).contains(number))
            }
        }
    }
}

/// One step of the preparation in the PSA.
#[derive(Debug)]
pub struct PreparationStep {
    /// What to do, in a few words.
    pub title: &'static str,
    /// How to do it.
    pub text: &'static str,
}

/// One right of the API user: a row of the PSA's permission screen.
#[derive(Debug)]
pub struct Right {
    /// The stable id, such as `finance.agreements`.
    pub id: &'static str,
    /// The group it is in, in the PSA's words (ConnectWise: module).
    pub module: &'static str,
    /// The row, in the PSA's words (ConnectWise: function).
    pub function: &'static str,
    /// Whether records must be added.
    pub add: bool,
    /// Whether records must be changed.
    pub edit: bool,
    /// Whether records must be read.
    pub inquire: bool,
    /// What does not work without it.
    pub needed_for: &'static [Purpose],
    /// Whether an integration works without it, only with less comfort: such a right never stops activation.
    pub optional: bool,
    /// What to do when it is missing, in the PSA's own words.
    pub remedy: &'static str,
}

/// The part of the product that a right serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Importing and mapping companies.
    Companies,
    /// Importing and mapping contacts.
    Contacts,
    /// Importing and mapping products.
    Products,
    /// Billing usage into agreements.
    Billing,
    /// Creating, following and closing tickets.
    Tickets,
    /// Linking the computer that has the trouble to its ticket.
    Devices,
}

/// What the permission check found for one right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RightFinding {
    /// The id of the right in the descriptor.
    pub right: &'static str,
    /// Whether records may be added.
    pub add: RightState,
    /// Whether records may be changed.
    pub edit: RightState,
    /// Whether records may be read.
    pub inquire: RightState,
}

/// The state of one level of a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RightState {
    /// It is not asked for.
    NotNeeded,
    /// It is granted.
    Granted,
    /// It is granted for some records only.
    Partial,
    /// It is missing.
    Missing,
    /// The PSA will not tell.
    Unknown,
}

/// A field that routes tickets besides board and status.
#[derive(Debug)]
pub struct RoutingField {
    /// The stable name, such as `priority`.
    pub name: &'static str,
    /// The label on the form.
    pub label: &'static str,
    /// Whether a ticket cannot be created without it.
    pub required: bool,
    /// The fields whose values decide which values it can take: `board` and other routing fields.
    pub depends_on: &'static [&'static str],
}

/// How a quantity is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuantityKind {
    /// The wanted number itself, with up to `scale` decimals.
    AbsoluteDecimal {
        /// The decimals that the PSA keeps.
        scale: u32,
    },
    /// The whole-number difference to what is there.
    SignedIntegerDelta,
}

/// What the PSA can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many requests may leave in which time.
    pub pace: Pace,
    /// Requests in flight at once.
    pub concurrency: usize,
    /// Requests in flight at once to one endpoint, where the PSA counts them so; `None` where only the whole counts.
    pub concurrency_per_endpoint: Option<usize>,
    /// The largest page.
    pub page_size: u16,
    /// The longest ticket summary, in characters.
    pub summary_chars: usize,
    /// The longest text on an invoice line, in characters.
    pub description_chars: usize,
}

/// How many requests may leave in which time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// No window of `window` sees more requests than this.
    pub requests: u32,
    /// The length of the window.
    pub window: Duration,
    /// How many of them may leave at once after a rest; the others leave evenly.
    pub burst: u32,
}

impl Pace {
    /// So many requests in a minute, a tenth of them at once.
    pub const fn per_minute(requests: u32) -> Self {
        Self {
            requests,
            window: Duration::from_secs(60),
            burst: requests / 10,
        }
    }

    /// So many requests in an hour, a quarter of them at once: an hour is too long for people to wait evenly.
    pub const fn per_hour(requests: u32) -> Self {
        Self {
            requests,
            window: Duration::from_secs(60 * 60),
            burst: requests / 4,
        }
    }
}

/// Which hosts a connector may send secrets to, besides those that the operator allows.
#[derive(Debug, Clone, Copy)]
pub struct HostPolicy {
    /// A host must be one of these or end with `.` and one of these.
    pub domains: &'static [&'static str],
}
