//! Charges on contracts and tickets, and what was approved and posted.

use crate::autotask::entity::Entity;
use crate::autotask::model::{
    Choice, Field, Model, Operations, Parent, day, double, flag, id, int, long, system, text, time,
};

const CHARGE_TYPES: [Choice; 2] = [system("1", "Operational").default(), system("2", "Capitalized")];
const STATES: [Choice; 6] = [
    system("1", "Need to Order/Fulfill"),
    system("2", "On Order"),
    system("3", "Being Shipped"),
    system("6", "Pending"),
    system("7", "Fulfilled/Shipped").default(),
    system("8", "Cancelled"),
];
/// What kind of line a billing item is.
const ITEM_TYPES: [Choice; 3] = [
    system("4", "Ticket Charge"),
    system("6", "Contract Charge"),
    system("11", "Service"),
];
const NON_BILLABLE: [Choice; 2] = [system("0", "No"), system("1", "Yes")];

/// Fields of a charge, with what it is on.
const fn charge(parent: Field) -> [Field; 29] {
    [
        id(),
        double("billableAmount").read_only(),
        long("billingCodeID").to(Entity::BillingCodes),
        int("chargeType").of(&CHARGE_TYPES).required(),
        parent,
        long("contractServiceBundleID"),
        long("contractServiceID").to(Entity::ContractServices),
        time("createDate").read_only(),
        long("creatorResourceID").read_only().to(Entity::Resources),
        day("datePurchased").required(),
        text("description", 2000),
        double("extendedCost").read_only(),
        double("internalCurrencyBillableAmount").read_only(),
        double("internalCurrencyUnitPrice").read_only(),
        text("internalPurchaseOrderNumber", 50),
        flag("isBillableToCompany"),
        flag("isBilled").read_only(),
        text("name", 100).required(),
        text("notes", 2000),
        int("organizationalLevelAssociationID"),
        long("productID").to(Entity::Products),
        text("purchaseOrderNumber", 50),
        long("status").of(&STATES),
        long("statusLastModifiedBy").read_only(),
        time("statusLastModifiedDate").read_only(),
        double("unitCost"),
        double("unitPrice"),
        double("unitQuantity").required(),
        long("soapParentPropertyId").read_only().unqueryable(),
    ]
}

pub(crate) static CONTRACT_CHARGES: Model = Model {
    name: "ContractCharges",
    single: "ContractCharge",
    operations: Operations::ALL,
    parent: Some(Parent {
        entity: Entity::Contracts,
        segment: "Charges",
        field: "contractID",
    }),
    writes_at_root: false,
    fields: &charge(long("contractID").to(Entity::Contracts).required().on_create()),
    user_defined: &[],
};

pub(crate) static TICKET_CHARGES: Model = Model {
    name: "TicketCharges",
    single: "TicketCharge",
    operations: Operations::ALL,
    parent: Some(Parent {
        entity: Entity::Tickets,
        segment: "Charges",
        field: "ticketID",
    }),
    writes_at_root: false,
    fields: &charge(long("ticketID").to(Entity::Tickets).required().on_create()),
    user_defined: &[],
};

pub(crate) static BILLING_ITEMS: Model = Model {
    name: "BillingItems",
    single: "BillingItem",
    operations: Operations::QUERY_UPDATE,
    parent: None,
    writes_at_root: true,
    fields: &[
        id(),
        int("accountManagerWhenApprovedID").read_only(),
        int("billingCodeID").read_only().to(Entity::BillingCodes),
        int("billingItemType").read_only().of(&ITEM_TYPES),
        int("companyID").read_only().to(Entity::Companies),
        long("configurationItemID").read_only(),
        long("contractChargeID").read_only().to(Entity::ContractCharges),
        int("contractID").read_only().to(Entity::Contracts),
        text("description", 2000).read_only(),
        double("extendedPrice").read_only(),
        double("internalCurrencyExtendedPrice").read_only(),
        double("internalCurrencyRate").read_only(),
        int("invoiceID").read_only(),
        int("itemApproverID").read_only(),
        day("itemDate").read_only(),
        text("itemName", 255).read_only(),
        long("lineItemID").read_only(),
        int("nonBillable").read_only().of(&NON_BILLABLE),
        double("ourCost").read_only(),
        time("postedDate").read_only(),
        time("postedOnTime").read_only(),
        text("purchaseOrderNumber", 50).read_only(),
        double("quantity").read_only(),
        double("rate").read_only(),
        long("serviceID").read_only().to(Entity::Services),
        int("subType").read_only(),
        double("taxDollars").read_only(),
        long("ticketChargeID").read_only().to(Entity::TicketCharges),
        int("ticketID").read_only().to(Entity::Tickets),
        double("totalAmount").read_only(),
        time("webServiceDate"),
    ],
    user_defined: &[],
};
