//! The catalogue and what is sold from it.

use super::Traits;
use crate::connectwise::models::{procurement, shelf};

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

pub(super) static CATEGORIES: Traits = Traits::new(
    "categories",
    "procurement/categories",
    "category_href",
    &shelf::CATEGORY,
)
.known_by_name();

pub(super) static SUB_CATEGORIES: Traits = Traits::new(
    "subcategories",
    "procurement/subcategories",
    "subcategory_href",
    &shelf::SUB_CATEGORY,
)
.known_by_name();

pub(super) static PRODUCT_TYPES: Traits =
    Traits::new("productTypes", "procurement/types", "type_href", &shelf::PRODUCT_TYPE).known_by_name();
