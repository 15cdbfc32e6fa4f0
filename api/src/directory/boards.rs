//! Boards of the PSA with everything that belongs to them: statuses and the values of every routing field.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use psa_connectors::{Page, PsaConnector, ReadQuery, Result, descriptor::RoutingField, record};
use psa_entities::{
    board::{self, BoardStatus, BoardStatuses, Choice, Column, Model, RoutingChoices},
    ids::BoardId,
};
use serde_json::{Value, json};

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
    type Parts = ();

    async fn read(connector: &dyn PsaConnector, _: &ReadQuery) -> Result<Page<Equipped>> {
        let boards = connector.boards().await?;
        let values = values(connector, &boards).await?;
        let equipped = |board: record::Board| {
            let own = values.iter().filter(|values| values.are_of(&board));
            let choices = own.map(|values| (values.field.name.to_owned(), values.choices.clone()));
            Equipped {
                choices: choices.collect(),
                board,
            }
        };
        let records: Vec<_> = boards.into_iter().map(equipped).collect();
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

    fn name(row: &Model) -> &str {
        &row.name
    }

    fn is_gone(row: &Model) -> bool {
        row.deleted
    }

    fn content(row: &Model) -> Value {
        json!({
            "name": row.name,
            "active": row.active,
            "statuses": row.statuses,
            "choices": row.choices,
        })
    }

    fn columns() -> Columns<Self> {
        Columns {
            integration: Column::IntegrationId,
            external: Column::ExternalId,
            deleted: Column::Deleted,
            missing: None,
            seen: Column::ImportedAt,
            content: vec![Column::Name, Column::Active, Column::Statuses, Column::Choices],
        }
    }
}

/// What one routing field offers on one board, or on all of them.
struct Values {
    field: &'static RoutingField,
    board: record::BoardId,
    choices: Vec<Choice>,
}

impl Values {
    fn are_of(&self, board: &record::Board) -> bool {
        self.board == board.id || is_shared(self.field)
    }
}

/// Whether a field offers the same on every board: then it is asked for once, on the first.
fn is_shared(field: &RoutingField) -> bool {
    field.depends_on.is_empty()
}

/// Reads what every routing field offers on every board, several lists at a time.
async fn values(connector: &dyn PsaConnector, boards: &[record::Board]) -> Result<Vec<Values>> {
    let descriptor = connector.descriptor();
    let mut reads = Vec::new();
    for (index, board) in boards.iter().enumerate() {
        let fields = descriptor.routing_fields.iter();
        for field in fields.filter(|field| index == 0 || !is_shared(field)) {
            reads.push(async move {
                let choices = connector.choices(field.name, &board.id).await?;
                Ok(Values {
                    field,
                    board: board.id.clone(),
                    choices: choices.into_iter().map(choice).collect(),
                })
            });
        }
    }
    stream::iter(reads)
        .buffer_unordered(descriptor.limits.concurrency.max(1))
        .try_collect()
        .await
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
