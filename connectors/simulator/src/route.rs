//! Which path leads to which records, and what right it takes.

use crate::resource::Resource;
use crate::rights::{self, Function};

/// A collection of records at a path.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// The path's parts in lower case; `*` is the parent's id.
    path: &'static [&'static str],
    pub(crate) resource: Resource,
    pub(crate) parent: Option<Parent>,
    /// `None`: valid keys are enough.
    pub(crate) right: Option<Function>,
    pub(crate) writes: &'static [Write],
}

/// The record that a collection hangs on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parent {
    pub(crate) resource: Resource,
    /// The indexed field of the children that holds the parent's id.
    pub(crate) field: &'static str,
}

/// What a collection lets be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Write {
    Post,
    Patch,
    Delete,
}

/// What a path means.
#[derive(Debug)]
pub(crate) enum Route {
    Collection {
        endpoint: &'static Endpoint,
        parent: Option<i64>,
    },
    Count {
        endpoint: &'static Endpoint,
        parent: Option<i64>,
    },
    Search {
        endpoint: &'static Endpoint,
    },
    One {
        endpoint: &'static Endpoint,
        parent: Option<i64>,
        id: i64,
    },
    SystemInfo,
    RoleSettings {
        role: i64,
    },
}

/// Reads the path after `…/apis/3.0/`; capitals do not matter.
pub(crate) fn find(segments: &[&str]) -> Option<Route> {
    let segments: Vec<String> = segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        ["system", "info"] => return Some(Route::SystemInfo),
        ["system", "securityroles", role, "settings"] => {
            return role.parse().ok().map(|role| Route::RoleSettings { role });
        }
        _ => {}
    }
    ENDPOINTS
        .iter()
        .find_map(|endpoint| match_endpoint(endpoint, &segments))
}

fn match_endpoint(endpoint: &'static Endpoint, segments: &[&str]) -> Option<Route> {
    let (head, tail) = segments.split_at_checked(endpoint.path.len())?;
    let mut parent = None;
    for (pattern, segment) in endpoint.path.iter().zip(head) {
        if *pattern == "*" {
            parent = Some(segment.parse().ok()?);
        } else if pattern != segment {
            return None;
        }
    }
    match tail {
        [] => Some(Route::Collection { endpoint, parent }),
        ["count"] => Some(Route::Count { endpoint, parent }),
        ["search"] if endpoint.resource == Resource::Tickets => Some(Route::Search { endpoint }),
        [id] => id.parse().ok().map(|id| Route::One { endpoint, parent, id }),
        _ => None,
    }
}

const WRITE: &[Write] = &[Write::Post, Write::Patch];
const WRITE_AND_DELETE: &[Write] = &[Write::Post, Write::Patch, Write::Delete];
const READ: &[Write] = &[];

const OF_AGREEMENT: Parent = Parent {
    resource: Resource::Agreements,
    field: "agreementId",
};
const OF_TICKET: Parent = Parent {
    resource: Resource::Tickets,
    field: "ticketId",
};
const OF_BOARD: Parent = Parent {
    resource: Resource::Boards,
    field: "board/id",
};
const TEAMS_OF_BOARD: Parent = Parent {
    resource: Resource::Boards,
    field: "boardId",
};

const fn endpoint(
    path: &'static [&'static str],
    resource: Resource,
    right: Function,
    writes: &'static [Write],
) -> Endpoint {
    Endpoint {
        path,
        resource,
        parent: None,
        right: Some(right),
        writes,
    }
}

const fn child(
    path: &'static [&'static str],
    resource: Resource,
    parent: Parent,
    right: Function,
    writes: &'static [Write],
) -> Endpoint {
    Endpoint {
        path,
        resource,
        parent: Some(parent),
        right: Some(right),
        writes,
    }
}

/// A light path, for which keys are enough.
const fn light(path: &'static [&'static str], resource: Resource, parent: Option<Parent>) -> Endpoint {
    Endpoint {
        path,
        resource,
        parent,
        right: None,
        writes: READ,
    }
}

