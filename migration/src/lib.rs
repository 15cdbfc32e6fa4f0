//! The history of the PSA Bridge database, the same for SQLite and PostgreSQL.
//!
//! A migration that has been released never changes; the next change is a new file. Nothing here imports the
//! entities, which only know the latest state. Each migration is one transaction, on SQLite too: it happens or it
//! does not.

use sea_orm_migration::MigrationTrait;

mod m0001_tenancy;
mod m0002_directory;
mod m0003_console_and_mapping;
mod m0004_billing;
mod m0005_tickets;
mod m0006_jobs;
mod m0007_job_checkpoint;
mod m0008_audit;
mod m0009_api_token;
mod m0010_contacts;
mod m0011_job_pace;
mod m0012_imports;
mod m0013_billing_by_company;
mod m0014_quiet_tickets;
mod m0015_webhooks;
mod m0016_incident_indexes;
mod m0017_product_quantities;
mod m0018_billing_period;
mod new_table;

pub use sea_orm_migration::MigratorTrait;

/// Brings a database to any point of its history.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_tenancy::Migration),
            Box::new(m0002_directory::Migration),
            Box::new(m0003_console_and_mapping::Migration),
            Box::new(m0004_billing::Migration),
            Box::new(m0005_tickets::Migration),
            Box::new(m0006_jobs::Migration),
            Box::new(m0007_job_checkpoint::Migration),
            Box::new(m0008_audit::Migration),
            Box::new(m0009_api_token::Migration),
            Box::new(m0010_contacts::Migration),
            Box::new(m0011_job_pace::Migration),
            Box::new(m0012_imports::Migration),
            Box::new(m0013_billing_by_company::Migration),
            Box::new(m0014_quiet_tickets::Migration),
            Box::new(m0015_webhooks::Migration),
            Box::new(m0016_incident_indexes::Migration),
            Box::new(m0017_product_quantities::Migration),
            Box::new(m0018_billing_period::Migration),
        ]
    }
}
