//! What a token allows.

use std::{fmt, str::FromStr};

/// One thing that a token may allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, async_graphql::Enum)]
pub enum Permission {
    /// Read the integration, its mappings, billing runs and tickets.
    PsaRead,
    /// Change settings and mappings, start imports and billing runs.
    PsaManage,
    /// Approve and apply a billing run.
    BillingApprove,
    /// Report inventory, usage and events.
    AgentReport,
    /// Read who changed what.
    AuditRead,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 5] = [
        Self::PsaRead,
        Self::PsaManage,
        Self::BillingApprove,
        Self::AgentReport,
        Self::AuditRead,
    ];

    /// The name that it has in tokens, and by which those of scripts are stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PsaRead => "psa:read",
            Self::PsaManage => "psa:manage",
            Self::BillingApprove => "billing:approve",
            Self::AgentReport => "agent:report",
            Self::AuditRead => "audit:read",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::PsaRead => 1,
            Self::PsaManage => 2,
            Self::BillingApprove => 4,
            Self::AgentReport => 8,
            Self::AuditRead => 16,
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no permission of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no permission `{0}`; there are: psa:read, psa:manage, billing:approve, agent:report, audit:read")]
pub struct UnknownPermission(String);

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|permission| permission.name() == name)
            .ok_or_else(|| UnknownPermission(name.to_owned()))
    }
}

/// What a token allows in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PermissionSet(u8);

impl PermissionSet {
    /// Everything.
    pub fn all() -> Self {
        Permission::ALL.into_iter().collect()
    }

    /// Whether it allows this.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// What it allows, in a fixed order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .into_iter()
            .filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(
            permissions
                .into_iter()
                .fold(0, |bits, permission| bits | permission.bit()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for permission in Permission::ALL {
            assert_eq!(permission.name().parse(), Ok(permission));
        }
        let error = "psa:own".parse::<Permission>().unwrap_err().to_string();
        for permission in Permission::ALL {
            assert!(error.contains(permission.name()), "{error} does not list {permission}");
        }
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set: PermissionSet = [Permission::AgentReport, Permission::PsaRead].into_iter().collect();
        assert_eq!(
            set.iter().collect::<Vec<_>>(),
            [Permission::PsaRead, Permission::AgentReport]
        );
        assert!(!set.contains(Permission::PsaManage));
        assert_eq!(PermissionSet::all().iter().count(), 5);
    }
}
