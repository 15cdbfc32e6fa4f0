//! What customers have: configuration items.

use crate::autotask::entity::Entity;
use crate::autotask::model::{Choice, Model, Operations, double, flag, id, int, long, own, text, time};

const TYPES: [Choice; 3] = [
    own("1", "Server").default(),
    own("2", "Workstation"),
    own("3", "Network device"),
];

pub(crate) static CONFIGURATION_ITEMS: Model = Model {
    name: "ConfigurationItems",
    single: "ConfigurationItem",
    operations: Operations::NO_DELETE,
    parent: None,
    writes_at_root: true,
    fields: &[
        id(),
        int("apiVendorID").read_only(),
        int("companyID").to(Entity::Companies).required().told(),
        int("companyLocationID"),
        int("configurationItemCategoryID"),
        int("configurationItemType").of(&TYPES).told(),
        int("contactID").to(Entity::Contacts).told(),
        int("contractID").to(Entity::Contracts),
        int("contractServiceID").to(Entity::ContractServices),
        time("createDate").read_only(),
        int("createdByPersonID").read_only(),
        double("dailyCost"),
        text("deviceNetworkingID", 36),
        int("impersonatorCreatorResourceID").read_only(),
        time("installDate"),
        flag("isActive").required().told(),
        int("lastActivityPersonID").read_only(),
        time("lastModifiedTime").read_only(),
        text("location", 100).told(),
        double("monthlyCost"),
        text("notes", 5000),
        double("numberOfUsers"),
        int("parentConfigurationItemID").to(Entity::ConfigurationItems),
        int("productID").to(Entity::Products).required().told(),
        text("referenceNumber", 50),
        text("referenceTitle", 100).told(),
        text("rmmDeviceAuditHostname", 255),
        text("rmmDeviceAuditIPAddress", 50),
        text("rmmDeviceAuditOperatingSystem", 255),
        long("rmmDeviceID"),
        text("rmmDeviceUID", 50),
        text("serialNumber", 100).told(),
        int("serviceID").to(Entity::Services),
        int("vendorID").to(Entity::Companies),
        time("warrantyExpirationDate"),
    ],
    user_defined: &[],
};
