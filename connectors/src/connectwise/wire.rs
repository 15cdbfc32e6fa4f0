//! What goes over the wire, and only that: reading structures name the members that are used, writing structures the
//! members that may be sent. Servers leave out what is null, and refuse members that they do not know.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, Serializer, de::DeserializeOwned};

/// A record of a list.
pub(super) trait Listed: DeserializeOwned {
    /// The members to ask for; `None` asks for all.
    const FIELDS: Option<&'static str>;

    /// The record's id, by which lists are paged.
    fn id(&self) -> i64;
}

/// Declares reading structures: every one has an id, can be listed, and ignores members that it does not name.
macro_rules! records {
    ($($(#[$doc:meta])* $name:ident[$fields:expr] { $($(#[$attribute:meta])* $member:ident: $kind:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub(super) struct $name {
            pub(super) id: i64,
            $($(#[$attribute])* pub(super) $member: $kind,)*
        }

        impl Listed for $name {
            const FIELDS: Option<&'static str> = $fields;

            fn id(&self) -> i64 {
                self.id
            }
        }
    )+};
}

records! {
    /// A company.
    Company[Some("id,identifier,name,status,types,deletedFlag,_info")] {
        identifier: Option<String>,
        name: String,
        status: Option<Reference>,
        types: Option<Vec<Reference>>,
        deleted_flag: Option<bool>,
        #[serde(rename = "_info")]
        info: Option<Info>,
    }

    /// A type of companies or agreements, or a status of companies. Each kind has its own further members.
    ListValue[None] {
        name: String,
        inactive_flag: Option<bool>,
    }

    /// A device.
    Configuration[Some("id,name,company,deviceIdentifier,activeFlag")] {
        name: String,
        company: Option<Reference>,
        device_identifier: Option<String>,
        active_flag: Option<bool>,
    }

    /// A device that is linked to a ticket.
    LinkedConfiguration[None] {
    }

    /// A subscription to changes.
    Callback[None] {
        url: Option<String>,
        #[serde(rename = "type")]
        kind: Option<String>,
        level: Option<String>,
        inactive_flag: Option<bool>,
    }

    /// The API member, from the list that takes a right of its own.
    ApiMember[Some("id,identifier,securityRole")] {
        identifier: Option<String>,
        security_role: Option<Reference>,
    }

    /// A row of a security role.
    RoleSetting[None] {
        module_name: Option<String>,
        module_function_name: Option<String>,
        add_level: Option<String>,
        edit_level: Option<String>,
        inquire_level: Option<String>,
    }

    /// An agreement's id, to find out whether it exists.
    AgreementStub[Some("id")] {
    }

    /// A contact.
    Contact[Some("id,firstName,lastName,company,inactiveFlag,communicationItems,_info")] {
        first_name: Option<String>,
        last_name: Option<String>,
        company: Option<Reference>,
        inactive_flag: Option<bool>,
        communication_items: Option<Vec<CommunicationItem>>,
        #[serde(rename = "_info")]
        info: Option<Info>,
    }

    /// A catalogue item.
    CatalogItem[Some("id,identifier,description,customerDescription,inactiveFlag,productClass,price,cost,unitOfMeasure,_info")] {
        identifier: String,
        description: Option<String>,
        customer_description: Option<String>,
        inactive_flag: Option<bool>,
        product_class: Option<String>,
        price: Option<Exact>,
        cost: Option<Exact>,
        unit_of_measure: Option<Reference>,
        #[serde(rename = "_info")]
        info: Option<Info>,
    }

    /// An agreement.
    Agreement[Some("id,name,type,company,startDate,endDate,noEndingDateFlag,cancelledFlag,billStartDate,nextInvoiceDate,\
                    billingCycle,prorateFlag,currency,agreementStatus,_info")] {
        name: String,
        #[serde(rename = "type")]
        kind: Option<Reference>,
        company: Reference,
        start_date: Option<DateTime<Utc>>,
        end_date: Option<DateTime<Utc>>,
        no_ending_date_flag: Option<bool>,
        cancelled_flag: Option<bool>,
        bill_start_date: Option<DateTime<Utc>>,
        next_invoice_date: Option<String>,
        billing_cycle: Option<Reference>,
        prorate_flag: Option<bool>,
        currency: Option<Currency>,
        agreement_status: Option<String>,
        #[serde(rename = "_info")]
        info: Option<Info>,
    }

    /// A billed line of an agreement.
    Addition[Some("id,product,quantity,unitPrice,unitCost,invoiceDescription,effectiveDate,cancelledDate")] {
        product: Reference,
        quantity: Option<Exact>,
        unit_price: Option<Exact>,
        unit_cost: Option<Exact>,
        invoice_description: Option<String>,
        effective_date: Option<DateTime<Utc>>,
        cancelled_date: Option<DateTime<Utc>>,
    }

    /// A board, from the list that needs no setup right.
    BoardInfo[None] {
        name: String,
        inactive_flag: Option<bool>,
    }

    /// A status of a board.
    BoardStatus[Some("id,name,sortOrder,inactive,closedStatus,defaultFlag")] {
        name: String,
        sort_order: Option<i64>,
        inactive: Option<bool>,
        closed_status: Option<bool>,
        default_flag: Option<bool>,
    }

    /// A value of a routing field. The kinds of values have different members; those that one lacks are not asked for.
    Choice[None] {
        name: String,
        sort_order: Option<i64>,
        inactive_flag: Option<bool>,
        type_association_ids: Option<Vec<i64>>,
    }

    /// Under which type and subtype an item can be chosen.
    Association[None] {
        #[serde(rename = "type")]
        kind: Option<Reference>,
        sub_type: Option<Reference>,
        item: Option<Reference>,
    }

    /// A service ticket.
    Ticket[Some("id,company,board,status,closedFlag,externalXRef,_info")] {
        company: Option<Reference>,
        board: Option<Reference>,
        status: Option<Reference>,
        closed_flag: Option<bool>,
        #[serde(rename = "externalXRef")]
        external_x_ref: Option<String>,
        #[serde(rename = "_info")]
        info: Option<Info>,
    }

    /// A note on a ticket.
    Note[Some("id,text,dateCreated")] {
        text: Option<String>,
        date_created: Option<DateTime<Utc>>,
    }
}

/// A record that is referred to.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Reference {
    pub(super) id: Option<i64>,
    pub(super) name: Option<String>,
}

/// Who changed a record, and when.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Info {
    pub(super) last_updated: Option<DateTime<Utc>>,
    pub(super) updated_by: Option<String>,
}

