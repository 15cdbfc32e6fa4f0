//! What is read: the members that are used, and no others.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Exact, Instant};

/// A record of a list.
pub(in crate::autotask) trait Listed: DeserializeOwned {
    /// The members to ask for.
    const FIELDS: &'static [&'static str];

    /// The record's id, by which lists are paged.
    fn id(&self) -> i64;
}

/// Declares reading structures: every one has an id, can be listed, asks for the members that it names and ignores others.
macro_rules! records {
    ($($(#[$doc:meta])* $name:ident { $($wire:literal $member:ident: $kind:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize)]
        pub(in crate::autotask) struct $name {
            pub(in crate::autotask) id: i64,
            $(#[serde(rename = $wire)] pub(in crate::autotask) $member: $kind,)*
        }

        impl Listed for $name {
            const FIELDS: &'static [&'static str] = &["id", $($wire),*];

            fn id(&self) -> i64 {
                self.id
            }
        }
    )+};
}

records! {
    /// A company.
    Company {
        "companyName" name: String,
        "companyNumber" number: Option<String>,
        "companyType" kind: Option<i64>,
        "isActive" is_active: Option<bool>,
        "lastTrackedModifiedDateTime" changed_at: Option<Instant>,
    }

    /// A contact. Whether it is in use is a number here, and a flag in other entities.
    Contact {
        "companyID" company: Option<i64>,
        "firstName" first_name: Option<String>,
        "lastName" last_name: Option<String>,
        "emailAddress" email: Option<String>,
        "emailAddress2" email_2: Option<String>,
        "emailAddress3" email_3: Option<String>,
        "phone" phone: Option<String>,
        "mobilePhone" mobile_phone: Option<String>,
        "alternatePhone" alternate_phone: Option<String>,
        "isActive" is_active: Option<Value>,
        "lastModifiedDate" changed_at: Option<Instant>,
    }

    /// A service: what a recurring contract bills.
    Service {
        "name" name: String,
        "description" description: Option<String>,
        "invoiceDescription" invoice_description: Option<String>,
        "unitPrice" unit_price: Option<Exact>,
        "unitCost" unit_cost: Option<Exact>,
        "isActive" is_active: Option<bool>,
        "lastModifiedDate" changed_at: Option<Instant>,
    }

    /// A product: what a charge bills.
    Product {
        "name" name: String,
        "sku" sku: Option<String>,
        "description" description: Option<String>,
        "unitPrice" unit_price: Option<Exact>,
        "unitCost" unit_cost: Option<Exact>,
        "isActive" is_active: Option<bool>,
    }

    /// A contract.
    Contract {
        "companyID" company: i64,
        "contractName" name: String,
        "contractType" kind: Option<i64>,
        "contractPeriodType" period: Option<Value>,
        "status" status: Option<i64>,
        "startDate" start_date: Option<Instant>,
        "endDate" end_date: Option<Instant>,
    }

    /// A contract's id and kind, to find out whether it exists.
    ContractStub {
        "contractType" kind: Option<i64>,
        "startDate" start_date: Option<Instant>,
        "endDate" end_date: Option<Instant>,
    }

    /// A service on a contract. How many units it has is not said here.
    ContractService {
        "contractID" contract: i64,
        "serviceID" service: i64,
        "internalCurrencyAdjustedPrice" adjusted_price: Option<Exact>,
        "unitPrice" unit_price: Option<Exact>,
        "unitCost" unit_cost: Option<Exact>,
        "invoiceDescription" invoice_description: Option<String>,
    }

    /// How many units a service on a contract has in one period, or in a part of one.
    ServiceUnits {
        "contractServiceID" contract_service: i64,
        "startDate" start_date: Instant,
        "endDate" end_date: Instant,
        "units" units: Option<i64>,
        "approveAndPostDate" posted_at: Option<Instant>,
    }

    /// A charge on a contract.
    Charge {
        "contractID" contract: i64,
        "productID" product: Option<i64>,
        "description" description: Option<String>,
        "datePurchased" date_purchased: Option<Instant>,
        "unitQuantity" unit_quantity: Option<Exact>,
        "unitPrice" unit_price: Option<Exact>,
        "unitCost" unit_cost: Option<Exact>,
        "isBilled" is_billed: Option<bool>,
        "internalPurchaseOrderNumber" tag: Option<String>,
    }

    /// A ticket.
    Ticket {
        "ticketNumber" number: Option<String>,
        "companyID" company: Option<i64>,
        "queueID" queue: Option<i64>,
        "status" status: Option<i64>,
        "externalID" external_id: Option<String>,
        "configurationItemID" device: Option<i64>,
        "creatorResourceID" creator: Option<i64>,
        "lastActivityResourceID" changed_by: Option<i64>,
        "lastActivityDate" changed_at: Option<Instant>,
    }

    /// A note on a ticket.
    Note {
        "description" text: Option<String>,
        "createDateTime" created_at: Option<Instant>,
        "creatorResourceID" creator: Option<i64>,
    }

    /// Time on a ticket.
    TimeEntry {
        "resourceID" resource: Option<i64>,
    }

    /// A category of tickets.
    Category {
        "name" name: String,
        "isActive" is_active: Option<bool>,
    }

    /// A device.
    Device {
        "companyID" company: Option<i64>,
        "referenceTitle" title: Option<String>,
        "referenceNumber" number: Option<String>,
        "rmmDeviceAuditHostname" hostname: Option<String>,
        "isActive" is_active: Option<bool>,
    }

    /// A device that is linked to a ticket besides the ticket's own.
    LinkedDevice {
        "configurationItemID" device: i64,
    }

    /// Somebody who works in the PSA, or an API user.
    Resource {
        "userName" user_name: Option<String>,
    }

    /// A subscription to changes of one entity.
    Webhook {
        "webhookUrl" url: Option<String>,
        "isActive" is_active: Option<bool>,
        "secretKey" secret_key: Option<String>,
    }

    /// A field whose changes are announced.
    WebhookField {
        "fieldID" field: Option<i64>,
        "isSubscribedField" is_subscribed: Option<bool>,
    }

    /// Somebody whose changes are not announced.
    ExcludedResource {
        "resourceID" resource: Option<i64>,
    }
}

#[cfg(test)]
records! {
    /// Nothing but an id.
    Stub {}
}

impl ContractService {
    /// The price that the contract has agreed on, which is that of the service unless it was adjusted.
    pub(in crate::autotask) fn price(&self) -> Option<Exact> {
        self.adjusted_price.or(self.unit_price)
    }
}

/// The version of the PSA.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::autotask) struct Version {
    pub(in crate::autotask) major_version: Option<Value>,
    pub(in crate::autotask) minor_version: Option<Value>,
    pub(in crate::autotask) build: Option<Value>,
}

impl Version {
    /// The version as people write it; the PSA gives its parts as numbers or texts.
    pub(in crate::autotask) fn text(&self) -> Option<String> {
        let part = |part: &Value| part.as_str().map_or_else(|| part.to_string(), str::to_owned);
        let parts = [&self.major_version, &self.minor_version, &self.build];
        let parts: Vec<_> = parts.into_iter().flatten().map(part).collect();
        (!parts.is_empty()).then(|| parts.join("."))
    }
}
