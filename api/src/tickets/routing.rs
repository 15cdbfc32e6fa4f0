//! Where an agent's tickets go, checked against the imported board.
//!
//! Every id must be one of the board's, and what the PSA demands must be there. The same checks serve the form, the state
//! that is shown, and each delivery before it is sent.

use std::collections::BTreeMap;

use psa_connectors::{
    Descriptor,
    descriptor::RoutingField,
    record::{self, ChoiceId, StatusId},
};
use psa_entities::{
    ProviderScope,
    agent_settings::{self, TicketRouting},
    board::{self, BoardStatus},
    company_routing,
    ids::{ConsoleCompanyId, IntegrationId},
};
use sea_orm::{ColumnTrait, DbErr, QueryFilter};

use crate::{
    app::App,
    failure::{ErrorCode, UserError},
};

const IMPORT: &str = "Import the boards again, or choose another one.";

/// A routing with what it is checked against.
#[derive(Debug)]
pub struct Route<'a> {
    /// What was chosen.
    pub routing: &'a TicketRouting,
    /// The chosen board; `None` when none is chosen or it is not there.
    pub board: Option<&'a board::Model>,
    /// What the PSA's connector asks for.
    pub descriptor: &'static Descriptor,
}

/// Finds the board with the PSA's id `external_id`.
///
/// # Errors
/// Only of the database.
pub async fn board(
    app: &App,
    scope: ProviderScope,
    integration: IntegrationId,
    external_id: &str,
) -> Result<Option<board::Model>, DbErr> {
    scope
        .find::<board::Entity>()
        .filter(board::Column::IntegrationId.eq(integration))
        .filter(board::Column::ExternalId.eq(external_id))
        .one(app.db.read())
        .await
}

/// A routing as it is stored, with the board that it names.
#[derive(Debug)]
pub struct Chosen {
    /// What was chosen.
    pub routing: TicketRouting,
    board: Option<board::Model>,
}

impl Chosen {
    /// The routing, to be checked against what the PSA's connector asks for.
    pub fn route(&self, descriptor: &'static Descriptor) -> Route<'_> {
        Route {
            routing: &self.routing,
            board: self.board.as_ref(),
            descriptor,
        }
    }
}

/// The routing that counts for a company: its own, else the agent's.
///
/// # Errors
/// Only of the database.
pub async fn chosen(
    app: &App,
    scope: ProviderScope,
    agent: &agent_settings::Model,
    company: ConsoleCompanyId,
) -> Result<Chosen, DbErr> {
    let own = scope
        .find_by_id::<company_routing::Entity>((agent.integration_id, agent.agent, company))
        .one(app.db.read())
        .await?;
    let routing = own.map_or_else(|| agent.routing.clone(), |own| own.routing);
    with_board(app, scope, agent.integration_id, routing).await
}

/// A routing with the board that it names.
///
/// # Errors
/// Only of the database.
pub async fn with_board(
    app: &App,
    scope: ProviderScope,
    integration: IntegrationId,
    routing: TicketRouting,
) -> Result<Chosen, DbErr> {
    let board = match &routing.board {
        Some(id) => board(app, scope, integration, id).await?,
        None => None,
    };
    Ok(Chosen { routing, board })
}

impl Route<'_> {
    /// Why no ticket can be opened or reopened; empty when nothing speaks against it.
    pub fn opening(&self) -> Vec<UserError> {
        let board = match self.usable_board() {
            Ok(board) => board,
            Err(error) => return vec![error],
        };
        let status = |id: &Option<String>, field: &str| id.as_ref().and_then(|id| open_status(board, id, field).err());
        let mut errors: Vec<_> = [
            status(&self.routing.new_status, "routing.newStatusId"),
            status(&self.routing.reopen_status, "routing.reopenStatusId"),
        ]
        .into_iter()
        .flatten()
        .collect();
        errors.extend(self.routing.fields.keys().filter_map(|name| self.unknown_field(name)));
        errors.extend(
            self.descriptor
                .routing_fields
                .iter()
                .filter_map(|field| self.field_error(board, field)),
        );
        let raised = self.routing.raised_priority.as_deref();
        errors.extend(raised.and_then(|id| self.priority_error(id, "routing.raisedPriorityId")));
        errors
    }

