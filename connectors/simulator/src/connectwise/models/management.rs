//! What remote management tools of the past report into: solutions, their settings, and summaries by company.

use crate::connectwise::model::{Model, choice, double, flag, int, open, text, time, to};
use crate::connectwise::resource::Resource;

/// `ManagementItSolution`, as the vendor describes it.
pub(crate) static IT_SOLUTION: Model = Model {
    type_name: "ManagementItSolution",
    resource: "managementItSolution",
    label: "ManagementItSolution",
    fields: &[
        int("id").read_only(),
        text("name", 30).required(),
        choice(
            "managementItSolutionType",
            &["LevelPlatforms", "NAble", "Continuum", "Custom"],
        )
        .required(),
        text("managementSolutionName", 30),
        text("managementServerUrl", 200),
        text("webserviceOverrideUrl", 200),
        text("portalOverrideLoginUrl", 200),
        flag("globalLoginFlag"),
        text("globalLoginUsername", 50),
        text("globalLoginPassword", 50).unreturned(),
        flag("usingSslFlag"),
        text("nAbleUsername", 50),
        text("nAblePassword", 50).unreturned(),
        flag("overrideWebServiceLocationFlag"),
        flag("overrideLoginLocationFlag"),
        text("continuumApiUsername", 100),
        text("continuumApiPassword", 100).unreturned(),
        text("levelApiUsername", 100),
        text("levelApiPassword", 100).unreturned(),
        text("levelVarDomain", 100),
        flag("noDisplayFlag"),
        open("_info").read_only(),
    ],
};

/// `Management`, as the vendor describes it.
pub(crate) static MANAGEMENT: Model = Model {
    type_name: "Management",
    resource: "management",
    label: "Management",
    fields: &[
        int("id").read_only(),
        time("runTime").read_only(),
        to("addedConfigurationStatus", Resource::ConfigurationStatuses).required(),
        to("deletedConfigurationStatus", Resource::ConfigurationStatuses).required(),
        open("integratorLogin").required(),
        flag("scheduleExecutiveSummaryReportFlag").required(),
        int("executiveSummaryReportScheduleDay"),
        int("executiveSummaryReportScheduleHour"),
        int("executiveSummaryReportScheduleMinute"),
        open("_info").read_only(),
    ],
};

/// `CompanyManagementSummary`, as the vendor describes it.
pub(crate) static SUMMARY: Model = Model {
    type_name: "CompanyManagementSummary",
    resource: "companyManagementSummary",
    label: "CompanyManagementSummary",
    fields: &[
        int("id").read_only(),
        open("managementSolution"),
        text("groupIdentifier", 100).required(),
        choice(
            "deviceType",
            &["WorkstationsAndServers", "BackupStats", "Servers", "Workstations"],
        ),
        to("agreement", Resource::Agreements),
        int("snmpMachines").read_only(),
        int("totalWorkstations").read_only(),
        int("totalServers").read_only(),
        int("totalWindowsServers").read_only(),
        int("totalWindowsWorkstations").read_only(),
        int("totalManagedMachines").read_only(),
        int("serversOffline").read_only(),
        int("serversDiskSpaceLow").read_only(),
        int("failedBackupJobs").read_only(),
        int("totalNotifications").read_only(),
        int("successfulBackupJobs").read_only(),
        int("serverAvailability").read_only(),
        int("virusesRemoved").read_only(),
        int("spywareItemsRemoved").read_only(),
        int("windowsPatchesInstalled").read_only(),
        int("diskCleanups").read_only(),
        int("diskDefragmentations").read_only(),
        int("fullyPatchedMachines").read_only(),
        int("missingOneTwoPatchesMachines").read_only(),
        int("missingThreeFivePatchesMachines").read_only(),
        int("missingMoreFivePatchesMachines").read_only(),
        int("missingUnscannedPatchesMachines").read_only(),
        text("alertsGenerated", 0).read_only(),
        double("internetConnectivity").read_only(),
        int("diskSpaceCleanedMb").read_only(),
        text("missingSecurityPatches", 0).read_only(),
        double("cpuUtilization").read_only(),
        double("memoryUtilization").read_only(),
        to("company", Resource::Companies),
        open("_info").read_only(),
    ],
};

/// `ManagementReportSetup`, as the vendor describes it.
pub(crate) static REPORT_SETUP: Model = Model {
    type_name: "ManagementReportSetup",
    resource: "managementReportSetup",
    label: "ManagementReportSetup",
    fields: &[
        int("id").read_only(),
        flag("scheduledReportDisabledFlag").required(),
        open("_info").read_only(),
    ],
};
