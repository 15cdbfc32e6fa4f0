//! Reading the levels of the API member's security role, where the role itself allows that.

use super::{
    call::List,
    client::Client,
    query::Conditions,
    rights::{OPERATION, SECURITY},
    wire,
};
use crate::{
    descriptor::{Right, RightFinding, RightState},
    error::{ErrorKind, Result},
};

/// The levels of a security role.
#[derive(Debug)]
pub(super) struct Role(Vec<wire::RoleSetting>);

impl Role {
    /// Reads the role of the API member. `None` when the member's name is not known, or its role may not be read: then
    /// what is allowed has to be tried.
    pub(super) async fn read(client: &Client) -> Result<Option<Self>> {
        let Some(member) = &client.config.member else {
            return Ok(None);
        };
        match Self::of(client, member).await {
            Ok(role) => Ok(role),
            Err(error) => match error.kind() {
                // Without the right to read members or roles, or at a PSA that does not have these lists.
                ErrorKind::Forbidden { .. } | ErrorKind::NotFound | ErrorKind::Invalid { .. } | ErrorKind::Protocol => {
                    tracing::debug!(%error, "the security role cannot be read");
                    Ok(None)
                }
                _ => Err(error),
            },
        }
    }

    async fn of(client: &Client, member: &str) -> Result<Option<Self>> {
        let members = List::new(
            OPERATION,
            SECURITY,
            "system/apiMembers",
            Conditions::none().text_is("identifier", member)?,
        );
        let members: Vec<wire::ApiMember> = client.all(&members).await?;
        let same = |known: &&wire::ApiMember| {
            let identifier = known.identifier.as_deref();
            identifier.is_some_and(|identifier| identifier.eq_ignore_ascii_case(member))
        };
        let role = members
            .iter()
            .find(same)
            .and_then(|member| member.security_role.as_ref());
        let Some(role) = role.and_then(|role| role.id) else {
            return Ok(None);
        };
        let path = format!("system/securityRoles/{role}/settings");
        let settings = client
            .all(&List::new(OPERATION, SECURITY, path, Conditions::none()))
            .await?;
        Ok(Some(Self(settings)))
    }

    /// What the role grants of a right. A row that the role does not have is not told.
    pub(super) fn finding(&self, right: &'static Right) -> RightFinding {
        let row = self.0.iter().find(|row| {
            let is = |name: &Option<String>, wanted: &str| {
                name.as_deref()
                    .is_some_and(|name| name.trim().eq_ignore_ascii_case(wanted))
            };
            is(&row.module_name, right.module) && is(&row.module_function_name, right.function)
        });
        let level = |needed: bool, level: fn(&wire::RoleSetting) -> &Option<String>| match (needed, row) {
            (false, _) => RightState::NotNeeded,
            (true, None) => RightState::Unknown,
            (true, Some(row)) => match level(row).as_deref() {
                Some("All") => RightState::Granted,
                Some("My") => RightState::Partial,
                Some("None") => RightState::Missing,
                _ => RightState::Unknown,
            },
        };
        RightFinding {
            right: right.id,
            add: level(right.add, |row| &row.add_level),
            edit: level(right.edit, |row| &row.edit_level),
            inquire: level(right.inquire, |row| &row.inquire_level),
        }
    }
}
