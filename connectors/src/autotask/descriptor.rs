//! What the connector is and needs, as data.

use super::{rights::RIGHTS, routing};
use crate::{
    capability::{Capabilities, Capability},
    descriptor::{
        CredentialField, Descriptor, HostPolicy, Limits, OperatorSetting, Pace, PreparationStep, QuantityKind,
        SettingKind,
    },
    query::Filter,
    record::Topic,
};

/// The operator's setting that holds the vendor's tracking identifier of this product.
pub(super) const INTEGRATION_CODE: &str = "autotask.integration_code";

/// The operator's setting for the share of the tenant's requests that an integration takes.
pub(super) const REQUESTS_PER_HOUR: &str = "autotask.requests_per_hour";

/// The decimals of a charge's quantity that are written.
pub(super) const CHARGE_SCALE: u32 = 4;

/// Autotask PSA.
pub static DESCRIPTOR: Descriptor = Descriptor {
    kind: "autotask",
    name: "Autotask PSA",
    capabilities: Capabilities::of(&[
        Capability::Companies,
        Capability::Contacts,
        Capability::Products,
        Capability::Agreements,
        Capability::UsageDelta,
        Capability::Tickets,
        Capability::TicketNotes,
        Capability::TicketClose,
        Capability::TicketReopen,
        Capability::FindTicketByKey,
        Capability::IncrementalRead,
        Capability::Devices,
        Capability::Webhooks,
    ]),
    credential_fields: &[
        CredentialField {
            name: "username",
            label: "User name",
            secret: false,
            required: true,
            help: "The user name (key) of the API user: Admin > Extensions & Integrations > Other Extensions & Tools > \
                   Integration Center. Elsewhere it is called UserName.",
            pattern: None,
            example: Some("abcdefghij@acme.example"),
        },
        CredentialField {
            name: "secret",
            label: "Secret",
            secret: true,
            required: true,
            help: "The password (secret) of the API user, shown when it is generated. Elsewhere it is called Password.",
            pattern: None,
            example: None,
        },
        CredentialField {
            name: "site",
            label: "Site",
            secret: false,
            required: false,
            help: "The server that knows where your database is. Leave it empty unless the vendor told you another one.",
            pattern: None,
            example: Some("webservices14.autotask.net"),
        },
    ],
    operator_settings: &[
        OperatorSetting {
            name: INTEGRATION_CODE,
            required: true,
            kind: SettingKind::Text,
            help: "The tracking identifier by which Autotask knows this product, sent with every request. \
                   Integration vendors get it from Autotask.",
            example: "ABCDEFGHIJKLMNOPQRSTUVWXYZ0",
        },
        OperatorSetting {
            name: REQUESTS_PER_HOUR,
            required: false,
            kind: SettingKind::Number { least: 1, most: 10_000 },
            help: "How many requests an hour each integration sends at most; 2500 unless set. Autotask allows a tenant \
                   10,000, for all of its integrations together, and stops all of them beyond that.",
            example: "4000",
        },
    ],
    preparation: &[
        PreparationStep {
            title: "Copy the security level",
            text: "Admin > Account Settings & Users > Security Levels: copy \"API User (system)\", which cannot be edited \
                   itself, and give the copy a name, such as Backup. Set what the permission table lists; everything else \
                   may be None. The level that is copied suffices as it is, too.",
        },
        PreparationStep {
            title: "Show all contracts",
            text: "In the same level: Contracts > View: All, Add: Yes, and Contract Visibility: Full. Under CRM give access \
                   to All accounts and contacts: what the level hides is missing from the lists without a word.",
        },
        PreparationStep {
            title: "Add an API user",
            text: "Admin > Extensions & Integrations > Other Extensions & Tools > Integration Center: choose this product's \
                   vendor and Add API User. Enter names, an e-mail address that receives integration errors, and the \
                   security level; leave Active ticked and Locked not. One API user for each integration.",
        },
        PreparationStep {
            title: "Generate the keys",
            text: "In the API user: Generate Key and Generate Secret, and copy both. The tracking identifier needs no entry \
                   here: whoever runs this server has set it.",
        },
    ],
    rights: RIGHTS,
    filters: &[Filter::CompanyType, Filter::CompanyStatus],
    topics: &[Topic::Companies, Topic::Contacts, Topic::Tickets],
    routing_fields: routing::FIELDS,
    priority_field: Some("priority"),
    quantity: QuantityKind::SignedIntegerDelta,
    limits: Limits {
        pace: Pace::per_hour(2500),
        concurrency: 4,
        // The PSA takes three at a time from one integration; there may be a second process of ours.
        concurrency_per_endpoint: Some(1),
        page_size: 500,
        summary_chars: 255,
        description_chars: 1000,
    },
    hosts: HostPolicy {
        domains: &["autotask.net"],
    },
};
