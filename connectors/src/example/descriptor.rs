//! What the connector is and needs, as data.

use super::rights::RIGHTS;
use crate::{
    capability::{Capabilities, Capability},
    descriptor::{CredentialField, Descriptor, HostPolicy, Limits, Pace, PreparationStep, QuantityKind},
};

/// What the console shows, and what the server goes by.
pub static DESCRIPTOR: Descriptor = Descriptor {
    kind: "example",
    name: "Example PSA",
    capabilities: Capabilities::of(&[Capability::Companies]),
    credential_fields: &[
        CredentialField {
            name: "site",
            label: "Site",
            secret: false,
            required: true,
            help: "The host that you sign in at.",
            pattern: None,
            example: Some("acme.example-psa.example"),
        },
        CredentialField {
            name: "account",
            label: "Account",
            secret: false,
            required: true,
            help: "The short name of your account, which follows the host in the address bar.",
            pattern: Some("^[A-Za-z0-9-]+$"),
            example: Some("acme"),
        },
        CredentialField {
            name: "key",
            label: "API key",
            secret: true,
            required: true,
            help: "The key of the API user, shown once when it is made.",
            pattern: None,
            example: None,
        },
    ],
    operator_settings: &[],
    preparation: &[PreparationStep {
        title: "Make an API key",
        text: "Settings > API > New key: give it a name, such as Backup, and the rights that the permission table lists.",
    }],
    rights: RIGHTS,
    filters: &[],
    topics: &[],
    routing_fields: &[],
    priority_field: None,
    quantity: QuantityKind::AbsoluteDecimal { scale: 2 },
    limits: Limits {
        pace: Pace::per_minute(1200),
        concurrency: 4,
        concurrency_per_endpoint: None,
        page_size: 100,
        summary_chars: 100,
        description_chars: 100,
    },
    hosts: HostPolicy {
        domains: &["example-psa.example"],
    },
};
