//! Contracts, the recurring services on them, and how many units of these there are in each period.

use crate::autotask::entity::Entity;
use crate::autotask::model::{
    Choice, Model, Operations, Parent, day, double, flag, id, int, long, own, system, text, time,
};

/// The periods of a contract; see [`super::catalogue::PERIODS`].
const PERIODS: [Choice; 4] = [
    system("m", "Monthly").default(),
    system("q", "Quarterly"),
    system("s", "Semi-Annual"),
    system("y", "Yearly"),
];
const TYPES: [Choice; 6] = [
    system("1", "Time and Materials").default(),
    system("3", "Fixed Price"),
    system("4", "Block Hours"),
    system("6", "Retainer"),
    system("7", "Recurring Service"),
    system("8", "Incident"),
];
const STATES: [Choice; 2] = [system("0", "Inactive"), system("1", "Active").default()];
const CATEGORIES: [Choice; 3] = [own("12", "Managed Services"), own("13", "Backup"), own("14", "Hosting")];
const TIME_REPORTING: [Choice; 2] = [system("0", "No").default(), system("1", "Yes")];

pub(crate) static CONTRACTS: Model = Model {
    name: "Contracts",
    single: "Contract",
    operations: Operations::NO_DELETE,
    parent: None,
    writes_at_root: true,
    fields: &[
        id(),
        int("billToCompanyContactID").to(Entity::Contacts),
        int("billToCompanyID").to(Entity::Companies),
        int("companyID").to(Entity::Companies).required().on_create(),
        int("contactID").to(Entity::Contacts),
        text("contactName", 250),
        int("contractCategory").of(&CATEGORIES),
        int("contractExclusionSetID"),
        text("contractName", 100).required(),
        text("contractNumber", 50),
        text("contractPeriodType", 1).of(&PERIODS),
        int("contractType").of(&TYPES).required().on_create(),
        text("description", 2000),
        day("endDate").required(),
        double("estimatedCost"),
        double("estimatedHours"),
        double("estimatedRevenue"),
        long("exclusionContractID"),
        flag("isCompliant"),
        flag("isDefaultContract"),
        int("opportunityID"),
        double("overageBillingRate"),
        text("purchaseOrderNumber", 50),
        long("renewedContractID").read_only(),
        int("serviceLevelAgreementID"),
        double("setupFee"),
        long("setupFeeBillingCodeID").to(Entity::BillingCodes),
        day("startDate").required(),
        int("status").of(&STATES).required(),
        int("timeReportingRequiresStartAndStopTimes")
            .of(&TIME_REPORTING)
            .required(),
    ],
    user_defined: &[text("Backup Plan", 100)],
};

/// The parent of what is on a contract.
const fn on_contract(segment: &'static str) -> Option<Parent> {
    Some(Parent {
        entity: Entity::Contracts,
        segment,
        field: "contractID",
    })
}

pub(crate) static SERVICES: Model = Model {
    name: "ContractServices",
    single: "ContractService",
    operations: Operations::NO_DELETE,
    parent: on_contract("Services"),
    writes_at_root: false,
    fields: &[
        id(),
        int("contractID").to(Entity::Contracts).required().on_create(),
        double("internalCurrencyAdjustedPrice"),
        double("internalCurrencyUnitPrice").read_only(),
        text("internalDescription", 100).on_create(),
        text("invoiceDescription", 1000),
        long("quoteItemID").on_create(),
        int("serviceID").to(Entity::Services).required().on_create(),
        double("unitCost").on_create(),
        double("unitPrice").on_create(),
        long("soapParentPropertyId").read_only().unqueryable(),
    ],
    user_defined: &[],
};

pub(crate) static ADJUSTMENTS: Model = Model {
    name: "ContractServiceAdjustments",
    single: "ContractServiceAdjustment",
    operations: Operations::CREATE,
    parent: on_contract("ServiceAdjustments"),
    writes_at_root: true,
    fields: &[
        id(),
        double("adjustedUnitCost"),
        double("adjustedUnitPrice"),
        flag("allowRepeatService"),
        int("contractID").to(Entity::Contracts),
        int("contractServiceID").to(Entity::ContractServices),
        day("effectiveDate").required(),
        int("quoteItemID"),
        int("serviceID").to(Entity::Services),
        int("unitChange"),
        long("soapParentPropertyId").read_only().unqueryable(),
    ],
    user_defined: &[],
};

pub(crate) static UNITS: Model = Model {
    name: "ContractServiceUnits",
    single: "ContractServiceUnit",
    operations: Operations::QUERY,
    parent: on_contract("ServiceUnits"),
    writes_at_root: false,
    fields: &[
        id(),
        time("approveAndPostDate").read_only(),
        int("contractID").to(Entity::Contracts).read_only(),
        int("contractServiceID").to(Entity::ContractServices).read_only(),
        double("cost").read_only(),
        day("endDate").read_only(),
        double("internalCurrencyPrice").read_only(),
        int("organizationalLevelAssociationID").read_only(),
        double("price").read_only(),
        int("serviceID").to(Entity::Services).read_only(),
        day("startDate").read_only(),
        int("units").read_only(),
        int("vendorCompanyID").read_only(),
        long("soapParentPropertyId").read_only().unqueryable(),
    ],
    user_defined: &[],
};
