//! The indexes of incidents, for many new ones at once.
//!
//! The incidents of a condition are found by the condition first, so the column that selects leads the index. Markers are
//! made of the incident's id and looked up nowhere here; an index of them has its entries in no order, and so cost a page
//! for every new incident.

use sea_orm_migration::sea_orm::DeriveMigrationName;
use sea_orm_migration::sea_query::{Alias, Index, IndexCreateStatement};
use sea_orm_migration::{DbErr, MigrationTrait, SchemaManager};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const BY_INTEGRATION: &str = "ix_incident_integration_id_condition_key_epoch";
const BY_CONDITION: &str = "ix_incident_condition_key_integration_id_epoch";
const BY_MARKER: &str = "uq_incident_marker";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager, BY_INTEGRATION).await?;
        drop_index(manager, BY_MARKER).await?;
        let columns = ["condition_key", "integration_id", "epoch"];
        manager.create_index(index(BY_CONDITION, &columns)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager, BY_CONDITION).await?;
        let columns = ["integration_id", "condition_key", "epoch"];
        manager.create_index(index(BY_INTEGRATION, &columns)).await?;
        let mut by_marker = index(BY_MARKER, &["marker"]);
        manager.create_index(by_marker.unique().to_owned()).await
    }
}

fn index(name: &str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(Alias::new("incident"));
    for column in columns {
        index.col(Alias::new(*column));
    }
    index
}

async fn drop_index(manager: &SchemaManager<'_>, name: &str) -> Result<(), DbErr> {
    let index = Index::drop().name(name).table(Alias::new("incident")).to_owned();
    manager.drop_index(index).await
}
