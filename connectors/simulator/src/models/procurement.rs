//! The product catalogue: what its fields are and what they refuse.

use crate::model::{Model, choice, double, flag, int, open, text, to};
use crate::resource::Resource;

/// `CatalogItem`, as the vendor describes it.
pub(crate) static CATALOG_ITEM: Model = Model {
    type_name: "CatalogItem",
    resource: "catalogItem",
    label: "CatalogItem",
    fields: &[
        int("id").read_only(),
        text("identifier", 75).required(),
        text("description", 60).required(),
        flag("inactiveFlag"),
        open("subcategory").required(),
        open("type").required(),
        choice(
            "productClass",
            &["Agreement", "Bundle", "Inventory", "NonInventory", "Service"],
        ),
        flag("serializedFlag"),
        flag("serializedCostFlag"),
        flag("phaseProductFlag"),
        open("unitOfMeasure"),
        int("minStockLevel"),
        double("price"),
        double("cost"),
        choice(
            "priceAttribute",
            &["FixedFee", "NotToExceed", "OverrideRate", "TimeAndMaterials"],
        ),
        flag("taxableFlag"),
        flag("dropShipFlag"),
        flag("specialOrderFlag"),
        text("customerDescription", 6000).required(),
        open("manufacturer"),
        text("manufacturerPartNumber", 50),
        to("vendor", Resource::Companies),
        text("vendorSku", 50),
        text("notes", 0),
        text("integrationXRef", 50),
        open("sla"),
        open("entityType"),
        flag("recurringFlag"),
        double("recurringRevenue"),
        double("recurringCost"),
        flag("recurringOneTimeFlag"),
        open("recurringBillCycle"),
        choice("recurringCycleType", CYCLE),
        flag("calculatedPriceFlag"),
        flag("calculatedCostFlag"),
        open("category"),
        double("calculatedPrice"),
        double("calculatedCost"),
        choice("billableOption", BILL),
        text("connectWiseID", 0),
        to("agreementType", Resource::AgreementTypes),
        double("markupPercentage"),
        flag("markupFlag"),
        flag("autoUpdateUnitCostFlag"),
        flag("autoUpdateUnitPriceFlag"),
        open("_info").read_only(),
        open("customFields"),
    ],
};

const BILL: &[&str] = &["Billable", "DoNotBill", "NoCharge", "NoDefault"];
const CYCLE: &[&str] = &["ContractYear", "CalendarYear"];
