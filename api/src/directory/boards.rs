//! Boards of the PSA with everything that belongs to them: statuses and the values of every routing field.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
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
        let fields = connector.descriptor().routing_fields.iter();
        let (shared, own): (Vec<_>, Vec<_>) = fields.partition(|field| field.depends_on.is_empty());
        // What all boards share is asked of the first.
        let first = boards.first().into_iter();
        let asked = first.flat_map(|board| shared.iter().map(move |field| (board, *field)));
        let asked = asked.chain(
            boards
                .iter()
                .flat_map(|board| own.iter().map(move |field| (board, *field))),
        );
        let reads: Vec<_> = asked
            .map(|(board, field)| async move {
                let values = connector.choices(field.name, &board.id).await?;
                Ok((
                    board.id.clone(),
                    field,
                    values.into_iter().map(choice).collect::<Vec<_>>(),
                ))
            })
            .collect();
        let read: Vec<_> = stream::iter(reads)
            .buffer_unordered(connector.descriptor().limits.concurrency.max(1))
            .try_collect()
            .await?;
        let records: Vec<_> = boards
            .into_iter()
            .map(|board| {
                let of_board = read
                    .iter()
                    .filter(|(id, field, _)| *id == board.id || field.depends_on.is_empty());
                let choices = of_board
                    .map(|(_, field, values)| (field.name.to_owned(), values.clone()))
                    .collect();
                Equipped { board, choices }
            })
            .collect();
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
        combinations: choice
            .combinations
            .into_iter()
            .map(|with| with.into_iter().map(|(field, id)| (field, id.to_string())).collect())
            .collect(),
    }
}
