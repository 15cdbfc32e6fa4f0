//! How the catalogue is ordered: categories, subcategories, types.

use crate::connectwise::model::{Model, choice, flag, int, open, text, to};
use crate::connectwise::resource::Resource;

/// `Category`, as the vendor describes it.
pub(crate) static CATEGORY: Model = Model {
    type_name: "Category",
    resource: "category",
    label: "Category",
    fields: &[
        int("id").read_only(),
        text("name", 50).required(),
        flag("inactiveFlag"),
        text("priceLevelXref", 10),
        text("integrationXref", 50),
        open("locationIds"),
        flag("defaultFlag"),
        flag("addAllLocations"),
        flag("removeAllLocations"),
        open("_info").read_only(),
    ],
};

/// `SubCategory`, as the vendor describes it.
pub(crate) static SUB_CATEGORY: Model = Model {
    type_name: "SubCategory",
    resource: "subCategory",
    label: "SubCategory",
    fields: &[
        int("id").read_only(),
        text("name", 50).required(),
        flag("inactiveFlag"),
        text("integrationXref", 50),
        flag("defaultFlag"),
        to("category", Resource::Categories).required(),
        open("_info").read_only(),
    ],
};

/// `ProductType`, as the vendor describes it.
pub(crate) static PRODUCT_TYPE: Model = Model {
    type_name: "ProductType",
    resource: "productType",
    label: "ProductType",
    fields: &[
        int("id").read_only(),
        text("name", 50).required(),
        flag("inactiveFlag"),
        choice(
            "typeXref",
            &["InventoryPart", "NonInventoryPart", "OtherCharge", "Service"],
        ),
        flag("defaultFlag"),
        open("_info").read_only(),
    ],
};
