//! The fields that route a ticket. Each is a picklist of the ticket, but for its category.

use std::collections::BTreeMap;

use super::{call::List, client::Client, mapping::number, picklists::PickValue, query::Conditions, rights, wire};
use crate::{
    descriptor::RoutingField,
    error::{Error, Result},
    record::{BoardId, Choice, ChoiceId},
};

/// The routing fields besides queue and status.
pub(super) const FIELDS: &[RoutingField] = &[
    RoutingField {
        name: "priority",
        label: "Priority",
        required: true,
        depends_on: &[],
    },
    RoutingField {
        name: "ticket_type",
        label: "Ticket type",
        required: false,
        depends_on: &[],
    },
    RoutingField {
        name: "issue_type",
        label: "Issue type",
        required: false,
        depends_on: &[],
    },
    RoutingField {
        name: "sub_issue_type",
        label: "Sub-issue type",
        required: false,
        depends_on: &["issue_type"],
    },
    RoutingField {
        name: "source",
        label: "Source",
        required: false,
        depends_on: &[],
    },
    RoutingField {
        name: "category",
        label: "Ticket category",
        required: false,
        depends_on: &[],
    },
];

/// How a ticket calls the routing fields.
const MEMBERS: &[(&str, &str)] = &[
    ("priority", "priority"),
    ("ticket_type", "ticketType"),
    ("issue_type", "issueType"),
    ("sub_issue_type", "subIssueType"),
    ("source", "source"),
    ("category", "ticketCategory"),
];

/// The ticket's member for a routing field.
///
/// # Errors
/// There is no such field.
pub(super) fn member(field: &str) -> Result<&'static str> {
    let known = MEMBERS.iter().find(|(name, _)| *name == field);
    known
        .map(|(_, member)| *member)
        .ok_or_else(|| Error::invalid(field, format!("Autotask tickets are not routed by `{field}`")))
}

/// The number that a value of a field is. The vendor's own sources are below zero.
pub(super) fn value(field: &str, id: &ChoiceId) -> Result<i64> {
    let number = id.as_str().parse().ok();
    let number = number.filter(|number: &i64| number.to_string() == id.as_str());
    number.ok_or_else(|| Error::invalid(field, format!("`{id}` is not a value of Autotask PSA")))
}

/// Reads the values of a field, in the PSA's order. They are the same on every queue.
pub(super) async fn choices(client: &Client, field: &str, board: &BoardId) -> Result<Vec<Choice>> {
    let member = member(field)?;
    number("board", board.as_str())?;
    if field == "category" {
        return categories(client).await;
    }
    let mut values = client.fields("choices", None, "Tickets").await?.picklist(member)?;
    values.retain(PickValue::is_active);
    Ok(values.into_iter().map(|value| choice(field, &value)).collect())
}

/// Categories are records of their own, and not a picklist.
async fn categories(client: &Client) -> Result<Vec<Choice>> {
    let list = List::new("choices", rights::TICKETS, "TicketCategories", Conditions::none());
    let mut found: Vec<wire::Category> = client.all(&list).await?;
    found.retain(|category| category.is_active.unwrap_or(true));
    let choice = |category: wire::Category| Choice {
        id: ChoiceId::new(category.id.to_string()),
        name: category.name,
        combinations: Vec::new(),
    };
    Ok(found.into_iter().map(choice).collect())
}

fn choice(field: &str, value: &PickValue) -> Choice {
    let fields = FIELDS.iter().find(|known| known.name == field);
    let depends_on = fields.and_then(|known| known.depends_on.first());
    let combination = depends_on.zip(value.parent());
    let combination = combination.map(|(on, parent)| BTreeMap::from([((*on).to_owned(), ChoiceId::new(parent))]));
    Choice {
        id: ChoiceId::new(value.value.as_str()),
        name: value.label().to_owned(),
        combinations: combination.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_a_member() {
        for field in FIELDS {
            member(field.name).expect(field.name);
        }
        assert_eq!(FIELDS.len(), MEMBERS.len());
        assert!(member("colour").is_err());
        assert_eq!(value("source", &ChoiceId::new("-2")).expect("the vendor's own"), -2);
        for odd in ["", "x", "01", "1 "] {
            assert!(value("source", &ChoiceId::new(odd)).is_err(), "{odd}");
        }
    }
}
