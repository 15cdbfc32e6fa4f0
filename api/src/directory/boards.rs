//! Boards of the PSA with everything that belongs to them: statuses and the values of every routing field.

use std::collections::BTreeMap;

use async_trait::async_trait;
use psa_connectors::{Page, PsaConnector, ReadQuery, Result, record};
use psa_entities::{
    board::{self, BoardStatus, BoardStatuses, Choice, Column, Model, RoutingChoices},
    ids::BoardId,
};

use super::{
    import::Running,
    upsert::{Columns, Resource},
};

/// Boards. They are few and their parts have no change date, so they come as one page.
#[derive(Debug)]
pub struct Boards;

/// A board and the values of every routing field on it.
#[derive(Debug)]
pub struct Equipped {
    board: record::Board,
    choices: BTreeMap<String, Vec<Choice>>,
}

#[async_trait]
impl Resource for Boards {
    type Record = Equipped;
    type Entity = board::Entity;
    type Row = Model;
    type Change = board::ActiveModel;

    async fn read(connector: &dyn PsaConnector, _: &ReadQuery) -> Result<Page<Equipped>> {
        let boards = connector.boards().await?;
        let mut shared = BTreeMap::new();
        if let Some(first) = boards.first() {
            for field in connector
                .descriptor()
                .routing_fields
                .iter()
                .filter(|field| field.depends_on.is_none())
            {
                let values = connector.choices(field.name, &first.id).await?;
                shared.insert(
                    field.name.to_owned(),
                    values.into_iter().map(choice).collect::<Vec<_>>(),
                );
            }
        }
        let mut records = Vec::with_capacity(boards.len());
        for board in boards {
            let mut choices = shared.clone();
            for field in connector
                .descriptor()
                .routing_fields
                .iter()
                .filter(|field| field.depends_on.is_some())
            {
                let values = connector.choices(field.name, &board.id).await?;
                choices.insert(field.name.to_owned(), values.into_iter().map(choice).collect());
            }
            records.push(Equipped { board, choices });
        }
        Ok(Page {
            total: u64::try_from(records.len()).ok(),
            records,
            next: None,
        })
    }

    fn row(running: &Running<'_>, Equipped { board, choices }: Equipped) -> Model {
        Model {
            id: BoardId::at(running.started_at),
            provider_id: running.scope.provider_id(),
            integration_id: running.integration,
            external_id: board.id.to_string(),
            name: board.name,
            active: board.active,
            deleted: false,
            statuses: BoardStatuses(board.statuses.into_iter().map(status).collect()),
            choices: RoutingChoices(choices),
            imported_at: running.context.app.now(),
        }
    }

    fn key(row: &Model) -> &str {
        &row.external_id
    }

    fn same(known: &Model, read: &Model) -> bool {
        let content = |row: &Model| Model {
            id: known.id,
            imported_at: known.imported_at,
            ..row.clone()
        };
        content(known) == content(read)
    }

    fn columns() -> Columns<Self> {
        Columns {
            integration: Column::IntegrationId,
            external: Column::ExternalId,
            deleted: Column::Deleted,
            seen: Column::ImportedAt,
            content: vec![Column::Name, Column::Active, Column::Statuses, Column::Choices],
        }
    }
}

fn status(status: record::BoardStatus) -> BoardStatus {
    BoardStatus {
        id: status.id.to_string(),
        name: status.name,
        closed: status.closed,
        default: status.default,
        active: status.active,
    }
}

fn choice(choice: record::Choice) -> Choice {
    Choice {
        id: choice.id.to_string(),
        name: choice.name,
        within: choice.within.into_iter().map(|id| id.to_string()).collect(),
    }
}
