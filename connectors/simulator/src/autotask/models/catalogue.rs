//! What is sold: products, services, and the codes that they are billed under.

use crate::autotask::entity::Entity;
use crate::autotask::model::{Choice, Model, Operations, double, flag, id, int, long, own, system, text, time};

/// How often something is billed. The vendor's keys are letters.
pub(crate) const PERIODS: [Choice; 5] = [
    system("m", "Monthly").default(),
    system("q", "Quarterly"),
    system("s", "Semi-Annual"),
    system("y", "Yearly"),
    system("1", "One-Time"),
];
const PRODUCT_CATEGORIES: [Choice; 3] = [
    own("1", "Hardware").default(),
    own("2", "Software"),
    own("3", "Subscription"),
];
/// 4 is what products and charges are billed under, 5 what recurring services are.
const USES: [Choice; 5] = [
    system("1", "General"),
    system("2", "Expense"),
    system("3", "Internal Time"),
    system("4", "Material"),
    system("5", "Recurring Contract Service"),
];
const CODE_TYPES: [Choice; 3] = [
    system("0", "Normal"),
    system("1", "System"),
    system("2", "Non-Billable"),
];

pub(crate) static PRODUCTS: Model = Model {
    name: "Products",
    single: "Product",
    operations: Operations::NO_DELETE,
    parent: None,
    writes_at_root: true,
    fields: &[
        id(),
        int("chargeBillingCodeID").to(Entity::BillingCodes),
        int("defaultVendorID").to(Entity::Companies),
        text("description", 2000),
        flag("doesNotRequireProcurement"),
        text("externalProductID", 50),
        int("impersonatorCreatorResourceID").read_only(),
        text("internalProductID", 50),
        flag("isActive").required(),
        flag("isEligibleForRma"),
        flag("isSerialized").required(),
        text("link", 500),
        text("manufacturerName", 100),
        text("manufacturerProductName", 50),
        double("markupRate").read_only(),
        double("msrp"),
        text("name", 100).required(),
        text("periodType", 1).of(&PERIODS),
        int("productBillingCodeID").to(Entity::BillingCodes).required(),
        int("productCategory").of(&PRODUCT_CATEGORIES),
        text("sku", 50),
        double("unitCost"),
        double("unitPrice"),
        text("vendorProductNumber", 50),
    ],
    user_defined: &[],
};

pub(crate) static SERVICES: Model = Model {
    name: "Services",
    single: "Service",
    operations: Operations::NO_DELETE,
    parent: None,
    writes_at_root: true,
    fields: &[
        id(),
        int("billingCodeID").to(Entity::BillingCodes).required(),
        time("createDate").read_only(),
        int("creatorResourceID").read_only().to(Entity::Resources),
        text("description", 400),
        text("externalID", 100),
        text("internalID", 100),
        text("invoiceDescription", 1000),
        flag("isActive"),
        time("lastModifiedDate").read_only(),
        double("markupRate").read_only(),
        text("name", 100).required(),
        text("periodType", 1).of(&PERIODS).required(),
        long("serviceLevelAgreementID"),
        text("sku", 100),
        double("unitCost"),
        double("unitPrice").required(),
        int("updateResourceID").read_only(),
        int("vendorCompanyID").to(Entity::Companies),
    ],
    user_defined: &[],
};

pub(crate) static BILLING_CODES: Model = Model {
    name: "BillingCodes",
    single: "BillingCode",
    operations: Operations::QUERY,
    parent: None,
    writes_at_root: true,
    fields: &[
        id(),
        int("afterHoursWorkType"),
        int("billingCodeType").of(&CODE_TYPES),
        int("department"),
        text("description", 500),
        text("externalNumber", 100),
        int("generalLedgerAccount"),
        flag("isActive"),
        flag("isExcludedFromNewContracts"),
        double("markupRate"),
        text("name", 200),
        int("taxCategoryID"),
        double("unitCost"),
        double("unitPrice"),
        int("useType").of(&USES),
    ],
    user_defined: &[],
};