/// An e-mail address or number of a contact.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CommunicationItem {
    pub(super) value: Option<String>,
    pub(super) default_flag: Option<bool>,
    pub(super) communication_type: Option<String>,
}

/// A currency.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Currency {
    pub(super) currency_code: Option<String>,
}

/// The answer of `/system/info`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SystemInfo {
    pub(super) version: Option<String>,
    pub(super) cloud_region: Option<String>,
    pub(super) server_time_zone: Option<String>,
}

/// A reference that is written.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Id {
    pub(super) id: i64,
}

/// A number that is read and written with exactly its digits.
///
/// A wrapper, because the library's own form for optional numbers reads text only.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Exact(#[serde(with = "rust_decimal::serde::arbitrary_precision")] Decimal);

impl Exact {
    /// The number.
    pub(super) fn value(self) -> Decimal {
        self.0
    }
}

impl From<Decimal> for Exact {
    fn from(value: Decimal) -> Self {
        Self(value.normalize())
    }
}

/// A day, written as its midnight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day(pub(super) NaiveDate);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}T00:00:00Z", self.0.format("%Y-%m-%d")))
    }
}

/// An addition to be created.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewAddition<'a> {
    pub(super) product: Id,
    pub(super) bill_customer: &'static str,
    pub(super) quantity: Exact,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unit_price: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unit_cost: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) invoice_description: Option<&'a str>,
    pub(super) effective_date: Day,
}

/// A ticket to be created.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewTicket<'a> {
    pub(super) summary: &'a str,
    pub(super) initial_description: &'a str,
    #[serde(rename = "externalXRef")]
    pub(super) external_x_ref: &'a str,
    pub(super) company: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) contact: Option<Id>,
    pub(super) board: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<Id>,
    #[serde(flatten)]
    pub(super) routing: BTreeMap<&'static str, Id>,
}

/// A note to be added. Exactly one flag is sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewNote<'a> {
    pub(super) text: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) detail_description_flag: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) internal_analysis_flag: bool,
}

