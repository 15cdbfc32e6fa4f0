//! Every field of the query root, and every filter that takes an id: nothing of another provider is shown.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    Neighbours, ids,
    world::{EVERYTHING, World, collect, month},
};
use crate::surface::Root;

/// How each field of the root is asked. `EVERYTHING` asks several; what has no line here fails the test.
const FIELDS: &[(&str, &str)] = &[
    ("apiTokens", EVERYTHING),
    ("auditLog", EVERYTHING),
    (
        "billableProducts",
        "{ billableProducts { id storageAccount { id externalId } } }",
    ),
    // What there is to connect to is the same for everybody.
    ("connectors", "{ connectors { kind } }"),
    (
        "consoleCompanies",
        "query Q($month: YearMonth!) { consoleCompanies(first: 20) { nodes {
            id licenses(first: 5) { nodes { product { id } } } storage(month: $month) { storageAccount { id } }
        } } }",
    ),
    ("consoleContacts", EVERYTHING),
    ("integration", EVERYTHING),
    (
        "integrations",
        "{ integrations(first: 2) { nodes {
            id jobs(first: 20) { nodes { id } } psaCompanies(first: 20) { nodes { id } } boards { id }
        } } }",
    ),
    // These two have a test of their own.
    ("node", EVERYTHING),
    ("nodes", EVERYTHING),
    ("viewer", EVERYTHING),
];

/// Filters by an id: the variable `$id` is of the integration, `$of` of a record of this type. The owner finds
/// something.
const FILTERS: &[(&str, &str)] = &[
    ("PsaCompany", "agreements(filter: { companyId: $of }) { nodes { id } }"),
    (
        "ConsoleCompany",
        "billing { configurations(filter: { companyId: $of }) { nodes { id } } }",
    ),
    (
        "Agreement",
        "billing { configurations(filter: { agreementId: $of }) { nodes { id } } }",
    ),
    (
        "ConsoleCompany",
        "billing { runs(first: 5) { nodes { lines(filter: { companyId: $of }, first: 5) { nodes { id } } } } }",
    ),
    (
        "PsaCompany",
        "psaContacts(filter: { psaCompanyId: $of }) { nodes { id } }",
    ),
    (
        "ConsoleCompany",
        "contacts(filter: { companyId: $of }) { nodes { id } }",
    ),
    (
        "ConsoleCompany",
        "ticketing { incidents(filter: { companyId: $of }) { nodes { id } } }",
    ),
];

const LOG_OF: [(&str, &str); 2] = [
    (
        "Integration",
        "query Q($of: ID!) { auditLog(filter: { integrationId: $of }) { nodes { id } } }",
    ),
    (
        "ApiToken",
        "query Q($of: ID!) { auditLog(filter: { subjectId: $of }) { nodes { id } } }",
    ),
];

pub(super) async fn show_nothing_of_another_provider(neighbours: &Neighbours) {
    let Neighbours {
        surface, ours, theirs, ..
    } = neighbours;
    let named: Vec<_> = FIELDS.iter().map(|(field, _)| *field).collect();
    assert_eq!(
        surface.fields(Root::Query),
        named,
        "the fields of the root and the lines of the table"
    );
    for (field, query) in FIELDS {
        let (own, foreign) = (rows_in(ours, query).await, rows_in(theirs, query).await);
        assert_eq!(
            own.is_empty(),
            *field == "connectors",
            "{field} shows the owner something: {own:?}"
        );
        let shared: Vec<_> = own.intersection(&foreign).collect();
        assert!(shared.is_empty(), "{field} shows {shared:?} to both");
    }
    let query = "query Q($id: ID!) { integration(id: $id) { id } }";
    let foreign = theirs.client.run(query, json!({ "id": ours.ids["Integration"] })).await;
    assert_eq!(foreign["integration"], Value::Null);

    let filters = FILTERS.iter().map(|(of, list)| {
        (
            *of,
            format!("query Q($id: ID!, $of: ID!) {{ integration(id: $id) {{ {list} }} }}"),
        )
    });
    for (of, query) in filters.chain(LOG_OF.map(|(of, query)| (of, query.to_owned()))) {
        let ask = async |world: &World, id: &str| {
            let variables = json!({ "id": world.ids["Integration"], "of": id });
            world.client.send(&query, variables).await.expect("an answer").1
        };
        assert_ne!(rows(&ask(ours, &ours.ids[of]).await), BTreeSet::new(), "{query}");
        let foreign = ask(theirs, &ours.ids[of]).await;
        assert_eq!(foreign, ask(theirs, &ours.never()[of]).await, "{query}");
        assert_eq!(rows(&foreign), BTreeSet::new(), "{query}: {foreign}");
    }
}

async fn rows_in(world: &World, query: &str) -> BTreeSet<String> {
    let variables = json!({ "id": world.ids["Integration"], "month": month() });
    rows(&world.client.run(query, variables).await)
}

/// The ids in an answer that name a row. Licence types are known by name to everybody.
fn rows(answer: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(answer, &mut |record| {
        let named = ["id", "integrationId"].map(|field| record[field].as_str());
        let rows = named.into_iter().flatten().filter(|id| !ids::keys(id).is_empty());
        found.extend(rows.map(str::to_owned));
    });
    found
}
