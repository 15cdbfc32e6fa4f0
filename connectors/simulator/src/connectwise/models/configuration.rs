//! Configurations, their types and statuses, and what links them to tickets and agreements.

use crate::connectwise::model::{Model, double, flag, int, of_company, open, text, time, to};
use crate::connectwise::resource::Resource;

/// `Configuration`, as the vendor describes it.
pub(crate) static CONFIGURATION: Model = Model {
    type_name: "Configuration",
    resource: "configuration",
    label: "Configuration",
    fields: &[
        int("id").read_only(),
        text("name", 100).required(),
        to("type", Resource::ConfigurationTypes).required(),
        to("status", Resource::ConfigurationStatuses),
        to("company", Resource::Companies).required(),
        to("contact", Resource::Contacts),
        of_company("site", Resource::Sites),
        int("locationId"),
        int("businessUnitId"),
        text("deviceIdentifier", 100),
        text("serialNumber", 250),
        text("modelNumber", 50),
        text("tagNumber", 50),
        time("purchaseDate"),
        time("installationDate"),
        to("installedBy", Resource::Members),
        time("warrantyExpirationDate"),
        text("vendorNotes", 0),
        text("notes", 0),
        text("macAddress", 25),
        text("lastLoginName", 100),
        flag("billFlag"),
        int("backupSuccesses"),
        int("backupIncomplete"),
        int("backupFailed"),
        int("backupRestores"),
        time("lastBackupDate"),
        text("backupServerName", 50),
        double("backupBillableSpaceGb"),
        text("backupProtectedDeviceList", 0),
        int("backupYear"),
        int("backupMonth"),
        text("ipAddress", 50),
        text("defaultGateway", 50),
        text("osType", 250),
        text("osInfo", 250),
        text("cpuSpeed", 100),
        text("ram", 25),
        text("localHardDrives", 0),
        int("parentConfigurationId"),
        to("vendor", Resource::Companies),
        open("manufacturer"),
        open("questions"),
        flag("activeFlag"),
        text("managementLink", 1000),
        text("remoteLink", 1000),
        open("sla"),
        text("mobileGuid", 0),
        open("_info").read_only(),
        flag("displayVendorFlag"),
        int("companyLocationId"),
        flag("showRemoteFlag"),
        flag("showAutomateFlag"),
        flag("needsRenewalFlag"),
        text("manufacturerPartNumber", 50),
        open("customFields"),
    ],
};

/// `ConfigurationType`, as the vendor describes it.
pub(crate) static CONFIGURATION_TYPE: Model = Model {
    type_name: "ConfigurationType",
    resource: "configurationType",
    label: "ConfigurationType",
    fields: &[
        int("id").read_only(),
        text("name", 50).required(),
        flag("inactiveFlag"),
        flag("systemFlag"),
        open("_info").read_only(),
    ],
};

/// `ConfigurationStatus`, as the vendor describes it.
pub(crate) static CONFIGURATION_STATUS: Model = Model {
    type_name: "ConfigurationStatus",
    resource: "configurationStatus",
    label: "ConfigurationStatus",
    fields: &[
        int("id").read_only(),
        text("description", 50).required(),
        flag("closedFlag"),
        flag("defaultFlag"),
        open("_info").read_only(),
    ],
};

/// `ConfigurationReference`, as the vendor describes it.
pub(crate) static CONFIGURATION_REFERENCE: Model = Model {
    type_name: "ConfigurationReference",
    resource: "configuration",
    label: "ConfigurationReference",
    fields: &[
        int("id").read_only(),
        text("deviceIdentifier", 0),
        open("_info").read_only(),
    ],
};

/// A row of the simulator's own that links a configuration to a ticket or an agreement.
pub(crate) static CONFIGURATION_LINK: Model = Model {
    type_name: "ConfigurationReference",
    resource: "configuration",
    label: "Configuration",
    fields: &[
        int("id").read_only(),
        int("ticketId"),
        int("agreementId"),
        to("configuration", Resource::Configurations),
        open("_info").read_only(),
    ],
};
