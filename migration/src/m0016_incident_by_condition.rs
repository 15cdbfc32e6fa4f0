//! The incidents of a condition are found by the condition first: the column that selects leads the index.

use sea_orm_migration::sea_orm::DeriveMigrationName;
use sea_orm_migration::sea_query::{Alias, Index};
use sea_orm_migration::{DbErr, MigrationTrait, SchemaManager};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Name and columns of an index of `incident`.
type IncidentIndex = (&'static str, [&'static str; 3]);

const FORMER: IncidentIndex = (
    "ix_incident_integration_id_condition_key_epoch",
    ["integration_id", "condition_key", "epoch"],
);
const NEXT: IncidentIndex = (
    "ix_incident_condition_key_integration_id_epoch",
    ["condition_key", "integration_id", "epoch"],
);

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace(manager, FORMER, NEXT).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace(manager, NEXT, FORMER).await
    }
}

async fn replace(manager: &SchemaManager<'_>, old: IncidentIndex, new: IncidentIndex) -> Result<(), DbErr> {
    let incident = Alias::new("incident");
    manager
        .drop_index(Index::drop().name(old.0).table(incident.clone()).to_owned())
        .await?;
    let mut index = Index::create();
    index.name(new.0).table(incident);
    for column in new.1 {
        index.col(Alias::new(column));
    }
    manager.create_index(index).await
}
