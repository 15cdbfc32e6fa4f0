//! Members, their roles, and callbacks.

use super::Traits;
use crate::connectwise::models::system;

pub(super) static MEMBERS: Traits = Traits::new("members", "system/members", "member_href", &system::MEMBER)
    .repeating(&["identifier"])
    .keyed_by("identifier")
    .indexed_by(&["identifier"]);

pub(super) static API_MEMBERS: Traits =
    Traits::new("apiMembers", "system/apiMembers", "member_href", &system::API_MEMBER)
        .repeating(&["identifier", "name"])
        .keyed_by("identifier")
        .indexed_by(&["identifier"]);

pub(super) static SECURITY_ROLES: Traits = Traits::new(
    "securityRoles",
    "system/securityRoles",
    "securityRole_href",
    &system::SECURITY_ROLE,
)
.known_by_name();

pub(super) static CALLBACKS: Traits = Traits::new("callbacks", "system/callbacks", "callback_href", &system::CALLBACK);
