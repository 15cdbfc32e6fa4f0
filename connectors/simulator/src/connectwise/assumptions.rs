//! What is not known about the real server, each as a switch with a named default.
//!
//! A client that is correct gives the same result under every combination of them.

use serde::Deserialize;

/// Choices for behaviour that no public source documents.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Assumptions {
    /// What wrong or disabled keys, or a missing client id, are answered with. Default [`BadCredentials::Unauthorized`].
    pub bad_credentials: BadCredentials,
    /// What a wrong company in the credentials is answered with. Default [`WrongCompany::CannotRoute`].
    pub wrong_company: WrongCompany,
    /// What a page size above 1000 does. Default [`OverLimit::Clamp`].
    pub page_size_over_limit: OverLimit,
    /// What a page or page size that is no positive number does. Default [`BadPage::UseDefault`].
    pub bad_page: BadPage,
    /// Whether `pagination-type: forward-only` and `pageId` are heard. An older server ignores both and pages by `page`
    /// with the `Link` of numbered pages. Default `true`.
    pub forward_only: bool,
    /// Whether `orderBy` together with forward-only paging is refused rather than ignored. Default `true`.
    pub refuse_order_by_when_forward_only: bool,
    /// The `code` of the 400 for conditions that cannot be read. Default `ConnectWiseApi`.
    pub bad_conditions_code: String,
    /// What a condition on a field that the record lacks does. Default [`UnknownField::Refuse`].
    pub unknown_condition_field: UnknownField,
    /// Whether `field != value` holds for records where the field is null. Default `false`, as in SQL.
    pub null_differs: bool,
    /// The `code` of the 400 for a member that the model lacks. Default `InvalidObject`.
    pub unknown_member_code: String,
    /// Whether written dates must be `yyyy-MM-ddTHH:mm:ssZ` exactly, as one site demanded. Default `true`.
    pub strict_dates: bool,
    /// What adding an inactive product to an agreement does. Default [`InactiveProduct::Refuse`].
    pub inactive_product: InactiveProduct,
    /// The `code` of the 409 for deleting a record in use. Default `ConnectWiseApi`.
    pub in_use_code: String,
    /// The quantity of an addition that names none. Default 1.
    pub default_addition_quantity: u32,
    /// What a ticket for a company whose status disallows saving does. Default [`BlockedCompany::Refuse`].
    pub blocked_company: BlockedCompany,
    /// Whether a ticket's team must be one of its board's, as its status must. Default `true`.
    pub team_is_of_board: bool,
    /// Whether a note must name at least one of its three destinations. Default `true`.
    pub note_needs_destination: bool,
    /// Whether a new note changes the ticket's `lastUpdated`. Default `true`.
    pub note_touches_ticket: bool,
    /// Whether the light board list `/service/info/boards` needs the Table Setup right. Default `false`.
    pub info_boards_need_table_setup: bool,
    /// The right that callbacks take. Default [`CallbackRight::TableSetup`].
    pub callback_right: CallbackRight,
    /// Whether the address of a callback's signing key needs credentials. Default `false`.
    pub callback_key_needs_credentials: bool,
    /// Whether a written addition is announced as an update of its agreement. Default `false`.
    pub additions_announce_agreement: bool,
    /// Whether `/system/bundles` exists. Default `true`.
    pub bundles_served: bool,
    /// Requests in one bundle above which it is refused. Default 100.
    pub bundle_limit: usize,
    /// What linking a configuration to the same record again does. Default [`LinkedTwice::Refuse`].
    pub linked_twice: LinkedTwice,
    /// Requests per minute after which 429 is answered; `None` for no limit. Real sites: about 1000. Default `None`.
    pub requests_per_minute: Option<u32>,
}

impl Default for Assumptions {
    fn default() -> Self {
        Self {
            bad_credentials: BadCredentials::Unauthorized,
            wrong_company: WrongCompany::CannotRoute,
            page_size_over_limit: OverLimit::Clamp,
            bad_page: BadPage::UseDefault,
            forward_only: true,
            refuse_order_by_when_forward_only: true,
            bad_conditions_code: "ConnectWiseApi".to_owned(),
            unknown_condition_field: UnknownField::Refuse,
            null_differs: false,
            unknown_member_code: "InvalidObject".to_owned(),
            strict_dates: true,
            inactive_product: InactiveProduct::Refuse,
            in_use_code: "ConnectWiseApi".to_owned(),
            default_addition_quantity: 1,
            blocked_company: BlockedCompany::Refuse,
            team_is_of_board: true,
            note_needs_destination: true,
            note_touches_ticket: true,
            info_boards_need_table_setup: false,
            callback_right: CallbackRight::TableSetup,
            callback_key_needs_credentials: false,
            additions_announce_agreement: false,
            bundles_served: true,
            bundle_limit: 100,
            linked_twice: LinkedTwice::Refuse,
            requests_per_minute: None,
        }
    }
}

/// The answer to wrong keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BadCredentials {
    /// 401, code `Unauthorized`.
    Unauthorized,
    /// 401, code `ConnectWiseApi`, message `UserNotAuthenticated`, as older on-premises servers.
    UserNotAuthenticated,
    /// 404, as the vendor's guide says that the cloud may answer.
    NotFound,
}

/// The answer to a company that the site does not serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WrongCompany {
    /// 400, the plain text of a failed routing, as recorded from the cloud.
    CannotRoute,
    /// The same as wrong keys.
    BadCredentials,
}

/// What a page size above the limit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OverLimit {
    /// The page has 1000 records.
    Clamp,
    /// 400.
    Refuse,
}

/// What an unreadable page number does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BadPage {
    /// As if it were absent.
    UseDefault,
    /// 400.
    Refuse,
}

/// What an unknown field in conditions does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UnknownField {
    /// 400.
    Refuse,
    /// The field is null in every record.
    Null,
}

/// What an addition of an inactive product does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum InactiveProduct {
    /// 400.
    Refuse,
    /// It is accepted.
    Accept,
}

/// What a ticket for a company with a blocking status does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BlockedCompany {
    /// 400.
    Refuse,
    /// It is accepted.
    Accept,
}

/// The right that registering callbacks takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CallbackRight {
    /// System > Table Setup, as integration vendors ask for.
    TableSetup,
    /// Valid keys are enough.
    Nothing,
}

/// What linking a configuration again does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LinkedTwice {
    /// 400 with `ObjectExists`, as other duplicates.
    Refuse,
    /// 201, and there is still one link.
    Accept,
}
