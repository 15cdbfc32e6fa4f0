//! Contacts of the PSA's companies.

use async_trait::async_trait;
use psa_connectors::{Page, PsaConnector, ReadQuery, record::Contact};
use psa_entities::{
    ids::PsaContactId,
    psa_contact::{self, Column, Emails, Model},
};
use serde_json::{Value, json};

use super::{
    import::Running,
    upsert::{Columns, Resource},
};
use crate::mapping::names;

/// Contacts.
#[derive(Debug)]
pub struct Contacts;

#[async_trait]
impl Resource for Contacts {
    type Record = Contact;
    type Entity = psa_contact::Entity;
    type Row = Model;
    type Change = psa_contact::ActiveModel;
    type Parts = ();

    async fn read(connector: &dyn PsaConnector, query: &ReadQuery) -> psa_connectors::Result<Page<Contact>> {
        connector.contacts(query).await
    }

    fn row(running: &Running<'_>, contact: Contact) -> Model {
        let mut emails = contact.emails.into_iter();
        Model {
            id: PsaContactId::at(running.started_at),
            provider_id: running.scope.provider_id(),
            integration_id: running.integration,
            external_id: contact.id.to_string(),
            company_external_id: contact.company.map(|company| company.to_string()),
            normalized_name: names::of_person(&contact.name),
            name: contact.name,
            email: emails.next(),
            other_emails: Emails(emails.collect()),
            active: contact.active,
            deleted: false,
            imported_at: running.context.app.now(),
        }
    }

    fn key(row: &Model) -> &str {
        &row.external_id
    }

    fn name(row: &Model) -> &str {
        &row.name
    }

    fn is_gone(row: &Model) -> bool {
        row.deleted
    }

    fn content(row: &Model) -> Value {
        json!({
            "name": row.name,
            "email": row.email,
            "otherEmails": row.other_emails,
            "company": row.company_external_id,
            "active": row.active,
        })
    }

    fn columns() -> Columns<Self> {
        Columns {
            integration: Column::IntegrationId,
            external: Column::ExternalId,
            deleted: Column::Deleted,
            missing: None,
            seen: Column::ImportedAt,
            content: vec![
                Column::CompanyExternalId,
                Column::Name,
                Column::NormalizedName,
                Column::Email,
                Column::OtherEmails,
                Column::Active,
            ],
        }
    }
}
