//! An export of the console's data: a folder of files, each holding what one list of the console's public API answers.
//!
//! | file | answer of |
//! |---|---|
//! | `companies.json` | `GET /api/Companies` |
//! | `users.json` | `GET /api/Users` |
//! | `licenses.json` | `GET /api/Licenses` |
//! | `accounts.json` | `GET /api/Accounts` |
//! | `billing-details/<day>.json` | `PUT /api/Billing/Details` of every user on that day |
//! | `monitoring/<name>.json` | `GET /api/Monitoring`, in the order of the names |
//!
//! Field names and their spelling are the console's. What is not read here is left out.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, de::DeserializeOwned};

/// Everything in an export.
#[derive(Debug)]
pub struct Export {
    /// The companies.
    pub companies: Vec<Company>,
    /// The users: the way from a licence to its company.
    pub users: Vec<User>,
    /// The licences.
    pub licenses: Vec<License>,
    /// The storage accounts.
    pub accounts: Vec<Account>,
    /// The storage in use, by day.
    pub usage: Vec<(NaiveDate, Vec<UserUsage>)>,
    /// The backup runs, one list for each time they were read.
    pub monitoring: Vec<(String, Vec<Run>)>,
}

/// A company.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Company {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A user.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct User {
    /// Its id.
    #[serde(rename = "ID")]
    pub id: String,
    /// The name of its company.
    pub company: String,
}

/// A licence.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct License {
    /// Its id.
    #[serde(rename = "ID")]
    pub id: String,
    /// The computer it is used on.
    pub computer_name: Option<String>,
    /// Its type.
    pub license_type: String,
    /// Whether it is a trial.
    pub is_trial: bool,
    /// Whether it is in use.
    pub is_taken: bool,
    /// The user's login.
    pub user: Option<String>,
    /// The user who has it.
    #[serde(rename = "UserID")]
    pub user_id: Option<String>,
}

/// A storage account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Account {
    /// Its id.
    #[serde(rename = "AccountID")]
    pub id: String,
    /// Its name.
    pub display_name: String,
}

/// The storage that a user has in use on a day.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserUsage {
    /// The user.
    #[serde(rename = "UserID")]
    pub user_id: String,
    /// By computer and storage account.
    pub user_detail_list: Vec<Usage>,
}

/// The storage that a computer has in use in one storage account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Usage {
    /// Bytes stored.
    pub size_backup: i64,
    /// Bytes restored.
    pub size_restore: i64,
    /// The storage account.
    #[serde(rename = "AccountID")]
    pub account_id: String,
}

/// The latest run of a plan.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Run {
    /// The plan.
    pub plan_id: String,
    /// Its name.
    pub plan_name: String,
    /// Its type as the console numbers it.
    pub plan_type: i64,
    /// The user.
    #[serde(rename = "UserID")]
    pub user_id: String,
    /// The user's login.
    pub user_name: String,
    /// The computer.
    pub computer_name: String,
    /// The computer's hardware id.
    pub computer_hid: String,
    /// How it ended as the console numbers it.
    pub status: i64,
    /// When it started.
    pub last_start: DateTime<Utc>,
    /// What went wrong; absent or empty when nothing did.
    pub error_message: Option<String>,
    /// Files copied.
    pub files_copied: i64,
    /// Files that could not be copied.
    pub files_failed: i64,
    /// Bytes copied.
    pub data_copied: i64,
    /// The page with the details.
    pub detailed_report_link: Option<String>,
}

/// Why an export cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A file or folder cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file does not hold what its name says.
    #[error("{} is not what the console's API answers: {source}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// A file of daily usage is not named after its day.
    #[error("{} must be named after its day, such as 2026-10-01.json", path.display())]
    Day {
        /// The file.
        path: PathBuf,
    },
}

impl Export {
    /// Reads a folder. A missing file is an error; missing folders mean that there is no usage and no run.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn read(folder: &Path) -> Result<Self, ExportError> {
        let usage = files(&folder.join("billing-details"))?
            .into_iter()
            .map(|(name, path)| {
                Ok((
                    name.parse().map_err(|_| ExportError::Day { path: path.clone() })?,
                    list(&path)?,
                ))
            })
            .collect::<Result<_, ExportError>>()?;
        let monitoring = files(&folder.join("monitoring"))?
            .into_iter()
            .map(|(name, path)| Ok((name, list(&path)?)))
            .collect::<Result<_, ExportError>>()?;
        Ok(Self {
            companies: list(&folder.join("companies.json"))?,
            users: list(&folder.join("users.json"))?,
            licenses: list(&folder.join("licenses.json"))?,
            accounts: list(&folder.join("accounts.json"))?,
            usage,
            monitoring,
        })
    }
}

fn list<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, ExportError> {
    let text = fs::read(path).map_err(|source| ExportError::Read {
        path: path.to_owned(),
        source,
    })?;
    serde_json::from_slice(&text).map_err(|source| ExportError::Parse {
        path: path.to_owned(),
        source,
    })
}

/// The JSON files of a folder with their names, in name order; none when there is no such folder.
fn files(folder: &Path) -> Result<Vec<(String, PathBuf)>, ExportError> {
    let unreadable = |source| ExportError::Read {
        path: folder.to_owned(),
        source,
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let name = path
                .file_stem()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default();
            files.push((name, path));
        }
    }
    files.sort();
    Ok(files)
}
