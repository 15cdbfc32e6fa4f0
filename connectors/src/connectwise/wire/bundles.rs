//! Several questions in one request, and their answers.

use serde::{Deserialize, Serialize};

/// Several questions in one.
#[derive(Debug, Serialize)]
pub(in crate::connectwise) struct Bundle {
    pub(in crate::connectwise) requests: Vec<BundledRequest>,
}

/// One question of a bundle: a list below a parent record.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::connectwise) struct BundledRequest {
    pub(in crate::connectwise) version: &'static str,
    pub(in crate::connectwise) sequence_number: usize,
    pub(in crate::connectwise) resource_type: &'static str,
    pub(in crate::connectwise) api_request: BundledList,
}

/// What a bundle asks of a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::connectwise) struct BundledList {
    pub(in crate::connectwise) parent_id: i64,
    pub(in crate::connectwise) page: BundledPage,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::connectwise) fields: Option<&'static str>,
}

/// Which page of a list a bundle asks for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::connectwise) struct BundledPage {
    pub(in crate::connectwise) page: u32,
    pub(in crate::connectwise) page_size: u16,
}

/// The answers to a bundle.
#[derive(Debug, Deserialize)]
pub(in crate::connectwise) struct BundleAnswer<T> {
    pub(in crate::connectwise) results: Vec<BundledResult<T>>,
}

/// The answer to one question of a bundle.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::connectwise) struct BundledResult<T> {
    pub(in crate::connectwise) sequence_number: usize,
    pub(in crate::connectwise) entities: Option<Vec<T>>,
    pub(in crate::connectwise) success: Option<bool>,
    pub(in crate::connectwise) status_code: Option<u16>,
    pub(in crate::connectwise) error: Option<serde_json::Value>,
}
