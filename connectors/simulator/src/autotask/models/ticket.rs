//! Tickets and what hangs on them.

use crate::autotask::entity::Entity;
use crate::autotask::model::{
    Choice, Field, Model, Operations, Parent, double, flag, id, int, long, own, system, text, time,
};

/// Closed for good; the vendor's own value.
pub(crate) const COMPLETE: i64 = 5;

const STATES: [Choice; 8] = [
    system("1", "New").default(),
    system("5", "Complete"),
    own("7", "Waiting Customer"),
    own("8", "In Progress"),
    own("9", "Waiting Materials"),
    own("12", "Waiting Vendor"),
    own("13", "Resolved"),
    own("17", "On Hold").inactive(),
];
const PRIORITIES: [Choice; 4] = [
    system("1", "High"),
    system("2", "Medium").default(),
    system("3", "Low"),
    system("4", "Critical"),
];
const QUEUES: [Choice; 6] = [
    system("5", "Client Portal"),
    system("6", "Post Sale"),
    system("8", "Monitoring Alert"),
    own("29682833", "Level I Support").default(),
    own("29683354", "Backup"),
    own("29683377", "Old Desk").inactive(),
];
const SOURCES: [Choice; 7] = [
    system("-1", "Insourced"),
    system("-2", "Client Portal"),
    own("1", "Other"),
    own("2", "Phone").default(),
    own("4", "Email"),
    own("6", "Website"),
    system("8", "Monitoring Alert"),
];
const TYPES: [Choice; 5] = [
    system("1", "Service Request").default(),
    system("2", "Incident"),
    system("3", "Problem"),
    system("4", "Change Request"),
    system("5", "Alert"),
];
const ISSUES: [Choice; 4] = [
    own("10", "Hardware"),
    own("11", "Backup"),
    own("12", "Network"),
    own("13", "Facsimile").inactive(),
];
const SUB_ISSUES: [Choice; 6] = [
    own("100", "Disk").under("10"),
    own("101", "Memory").under("10"),
    own("110", "Failed backup").under("11"),
    own("111", "Overdue backup").under("11"),
    own("112", "Restore").under("11"),
    own("120", "Internet access").under("12"),
];
const NOTE_TYPES: [Choice; 4] = [
    system("1", "Task Summary").default(),
    system("2", "Task Detail"),
    system("3", "Task Notes"),
    system("13", "Workflow Rule Note"),
];
const PUBLISH: [Choice; 3] = [
    system("1", "All Autotask Users").default(),
    system("2", "Internal Project Team"),
    system("4", "Internal & Co-Managed"),
];

const TICKET_FIELDS: &[Field] = &[
    id(),
    int("apiVendorID").read_only(),
    int("assignedResourceID").to(Entity::Resources).told(),
    int("assignedResourceRoleID").to(Entity::Roles).told(),
    int("billingCodeID").to(Entity::BillingCodes).told(),
    int("companyID").to(Entity::Companies).required().told(),
    int("companyLocationID"),
    int("completedByResourceID").read_only().to(Entity::Resources),
    time("completedDate").read_only().told(),
    int("configurationItemID").to(Entity::ConfigurationItems).told(),
    int("contactID").to(Entity::Contacts).told(),
    int("contractID").to(Entity::Contracts).told(),
    long("contractServiceBundleID"),
    long("contractServiceID").to(Entity::ContractServices),
    time("createDate").read_only().told(),
    int("creatorResourceID").read_only().to(Entity::Resources),
    int("creatorType").read_only().unqueryable(),
    text("description", 8000).told(),
    time("dueDateTime").told(),
    double("estimatedHours"),
    text("externalID", 50),
    time("firstResponseDateTime").read_only(),
    time("firstResponseDueDateTime").read_only(),
    double("hoursToBeScheduled"),
    int("impersonatorCreatorResourceID").read_only(),
    int("issueType").of(&ISSUES).told(),
    time("lastActivityDate").read_only(),
    int("lastActivityPersonType").read_only().unqueryable(),
    int("lastActivityResourceID").read_only().to(Entity::Resources),
    time("lastCustomerNotificationDateTime").read_only(),
    time("lastCustomerVisibleActivityDateTime").read_only(),
    time("lastTrackedModificationDateTime").read_only(),
    int("monitorID"),
    int("monitorTypeID"),
    int("opportunityID"),
    int("priority").of(&PRIORITIES).required().told(),
    int("problemTicketId").to(Entity::Tickets),
    int("projectID"),
    text("purchaseOrderNumber", 50),
    int("queueID").of(&QUEUES).told(),
    text("resolution", 32_000).told(),
    time("resolvedDateTime").read_only(),
    time("resolvedDueDateTime").read_only(),
    text("rmmAlertID", 50),
    int("serviceLevelAgreementID"),
    int("source").of(&SOURCES).told(),
    int("status").of(&STATES).required().told(),
    int("subIssueType").of_parent("issueType", &SUB_ISSUES).told(),
    int("ticketCategory").to(Entity::TicketCategories).told(),
    text("ticketNumber", 50).read_only().told(),
    int("ticketType").of(&TYPES).told(),
    text("title", 255).required().told(),
];

