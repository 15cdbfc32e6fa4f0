//! The kinds of record the simulator keeps, and what is particular to each as data.

use crate::model::Model;
use crate::models::{agreement, agreement_type, board, company, procurement, system, ticket};

/// A kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Resource {
    Companies,
    CompanyTypes,
    CompanyStatuses,
    Contacts,
    Catalog,
    Products,
    Agreements,
    AgreementTypes,
    Additions,
    Boards,
    BoardStatuses,
    BoardTypes,
    BoardSubTypes,
    BoardItems,
    BoardAssociations,
    BoardTeams,
    Priorities,
    Sources,
    Teams,
    Tickets,
    Notes,
    Members,
    ApiMembers,
    SecurityRoles,
}

/// What is particular to a kind of record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traits {
    pub(crate) model: &'static Model,
    /// Where its records live, for `_info` links.
    pub(crate) path: &'static str,
    /// The member of a reference's `_info` that links to the record.
    pub(crate) href: &'static str,
    /// The record's fields that a reference to it repeats.
    pub(crate) repeated: &'static [&'static str],
    /// The field that may stand in a reference in the place of the id.
    pub(crate) natural_key: Option<&'static str>,
    /// Fields (paths) by which records are found without a scan.
    pub(crate) indexed: &'static [&'static str],
}

impl Resource {
    /// Every kind, in an order in which references can be resolved.
    pub(crate) const ALL: [Self; 24] = [
        Self::Members,
        Self::ApiMembers,
        Self::SecurityRoles,
        Self::CompanyTypes,
        Self::CompanyStatuses,
        Self::Companies,
        Self::Contacts,
        Self::Catalog,
        Self::AgreementTypes,
        Self::Agreements,
        Self::Additions,
        Self::Boards,
        Self::BoardStatuses,
        Self::BoardTypes,
        Self::BoardSubTypes,
        Self::BoardItems,
        Self::BoardAssociations,
        Self::BoardTeams,
        Self::Priorities,
        Self::Sources,
        Self::Teams,
        Self::Tickets,
        Self::Notes,
        Self::Products,
    ];

