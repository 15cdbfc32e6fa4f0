//! What the API member sees at all: excluded boards, and rows that the role hides.
//!
//! Nothing tells a caller that something is hidden: lists are shorter, single records are not found.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::connectwise::model::{Record, reference_id};
use crate::connectwise::resource::Resource;
use crate::connectwise::site::{MEMBER, Site};
use crate::connectwise::store::Store;

/// What is hidden from the API member now.
#[derive(Debug)]
pub(crate) struct Sight {
    excluded_boards: BTreeSet<i64>,
    hidden: BTreeSet<Resource>,
}

impl Sight {
    pub(crate) fn of(site: &Site, store: &Store) -> Self {
        let member = store.with(Resource::ApiMembers, "identifier", MEMBER).next();
        let excluded = member.and_then(|member| member.get("excludedServiceBoardIds"));
        let excluded = excluded.and_then(Value::as_array).into_iter().flatten();
        Self {
            excluded_boards: excluded.filter_map(Value::as_i64).collect(),
            hidden: site.hidden(),
        }
    }

    pub(crate) fn sees(&self, resource: Resource, record: &Record) -> bool {
        let board = match resource {
            Resource::Boards => record.get("id").and_then(Value::as_i64),
            Resource::BoardTeams => record.get("boardId").and_then(Value::as_i64),
            _ => reference_id(record, "board"),
        };
        !self.hidden.contains(&resource) && board.is_none_or(|board| !self.excluded_boards.contains(&board))
    }
}
