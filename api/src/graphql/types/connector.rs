//! A connector's descriptor, for forms.

use super::permission::Purpose;
use async_graphql::{Enum, Object, SimpleObject};
use psa_connectors::{
    Descriptor, Filter,
    descriptor::{self, QuantityKind},
};

/// A connector.
#[derive(Debug, Clone, Copy)]
pub struct Connector(pub &'static Descriptor);

/// A PSA that this server can talk to, with everything that a form needs.
#[Object]
impl Connector {
    /// The stable name, such as `connectwise`. Data, not an enum: a new connector changes no schema.
    async fn kind(&self) -> &str {
        self.0.kind
    }

    /// The name for people.
    async fn name(&self) -> &str {
        self.0.name
    }

    /// What it can do.
    async fn capabilities(&self) -> Vec<Capability> {
        self.0.capabilities.iter().filter_map(Capability::of).collect()
    }

    /// What an administrator enters, in the order of the form.
    async fn credential_fields(&self) -> Vec<CredentialField> {
        self.0.credential_fields.iter().map(CredentialField::from).collect()
    }

    /// What to prepare in the PSA, step by step.
    async fn preparation(&self) -> Vec<PreparationStep> {
        let step = |step: &descriptor::PreparationStep| PreparationStep {
            title: step.title,
            text: step.text,
        };
        self.0.preparation.iter().map(step).collect()
    }

    /// The rights that the API user needs, row by row of the PSA's own screen.
    async fn permission_table(&self) -> Vec<ConnectorRight> {
        self.0.rights.iter().map(ConnectorRight::from).collect()
    }

    /// By what the imported companies can be narrowed down.
    async fn company_filters(&self) -> Vec<CompanyFilterKind> {
        let filters = self.0.filters.iter();
        filters.filter_map(|filter| CompanyFilterKind::of(*filter)).collect()
    }

    /// How a ticket is routed besides its board and status.
    async fn routing_fields(&self) -> Vec<RoutingField> {
        self.0.routing_fields.iter().map(RoutingField::from).collect()
    }

    /// How quantities are written.
    async fn quantities(&self) -> QuantityForm {
        match self.0.quantity {
            QuantityKind::AbsoluteDecimal { .. } => QuantityForm::AbsoluteDecimal,
            QuantityKind::SignedIntegerDelta => QuantityForm::SignedIntegerDelta,
        }
    }
}

/// One thing that a PSA may or may not offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum Capability {
    /// Companies can be read.
    Companies,
    /// Contacts can be read.
    Contacts,
    /// Catalogue products can be read.
    Products,
    /// Agreements can be read and their additions written.
    Agreements,
    /// Quantities are written as absolute decimals.
    UsageAbsolute,
    /// Quantities are written as signed whole differences.
    UsageDelta,
    /// Tickets can be created and read.
    Tickets,
    /// Notes can be added to tickets.
    TicketNotes,
    /// Tickets can be closed.
    TicketClose,
    /// Tickets can be reopened.
    TicketReopen,
    /// Tickets can be merged, and a merged one names the one that goes on.
    TicketMerge,
    /// Tickets can be found by our marker.
    FindTicketByKey,
    /// Lists can be read from a point in time on.
    IncrementalRead,
    /// Deleted companies stay in a recycle bin and are shown as deleted.
    RecycleBin,
    /// The computer that has the trouble can be found and linked to its ticket.
    Devices,
    /// The PSA announces changes by itself.
    Webhooks,
}

/// By what companies can be narrowed down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum CompanyFilterKind {
    /// By their types.
    Type,
    /// By their status.
    Status,
}

impl CompanyFilterKind {
    fn of(filter: Filter) -> Option<Self> {
        match filter {
            Filter::CompanyType => Some(Self::Type),
            Filter::CompanyStatus => Some(Self::Status),
            Filter::AgreementType => None,
        }
    }
}