    /// The kind by the name that the control endpoints use.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|resource| resource.name().eq_ignore_ascii_case(name))
    }

    /// The name that the control endpoints use.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Companies => "companies",
            Self::CompanyTypes => "companyTypes",
            Self::CompanyStatuses => "companyStatuses",
            Self::Contacts => "contacts",
            Self::Catalog => "catalog",
            Self::Products => "products",
            Self::Agreements => "agreements",
            Self::AgreementTypes => "agreementTypes",
            Self::Additions => "additions",
            Self::Boards => "boards",
            Self::BoardStatuses => "boardStatuses",
            Self::BoardTypes => "boardTypes",
            Self::BoardSubTypes => "boardSubTypes",
            Self::BoardItems => "boardItems",
            Self::BoardAssociations => "boardAssociations",
            Self::BoardTeams => "boardTeams",
            Self::Priorities => "priorities",
            Self::Sources => "sources",
            Self::Teams => "teams",
            Self::Tickets => "tickets",
            Self::Notes => "notes",
            Self::Members => "members",
            Self::ApiMembers => "apiMembers",
            Self::SecurityRoles => "securityRoles",
        }
    }

    pub(crate) const fn model(self) -> &'static Model {
        self.traits().model
    }

    #[rustfmt::skip]
    pub(crate) const fn traits(self) -> Traits {
        match self {
            Self::Companies => Traits { model: &company::COMPANY, path: "company/companies", href: "company_href", repeated: &["identifier", "name"], natural_key: Some("identifier"), indexed: &["identifier", "name"] },
            Self::CompanyTypes => Traits { model: &company::COMPANY_TYPE, path: "company/companies/types", href: "type_href", repeated: NAME, natural_key: Some("name"), indexed: NAME },
            Self::CompanyStatuses => Traits { model: &company::COMPANY_STATUS, path: "company/companies/statuses", href: "status_href", repeated: NAME, natural_key: Some("name"), indexed: NAME },
            Self::Contacts => Traits { model: &company::CONTACT, path: "company/contacts", href: "contact_href", repeated: &[], natural_key: None, indexed: &["company/id"] },
            Self::Catalog => Traits { model: &procurement::CATALOG_ITEM, path: "procurement/catalog", href: "catalog_href", repeated: &["identifier"], natural_key: Some("identifier"), indexed: &["identifier"] },
            Self::Products => Traits { model: &procurement::PRODUCT_ITEM, path: "procurement/products", href: "product_href", repeated: &[], natural_key: None, indexed: &[] },
            Self::Agreements => Traits { model: &agreement::AGREEMENT, path: "finance/agreements", href: "agreement_href", repeated: NAME, natural_key: None, indexed: &["company/id"] },
            Self::AgreementTypes => Traits { model: &agreement_type::AGREEMENT_TYPE, path: "finance/agreements/types", href: "type_href", repeated: NAME, natural_key: Some("name"), indexed: NAME },
            Self::Additions => Traits { model: &agreement::ADDITION, path: "finance/agreements/additions", href: "addition_href", repeated: &[], natural_key: None, indexed: &["agreementId"] },
            Self::Boards => Traits { model: &board::BOARD, path: "service/boards", href: "board_href", repeated: NAME, natural_key: Some("name"), indexed: NAME },
            Self::BoardStatuses => Traits { model: &board::BOARD_STATUS, path: "service/boards/statuses", href: "status_href", repeated: NAME, natural_key: None, indexed: OF_BOARD },
            Self::BoardTypes => Traits { model: &board::BOARD_TYPE, path: "service/boards/types", href: "type_href", repeated: NAME, natural_key: None, indexed: OF_BOARD },
            Self::BoardSubTypes => Traits { model: &board::BOARD_SUB_TYPE, path: "service/boards/subtypes", href: "subType_href", repeated: NAME, natural_key: None, indexed: OF_BOARD },
            Self::BoardItems => Traits { model: &board::BOARD_ITEM, path: "service/boards/items", href: "item_href", repeated: NAME, natural_key: None, indexed: OF_BOARD },
            Self::BoardAssociations => Traits { model: &board::BOARD_ASSOCIATION, path: "service/boards/typeSubTypeItemAssociations", href: "typeSubTypeItemAssociation_href", repeated: &[], natural_key: None, indexed: OF_BOARD },
            Self::BoardTeams => Traits { model: &board::BOARD_TEAM, path: "service/boards/teams", href: "team_href", repeated: NAME, natural_key: None, indexed: &["boardId"] },
            Self::Priorities => Traits { model: &board::PRIORITY, path: "service/priorities", href: "priority_href", repeated: NAME, natural_key: Some("name"), indexed: NAME },
            Self::Sources => Traits { model: &board::SOURCE, path: "service/sources", href: "source_href", repeated: NAME, natural_key: Some("name"), indexed: NAME },
            Self::Teams => Traits { model: &board::TEAM, path: "service/teams", href: "team_href", repeated: NAME, natural_key: Some("name"), indexed: NAME },
            Self::Tickets => Traits { model: &ticket::TICKET, path: "service/tickets", href: "ticket_href", repeated: &["summary"], natural_key: None, indexed: &["externalXRef", "company/id"] },
            Self::Notes => Traits { model: &ticket::NOTE, path: "service/tickets/notes", href: "note_href", repeated: &[], natural_key: None, indexed: &["ticketId"] },
            Self::Members => Traits { model: &system::MEMBER, path: "system/members", href: "member_href", repeated: &["identifier"], natural_key: Some("identifier"), indexed: &["identifier"] },
            Self::ApiMembers => Traits { model: &system::API_MEMBER, path: "system/apiMembers", href: "member_href", repeated: &["identifier", "name"], natural_key: Some("identifier"), indexed: &["identifier"] },
            Self::SecurityRoles => Traits { model: &system::SECURITY_ROLE, path: "system/securityRoles", href: "securityRole_href", repeated: NAME, natural_key: Some("name"), indexed: NAME },
        }
    }
}

const NAME: &[&str] = &["name"];
const OF_BOARD: &[&str] = &["board/id"];
