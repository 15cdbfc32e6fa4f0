//! The permission check, row by row.

use async_graphql::{Enum, Object, SimpleObject};
use chrono::{DateTime, Utc};
use psa_connectors::{
    Descriptor,
    descriptor::{self, RightFinding},
};
use psa_entities::permission_check;

use crate::integrations::permissions;

/// The last permission check.
#[derive(Debug, Clone)]
pub struct PermissionCheck {
    /// What was asked for.
    pub descriptor: &'static Descriptor,
    /// What was found.
    pub check: permission_check::Model,
}

/// The last permission check: which rights of the API user were found.
#[Object]
impl PermissionCheck {
    /// When it ran.
    async fn checked_at(&self) -> DateTime<Utc> {
        self.check.checked_at
    }

    /// Whether no right is missing. What the PSA will not tell does not count as missing.
    async fn passed(&self) -> bool {
        self.check.passed
    }

    /// Every right, in the PSA's words.
    async fn rows(&self) -> Vec<PermissionRow> {
        let findings = permissions::findings(self.descriptor, &self.check);
        findings
            .iter()
            .filter_map(|finding| PermissionRow::new(self.descriptor, finding))
            .collect()
    }
}

/// One row of the PSA's permission screen.
#[derive(Debug, Clone, SimpleObject)]
pub struct PermissionRow {
    /// The group it is in, such as `Finance`.
    pub module: &'static str,
    /// The row, such as `Agreements`.
    pub function: &'static str,
    /// Whether records may be added.
    pub add: RightState,
    /// Whether records may be changed.
    pub edit: RightState,
    /// Whether records may be read.
    pub inquire: RightState,
    /// What does not work without it.
    pub needed_for: Vec<Purpose>,
    /// Whether the integration works without it, only with less comfort: then it stops nothing when it is missing.
    pub optional: bool,
    /// What to do, in the PSA's words; null when nothing is missing.
    pub remedy: Option<&'static str>,
}

impl PermissionRow {
    fn new(descriptor: &'static Descriptor, finding: &RightFinding) -> Option<Self> {
        let right = descriptor.right(finding.right)?;
        Some(Self {
            module: right.module,
            function: right.function,
            add: finding.add.into(),
            edit: finding.edit.into(),
            inquire: finding.inquire.into(),
            needed_for: right.needed_for.iter().map(|purpose| (*purpose).into()).collect(),
            optional: right.optional,
            remedy: permissions::is_missing(finding).then_some(right.remedy),
        })
    }
}

/// The state of one level of a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "descriptor::RightState")]
pub enum RightState {
    /// It is not asked for.
    NotNeeded,
    /// It is granted.
    Granted,
    /// It is granted for some records only.
    Partial,
    /// It is missing.
    Missing,
    /// The PSA will not tell.
    Unknown,
}

/// The part of the product that a right serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "descriptor::Purpose")]
pub enum Purpose {
    /// Importing and mapping companies.
    Companies,
    /// Importing and mapping contacts.
    Contacts,
    /// Importing and mapping products.
    Products,
    /// Billing usage into agreements.
    Billing,
    /// Creating, following and closing tickets.
    Tickets,
    /// Linking the computer that has the trouble to its ticket.
    Devices,
}
