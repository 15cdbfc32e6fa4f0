//! What the Management Console reports: companies, contacts, licences and storage, which billing counts and mappings bind.
//!
//! Every report is a batch whose records are judged one by one: a wrong record is rejected with its reason and does not
//! keep the others out. Reporting a record again changes nothing but when it was last seen.

pub mod batch;
pub mod companies;
pub mod contacts;
pub mod email;
pub mod full_report;
pub mod licenses;
pub mod storage;
pub mod storage_limits;
mod text;