    /// Why tickets cannot get the priority `id`, which `field` names; `None` when they can, or no board is chosen.
    pub fn priority_error(&self, id: &str, field: &str) -> Option<UserError> {
        let board = self.board?;
        let offered = self
            .descriptor
            .priority_field
            .and_then(|name| board.choices.0.get(name));
        if offered.is_some_and(|choices| choices.iter().any(|choice| choice.id == id)) {
            return None;
        }
        let message = format!("The board “{}” has no priority {id}.", board.name);
        Some(
            UserError::new(ErrorCode::Invalid, message)
                .at(field)
                .with_remedy(IMPORT),
        )
    }

    /// Why no ticket can be closed; empty when nothing speaks against it.
    pub fn closing(&self) -> Vec<UserError> {
        let checked = self.usable_board().and_then(|board| match &self.routing.closed_status {
            None => {
                let error = UserError::new(ErrorCode::Required, "No status is chosen that closes a ticket.");
                Err(error
                    .at("routing.closedStatusId")
                    .with_remedy("Choose one of the board's closed statuses."))
            }
            Some(id) => closed_status(board, id).map(drop),
        });
        checked.err().into_iter().collect()
    }

    /// Where a new ticket goes. Only of use when nothing speaks against opening it.
    /// `priority` is that of the event's rule, which counts before the routing's.
    pub fn of_new_ticket(&self, priority: Option<&str>) -> Option<record::Routing> {
        let board = self.routing.board.as_ref()?;
        let mut fields: BTreeMap<_, _> = self
            .routing
            .fields
            .iter()
            .map(|(name, id)| (name.clone(), ChoiceId::new(id.clone())))
            .collect();
        if let (Some(field), Some(priority)) = (self.descriptor.priority_field, priority) {
            fields.insert(field.to_owned(), ChoiceId::new(priority));
        }
        Some(record::Routing {
            board: record::BoardId::new(board.clone()),
            status: self.routing.new_status.clone().map(StatusId::new),
            fields,
        })
    }

    /// The status of a reopened ticket: the chosen one, else that of new tickets, else the board's default.
    pub fn reopen_status(&self) -> Option<StatusId> {
        let usual = || {
            self.board?
                .statuses
                .0
                .iter()
                .find(|status| status.default && status.active)
                .map(|status| status.id.clone())
        };
        self.routing
            .reopen_status
            .clone()
            .or_else(|| self.routing.new_status.clone())
            .or_else(usual)
            .map(StatusId::new)
    }

    fn usable_board(&self) -> Result<&board::Model, UserError> {
        let error = |code, message: &str, remedy: &str| {
            Err(UserError::new(code, message).at("routing.boardId").with_remedy(remedy))
        };
        match (&self.routing.board, self.board) {
            (None, _) => error(
                ErrorCode::Required,
                "No board is chosen.",
                "Choose the board that tickets go to.",
            ),
            (Some(_), None) => error(ErrorCode::NotFound, "The chosen board is not imported.", IMPORT),
            (Some(_), Some(board)) if board.deleted => {
                error(ErrorCode::NotFound, "The PSA no longer has the chosen board.", IMPORT)
            }
            (Some(_), Some(board)) if !board.active => {
                error(ErrorCode::Invalid, "The chosen board is inactive in the PSA.", IMPORT)
            }
            (Some(_), Some(board)) => Ok(board),
        }
    }

