//! How migrations spell a table: columns, references by what becomes of the row, and named indexes.

use sea_orm_migration::schema::{uuid, uuid_null};
use sea_orm_migration::sea_query::{
    Alias, ColumnDef, ForeignKey, ForeignKeyAction, Index, IndexCreateStatement, Table, TableCreateStatement,
};
use sea_orm_migration::{DbErr, SchemaManager};

/// A table that is about to be created, with its indexes.
pub(crate) struct NewTable {
    name: &'static str,
    table: TableCreateStatement,
    indexes: Vec<IndexCreateStatement>,
}

impl NewTable {
    /// A table without columns.
    pub(crate) fn named(name: &'static str) -> Self {
        Self {
            name,
            table: Table::create().table(name).to_owned(),
            indexes: Vec::new(),
        }
    }

    /// The primary key `id`, a UUID that we make.
    pub(crate) fn id(mut self) -> Self {
        self.table.col(uuid("id").primary_key());
        self
    }

    /// A primary key of existing columns.
    pub(crate) fn primary_key<const N: usize>(mut self, columns: [&'static str; N]) -> Self {
        let mut key = Index::create();
        for column in columns {
            key.col(column);
        }
        self.table.primary_key(&mut key);
        self
    }

    /// Columns that refer to nothing.
    pub(crate) fn columns<const N: usize>(mut self, columns: [ColumnDef; N]) -> Self {
        for column in columns {
            self.table.col(column);
        }
        self
    }

    /// A reference to the row that owns this one: when the owner goes, so does the row.
    pub(crate) fn owned_by(mut self, column: &'static str, owner: &'static str) -> Self {
        self.table.col(uuid(column));
        self.reference(column, owner, ForeignKeyAction::Cascade)
    }

    /// A reference to a row that may go while this one stays, and may be absent.
    pub(crate) fn may_name(mut self, column: &'static str, other: &'static str) -> Self {
        self.table.col(uuid_null(column));
        self.reference(column, other, ForeignKeyAction::SetNull)
    }

    /// Refuses two rows with equal values; an absent value equals nothing.
    pub(crate) fn unique<const N: usize>(self, columns: [&'static str; N]) -> Self {
        self.indexed("uq", columns, |index| {
            index.unique();
        })
    }

    /// An index for look-ups, or for the deletion of what the column refers to.
    pub(crate) fn index<const N: usize>(self, columns: [&'static str; N]) -> Self {
        self.indexed("ix", columns, |_| {})
    }

    /// Creates the table and its indexes.
    pub(crate) async fn create(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager.create_table(self.table).await?;
        for index in self.indexes {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    fn reference(mut self, column: &'static str, other: &'static str, on_delete: ForeignKeyAction) -> Self {
        self.table.foreign_key(
            ForeignKey::create()
                .name(format!("fk_{}_{column}", self.name))
                .from(self.name, column)
                .to(other, "id")
                .on_delete(on_delete),
        );
        self
    }

    fn indexed<const N: usize>(
        mut self,
        prefix: &str,
        columns: [&'static str; N],
        set: impl FnOnce(&mut IndexCreateStatement),
    ) -> Self {
        let mut index = Index::create();
        index
            .name(format!("{prefix}_{}_{}", self.name, columns.join("_")))
            .table(self.name);
        for column in columns {
            index.col(column);
        }
        set(&mut index);
        self.indexes.push(index);
        self
    }
}

/// Drops tables, in the order given: a table before those it refers to.
pub(crate) async fn drop_tables(manager: &SchemaManager<'_>, names: &[&'static str]) -> Result<(), DbErr> {
    for name in names {
        manager
            .drop_table(Table::drop().table(Alias::new(*name)).to_owned())
            .await?;
    }
    Ok(())
}
