//! One record of every type that has a global id: its owner finds it, and nobody else.

use serde_json::{Value, json};

use super::{Neighbours, ids};

const NODE: &str = "query Node($id: ID!) { node(id: $id) { __typename id } }";
const NODES: &str = "query Nodes($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";

pub(super) async fn are_seen_by_their_owner_alone(neighbours: &Neighbours) {
    let Neighbours {
        surface, ours, theirs, ..
    } = neighbours;
    let mut asked = Vec::new();
    for of in surface.possible_types("Node") {
        let id = ours.ids.get(of).unwrap_or_else(|| panic!("the world has no {of}"));
        let own = ours.client.run(NODE, json!({ "id": id })).await;
        assert_eq!(own["node"], json!({ "__typename": of, "id": id }), "the owner finds it");
        let foreign = theirs.client.run(NODE, json!({ "id": id })).await;
        assert_eq!(foreign["node"], Value::Null, "{of}");
        asked.push(json!(id));
    }
    let own = ours.client.run(NODES, json!({ "ids": asked })).await;
    let found: Vec<_> = own["nodes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|node| node["id"].clone())
        .collect();
    assert_eq!(found, asked);
    let foreign = theirs.client.run(NODES, json!({ "ids": asked })).await;
    assert_eq!(foreign["nodes"], json!(vec![Value::Null; asked.len()]));

    // A mapping has no row of its own until somebody decides: its id names an integration and what is mapped.
    let (ours_id, theirs_id) = (
        ids::keys(&ours.ids["Integration"])[0],
        ids::keys(&theirs.ids["Integration"])[0],
    );
    for of in ["CompanyMapping", "ProductMapping"] {
        let forged = ids::swapped(&ours.ids[of], ours_id, theirs_id);
        assert_ne!(forged, ours.ids[of]);
        let node = theirs.client.run(NODE, json!({ "id": forged })).await;
        assert_eq!(node["node"], Value::Null, "{of} of their integration and our record");
        let node = ours.client.run(NODE, json!({ "id": forged })).await;
        assert_eq!(node["node"], Value::Null, "{of} of our record and their integration");
    }
}
