//! Contacts that are read with their companies, because the query asks for them.

use std::sync::Arc;

use psa_entities::{ProviderScope, console_company};
use sea_orm::{ColumnTrait, sea_query::SelectStatement};

use super::ConsoleContact;
use crate::graphql::{
    loaders::{console::ContactsOf, nested::first_page},
    pagination::{PageArgs, Slice},
    told::{self, Asked, Json},
};

/// Which contacts of each company a query asks for: the first of their list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstContacts {
    wanted: ContactsOf,
    page: PageArgs,
}

impl FirstContacts {
    /// What is asked of the field `contacts`; `None` when it is more than the first of the list.
    pub fn of(field: &Asked<'_>) -> Option<Self> {
        let is_plain = |name: &str| ["first", "includeRemoved"].contains(&name);
        if !field.given().all(is_plain) || field.fields("totalCount").next().is_some() {
            return None;
        }
        let include_removed: Option<bool> = field.argument("includeRemoved")?;
        Some(Self {
            wanted: ContactsOf {
                include_removed: include_removed.unwrap_or_default(),
            },
            page: PageArgs::new(field.argument("first")?, None, None, None).ok()?,
        })
    }

    /// The contacts of the company in the statement around it.
    pub fn select(&self, scope: ProviderScope) -> SelectStatement {
        first_page(
            &self.wanted,
            scope,
            console_company::Column::Id.as_column_ref(),
            &self.page,
        )
    }
}

/// The contacts of a company that were read with it.
#[derive(Debug, Clone)]
pub struct ContactsAhead {
    asked: Arc<FirstContacts>,
    contacts: Vec<ConsoleContact>,
}

impl ContactsAhead {
    /// What was read for a query.
    pub fn new(asked: Arc<FirstContacts>, contacts: Vec<ConsoleContact>) -> Self {
        Self { asked, contacts }
    }

    /// Tells them, if it is they that are asked for. The contacts of a company that is gone are gone as well.
    pub fn tell(&self, is_gone: bool, field: &Asked<'_>, json: &mut Json) -> Option<()> {
        if FirstContacts::of(field)? != *self.asked {
            return None;
        }
        let listed: Vec<_> = match is_gone && !self.asked.wanted.include_removed {
            true => Vec::new(),
            false => self.contacts.iter().collect(),
        };
        let slice = Slice::new(listed, &self.asked.page, 0, |contact| contact.place());
        told::object(&slice.connect(|contact| contact), &field.below, json)
    }
}
