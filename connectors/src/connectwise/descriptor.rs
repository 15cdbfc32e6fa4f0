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

/// The operator's setting that holds the vendor's id of this product.
pub(super) const CLIENT_ID: &str = "connectwise.client_id";

/// The operator's setting for how many requests a minute a PSA is sent, where its own limit differs from the cloud's.
pub(super) const REQUESTS_PER_MINUTE: &str = "connectwise.requests_per_minute";

/// The operator's setting for how many requests a PSA is sent at once.
pub(super) const CONCURRENCY: &str = "connectwise.concurrency";

/// The decimals of a quantity that are written.
pub(super) const QUANTITY_SCALE: u32 = 4;

/// ConnectWise PSA.
pub static DESCRIPTOR: Descriptor = Descriptor {
    kind: "connectwise",
    name: "ConnectWise PSA",
    capabilities: Capabilities::of(&[
        Capability::Companies,
        Capability::Contacts,
        Capability::Products,
        Capability::Agreements,
        Capability::UsageAbsolute,
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
    ]),
    credential_fields: &[
        CredentialField {
            name: "site",
            label: "Site",
            secret: false,
            required: true,
            help: "The address that you log in to, without a path.",
            pattern: None,
            example: Some("na.myconnectwise.net"),
        },
        CredentialField {
            name: "company_id",
            label: "Company ID",
            secret: false,
            required: true,
            help: "The company that you enter when you log in.",
            pattern: None,
            example: Some("acme"),
        },
        CredentialField {
            name: "public_key",
            label: "Public key",
            secret: false,
            required: true,
            help: "System > Members > API Members > (member) > API Keys.",
            pattern: None,
            example: None,
        },
        CredentialField {
            name: "private_key",
            label: "Private key",
            secret: true,
            required: true,
            help: "Shown once, when the key is made. If it is lost, make a new pair and replace both keys here.",
            pattern: None,
            example: None,
        },
        CredentialField {
            name: "member_id",
            label: "Member ID",
            secret: false,
            required: false,
            help: "System > Members > API Members > (member) > Details: Member ID. With it the permission check reads \
                   the levels of the security role, where the role allows that, instead of trying what is allowed.",
            pattern: None,
            example: Some("APIMember"),
        },
    ],
    operator_settings: &[
        OperatorSetting {
            name: CLIENT_ID,
            required: true,
            kind: SettingKind::Text,
            help: "The id by which ConnectWise knows this product, sent with every request. \
                   Create one at https://developer.connectwise.com/ClientID.",
            example: "0a1b2c3d-0000-4000-8000-000000000000",
        },
        OperatorSetting {
            name: REQUESTS_PER_MINUTE,
            required: false,
            kind: SettingKind::Number { least: 1, most: 60_000 },
            help: "How many requests a minute each integration sends at most; 1000, the cloud's limit, unless set. \
                   Servers on the provider's own premises may take more.",
            example: "3000",
        },
        OperatorSetting {
            name: CONCURRENCY,
            required: false,
            kind: SettingKind::Number { least: 1, most: 64 },
            help: "How many requests each integration has in flight at most; 4 unless set.",
            example: "8",
        },
    ],
    preparation: &[
        PreparationStep {
            title: "Create a security role",
            text: "System > Security Roles > +. Call it API and save. Then set the levels that the permission table lists; \
                   everything else may stay at None. No Delete Level is needed.",
        },
        PreparationStep {
            title: "Allow the service boards",
            text: "In the same role: System > Table Setup > customize. \
                   \"Allow access to these\" must contain Service / Service Board.",
        },
        PreparationStep {
            title: "Create an API member",
            text: "System > Members > API Members > +. Fill in the fields, choose the security role API and save.",
        },
        PreparationStep {
            title: "Create a key pair",
            text: "In the API member: API Keys > +. Enter a description and save. The private key is shown only now. \
                   Changing the description later makes a new pair.",
        },
    ],
    rights: RIGHTS,
    filters: &[Filter::CompanyType, Filter::CompanyStatus, Filter::AgreementType],
    topics: &[
        Topic::Companies,
        Topic::Contacts,
        Topic::Products,
        Topic::Agreements,
        Topic::Tickets,
    ],
    routing_fields: routing::FIELDS,
    priority_field: Some("priority"),
    quantity: QuantityKind::AbsoluteDecimal { scale: QUANTITY_SCALE },
    limits: Limits {
        pace: Pace::per_minute(1000),
        concurrency: 4,
        concurrency_per_endpoint: None,
        page_size: 1000,
        summary_chars: 100,
        description_chars: 6000,
    },
    hosts: HostPolicy {
        domains: &["myconnectwise.net", "connectwisedev.com"],
    },
};
