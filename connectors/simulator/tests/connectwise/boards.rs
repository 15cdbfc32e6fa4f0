//! Boards: which items go with which types, whose the teams are, and what tickets make of it.

use std::collections::BTreeSet;

use psa_simulator::DataSet;
use psa_simulator::connectwise::{Assumptions, Level};
use serde_json::{Value, json};

use super::client::{Bench, ids};

/// The ids that members of listed records refer to.
fn referred(records: &Value, member: &str) -> BTreeSet<i64> {
    let records = records.as_array().expect("an array").iter();
    records.filter_map(|record| record[member]["id"].as_i64()).collect()
}

#[tokio::test]
async fn associations_agree_with_the_lists_of_every_board() {
    for data_set in [DataSet::Small, DataSet::Msp] {
        let bench = Bench::with(data_set, Assumptions::default()).await;
        let mut seen = BTreeSet::new();
        for board in ids(&bench.read("service/info/boards").await) {
            let list = |name: &str| format!("service/boards/{board}/{name}");
            let associations = bench.read(&list("typeSubTypeItemAssociations")).await;
            assert!(ids(&associations).into_iter().all(|id| seen.insert(id)), "{board}");
            assert_eq!(referred(&associations, "board"), BTreeSet::from([board]));
            for (member, name) in [("type", "types"), ("subType", "subtypes"), ("item", "items")] {
                let known = ids(&bench.read(&list(name)).await).into_iter().collect();
                assert_eq!(referred(&associations, member), known, "{board} {name}");
            }
            let sub_types = bench.read(&list("subtypes")).await;
            for association in associations.as_array().expect("an array") {
                let mut sub_types = sub_types.as_array().expect("an array").iter();
                let sub_type = sub_types.find(|known| known["id"] == association["subType"]["id"]);
                let kinds = sub_type.expect("a subtype")["typeAssociationIds"].as_array();
                assert!(kinds.is_some_and(|kinds| kinds.contains(&association["type"]["id"])));
            }
            assert!(
                associations
                    .as_array()
                    .is_some_and(|rows| rows.iter().any(|row| row.get("item").is_none()))
            );
        }
    }
}

#[tokio::test]
async fn associations_and_teams_are_lists_like_others() {
    let bench = Bench::small().await;
    let path = "service/boards/2/typesubtypeitemassociations";
    let mailboxes = bench
        .read(&format!(
            "{path}?conditions=item/name='mailbox'&fields=type/name,subType/name"
        ))
        .await;
    assert_eq!(
        mailboxes,
        json!([
            { "type": { "name": "Backup" }, "subType": { "name": "Failed" } },
            { "type": { "name": "Backup" }, "subType": { "name": "Missed" } },
        ])
    );
    assert_eq!(bench.read(&format!("{path}/count")).await["count"], 8);
    let second = bench.get(&format!("{path}?pageSize=5&page=2")).await;
    assert!(second.headers().contains_key("link"));
    assert_eq!(ids(&second.json().await.expect("JSON")), [206, 207, 208]);

    let teams = bench.read("service/boards/2/teams?conditions=defaultFlag=true").await;
    assert_eq!(
        (
            &teams[0]["name"],
            &teams[0]["boardId"],
            &teams[0]["teamLeader"]["identifier"]
        ),
        (&json!("Backup Alerts Team"), &json!(2), &json!("TKowalski"))
    );
    let shared = bench.read(&format!("service/teams/{}", teams[0]["id"])).await;
    assert_eq!(shared["name"], teams[0]["name"]);
    assert_eq!(bench.get("service/boards/1/teams/201").await.status(), 404);
    assert_eq!(bench.get("service/boards/9/teams").await.status(), 404);

    bench.grant("System", "Table Setup", Level::None);
    for name in ["teams", "typeSubTypeItemAssociations", "teams/count"] {
        assert_eq!(
            bench.get(&format!("service/boards/2/{name}")).await.status(),
            403,
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_ticket_takes_an_item_of_its_type_and_a_team_of_its_board() {
    let ticket = |members: Value| {
        let mut ticket = json!({ "summary": "Backup failed", "company": { "id": 250 }, "board": { "id": 2 } });
        let members = members.as_object().expect("an object").clone();
        ticket.as_object_mut().expect("an object").extend(members);
        ticket
    };
    let bench = Bench::small().await;
    let fitting = json!({
        "type": { "id": 203 }, "subType": { "name": "Failed" }, "item": { "name": "Mailbox" }, "team": { "id": 202 },
    });
    let (status, made) = bench.post("service/tickets", ticket(fitting)).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(
        (&made["item"]["id"], &made["team"]["name"]),
        (&json!(203), &json!("Backup Alerts On Call"))
    );

    for (members, field) in [
        (json!({ "type": { "id": 201 }, "item": { "id": 203 } }), "item/id"),
        (
            json!({ "type": { "id": 203 }, "subType": { "id": 204 }, "item": { "id": 202 } }),
            "item/id",
        ),
        (json!({ "item": { "id": 101 } }), "item/id"),
        (json!({ "team": { "id": 101 } }), "team/id"),
        (json!({ "team": { "id": 999 } }), "team/id"),
    ] {
        let (status, refused) = bench.post("service/tickets", ticket(members.clone())).await;
        let error = &refused["errors"][0];
        assert_eq!(
            (status, &error["code"], &error["field"]),
            (400, &json!("NotFound"), &json!(field)),
            "{members}"
        );
    }
    let kept = bench
        .post(
            "service/tickets",
            ticket(json!({ "type": { "id": 203 }, "item": { "id": 202 } })),
        )
        .await;
    assert_eq!(kept.0, 201, "an item needs no subtype");

    let assumptions = Assumptions {
        team_is_of_board: false,
        ..Assumptions::default()
    };
    let bench = Bench::with(DataSet::Small, assumptions).await;
    let (status, _) = bench
        .post("service/tickets", ticket(json!({ "team": { "id": 101 } })))
        .await;
    assert_eq!(status, 201);
}
