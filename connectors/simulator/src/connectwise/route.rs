//! Which path leads to which records, and what right it takes.

mod company;
mod finance;
mod procurement;
mod service;
mod system;

use crate::connectwise::model::{Model, Record};
use crate::connectwise::resource::Resource;
use crate::connectwise::rights::Function;
use crate::connectwise::store::Store;

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
    /// Whether several records can be written in one request.
    in_bulk: bool,
    /// `None`: records are shown as they are kept.
    pub(crate) view: Option<View>,
}

/// Records below a parent that are shown in another shape than they are kept in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    model: &'static Model,
    /// The records below the parent of this id, id ascending.
    pub(crate) records: fn(&Store, i64) -> Vec<Record>,
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
    Put,
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
    Bulk {
        endpoint: &'static Endpoint,
    },
    One {
        endpoint: &'static Endpoint,
        parent: Option<i64>,
        id: i64,
    },
    Bundles,
    MyMember,
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
        ["system", "bundles"] => return Some(Route::Bundles),
        ["system", "mymembers"] => return Some(Route::MyMember),
        ["system", "info"] => return Some(Route::SystemInfo),
        ["system", "securityroles", role, "settings"] => {
            return role.parse().ok().map(|role| Route::RoleSettings { role });
        }
        _ => {}
    }
    let modules = [
        company::ENDPOINTS,
        procurement::ENDPOINTS,
        finance::ENDPOINTS,
        service::ENDPOINTS,
        system::ENDPOINTS,
    ];
    modules
        .into_iter()
        .flatten()
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
        ["bulk"] if endpoint.in_bulk => Some(Route::Bulk { endpoint }),
        [id] => id.parse().ok().map(|id| Route::One { endpoint, parent, id }),
        _ => None,
    }
}

const READ: &[Write] = &[];
const ADD: &[Write] = &[Write::Post];
const ADD_AND_DELETE: &[Write] = &[Write::Post, Write::Delete];
const ALL: &[Write] = &[Write::Post, Write::Put, Write::Patch, Write::Delete];

impl Endpoint {
    /// The shape of the records that the path shows.
    pub(crate) const fn model(&self) -> &'static Model {
        match self.view {
            Some(View { model, .. }) => model,
            None => self.resource.model(),
        }
    }

    /// A collection that is only read, and for which keys are enough.
    const fn at(path: &'static [&'static str], resource: Resource) -> Self {
        Self {
            path,
            resource,
            parent: None,
            right: None,
            writes: READ,
            in_bulk: false,
            view: None,
        }
    }

    const fn needs(mut self, right: Function) -> Self {
        self.right = Some(right);
        self
    }

    const fn under(mut self, resource: Resource, field: &'static str) -> Self {
        self.parent = Some(Parent { resource, field });
        self
    }

    const fn in_bulk(mut self) -> Self {
        self.in_bulk = true;
        self
    }

    const fn shown_as(mut self, model: &'static Model, records: fn(&Store, i64) -> Vec<Record>) -> Self {
        self.view = Some(View { model, records });
        self
    }

    const fn takes(mut self, writes: &'static [Write]) -> Self {
        self.writes = writes;
        self
    }
}

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
