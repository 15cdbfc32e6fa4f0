//! What is written: exactly the members that may be sent. Servers refuse members that they do not know.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Day, Exact};

/// A reference that is written.
#[derive(Debug, Clone, Copy, Serialize)]
pub(in crate::connectwise) struct Id {
    pub(in crate::connectwise) id: i64,
}

/// An addition to be created.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::connectwise) struct NewAddition<'a> {
    pub(in crate::connectwise) product: Id,
    pub(in crate::connectwise) bill_customer: &'static str,
    pub(in crate::connectwise) quantity: Exact,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::connectwise) unit_price: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::connectwise) unit_cost: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::connectwise) invoice_description: Option<&'a str>,
    pub(in crate::connectwise) effective_date: Day,
}

/// A ticket to be created.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::connectwise) struct NewTicket<'a> {
    pub(in crate::connectwise) summary: &'a str,
    pub(in crate::connectwise) initial_description: &'a str,
    #[serde(rename = "externalXRef")]
    pub(in crate::connectwise) external_x_ref: &'a str,
    pub(in crate::connectwise) company: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::connectwise) contact: Option<Id>,
    pub(in crate::connectwise) board: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::connectwise) status: Option<Id>,
    #[serde(flatten)]
    pub(in crate::connectwise) routing: BTreeMap<&'static str, Id>,
}

/// A note to be added. Exactly one flag is sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::connectwise) struct NewNote<'a> {
    pub(in crate::connectwise) text: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::connectwise) detail_description_flag: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::connectwise) internal_analysis_flag: bool,
}

/// A subscription to be made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::connectwise) struct NewCallback<'a> {
    pub(in crate::connectwise) description: &'static str,
    pub(in crate::connectwise) url: &'a str,
    pub(in crate::connectwise) object_id: i64,
    #[serde(rename = "type")]
    pub(in crate::connectwise) kind: &'static str,
    pub(in crate::connectwise) level: &'static str,
    pub(in crate::connectwise) payload_version: &'static str,
    pub(in crate::connectwise) is_self_suppressed_flag: bool,
    pub(in crate::connectwise) inactive_flag: bool,
}

/// One step of a `PATCH`.
#[derive(Debug, Serialize)]
pub(in crate::connectwise) struct Replace<'a> {
    op: &'static str,
    path: &'static str,
    value: Value<'a>,
}

impl<'a> Replace<'a> {
    /// Replaces a member, whole.
    pub(in crate::connectwise) fn new(path: &'static str, value: Value<'a>) -> Self {
        Self {
            op: "replace",
            path,
            value,
        }
    }
}

/// What a member is replaced by.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(in crate::connectwise) enum Value<'a> {
    /// A number.
    Number(Exact),
    /// A text.
    Text(&'a str),
    /// A day.
    Day(Day),
    /// Another record.
    Record(Id),
    /// A flag.
    Flag(bool),
}
