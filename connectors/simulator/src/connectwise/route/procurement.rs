//! `/procurement/…`

use super::{ADD, ALL, Endpoint};
use crate::connectwise::resource::Resource;
use crate::connectwise::rights::{CATALOG, PRODUCTS, TABLE_SETUP};

pub(super) static ENDPOINTS: &[Endpoint] = &[
    Endpoint::at(&["procurement", "catalog"], Resource::Catalog)
        .needs(CATALOG)
        .takes(ALL),
    Endpoint::at(&["procurement", "products"], Resource::Products).needs(PRODUCTS),
    Endpoint::at(&["procurement", "categories"], Resource::Categories)
        .needs(TABLE_SETUP)
        .takes(ADD),
    Endpoint::at(&["procurement", "subcategories"], Resource::SubCategories)
        .needs(TABLE_SETUP)
        .takes(ADD),
    Endpoint::at(&["procurement", "types"], Resource::ProductTypes)
        .needs(TABLE_SETUP)
        .takes(ADD),
];
