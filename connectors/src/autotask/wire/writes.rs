//! What is written. Members that are not given are left out: the PSA answers a null on creation with an error.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Day, Exact};

/// Declares writing structures.
macro_rules! writes {
    ($($(#[$doc:meta])* $name:ident$(<$life:lifetime>)? { $($wire:literal $member:ident: $kind:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Serialize)]
        pub(in crate::autotask) struct $name$(<$life>)? {
            $(
                #[serde(rename = $wire)]
                pub(in crate::autotask) $member: $kind,
            )*
        }
    )+};
}

/// A new ticket.
#[derive(Debug, Serialize)]
pub(in crate::autotask) struct NewTicket<'a> {
    #[serde(rename = "companyID")]
    pub(in crate::autotask) company: i64,
    #[serde(rename = "contactID", skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) contact: Option<i64>,
    pub(in crate::autotask) title: &'a str,
    pub(in crate::autotask) description: &'a str,
    #[serde(rename = "queueID")]
    pub(in crate::autotask) queue: i64,
    pub(in crate::autotask) status: i64,
    #[serde(rename = "externalID")]
    pub(in crate::autotask) external_id: &'a str,
    #[serde(rename = "dueDateTime", skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) due: Option<String>,
    /// The routing fields by their members.
    #[serde(flatten)]
    pub(in crate::autotask) routing: BTreeMap<&'static str, i64>,
}

/// A change of how many units a service on a contract has, from a day on.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::autotask) struct Adjustment {
    /// The contract and the service, for a service that the contract does not have yet.
    #[serde(rename = "contractID", skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) contract: Option<i64>,
    #[serde(rename = "serviceID", skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) service: Option<i64>,
    /// The service on the contract, where there is one.
    #[serde(rename = "contractServiceID", skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) contract_service: Option<i64>,
    pub(in crate::autotask) effective_date: Day,
    pub(in crate::autotask) unit_change: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) adjusted_unit_price: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) adjusted_unit_cost: Option<Exact>,
}

/// What of a service on a contract can be changed itself.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::autotask) struct ChangedService<'a> {
    pub(in crate::autotask) id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) internal_currency_adjusted_price: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) invoice_description: Option<&'a str>,
}

/// A new charge on a contract.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::autotask) struct NewCharge<'a> {
    #[serde(rename = "contractID")]
    pub(in crate::autotask) contract_id: i64,
    #[serde(rename = "productID")]
    pub(in crate::autotask) product_id: i64,
    pub(in crate::autotask) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) description: Option<&'a str>,
    pub(in crate::autotask) charge_type: i64,
    pub(in crate::autotask) date_purchased: Day,
    pub(in crate::autotask) unit_quantity: Exact,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) unit_price: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) unit_cost: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) billable_amount: Option<Exact>,
    pub(in crate::autotask) is_billable_to_company: bool,
    pub(in crate::autotask) internal_purchase_order_number: &'a str,
}

/// What is changed of a charge.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::autotask) struct ChangedCharge<'a> {
    pub(in crate::autotask) id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) unit_quantity: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) unit_price: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) unit_cost: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) billable_amount: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) description: Option<&'a str>,
}

writes! {
    /// A new note.
    NewNote<'a> {
        "ticketID" ticket: i64,
        "title" title: &'a str,
        "description" description: &'a str,
        "noteType" note_type: i64,
        "publish" publish: i64,
    }

    /// A link of a device to a ticket that has one already.
    NewLinkedDevice {
        "ticketID" ticket: i64,
        "configurationItemID" device: i64,
    }

    /// A field whose changes shall be announced.
    NewWebhookField {
        "webhookID" webhook: i64,
        "fieldID" field: i64,
        "isSubscribedField" is_subscribed: bool,
        "isDisplayAlwaysField" is_always_shown: bool,
    }

    /// Somebody whose changes shall not be announced.
    NewExcludedResource {
        "webhookID" webhook: i64,
        "resourceID" resource: i64,
    }

    /// A subscription that is switched on again.
    ChangedWebhook {
        "id" id: i64,
        "isActive" is_active: bool,
    }
}

/// A new subscription. Not to be shown: it holds a secret.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::autotask) struct NewWebhook<'a> {
    pub(in crate::autotask) name: &'a str,
    pub(in crate::autotask) is_active: bool,
    pub(in crate::autotask) webhook_url: &'a str,
    pub(in crate::autotask) deactivation_url: &'a str,
    pub(in crate::autotask) secret_key: &'a str,
    pub(in crate::autotask) is_subscribed_to_create_events: bool,
    pub(in crate::autotask) is_subscribed_to_update_events: bool,
    pub(in crate::autotask) is_subscribed_to_delete_events: bool,
    pub(in crate::autotask) send_threshold_exceeded_notification: bool,
    #[serde(rename = "ownerResourceID", skip_serializing_if = "Option::is_none")]
    pub(in crate::autotask) owner: Option<i64>,
}
