//! Rows as pages show them: without whose they are and what they are found by.
//!
//! A page of many rows reads no more than this of each, and some columns only when somebody asks for them.

use chrono::{DateTime, Utc};
use sea_orm::EntityTrait;
use serde::Deserialize;

use crate::{
    company_mapping::{self, MappingState},
    console_company, console_contact,
    ids::{ConsoleCompanyId, ConsoleContactId, PsaCompanyId},
    psa_company::{self, CompanyTypes},
};

/// A part of a row.
pub trait Shown {
    /// Whose rows.
    type Entity: EntityTrait;
    /// The columns that it always has, in the order of its fields.
    const ALWAYS: &'static [<Self::Entity as EntityTrait>::Column];
    /// The columns that it has when they are asked for, in the order of the fields that follow; `None` was not asked for.
    const ASKED: &'static [<Self::Entity as EntityTrait>::Column];
}

/// Writes a part of a row from its fields and their columns: those that it always has, and those that can be asked for.
macro_rules! shown {
    (
        $(#[$about:meta])*
        $name:ident of $entity:ident {
            $($(#[$field_about:meta])* $field:ident: $ty:ty = $column:ident,)+
        } asked {
            $($(#[$asked_about:meta])* $asked:ident: $asked_ty:ty = $asked_column:ident,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
        pub struct $name {
            $($(#[$field_about])* pub $field: $ty,)+
            $($(#[$asked_about])* pub $asked: Option<$asked_ty>,)+
        }

        impl Shown for $name {
            type Entity = $entity::Entity;
            const ALWAYS: &'static [$entity::Column] = &[$($entity::Column::$column),+];
            const ASKED: &'static [$entity::Column] = &[$($entity::Column::$asked_column),+];
        }

        impl From<$entity::Model> for $name {
            fn from(row: $entity::Model) -> Self {
                Self {
                    $($field: row.$field,)+
                    $($asked: Some(row.$asked),)+
                }
            }
        }
    };
}

shown! {
    /// A company of the console.
    ConsoleCompany of console_company {
        /// Primary key.
        id: ConsoleCompanyId = Id,
        /// Name in the console.
        name: String = Name,
        /// When a full report no longer had it; absent while the console has it.
        removed_at: Option<DateTime<Utc>> = RemovedAt,
    } asked {
        /// Id in the console.
        external_id: String = ExternalId,
        /// When the console last reported it.
        reported_at: DateTime<Utc> = ReportedAt,
    }
}

shown! {
    /// A contact of the console, of a company that is known.
    ConsoleContact of console_contact {
        /// Primary key.
        id: ConsoleContactId = Id,
        /// Full name.
        name: String = Name,
        /// E-mail address as the console writes it.
        email: Option<String> = Email,
        /// When a full report no longer had it; absent while the console has it.
        removed_at: Option<DateTime<Utc>> = RemovedAt,
    } asked {
        /// Id in the console.
        external_id: String = ExternalId,
        /// When the console last reported it.
        reported_at: DateTime<Utc> = ReportedAt,
    }
}

shown! {
    /// What was decided about a company of the console that is known, in an integration that is known.
    CompanyMapping of company_mapping {
        /// Bound or excluded.
        state: MappingState = State,
        /// Name of the PSA company when it was bound.
        psa_name: Option<String> = PsaName,
    } asked {
        /// When it was decided.
        changed_at: DateTime<Utc> = ChangedAt,
        /// Who decided it: the subject of the token.
        changed_by: String = ChangedBy,
    }
}

shown! {
    /// A company of the PSA.
    PsaCompany of psa_company {
        /// Primary key.
        id: PsaCompanyId = Id,
        /// Name in the PSA.
        name: String = Name,
        /// Short name in the PSA, where it has one.
        identifier: Option<String> = Identifier,
        /// Name of its status in the PSA.
        status: Option<String> = Status,
        /// Whether the PSA no longer has it.
        deleted: bool = Deleted,
        /// Whether the last import did not see it because the filter leaves it out.
        missing: bool = Missing,
    } asked {
        /// Id in the PSA.
        external_id: String = ExternalId,
        /// Names of its types in the PSA.
        types: CompanyTypes = Types,
        /// When an import last saw it, or found it gone.
        imported_at: DateTime<Utc> = ImportedAt,
    }
}
