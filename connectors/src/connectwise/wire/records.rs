//! What is read: the members that are used, and no others. Servers leave out what is null.

use chrono::{DateTime, Utc};
use serde::{Deserialize, de::DeserializeOwned};

use super::Exact;

/// A record of a list.
pub(in crate::connectwise) trait Listed: DeserializeOwned {
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
        pub(in crate::connectwise) struct $name {
            pub(in crate::connectwise) id: i64,
            $($(#[$attribute])* pub(in crate::connectwise) $member: $kind,)*
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
    Agreement[Some("id,name,type,company,parentAgreement,startDate,endDate,noEndingDateFlag,cancelledFlag,billStartDate,nextInvoiceDate,\
                    billingCycle,prorateFlag,currency,agreementStatus,_info")] {
        name: String,
        #[serde(rename = "type")]
        kind: Option<Reference>,
        company: Reference,
        parent_agreement: Option<Reference>,
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
    Ticket[Some("id,company,board,status,closedFlag,externalXRef,actualHours,mergedParentTicket,_info")] {
        company: Option<Reference>,
        board: Option<Reference>,
        status: Option<Reference>,
        closed_flag: Option<bool>,
        #[serde(rename = "externalXRef")]
        external_x_ref: Option<String>,
        actual_hours: Option<Exact>,
        merged_parent_ticket: Option<Reference>,
        #[serde(rename = "_info")]
        info: Option<Info>,
    }

    /// A note on a ticket.
    Note[Some("id,text,dateCreated,createdBy")] {
        text: Option<String>,
        date_created: Option<DateTime<Utc>>,
        created_by: Option<String>,
    }
}

/// A record that is referred to.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::connectwise) struct Reference {
    pub(in crate::connectwise) id: Option<i64>,
    pub(in crate::connectwise) name: Option<String>,
}

/// Who changed a record, and when.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::connectwise) struct Info {
    pub(in crate::connectwise) last_updated: Option<DateTime<Utc>>,
    pub(in crate::connectwise) updated_by: Option<String>,
    pub(in crate::connectwise) entered_by: Option<String>,
}

/// An e-mail address or number of a contact.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::connectwise) struct CommunicationItem {
    pub(in crate::connectwise) value: Option<String>,
    pub(in crate::connectwise) default_flag: Option<bool>,
    pub(in crate::connectwise) communication_type: Option<String>,
}

/// A currency.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::connectwise) struct Currency {
    pub(in crate::connectwise) currency_code: Option<String>,
}

/// The answer of `/system/info`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::connectwise) struct SystemInfo {
    pub(in crate::connectwise) version: Option<String>,
    pub(in crate::connectwise) cloud_region: Option<String>,
    pub(in crate::connectwise) server_time_zone: Option<String>,
}