impl Capability {
    /// The capability as the API names it; `None` for one that the API does not show yet.
    fn of(capability: psa_connectors::Capability) -> Option<Self> {
        use psa_connectors::Capability as Theirs;
        Some(match capability {
            Theirs::Companies => Self::Companies,
            Theirs::Contacts => Self::Contacts,
            Theirs::Products => Self::Products,
            Theirs::Agreements => Self::Agreements,
            Theirs::UsageAbsolute => Self::UsageAbsolute,
            Theirs::UsageDelta => Self::UsageDelta,
            Theirs::Tickets => Self::Tickets,
            Theirs::TicketNotes => Self::TicketNotes,
            Theirs::TicketClose => Self::TicketClose,
            Theirs::TicketReopen => Self::TicketReopen,
            Theirs::TicketMerge => Self::TicketMerge,
            Theirs::FindTicketByKey => Self::FindTicketByKey,
            Theirs::IncrementalRead => Self::IncrementalRead,
            Theirs::RecycleBin => Self::RecycleBin,
            Theirs::Devices => Self::Devices,
            Theirs::Webhooks => Self::Webhooks,
            _ => return None,
        })
    }
}

/// How a quantity is written into the PSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum QuantityForm {
    /// The wanted number itself.
    AbsoluteDecimal,
    /// The whole-number difference to what is there.
    SignedIntegerDelta,
}

/// One field of the credentials form.
#[derive(Debug, Clone, SimpleObject)]
pub struct CredentialField {
    /// The stable name, used in `connectPsa` and `updateCredentials`.
    pub name: &'static str,
    /// The label on the form.
    pub label: &'static str,
    /// Whether it is write-only and never shown again.
    pub secret: bool,
    /// Whether it must be given.
    pub required: bool,
    /// Where to find it.
    pub help: &'static str,
    /// A regular expression for the form; null when the shape is not known.
    pub pattern: Option<&'static str>,
    /// An example; null when none helps.
    pub example: Option<&'static str>,
}

impl From<&descriptor::CredentialField> for CredentialField {
    fn from(field: &descriptor::CredentialField) -> Self {
        Self {
            name: field.name,
            label: field.label,
            secret: field.secret,
            required: field.required,
            help: field.help,
            pattern: field.pattern,
            example: field.example,
        }
    }
}

/// One step of the preparation in the PSA.
#[derive(Debug, Clone, SimpleObject)]
pub struct PreparationStep {
    /// What to do, in a few words.
    pub title: &'static str,
    /// How to do it.
    pub text: &'static str,
}

/// A field that routes tickets besides board and status.
#[derive(Debug, Clone, SimpleObject)]
pub struct RoutingField {
    /// The stable name, such as `priority`.
    pub name: &'static str,
    /// The label on the form.
    pub label: &'static str,
    /// Whether a ticket cannot be created without it.
    pub required: bool,
    /// The fields whose values decide which values it can take: `board` and other routing fields.
    pub depends_on: Vec<&'static str>,
}

impl From<&descriptor::RoutingField> for RoutingField {
    fn from(field: &descriptor::RoutingField) -> Self {
        Self {
            name: field.name,
            label: field.label,
            required: field.required,
            depends_on: field.depends_on.to_vec(),
        }
    }
}

/// A right that the API user needs.
#[derive(Debug, Clone, SimpleObject)]
pub struct ConnectorRight {
    /// The group that it is in, in the PSA's words.
    pub module: &'static str,
    /// The row, in the PSA's words.
    pub function: &'static str,
    /// Whether records must be added.
    pub add: bool,
    /// Whether records must be changed.
    pub edit: bool,
    /// Whether records must be read.
    pub inquire: bool,
    /// What does not work without it.
    pub needed_for: Vec<Purpose>,
    /// Whether an integration works without it, only with less comfort.
    pub optional: bool,
    /// What to set in the PSA, in its own words.
    pub remedy: &'static str,
}

impl From<&descriptor::Right> for ConnectorRight {
    fn from(right: &descriptor::Right) -> Self {
        Self {
            module: right.module,
            function: right.function,
            add: right.add,
            edit: right.edit,
            inquire: right.inquire,
            needed_for: right.needed_for.iter().copied().map(Purpose::from).collect(),
            optional: right.optional,
            remedy: right.remedy,
        }
    }
}