/// A subscription to be made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewCallback<'a> {
    pub(super) description: &'static str,
    pub(super) url: &'a str,
    pub(super) object_id: i64,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) level: &'static str,
    pub(super) payload_version: &'static str,
    pub(super) is_self_suppressed_flag: bool,
    pub(super) inactive_flag: bool,
}

/// Several questions in one.
#[derive(Debug, Serialize)]
pub(super) struct Bundle {
    pub(super) requests: Vec<BundledRequest>,
}

/// One question of a bundle: a list below a parent record.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BundledRequest {
    pub(super) version: &'static str,
    pub(super) sequence_number: usize,
    pub(super) resource_type: &'static str,
    pub(super) api_request: BundledList,
}

/// What a bundle asks of a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BundledList {
    pub(super) parent_id: i64,
    pub(super) page: BundledPage,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fields: Option<&'static str>,
}

/// Which page of a list a bundle asks for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BundledPage {
    pub(super) page: u32,
    pub(super) page_size: u16,
}

/// The answers to a bundle.
#[derive(Debug, Deserialize)]
pub(super) struct BundleAnswer<T> {
    pub(super) results: Vec<BundledResult<T>>,
}

/// The answer to one question of a bundle.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BundledResult<T> {
    pub(super) sequence_number: usize,
    pub(super) entities: Option<Vec<T>>,
    pub(super) success: Option<bool>,
    pub(super) status_code: Option<u16>,
    pub(super) error: Option<serde_json::Value>,
}

/// One step of a `PATCH`.
#[derive(Debug, Serialize)]
pub(super) struct Replace<'a> {
    op: &'static str,
    path: &'static str,
    value: Value<'a>,
}

impl<'a> Replace<'a> {
    /// Replaces a member, whole.
    pub(super) fn new(path: &'static str, value: Value<'a>) -> Self {
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
pub(super) enum Value<'a> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly() {
        let cases = [
            ("0.05", "0.05"),
            ("12.3456", "12.3456"),
            ("12.0", "12"),
            ("7", "7"),
            ("5E-05", "0.00005"),
            ("-3.10", "-3.1"),
            ("1234567890123.4567", "1234567890123.4567"),
        ];
        for (json, expected) in cases {
            let addition: Addition =
                serde_json::from_str(&format!(r#"{{"id":1,"product":{{"id":5}},"quantity":{json}}}"#)).expect(json);
            assert_eq!(
                addition.quantity.map(Exact::value),
                Some(expected.parse().expect(expected)),
                "{json}"
            );
        }
        let none: Addition =
            serde_json::from_str(r#"{"id":1,"product":{"id":5},"unitPrice":null}"#).expect("an addition");
        assert_eq!((none.quantity, none.unit_price), (None, None));
    }

    #[test]
    fn writes_hold_exactly_what_is_allowed() {
        let number = |text: &str| Exact::from(text.parse::<Decimal>().expect(text));
        let addition = NewAddition {
            product: Id { id: 5 },
            bill_customer: "Billable",
            quantity: number("12.3456"),
            unit_price: Some(number("0.0500")),
            unit_cost: None,
            invoice_description: Some("Backup"),
            effective_date: Day(NaiveDate::from_ymd_opt(2026, 3, 1).expect("a day")),
        };
        // Through a value, as requests are built.
        let json = serde_json::to_value(&addition).expect("JSON").to_string();
        for part in [
            r#""quantity":12.3456"#,
            r#""unitPrice":0.05"#,
            r#""effectiveDate":"2026-03-01T00:00:00Z""#,
        ] {
            assert!(json.contains(part), "{part} is not in {json}");
        }
        assert!(!json.contains("unitCost"), "{json}");
        let patch = [
            Replace::new("quantity", Value::Number(number("3.00"))),
            Replace::new("status", Value::Record(Id { id: 7 })),
            Replace::new("invoiceDescription", Value::Text("x")),
        ];
        let json: serde_json::Value = serde_json::to_value(&patch).expect("JSON");
        let expected = serde_json::json!([
            { "op": "replace", "path": "quantity", "value": 3 },
            { "op": "replace", "path": "status", "value": { "id": 7 } },
            { "op": "replace", "path": "invoiceDescription", "value": "x" },
        ]);
        assert_eq!(json, expected);
    }
}
