//! The kinds of record the simulator keeps, and what is particular to each as data.

mod company;
mod finance;
mod procurement;
mod service;
mod system;

use crate::connectwise::model::Model;

/// What is particular to a kind of record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traits {
    /// The name that the control endpoints use.
    name: &'static str,
    pub(crate) model: &'static Model,
    /// Where its records live, for `_info` links.
    pub(crate) path: &'static str,
    /// The member of a reference's `_info` that links to the record.
    pub(crate) href: &'static str,
    /// The record's fields that a reference to it repeats.
    pub(crate) repeated: &'static [&'static str],
    /// The record's field that a reference to it shows as `name`, where it has another.
    pub(crate) title: &'static str,
    /// The field that may stand in a reference in the place of the id.
    pub(crate) natural_key: Option<&'static str>,
    /// Fields (paths) by which records are found without a scan.
    pub(crate) indexed: &'static [&'static str],
}

/// Declares the kinds with their traits: one line each, in an order in which references can be resolved.
macro_rules! kinds {
    ($($kind:ident: $traits:path,)*) => {
        /// A kind of record.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Resource {
            $($kind,)*
        }

        impl Resource {
            /// Every kind.
            pub(crate) const ALL: [Self; [$(stringify!($kind)),*].len()] = [$(Self::$kind,)*];

            pub(crate) const fn traits(self) -> &'static Traits {
                match self {
                    $(Self::$kind => &$traits,)*
                }
            }
        }
    };
}

kinds! {
    Members: system::MEMBERS,
    ApiMembers: system::API_MEMBERS,
    SecurityRoles: system::SECURITY_ROLES,
    CompanyTypes: company::TYPES,
    CompanyStatuses: company::STATUSES,
    Companies: company::COMPANIES,
    CompanyTypeAssociations: company::TYPE_ASSOCIATIONS,
    Sites: company::SITES,
    Contacts: company::CONTACTS,
    CommunicationTypes: company::COMMUNICATION_TYPES,
    Communications: company::COMMUNICATIONS,
    ConfigurationTypes: company::CONFIGURATION_TYPES,
    ConfigurationStatuses: company::CONFIGURATION_STATUSES,
    Configurations: company::CONFIGURATIONS,
    ManagementItSolutions: company::IT_SOLUTIONS,
    Management: company::MANAGEMENT,
    Categories: procurement::CATEGORIES,
    SubCategories: procurement::SUB_CATEGORIES,
    ProductTypes: procurement::PRODUCT_TYPES,
    Catalog: procurement::CATALOG,
    BillingCycles: finance::BILLING_CYCLES,
    AgreementTypes: finance::AGREEMENT_TYPES,
    Agreements: finance::AGREEMENTS,
    Additions: finance::ADDITIONS,
    Adjustments: finance::ADJUSTMENTS,
    AgreementConfigurations: finance::AGREEMENT_CONFIGURATIONS,
    Invoices: finance::INVOICES,
    Boards: service::BOARDS,
    BoardStatuses: service::BOARD_STATUSES,
    BoardTypes: service::BOARD_TYPES,
    BoardSubTypes: service::BOARD_SUB_TYPES,
    BoardItems: service::BOARD_ITEMS,
    BoardAssociations: service::BOARD_ASSOCIATIONS,
    BoardTeams: service::BOARD_TEAMS,
    Priorities: service::PRIORITIES,
    Sources: service::SOURCES,
    Teams: service::TEAMS,
    ManagementSummaries: company::MANAGEMENT_SUMMARIES,
    Tickets: service::TICKETS,
    Notes: service::NOTES,
    TicketConfigurations: service::TICKET_CONFIGURATIONS,
    Products: procurement::PRODUCTS,
    Callbacks: system::CALLBACKS,
}

impl Resource {
    /// The kind by the name that the control endpoints use.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|resource| resource.name().eq_ignore_ascii_case(name))
    }

    /// The name that the control endpoints use.
    pub(crate) const fn name(self) -> &'static str {
        self.traits().name
    }

    pub(crate) const fn model(self) -> &'static Model {
        self.traits().model
    }
}

impl Traits {
    /// A kind whose references repeat nothing, and which is found by its id only.
    const fn new(name: &'static str, path: &'static str, href: &'static str, model: &'static Model) -> Self {
        Self {
            name,
            model,
            path,
            href,
            repeated: &[],
            title: "name",
            natural_key: None,
            indexed: &[],
        }
    }

    const fn repeating(mut self, fields: &'static [&'static str]) -> Self {
        self.repeated = fields;
        self
    }

    /// The usual entry of a setup table whose records call their name so.
    const fn known_by(mut self, title: &'static [&'static str; 1]) -> Self {
        let [name] = title;
        self.title = name;
        self.keyed_by("name").indexed_by(title)
    }

    const fn indexed_by(mut self, fields: &'static [&'static str]) -> Self {
        self.indexed = fields;
        self
    }

    /// References may name the record by this field.
    const fn keyed_by(mut self, field: &'static str) -> Self {
        self.natural_key = Some(field);
        self
    }

    /// The usual entry of a setup table: its name is repeated, and may stand in the place of its id.
    const fn known_by_name(self) -> Self {
        self.repeating(NAME).keyed_by("name").indexed_by(NAME)
    }
}

const NAME: &[&str] = &["name"];
