//! What is billed: a licence type, one metric of a storage account or a storage limit, with the stable key that names
//! it everywhere.

use std::fmt;
use std::str::FromStr;

use psa_entities::ids::{StorageAccountId, StorageLimitId};
use serde::{Deserialize, Serialize};

/// A thing that the console counts and the PSA bills.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum BillableProduct {
    /// The licences of one type.
    License(LicenseType),
    /// One metric of one storage account.
    Storage {
        /// The storage account.
        account: StorageAccountId,
        /// What of it is billed.
        metric: StorageMetric,
    },
    /// A storage limit, charged in full for every user, domain or company that has it.
    StorageLimit(StorageLimitId),
}

/// What of a storage account is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StorageMetric {
    /// The month's average of what is stored.
    BackupAverage,
    /// The sum of what was restored in the month.
    Restored,
}

impl StorageMetric {
    /// The name on an invoice.
    pub fn display_name(self) -> &'static str {
        match self {
            Self::BackupAverage => "Backup storage",
            Self::Restored => "Restored data",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::BackupAverage => "BACKUP_AVERAGE",
            Self::Restored => "RESTORED",
        }
    }
}

/// Declares the licence types once, with the name under which the console reports and shows them.
macro_rules! license_types {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// A licence type of the console that belongs to a customer company.
        ///
        /// Licences of administrators, branding and support are not attributable to a company and have no variant; when
        /// one is reported nevertheless it is kept as [`Other`](Self::Other).
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum LicenseType {
            $($(#[$doc])* $variant,)+
            /// A type that this version does not know, by the name the console reports.
            Other(String),
        }

        impl LicenseType {
            /// Every type that is known by name, in the console's order.
            pub const KNOWN: &[LicenseType] = &[$(Self::$variant),+];

            /// The name the console shows.
            pub fn display_name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Other(name) => name,
                }
            }
        }
    };
}

license_types! {
    /// Backup of a server.
    Server = "Server",
    /// Backup of a server without limits on what runs there.
    Ultimate = "Ultimate",
    /// Backup of files only.
    FileBackup = "File Backup",
    /// Backup of a desktop.
    Desktop = "Desktop",
    /// Backup of a server with Microsoft SQL Server.
    SqlServer = "MS SQL Server",
    /// Backup of a server with Microsoft Exchange.
    Exchange = "MS Exchange",
    /// Backup of a server with both.
    SqlServerAndExchange = "MS SQL Server + MS Exchange",
    /// Backup of virtual machines; includes two sockets.
    VmServer = "VM Server",
    /// One socket beyond the two of a VM Server licence.
    VmServerSocket = "VM Server Socket",
    /// Backup of one Microsoft 365 or Google Workspace user.
    Microsoft365GoogleWorkspace = "Microsoft 365 / Google Workspace",
    /// Backup of the shared places of one domain.
    SharePointTeamsSharedDrives = "SharePoint / Teams / Shared Drives",
    /// Monitoring and remote access.
    RmmConnect = "RMM + Connect",
    /// Remote access.
    Connect = "Connect",
}

/// The name of licences that are reported without a type.
const UNNAMED_TYPE: &str = "Unspecified";

impl LicenseType {
    /// The type that the console calls `name`; case and surrounding space do not matter. Unknown names are kept.
    pub fn from_reported(name: &str) -> Self {
        let name = name.trim();
        let name = if name.is_empty() { UNNAMED_TYPE } else { name };
        let known = Self::KNOWN
            .iter()
            .find(|known| known.display_name().eq_ignore_ascii_case(name));
        known.cloned().unwrap_or_else(|| Self::Other(name.to_owned()))
    }
}

impl BillableProduct {
    /// Whether it is counted in bytes.
    pub fn is_storage(&self) -> bool {
        matches!(self, Self::Storage { .. })
    }

    /// The storage account that it is of.
    pub fn account(&self) -> Option<StorageAccountId> {
        match self {
            Self::Storage { account, .. } => Some(*account),
            Self::License(_) | Self::StorageLimit(_) => None,
        }
    }

    /// The storage limit that it is.
    pub fn limit(&self) -> Option<StorageLimitId> {
        match self {
            Self::StorageLimit(limit) => Some(*limit),
            Self::License(_) | Self::Storage { .. } => None,
        }
    }

    /// The name on an invoice, without that of the storage account or the storage limit.
    pub fn display_name(&self) -> &str {
        match self {
            Self::License(kind) => kind.display_name(),
            Self::Storage { metric, .. } => metric.display_name(),
            Self::StorageLimit(_) => "Storage limit",
        }
    }
}

