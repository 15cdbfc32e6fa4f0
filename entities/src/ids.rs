//! Typed ids: one per table, so that the id of one thing cannot be passed for another's.
//!
//! Every id is a UUID of version 7 made from a passed-in instant, so ids sort by the time they were made.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use uuid::{NoContext, Timestamp, Uuid};

macro_rules! typed_ids {
    ($($(#[$doc:meta])+ $name:ident)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes a new id that sorts by `at`, in milliseconds. Ids of one millisecond have no order.
            #[must_use]
            pub fn at(at: DateTime<Utc>) -> Self {
                Self(uuid_at(at))
            }

            /// Takes an existing UUID as an id.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID that it is.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl TryFromU64 for $name {
            /// Always fails: the database never makes ids.
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )+};
}

typed_ids! {
    /// Id of the switches of a company's billing.
    CompanyBillingId
    /// Id of a company's price.
    CompanyPriceId
    /// Id of a span of time of a licence.
    LicensePeriodId
    /// Id of a storage limit.
    StorageLimitId
    /// Id of an assignment of a storage limit.
    StorageLimitUseId
    /// Id of a provider.
    ProviderId
    /// Id of an integration.
    IntegrationId
    /// Id of an imported PSA company.
    PsaCompanyId
    /// Id of an imported PSA contact.
    PsaContactId
    /// Id of an imported PSA product.
    PsaProductId
    /// Id of an imported agreement.
    AgreementId
    /// Id of an imported addition.
    AdditionId
    /// Id of a record that an import found different.
    ImportChangeId
    /// Id of an imported board.
    BoardId
    /// Id of a company of the console.
    ConsoleCompanyId
    /// Id of a contact of the console.
    ConsoleContactId
    /// Id of a licence of the console.
    LicenseId
    /// Id of a storage account of the console.
    StorageAccountId
    /// Id of a daily storage volume.
    StorageSampleId
    /// Id of a company mapping.
    CompanyMappingId
    /// Id of a contact mapping.
    ContactMappingId
    /// Id of a product mapping.
    ProductMappingId
    /// Id of a billing configuration.
    BillingConfigurationId
    /// Id of an item of a billing configuration.
    BillingItemId
    /// Id of a billing run.
    BillingRunId
    /// Id of a line of a billing run.
    BillingLineId
    /// Id of a record behind a billing line.
    BillingEvidenceId
    /// Id of a reported event.
    AgentEventId
    /// Id of an incident.
    IncidentId
    /// Id of a delivery.
    DeliveryId
    /// Id of an attempt of a delivery.
    DeliveryAttemptId
    /// Id of a job.
    JobId
    /// Id of an entry of the audit log.
    AuditEntryId
    /// Id of an API token.
    ApiTokenId
}

/// Instants before 1970 count as 1970: a UUID of version 7 cannot name them.
fn uuid_at(at: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(at.timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, at.timestamp_subsec_nanos()))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn instant() -> DateTime<Utc> {
        "2026-11-23T10:00:00.125Z".parse().unwrap()
    }

    #[test]
    fn ids_are_version_7_carry_their_instant_and_sort_by_it() {
        let earlier = JobId::at(instant());
        let later = JobId::at(instant() + TimeDelta::milliseconds(1));
        assert_eq!(earlier.uuid().get_version_num(), 7);
        assert_eq!(
            earlier.uuid().get_timestamp().unwrap().to_unix(),
            (1_795_428_000, 125_000_000)
        );
        assert!(earlier < later);
    }

    #[test]
    fn ids_of_one_instant_differ() {
        assert_ne!(JobId::at(instant()), JobId::at(instant()));
    }

    #[test]
    fn an_instant_before_1970_still_makes_an_id() {
        let id = JobId::at("1969-12-31T23:59:59Z".parse().unwrap());
        assert_eq!(id.uuid().get_timestamp().unwrap().to_unix().0, 0);
    }

    #[test]
    fn text_and_json_round_trip() {
        let id = JobId::at(instant());
        assert_eq!(id.to_string().parse::<JobId>().unwrap(), id);
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{id}\""));
        assert_eq!(serde_json::from_str::<JobId>(&json).unwrap(), id);
        assert_eq!(format!("{id:?}"), format!("JobId({id})"));
        assert!("not an id".parse::<JobId>().is_err());
    }
}
