//! The fields that route a ticket: where their values come from and how a ticket names them.

use std::collections::{BTreeMap, BTreeSet};

use super::{call::List, client::Client, mapping::number, query::Conditions, rights::TABLE_SETUP, wire};
use crate::{
    descriptor::RoutingField,
    error::{Error, Result},
    record::{BoardId, Choice, ChoiceId},
};

/// The routing fields besides board and status. None is required: ConnectWise fills in the board's defaults.
pub(super) const FIELDS: &[RoutingField] = &[
    RoutingField {
        name: "type",
        label: "Type",
        required: false,
        depends_on: Some("board"),
    },
    RoutingField {
        name: "subtype",
        label: "Subtype",
        required: false,
        depends_on: Some("type"),
    },
    RoutingField {
        name: "item",
        label: "Item",
        required: false,
        depends_on: Some("type"),
    },
    RoutingField {
        name: "priority",
        label: "Priority",
        required: false,
        depends_on: None,
    },
    RoutingField {
        name: "source",
        label: "Source",
        required: false,
        depends_on: None,
    },
    RoutingField {
        name: "team",
        label: "Team",
        required: false,
        depends_on: Some("board"),
    },
];

/// How a routing field is called in a ticket, and the list of its values; `{board}` stands for the board.
struct Source {
    name: &'static str,
    member: &'static str,
    list: &'static str,
}

const SOURCES: &[Source] = &[
    Source {
        name: "type",
        member: "type",
        list: "service/boards/{board}/types",
    },
    Source {
        name: "subtype",
        member: "subType",
        list: "service/boards/{board}/subtypes",
    },
    Source {
        name: "item",
        member: "item",
        list: "service/boards/{board}/items",
    },
    Source {
        name: "priority",
        member: "priority",
        list: "service/priorities",
    },
    Source {
        name: "source",
        member: "source",
        list: "service/sources",
    },
    Source {
        name: "team",
        member: "team",
        list: "service/boards/{board}/teams",
    },
];

/// The ticket's member for a routing field.
pub(super) fn member(field: &str) -> Result<&'static str> {
    source(field).map(|source| source.member)
}

/// Reads the values of a field, in the PSA's order.
pub(super) async fn choices(client: &Client, field: &str, board: &BoardId) -> Result<Vec<Choice>> {
    let source = source(field)?;
    let board = number("board", board.as_str())?;
    let list = |path: &str| {
        List::new(
            "choices",
            TABLE_SETUP,
            path.replace("{board}", &board.to_string()),
            Conditions::none(),
        )
    };
    let mut found: Vec<wire::Choice> = client.all(&list(source.list)).await?;
    found.retain(|choice| !choice.inactive_flag.unwrap_or(false));
    found.sort_by_key(|choice| choice.sort_order);
    let types_of_items = if source.name == "item" {
        types_of_items(
            client
                .all(&list("service/boards/{board}/typeSubTypeItemAssociations"))
                .await?,
        )
    } else {
        BTreeMap::new()
    };
    let choice = |choice: wire::Choice| {
        let types = choice.type_association_ids.unwrap_or_default();
        let of_item = types_of_items.get(&choice.id).into_iter().flatten().copied();
        let within = types
            .into_iter()
            .chain(of_item)
            .map(|id| ChoiceId::new(id.to_string()))
            .collect();
        Choice {
            id: ChoiceId::new(choice.id.to_string()),
            name: choice.name,
            within,
        }
    };
    Ok(found.into_iter().map(choice).collect())
}

/// The types under which each item can be chosen.
fn types_of_items(associations: Vec<wire::Association>) -> BTreeMap<i64, BTreeSet<i64>> {
    let mut types: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for association in associations {
        let id = |reference: Option<wire::Reference>| reference.and_then(|reference| reference.id);
        if let (Some(item), Some(kind)) = (id(association.item), id(association.kind)) {
            types.entry(item).or_default().insert(kind);
        }
    }
    types
}

fn source(field: &str) -> Result<&'static Source> {
    SOURCES
        .iter()
        .find(|source| source.name == field)
        .ok_or_else(|| Error::invalid(field, format!("ConnectWise tickets have no routing field `{field}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_a_source() {
        let fields: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
        let sources: Vec<_> = SOURCES.iter().map(|source| source.name).collect();
        assert_eq!(fields, sources);
    }

    #[tokio::test]
    async fn items_name_the_types_they_go_with() {
        let items = r#"[{"id":2,"name":"Disk"},{"id":1,"name":"Any"},{"id":3,"name":"Old","inactiveFlag":true}]"#;
        let associations = r#"[{"id":1,"type":{"id":7},"subType":{"id":9},"item":{"id":2}},
            {"id":2,"type":{"id":7},"subType":{"id":8},"item":{"id":2}},{"id":3,"type":{"id":6},"item":{"id":2}}]"#;
        let (client, _) = Client::testing(&[(200, items), (200, associations)]);
        let found = choices(&client, "item", &BoardId::new("5")).await.expect("choices");
        let within = |ids: &[&str]| ids.iter().map(|id| ChoiceId::new(*id)).collect::<Vec<_>>();
        let names: Vec<_> = found
            .iter()
            .map(|choice| (choice.name.as_str(), choice.within.clone()))
            .collect();
        assert_eq!(names, [("Disk", within(&["6", "7"])), ("Any", within(&[]))]);
    }

    #[tokio::test]
    async fn teams_are_those_of_the_board() {
        let (client, server) = Client::testing(&[(200, r#"[{"id":21,"name":"Backup","members":[1]}]"#)]);
        let found = choices(&client, "team", &BoardId::new("5")).await.expect("choices");
        assert_eq!(found[0].id, ChoiceId::new("21"));
        assert!(server.requests()[1].url.path().ends_with("/service/boards/5/teams"));
        assert!(choices(&client, "colour", &BoardId::new("5")).await.is_err());
    }
}
