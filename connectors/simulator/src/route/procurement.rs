//! `/procurement/…`

use super::{ALL, Endpoint};
use crate::resource::Resource;
use crate::rights::{CATALOG, PRODUCTS};

pub(super) static ENDPOINTS: &[Endpoint] = &[
    Endpoint::at(&["procurement", "catalog"], Resource::Catalog)
        .needs(CATALOG)
        .takes(ALL),
    Endpoint::at(&["procurement", "products"], Resource::Products).needs(PRODUCTS),
];
