//! What is not known about the real server, each as a switch with a named default.
//!
//! A client that is correct gives the same result under every combination of them.

use serde::Deserialize;

/// Choices for behaviour that no public source documents, or that two sources tell differently.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Assumptions {
    /// What `GET` of an id that is not there answers. Default [`Missing::NotFound`].
    pub missing: Missing,
    /// What a wrong tracking identifier is answered with. Default [`BadIntegrationCode::Unauthorized`].
    pub bad_integration_code: BadIntegrationCode,
    /// What `MaxRecords` above 500 does. Default [`OverLimit::Refuse`].
    pub max_records_over_limit: OverLimit,
    /// Whether `noteq` and `notIn` hold where the field is null. Default `false`, as in SQL.
    pub null_differs: bool,
    /// What the end of a list has for `nextPageUrl`. Default [`LastPage::Null`].
    pub last_page: LastPage,
    /// What a read-only member in the body of a create does. Default [`ReadOnly::Ignore`].
    pub read_only_on_create: ReadOnly,
    /// Whether `PATCH` of tickets exists; one practitioner says that only `PUT` does. Default `true`.
    pub patch_tickets: bool,
    /// Whether a ticket's contact must be one of its company's. Default `true`.
    pub contact_is_of_company: bool,
    /// Whether a new note moves the ticket's `lastActivityDate`. Default `true`.
    pub note_touches_ticket: bool,
    /// Whether a service that is on a contract already can be added once more at `Contracts/{id}/Services`. Default
    /// `false`.
    pub repeat_services: bool,
    /// Whether a period without units has a row with 0, or none. Default [`ZeroUnits::Row`].
    pub zero_units: ZeroUnits,
    /// What an adjustment that takes effect in an approved and posted period does. Default [`PostedPeriod::Refuse`].
    pub posted_period: PostedPeriod,
    /// What `price` and `cost` of a units row are. Default [`UnitsPrice::Total`].
    pub units_price: UnitsPrice,
    /// The status of a request that is one too many at the same time. Default 429.
    pub thread_limit_status: u16,
    /// How many requests to one entity with one tracking identifier may be under way; `None` for any number. Default 3.
    pub threads: Option<usize>,
    /// The status of a request above the hourly threshold. Default 429.
    pub threshold_status: u16,
    /// How many requests the tenant has in a rolling hour. Default 10,000.
    pub requests_per_hour: usize,
    /// Until when the API is refused after that. Default [`Drained::Below`].
    pub drained: Drained,
    /// Seconds of a `Retry-After` with these two refusals; none is documented. Default `None`.
    pub retry_after: Option<u32>,
    /// What the callout of a webhook that was switched off calls its action. Default `Deactivated`.
    pub deactivated_action: String,
    /// Whether `secretKey` of a webhook can be read. Default `false`.
    pub shows_secret_key: bool,
}

impl Default for Assumptions {
    fn default() -> Self {
        Self {
            missing: Missing::NotFound,
            bad_integration_code: BadIntegrationCode::Unauthorized,
            max_records_over_limit: OverLimit::Refuse,
            null_differs: false,
            last_page: LastPage::Null,
            read_only_on_create: ReadOnly::Ignore,
            patch_tickets: true,
            contact_is_of_company: true,
            note_touches_ticket: true,
            repeat_services: false,
            zero_units: ZeroUnits::Row,
            posted_period: PostedPeriod::Refuse,
            units_price: UnitsPrice::Total,
            thread_limit_status: 429,
            threads: Some(3),
            threshold_status: 429,
            requests_per_hour: 10_000,
            drained: Drained::Below,
            retry_after: None,
            deactivated_action: "Deactivated".to_owned(),
            shows_secret_key: false,
        }
    }
}

/// The answer to an id that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Missing {
    /// 404 without a body.
    NotFound,
    /// 200 with `{"item": null}`.
    NullItem,
}

/// The answer to a wrong tracking identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BadIntegrationCode {
    /// 401 without a body, as for the other two credentials.
    Unauthorized,
    /// 500 with "`IntegrationCode` is invalid".
    Error,
}

/// What more than the limit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OverLimit {
    /// It is refused.
    Refuse,
    /// It counts as the limit.
    Clamp,
}

/// How a list says that it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LastPage {
    /// `nextPageUrl` is null.
    Null,
    /// `nextPageUrl` is an empty text.
    Empty,
    /// There is no `nextPageUrl`.
    Absent,
}

/// What a member that cannot be written does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ReadOnly {
    /// It is left out.
    Ignore,
    /// It is refused.
    Refuse,
}

/// How a period without units is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ZeroUnits {
    /// As a row with 0.
    Row,
    /// Not at all.
    NoRow,
}

/// What an adjustment in a posted period does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PostedPeriod {
    /// It is refused.
    Refuse,
    /// It takes effect with the first period that is not posted.
    NextPeriod,
}

/// What the money of a units row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UnitsPrice {
    /// Of all units together.
    Total,
    /// Of one unit.
    Each,
}

/// When a tenant that was over its threshold is let in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Drained {
    /// As soon as the last hour has fewer requests than the threshold.
    Below,
    /// Once the last hour has had none.
    Empty,
}
