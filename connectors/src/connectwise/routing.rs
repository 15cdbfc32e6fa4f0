//! The fields that route a ticket: where their values come from and how a ticket names them.

use std::collections::BTreeMap;

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
        depends_on: &["board"],
    },
    RoutingField {
        name: "subtype",
        label: "Subtype",
        required: false,
        depends_on: &["board", "type"],
    },
    RoutingField {
        name: "item",
        label: "Item",
        required: false,
        depends_on: &["board", "type", "subtype"],
    },
    RoutingField {
        name: "priority",
        label: "Priority",
        required: false,
        depends_on: &[],
    },
    RoutingField {
        name: "source",
        label: "Source",
        required: false,
        depends_on: &[],
    },
    RoutingField {
        name: "team",
        label: "Team",
        required: false,
        depends_on: &["board"],
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
    let mut combinations = if source.name == "item" {
        of_items(
            client
                .all(&list("service/boards/{board}/typeSubTypeItemAssociations"))
                .await?,
        )
    } else {
        BTreeMap::new()
    };
    let choice = |choice: wire::Choice| {
        let types = choice.type_association_ids.unwrap_or_default();
        let of_types = types.into_iter().map(|kind| BTreeMap::from([value("type", kind)]));
        let of_item = combinations.remove(&choice.id).unwrap_or_default();
        Choice {
            id: ChoiceId::new(choice.id.to_string()),
            name: choice.name,
            combinations: of_types.chain(of_item).collect(),
        }
    };
    Ok(found.into_iter().map(choice).collect())
}

type Combinations = Vec<BTreeMap<String, ChoiceId>>;

/// The types and subtypes together with which each item can be chosen.
fn of_items(associations: Vec<wire::Association>) -> BTreeMap<i64, Combinations> {
    let mut of_items: BTreeMap<i64, Combinations> = BTreeMap::new();
    for association in associations {
        let id = |reference: Option<wire::Reference>| reference.and_then(|reference| reference.id);
        let Some(item) = id(association.item) else { continue };
        let kind = id(association.kind).map(|id| value("type", id));
        let sub_type = id(association.sub_type).map(|id| value("subtype", id));
        of_items
            .entry(item)
            .or_default()
            .push(kind.into_iter().chain(sub_type).collect());
    }
    of_items
}

fn value(field: &str, id: i64) -> (String, ChoiceId) {
    (field.to_owned(), ChoiceId::new(id.to_string()))
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
    async fn values_name_what_they_go_with() {
        let items = r#"[{"id":2,"name":"Disk"},{"id":3,"name":"Any"},{"id":4,"name":"Old","inactiveFlag":true}]"#;
        let associations = r#"[{"id":1,"type":{"id":7},"subType":{"id":9},"item":{"id":2}},
            {"id":2,"type":{"id":7},"subType":{"id":8},"item":{"id":2}},{"id":3,"type":{"id":6},"item":{"id":2}}]"#;
        let sub_types = r#"[{"id":9,"name":"Failed","typeAssociationIds":[7,6]}]"#;
        let (client, _) = Client::testing(&[(200, items), (200, associations), (200, sub_types)]);
        let shown = |found: Vec<Choice>| {
            let shown = found.into_iter().map(|choice| {
                let combinations = choice.combinations.iter().map(|combination| {
                    let pairs: Vec<_> = combination.iter().map(|(field, id)| format!("{field}={id}")).collect();
                    pairs.join("+")
                });
                format!("{}: {}", choice.name, combinations.collect::<Vec<_>>().join(", "))
            });
            shown.collect::<Vec<_>>()
        };
        let board = BoardId::new("5");
        let found = choices(&client, "item", &board).await.expect("choices");
        assert_eq!(
            shown(found),
            ["Disk: subtype=9+type=7, subtype=8+type=7, type=6", "Any: "]
        );
        let found = choices(&client, "subtype", &board).await.expect("choices");
        assert_eq!(shown(found), ["Failed: type=7, type=6"]);
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
