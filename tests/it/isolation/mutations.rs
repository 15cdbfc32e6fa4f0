//! Every mutation, sent with another provider's ids: it answers as to ids that never existed, and changes nothing.

use std::collections::BTreeMap;

use psa_tests::Client;
use serde_json::{Value, json};

use super::{
    Neighbours,
    cases::{self, Case, Says},
};
use crate::{rows, surface::Root};

type Ids = BTreeMap<String, String>;

/// Where an id stands in an input.
type Place = Vec<String>;

pub(super) async fn reach_nothing_of_another_provider(neighbours: &Neighbours, database: &str) {
    let Neighbours {
        bridge,
        surface,
        ours,
        theirs,
    } = neighbours;
    let cases = cases::all(bridge.simulator.base_url());
    let mut named: Vec<_> = cases.iter().map(|case| case.mutation).collect();
    named.sort_unstable();
    assert_eq!(
        surface.fields(Root::Mutation),
        named,
        "the mutations and the lines of the table"
    );

    let before = rows::of_provider(database, ours.provider).await;
    let empty: Vec<_> = before
        .iter()
        .filter(|(_, rows)| rows.is_empty())
        .map(|(table, _)| table)
        .collect();
    assert!(empty.is_empty(), "nothing could be changed in {empty:?}");

    let never = ours.never();
    let mut wrong = Vec::new();
    for case in &cases {
        let places = places(&case.input);
        let everywhere = places.clone();
        let each_alone = places.into_iter().map(|place| vec![place]);
        for foreign in std::iter::once(everywhere).chain(each_alone) {
            let send = async |there: &Ids| {
                let input = filled(&case.input, &theirs.ids, there, &foreign);
                let answer = send(&theirs.client, &surface.mutation(case.mutation), &input).await;
                forget(answer, there)
            };
            let stolen = send(&ours.ids).await;
            if foreign.is_empty() {
                assert_eq!(
                    codes(&stolen),
                    Vec::<(Value, Value)>::new(),
                    "{}: {stolen}",
                    case.mutation
                );
            } else {
                let unknown = send(&never).await;
                if stolen != unknown || !is_not_there(case, &foreign, &stolen) {
                    let name = case.mutation;
                    wrong.push(format!(
                        "{name}, theirs at {foreign:?}: {stolen}\n  never there: {unknown}"
                    ));
                }
            }
        }
        let after = rows::of_provider(database, ours.provider).await;
        for (table, rows) in &before {
            assert_eq!(rows, &after[table], "{} changes {table}", case.mutation);
        }
    }
    // With its own ids nothing is missing, so it was the id that was refused.
    for case in &cases {
        let input = filled(&case.input, &theirs.ids, &theirs.ids, &[]);
        let own = send(&theirs.client, &surface.mutation(case.mutation), &input).await;
        if codes(&own).iter().any(|(code, _)| code == "NOT_FOUND") {
            wrong.push(format!("{} with its own: {own}", case.mutation));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn send(client: &Client, mutation: &str, input: &Value) -> Value {
    let (_, answer) = client
        .send(mutation, json!({ "input": input }))
        .await
        .expect("an answer");
    assert_eq!(answer.get("errors"), None, "{mutation} with {input}: {answer}");
    answer["data"].clone()
}

/// Whether an answer to ids of another provider says that they lead nowhere.
fn is_not_there(case: &Case, foreign: &[Place], answer: &Value) -> bool {
    let found = codes(answer);
    let refused = |place: &Place| found.contains(&(json!("NOT_FOUND"), json!(place)));
    let narrowed = case.says == Says::NothingToDo && foreign.len() == 1 && foreign[0].len() > 1;
    match foreign {
        [only] if !narrowed => refused(only),
        _ => !found.is_empty() && (narrowed || foreign.iter().any(refused)),
    }
}

/// Codes and fields of what was wrong, with the whole call and with its records.
fn codes(answer: &Value) -> Vec<(Value, Value)> {
    let payload = answer
        .as_object()
        .and_then(|data| data.values().next())
        .expect("one field");
    let errors = payload["userErrors"].as_array().into_iter().flatten();
    let results = payload["results"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|result| &result["error"]);
    errors
        .chain(results.filter(|error| !error.is_null()))
        .map(|error| (error["code"].clone(), error["field"].clone()))
        .collect()
}

/// Where the ids of an input stand.
fn places(input: &Value) -> Vec<Place> {
    let inside = |name: String, value: &Value| {
        places(value)
            .into_iter()
            .map(move |place| [vec![name.clone()], place].concat())
    };
    match input {
        Value::String(text) if text.starts_with('@') => vec![Vec::new()],
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| inside(name.clone(), value))
            .collect(),
        Value::Array(values) => values
            .iter()
            .enumerate()
            .flat_map(|(index, value)| inside(index.to_string(), value))
            .collect(),
        _ => Vec::new(),
    }
}

/// The input with ids of `there` in the places that are `foreign`, and of `own` in the others.
fn filled(input: &Value, own: &Ids, there: &Ids, foreign: &[Place]) -> Value {
    let mut filled = input.clone();
    for place in places(input) {
        let ids = if foreign.contains(&place) { there } else { own };
        let slot = filled
            .pointer_mut(&format!("/{}", place.join("/")))
            .expect("a place of the input");
        let id = &ids[slot.as_str().expect("a text").trim_start_matches('@')];
        *slot = json!(id);
    }
    filled
}

/// The answer without the ids that were sent: a message may repeat them.
fn forget(answer: Value, sent: &Ids) -> Value {
    let mut text = answer.to_string();
    for id in sent.values() {
        text = text.replace(id.as_str(), "…");
    }
    text.parse().expect("it was JSON")
}
