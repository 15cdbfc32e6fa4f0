//! Who works at the site, and in which roles.

use crate::autotask::entity::Entity;
use crate::autotask::model::{Choice, Model, Operations, Parent, double, flag, id, int, long, system, text, time};

const LICENCES: [Choice; 3] = [
    system("1", "Professional"),
    system("2", "Team Member"),
    system("7", "API User"),
];

pub(crate) static RESOURCES: Model = Model {
    name: "Resources",
    single: "Resource",
    operations: Operations::QUERY_UPDATE,
    parent: None,
    writes_at_root: true,
    fields: &[
        id(),
        text("accountingReferenceID", 100),
        long("defaultServiceDeskRoleID").to(Entity::Roles),
        text("email", 254).required(),
        text("firstName", 50).required(),
        time("hireDate"),
        text("homePhone", 25),
        text("initials", 32),
        double("internalCost").read_only(),
        flag("isActive"),
        text("lastName", 50).required(),
        int("licenseType").of(&LICENCES).read_only(),
        int("locationID"),
        text("mobilePhone", 25),
        text("officeExtension", 10),
        text("officePhone", 25),
        // Text where everything else has a number.
        text("resourceType", 15).read_only(),
        text("title", 50),
        text("userName", 32).required(),
        int("userType").read_only(),
    ],
    user_defined: &[],
};

pub(crate) static ROLES: Model = Model {
    name: "Roles",
    single: "Role",
    operations: Operations::QUERY,
    parent: None,
    writes_at_root: true,
    fields: &[
        id(),
        text("description", 200),
        double("hourlyFactor"),
        double("hourlyRate"),
        flag("isActive"),
        flag("isExcludedFromNewContracts"),
        flag("isSystemRole"),
        text("name", 200),
        int("roleType"),
    ],
    user_defined: &[],
};

pub(crate) static SERVICE_DESK_ROLES: Model = Model {
    name: "ResourceServiceDeskRoles",
    single: "ResourceServiceDeskRole",
    operations: Operations::QUERY,
    parent: Some(Parent {
        entity: Entity::Resources,
        segment: "ServiceDeskRoles",
        field: "resourceID",
    }),
    writes_at_root: false,
    fields: &[
        id(),
        flag("isActive"),
        flag("isDefault"),
        int("resourceID").to(Entity::Resources),
        int("roleID").to(Entity::Roles),
        long("soapParentPropertyId").read_only().unqueryable(),
    ],
    user_defined: &[],
};