/// The stable key: `license:Server`, `storage:<id>:BACKUP_AVERAGE` or `limit:<id>`.
impl fmt::Display for BillableProduct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::License(kind) => write!(f, "license:{}", kind.display_name()),
            Self::Storage { account, metric } => write!(f, "storage:{account}:{}", metric.key()),
            Self::StorageLimit(limit) => write!(f, "limit:{limit}"),
        }
    }
}

/// A text that is not the key of a billable product.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a product key; write license:<type>, storage:<id>:BACKUP_AVERAGE, storage:<id>:RESTORED or limit:<id>"
)]
pub struct InvalidProductKey(pub String);

impl FromStr for BillableProduct {
    type Err = InvalidProductKey;

    fn from_str(key: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidProductKey(key.to_owned());
        match key.split_once(':') {
            Some(("license", name)) if !name.trim().is_empty() => Ok(Self::License(LicenseType::from_reported(name))),
            Some(("storage", rest)) => {
                let (account, metric) = rest.split_once(':').ok_or_else(invalid)?;
                let metric = match metric {
                    "BACKUP_AVERAGE" => StorageMetric::BackupAverage,
                    "RESTORED" => StorageMetric::Restored,
                    _ => return Err(invalid()),
                };
                Ok(Self::Storage {
                    account: account.parse().map_err(|_| invalid())?,
                    metric,
                })
            }
            Some(("limit", id)) => id.parse().map(Self::StorageLimit).map_err(|_| invalid()),
            _ => Err(invalid()),
        }
    }
}

impl From<BillableProduct> for String {
    fn from(product: BillableProduct) -> Self {
        product.to_string()
    }
}

impl TryFrom<String> for BillableProduct {
    type Error = InvalidProductKey;

    fn try_from(key: String) -> Result<Self, Self::Error> {
        key.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    #[test]
    fn every_known_type_survives_its_key() {
        for kind in LicenseType::KNOWN {
            let product = BillableProduct::License(kind.clone());
            assert_eq!(product.to_string().parse::<BillableProduct>().unwrap(), product);
            assert_eq!(LicenseType::from_reported(&kind.display_name().to_uppercase()), *kind);
        }
        assert_eq!(LicenseType::KNOWN.len(), 13);
    }

    #[test]
    fn an_unknown_type_is_kept() {
        assert_eq!(
            LicenseType::from_reported(" Deep Instinct "),
            LicenseType::Other("Deep Instinct".to_owned())
        );
        assert_eq!(
            LicenseType::from_reported(""),
            LicenseType::Other("Unspecified".to_owned())
        );
    }

    #[test]
    fn keys_are_what_other_people_stored() {
        let account = StorageAccountId::from_uuid(Uuid::nil());
        let product = BillableProduct::Storage {
            account,
            metric: StorageMetric::BackupAverage,
        };
        assert_eq!(
            product.to_string(),
            "storage:00000000-0000-0000-0000-000000000000:BACKUP_AVERAGE"
        );
        assert_eq!(
            BillableProduct::License(LicenseType::Server).to_string(),
            "license:Server"
        );
        assert_eq!(serde_json::to_string(&product).unwrap(), format!("\"{product}\""));
    }

    #[test]
    fn other_texts_are_refused() {
        for key in [
            "",
            "license:",
            "license: ",
            "Server",
            "storage:x:RESTORED",
            "storage:RESTORED",
            "storage::",
            "limit:",
            "limit:x",
        ] {
            assert_eq!(key.parse::<BillableProduct>(), Err(InvalidProductKey(key.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn keys_round_trip(name in "[^\\s].{0,20}", id in any::<u128>(), restored: bool) {
            let license = BillableProduct::License(LicenseType::from_reported(&name));
            prop_assert_eq!(license.to_string().parse::<BillableProduct>(), Ok(license));
            let metric = if restored { StorageMetric::Restored } else { StorageMetric::BackupAverage };
            let storage = BillableProduct::Storage { account: StorageAccountId::from_uuid(Uuid::from_u128(id)), metric };
            prop_assert_eq!(storage.to_string().parse::<BillableProduct>(), Ok(storage));
            let limit = BillableProduct::StorageLimit(StorageLimitId::from_uuid(Uuid::from_u128(id)));
            prop_assert_eq!(limit.to_string().parse::<BillableProduct>(), Ok(limit));
        }
    }
}