#[rustfmt::skip]
static ENDPOINTS: &[Endpoint] = &[
    endpoint(&["company", "companies"], Resource::Companies, rights::COMPANIES, WRITE),
    endpoint(&["company", "companies", "types"], Resource::CompanyTypes, rights::TABLE_SETUP, READ),
    endpoint(&["company", "companies", "statuses"], Resource::CompanyStatuses, rights::TABLE_SETUP, READ),
    endpoint(&["company", "contacts"], Resource::Contacts, rights::CONTACTS, WRITE),
    endpoint(&["procurement", "catalog"], Resource::Catalog, rights::CATALOG, WRITE_AND_DELETE),
    endpoint(&["procurement", "products"], Resource::Products, rights::PRODUCTS, READ),
    endpoint(&["finance", "agreements"], Resource::Agreements, rights::AGREEMENTS, READ),
    endpoint(&["finance", "agreements", "types"], Resource::AgreementTypes, rights::TABLE_SETUP, READ),
    child(&["finance", "agreements", "*", "additions"], Resource::Additions, OF_AGREEMENT, rights::AGREEMENTS, WRITE_AND_DELETE),
    endpoint(&["service", "boards"], Resource::Boards, rights::TABLE_SETUP, READ),
    child(&["service", "boards", "*", "statuses"], Resource::BoardStatuses, OF_BOARD, rights::TABLE_SETUP, READ),
    child(&["service", "boards", "*", "types"], Resource::BoardTypes, OF_BOARD, rights::TABLE_SETUP, READ),
    child(&["service", "boards", "*", "subtypes"], Resource::BoardSubTypes, OF_BOARD, rights::TABLE_SETUP, READ),
    child(&["service", "boards", "*", "items"], Resource::BoardItems, OF_BOARD, rights::TABLE_SETUP, READ),
    child(&["service", "boards", "*", "typesubtypeitemassociations"], Resource::BoardAssociations, OF_BOARD, rights::TABLE_SETUP, READ),
    child(&["service", "boards", "*", "teams"], Resource::BoardTeams, TEAMS_OF_BOARD, rights::TABLE_SETUP, READ),
    light(&["service", "info", "boards"], Resource::Boards, None),
    light(&["service", "info", "boards", "*", "statuses"], Resource::BoardStatuses, Some(OF_BOARD)),
    light(&["service", "info", "boards", "*", "types"], Resource::BoardTypes, Some(OF_BOARD)),
    light(&["service", "info", "boards", "*", "subtypes"], Resource::BoardSubTypes, Some(OF_BOARD)),
    light(&["service", "info", "boards", "*", "items"], Resource::BoardItems, Some(OF_BOARD)),
    endpoint(&["service", "priorities"], Resource::Priorities, rights::TABLE_SETUP, READ),
    endpoint(&["service", "sources"], Resource::Sources, rights::TABLE_SETUP, READ),
    endpoint(&["service", "teams"], Resource::Teams, rights::TABLE_SETUP, READ),
    endpoint(&["service", "tickets"], Resource::Tickets, rights::TICKETS, WRITE_AND_DELETE),
    child(&["service", "tickets", "*", "notes"], Resource::Notes, OF_TICKET, rights::TICKETS, WRITE_AND_DELETE),
    endpoint(&["system", "members"], Resource::Members, rights::MEMBERS, READ),
    light(&["system", "info", "members"], Resource::Members, None),
    endpoint(&["system", "apimembers"], Resource::ApiMembers, rights::SECURITY_ROLES, READ),
    endpoint(&["system", "securityroles"], Resource::SecurityRoles, rights::SECURITY_ROLES, READ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn route(path: &str) -> Option<Route> {
        find(&path.split('/').collect::<Vec<_>>())
    }

    #[test]
    fn paths_disregard_case_and_know_their_parents() {
        assert!(matches!(
            route("Finance/Agreements/7/Additions/9"),
            Some(Route::One { endpoint, parent: Some(7), id: 9 }) if endpoint.resource == Resource::Additions
        ));
        assert!(matches!(
            route("company/companies/types"),
            Some(Route::Collection { endpoint, parent: None }) if endpoint.resource == Resource::CompanyTypes
        ));
        assert!(matches!(
            route("service/boards/2/typeSubTypeItemAssociations/count"),
            Some(Route::Count { endpoint, parent: Some(2) }) if endpoint.resource == Resource::BoardAssociations
        ));
        assert!(matches!(route("service/tickets/search"), Some(Route::Search { .. })));
        assert!(matches!(
            route("system/securityRoles/3/settings"),
            Some(Route::RoleSettings { role: 3 })
        ));
    }

    #[test]
    fn what_is_not_served_is_no_route() {
        for path in [
            "system/myAccount",
            "company/companies/abc",
            "service/tickets/1/2",
            "company",
            "company/search",
        ] {
            assert!(route(path).is_none(), "{path}");
        }
    }
}
