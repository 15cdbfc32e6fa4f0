//! The catalogue and what is sold from it.

use super::Traits;
use crate::models::procurement;

pub(super) static CATALOG: Traits = Traits::new(
    "catalog",
    "procurement/catalog",
    "catalog_href",
    &procurement::CATALOG_ITEM,
)
.repeating(&["identifier"])
.keyed_by("identifier")
.indexed_by(&["identifier"]);

pub(super) static PRODUCTS: Traits = Traits::new(
    "products",
    "procurement/products",
    "product_href",
    &procurement::PRODUCT_ITEM,
);