    fn unknown_field(&self, name: &str) -> Option<UserError> {
        if self.descriptor.routing_fields.iter().any(|field| field.name == name) {
            return None;
        }
        let known: Vec<_> = self.descriptor.routing_fields.iter().map(|field| field.name).collect();
        let error = UserError::new(
            ErrorCode::Invalid,
            format!("There is no routing field “{name}”; there are {}.", known.join(", ")),
        );
        Some(
            error
                .at(&field_path(name))
                .with_remedy("Use the names that the connector's routingFields list."),
        )
    }

    fn field_error(&self, board: &board::Model, field: &RoutingField) -> Option<UserError> {
        let label = field.label;
        let Some(chosen) = self.routing.fields.get(field.name) else {
            let error = || UserError::new(ErrorCode::Required, format!("The PSA demands a value for “{label}”."));
            return field.required.then(|| {
                error()
                    .at(&field_path(field.name))
                    .with_remedy("Choose one of the board's values.")
            });
        };
        let choices = board.choices.0.get(field.name).map(Vec::as_slice).unwrap_or_default();
        let Some(choice) = choices.iter().find(|choice| choice.id == *chosen) else {
            let message = format!("“{label}” has no value {chosen} on the board “{}”.", board.name);
            return Some(
                UserError::new(ErrorCode::Invalid, message)
                    .at(&field_path(field.name))
                    .with_remedy(IMPORT),
            );
        };
        if self.goes_with_the_rest(choice) {
            return None;
        }
        let others: Vec<_> = field
            .depends_on
            .iter()
            .filter(|other| **other != "board")
            .copied()
            .collect();
        let others = others.join(" and ");
        let message = format!("“{label}: {}” does not go with the chosen {others}.", choice.name);
        Some(
            UserError::new(ErrorCode::Invalid, message)
                .at(&field_path(field.name))
                .with_remedy(format!("Choose one that the {others} allows.")),
        )
    }

    /// Whether what else is chosen contradicts none of a choice's combinations and confirms at least a part of one.
    fn goes_with_the_rest(&self, choice: &board::Choice) -> bool {
        let chosen = |field: &String| self.routing.fields.get(field);
        let fits = |with: &BTreeMap<String, String>| {
            with.iter()
                .all(|(field, id)| chosen(field).is_none_or(|chosen| chosen == id))
                && with.keys().any(|field| chosen(field).is_some())
        };
        choice.combinations.is_empty() || choice.combinations.iter().any(fits)
    }
}

fn field_path(name: &str) -> String {
    format!("routing.fields.{name}")
}

fn status<'a>(board: &'a board::Model, id: &str, field: &str) -> Result<&'a BoardStatus, UserError> {
    let found = board.statuses.0.iter().find(|status| status.id == id);
    match found {
        Some(status) if status.active => Ok(status),
        _ => {
            let error = UserError::new(
                ErrorCode::Invalid,
                format!("The board “{}” has no status {id} in use.", board.name),
            );
            Err(error.at(field).with_remedy(IMPORT))
        }
    }
}

fn open_status<'a>(board: &'a board::Model, id: &str, field: &str) -> Result<&'a BoardStatus, UserError> {
    let status = status(board, id, field)?;
    if status.closed {
        let error = UserError::new(
            ErrorCode::Invalid,
            format!("The status “{}” closes a ticket.", status.name),
        );
        return Err(error
            .at(field)
            .with_remedy("Choose a status in which a ticket is open."));
    }
    Ok(status)
}

fn closed_status<'a>(board: &'a board::Model, id: &str) -> Result<&'a BoardStatus, UserError> {
    let field = "routing.closedStatusId";
    let status = status(board, id, field)?;
    if !status.closed {
        let error = UserError::new(
            ErrorCode::Invalid,
            format!("The status “{}” does not close a ticket.", status.name),
        );
        return Err(error
            .at(field)
            .with_remedy("Choose one of the board's closed statuses."));
    }
    Ok(status)
}

#[cfg(test)]
mod tests;