pub(crate) static TICKETS: Model = Model {
    name: "Tickets",
    single: "Ticket",
    operations: Operations::NO_DELETE,
    parent: None,
    writes_at_root: true,
    fields: TICKET_FIELDS,
    user_defined: &[text("Backup Plan", 100), int("Failed Runs")],
};

/// The parent of what hangs on a ticket.
const fn on_ticket(segment: &'static str) -> Option<Parent> {
    Some(Parent {
        entity: Entity::Tickets,
        segment,
        field: "ticketID",
    })
}

pub(crate) static NOTES: Model = Model {
    name: "TicketNotes",
    single: "TicketNote",
    operations: Operations::NO_DELETE,
    parent: on_ticket("Notes"),
    writes_at_root: false,
    fields: &[
        id(),
        time("createDateTime").read_only(),
        int("creatorResourceID").read_only().to(Entity::Resources),
        text("description", 32_000).required().told(),
        int("impersonatorCreatorResourceID").read_only(),
        int("impersonatorUpdaterResourceID").read_only(),
        time("lastActivityDate").read_only(),
        int("noteType").of(&NOTE_TYPES).required().told(),
        int("publish").of(&PUBLISH).required().told(),
        int("ticketID").to(Entity::Tickets).required().on_create().told(),
        text("title", 250).told(),
        long("soapParentPropertyId").read_only().unqueryable(),
    ],
    user_defined: &[],
};

pub(crate) static ADDITIONAL_ITEMS: Model = Model {
    name: "TicketAdditionalConfigurationItems",
    single: "TicketAdditionalConfigurationItem",
    operations: Operations::NO_UPDATE,
    parent: on_ticket("AdditionalConfigurationItems"),
    writes_at_root: false,
    fields: &[
        id(),
        int("configurationItemID").to(Entity::ConfigurationItems).required(),
        int("ticketID").to(Entity::Tickets).required(),
        long("soapParentPropertyId").read_only().unqueryable(),
    ],
    user_defined: &[],
};

pub(crate) static CATEGORIES: Model = Model {
    name: "TicketCategories",
    single: "TicketCategory",
    operations: Operations::QUERY_UPDATE,
    parent: None,
    writes_at_root: true,
    fields: &[
        id(),
        int("displayColorRGB"),
        flag("isActive"),
        flag("isApiOnly").read_only(),
        flag("isGlobalDefault").read_only(),
        text("name", 30).required(),
        text("nickname", 3),
    ],
    user_defined: &[],
};

pub(crate) static TIME_ENTRIES: Model = Model {
    name: "TimeEntries",
    single: "TimeEntry",
    operations: Operations::QUERY,
    parent: None,
    writes_at_root: true,
    fields: &[
        id(),
        int("billingCodeID").to(Entity::BillingCodes),
        int("contractID").to(Entity::Contracts),
        time("createDateTime").read_only(),
        int("creatorUserID").read_only(),
        time("dateWorked"),
        time("endDateTime"),
        double("hoursToBill").read_only(),
        double("hoursWorked"),
        text("internalNotes", 32_000),
        flag("isNonBillable"),
        time("lastModifiedDateTime").read_only(),
        int("resourceID").to(Entity::Resources).required(),
        int("roleID").to(Entity::Roles),
        time("startDateTime"),
        text("summaryNotes", 32_000),
        int("ticketID").to(Entity::Tickets),
    ],
    user_defined: &[],
};
