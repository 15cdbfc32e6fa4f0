//! The security role of the API member: a matrix of module functions and levels.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How far a right reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// Not at all.
    None,
    /// The member's own records.
    My,
    /// Every record.
    All,
}

/// Changes one row of the matrix; what is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RightsChange {
    /// The module, such as `Service Desk`.
    pub module: String,
    /// The function, such as `Close Service Tickets`.
    pub function: String,
    /// May create.
    #[serde(default)]
    pub add: Option<Level>,
    /// May change.
    #[serde(default)]
    pub edit: Option<Level>,
    /// May delete.
    #[serde(default)]
    pub delete: Option<Level>,
    /// May read.
    #[serde(default)]
    pub inquire: Option<Level>,
}

/// A module and one of its functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Function(pub(crate) &'static str, pub(crate) &'static str);

pub(crate) const COMPANIES: Function = Function("Companies", "Company Maintenance");
pub(crate) const CONTACTS: Function = Function("Companies", "Contacts");
pub(crate) const CONFIGURATIONS: Function = Function("Companies", "Configurations");
pub(crate) const CATALOG: Function = Function("Procurement", "Product Catalog");
pub(crate) const PRODUCTS: Function = Function("Procurement", "Products");
pub(crate) const AGREEMENTS: Function = Function("Finance", "Agreements");
pub(crate) const INVOICES: Function = Function("Finance", "Invoicing");
pub(crate) const TICKETS: Function = Function("Service Desk", "Service Tickets");
pub(crate) const CLOSE_TICKETS: Function = Function("Service Desk", "Close Service Tickets");
pub(crate) const TABLE_SETUP: Function = Function("System", "Table Setup");
pub(crate) const MEMBERS: Function = Function("System", "Member Maintenance");
pub(crate) const SECURITY_ROLES: Function = Function("System", "Security Roles");

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Add,
    Edit,
    Delete,
    Inquire,
}

/// The role of the API member.
#[derive(Debug)]
pub(crate) struct Rights {
    rows: Vec<RightsRow>,
}

/// One row of the matrix.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RightsRow {
    module: String,
    function: String,
    add: Level,
    edit: Level,
    delete: Level,
    inquire: Level,
}

impl Rights {
    /// The role that integration vendors ask administrators for: no more than their set-up guides list.
    pub(crate) fn least_privilege() -> Self {
        let read = [COMPANIES, CONTACTS, PRODUCTS, INVOICES, MEMBERS];
        let write = [CONFIGURATIONS, CATALOG, AGREEMENTS, TICKETS, CLOSE_TICKETS];
        let nothing = [SECURITY_ROLES];
        let row = |Function(module, function): Function, write: Level, inquire: Level| RightsRow {
            module: module.to_owned(),
            function: function.to_owned(),
            add: write,
            edit: write,
            delete: Level::None,
            inquire,
        };
        let mut rows = Vec::new();
        rows.extend(read.map(|function| row(function, Level::None, Level::All)));
        rows.extend(write.map(|function| row(function, Level::All, Level::All)));
        rows.extend(nothing.map(|function| row(function, Level::None, Level::None)));
        // Callbacks are registered and removed with it.
        rows.push(RightsRow {
            delete: Level::All,
            ..row(TABLE_SETUP, Level::All, Level::All)
        });
        Self { rows }
    }

    pub(crate) fn level(&self, Function(module, function): Function, action: Action) -> Level {
        let row = self
            .rows
            .iter()
            .find(|row| row.module == module && row.function == function);
        row.map_or(Level::None, |row| match action {
            Action::Add => row.add,
            Action::Edit => row.edit,
            Action::Delete => row.delete,
            Action::Inquire => row.inquire,
        })
    }

    pub(crate) fn rows(&self) -> &[RightsRow] {
        &self.rows
    }

    pub(crate) fn replace(&mut self, rows: Vec<RightsRow>) {
        self.rows = rows;
    }

    /// Changes a row, or adds one without rights first.
    pub(crate) fn change(&mut self, change: &RightsChange) {
        let found = self.rows.iter().position(|row| {
            row.module.eq_ignore_ascii_case(&change.module) && row.function.eq_ignore_ascii_case(&change.function)
        });
        let found = found.unwrap_or_else(|| {
            self.rows.push(RightsRow {
                module: change.module.clone(),
                function: change.function.clone(),
                add: Level::None,
                edit: Level::None,
                delete: Level::None,
                inquire: Level::None,
            });
            self.rows.len() - 1
        });
        if let Some(row) = self.rows.get_mut(found) {
            row.add = change.add.unwrap_or(row.add);
            row.edit = change.edit.unwrap_or(row.edit);
            row.delete = change.delete.unwrap_or(row.delete);
            row.inquire = change.inquire.unwrap_or(row.inquire);
        }
    }

    /// The rows as `/system/securityRoles/{id}/settings` shows them.
    ///
    /// The identifiers of real modules are not public; here they are the names without spaces.
    pub(crate) fn settings(&self) -> Vec<Value> {
        let rows = self.rows.iter().zip(1_u32..);
        rows.map(|(row, id)| {
            json!({
                "id": id,
                "addLevel": row.add,
                "editLevel": row.edit,
                "deleteLevel": row.delete,
                "inquireLevel": row.inquire,
                "moduleName": row.module,
                "moduleIdentifier": row.module.replace(' ', ""),
                "moduleDescription": row.module,
                "moduleFunctionName": row.function,
                "moduleFunctionIdentifier": row.function.replace(' ', ""),
                "moduleFunctionDescription": row.function,
                "myAllFlag": true,
                "reportFlag": false,
                "restrictFlag": false,
                "customFlag": false,
                "sortOrder": id,
            })
        })
        .collect()
    }
}
