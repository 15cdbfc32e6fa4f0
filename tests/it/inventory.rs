//! The console's inventory: contacts, and full reports that say what the console no longer has.

use psa_tests::{Bridge, Client, on_each_database, setup};
use serde_json::{Value, json};

/// Companies with the external ids `c<from>` to `c<to>`.
fn companies(from: usize, to: usize) -> Vec<Value> {
    (from..to)
        .map(|number| json!({ "externalId": format!("c{number}"), "name": format!("Company {number:02}") }))
        .collect()
}

fn contact(id: &str, company: &str, name: &str, email: Option<&str>) -> Value {
    json!({ "externalId": id, "companyExternalId": company, "name": name, "email": email })
}

/// The input of a call of a full report.
fn part(report: &str, complete: bool, records: &[Value]) -> Value {
    json!({ "records": records, "fullReport": { "id": report, "complete": complete } })
}

/// The external ids of the companies that are listed.
async fn listed(client: &Client, include_removed: bool) -> Vec<String> {
    let query = "query Q($all: Boolean!) { consoleCompanies(first: 100, filter: { includeRemoved: $all }) {
        nodes { externalId removedAt } totalCount
    } }";
    let data = client.run(query, json!({ "all": include_removed })).await;
    let nodes = data["consoleCompanies"]["nodes"].as_array().expect("a list");
    assert_eq!(data["consoleCompanies"]["totalCount"], nodes.len());
    let there = |node: &Value| include_removed || node["removedAt"].is_null();
    assert!(nodes.iter().all(there), "{nodes:?}");
    nodes.iter().map(|node| setup::text(&node["externalId"])).collect()
}

fn outcomes(payload: &Value) -> Vec<String> {
    let results = payload["results"].as_array().expect("a list");
    results.iter().map(|result| setup::text(&result["outcome"])).collect()
}

#[tokio::test]
async fn contacts_are_judged_one_by_one() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        setup::report_companies(&client, &["Contoso", "Fabrikam"]).await;
        let records = json!([
            contact("u1", "c0", "Amelia Hart", Some("Amelia.Hart@contoso.example")),
            contact("u2", "c0", "Jonas Reed", Some("jonas at contoso")),
            contact("u3", "nobody", "Priya Nair", None),
            contact("u4", "c1", " ", None),
            contact("u1", "c1", "Amelia Hart", None),
            contact("u5", "c1", "Priya Nair", None),
        ]);
        let payload = client
            .succeed(setup::REPORT_CONTACTS, json!({ "records": records }))
            .await;
        assert_eq!(
            outcomes(&payload),
            ["CREATED", "REJECTED", "REJECTED", "REJECTED", "REJECTED", "CREATED"]
        );
        let errors: Vec<_> = (1..5)
            .map(|index| &payload["results"][index]["error"])
            .map(|error| (setup::text(&error["code"]), setup::text(&error["field"][2])))
            .collect();
        let expected = [
            ("INVALID", "email"),
            ("NOT_FOUND", "companyExternalId"),
            ("REQUIRED", "name"),
            ("INVALID", "externalId"),
        ];
        assert_eq!(
            errors,
            expected.map(|(code, field)| (code.to_owned(), field.to_owned()))
        );

        let records = json!([
            contact("u1", "c0", "Amelia Hart", Some("Amelia.Hart@contoso.example")),
            contact("u5", "c0", "Priya Nair", Some("priya@contoso.example")),
        ]);
        let again = client
            .succeed(setup::REPORT_CONTACTS, json!({ "records": records }))
            .await;
        assert_eq!(outcomes(&again), ["UNCHANGED", "UPDATED"]);
        let too_many: Vec<_> = (0..1_001).map(|n| contact(&n.to_string(), "c0", "x", None)).collect();
        let payload = client
            .mutate(setup::REPORT_CONTACTS, json!({ "records": too_many }))
            .await;
        assert_eq!(payload["userErrors"][0]["code"], "INVALID");
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn contacts_are_listed_searched_and_paged_in_name_order() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let companies = setup::report_companies(&client, &["Contoso", "Fabrikam"]).await;
        let records = json!([
            contact("u1", "c0", "Zoë Brandt", Some("zoe@contoso.example")),
            contact("u2", "c0", "Amelia Hart", Some("a.hart@contoso.example")),
            contact("u3", "c1", "Mia Ortiz", Some("MIA@fabrikam.example")),
        ]);
        client
            .succeed(setup::REPORT_CONTACTS, json!({ "records": records }))
            .await;

        let query = "query Q($filter: ConsoleContactFilter, $after: String) {
            consoleContacts(first: 2, after: $after, filter: $filter) {
                nodes { id name email company { name } } pageInfo { hasNextPage endCursor } totalCount
            }
        }";
        let names = |list: &Value| -> Vec<String> {
            let nodes = list["nodes"].as_array().expect("a list");
            nodes.iter().map(|node| setup::text(&node["name"])).collect()
        };
        let first = client.run(query, json!({})).await["consoleContacts"].clone();
        assert_eq!(
            (names(&first), &first["totalCount"]),
            (vec!["Amelia Hart".into(), "Mia Ortiz".into()], &json!(3))
        );
        let after = &first["pageInfo"]["endCursor"];
        let second = client.run(query, json!({ "after": after })).await["consoleContacts"].clone();
        assert_eq!(
            (names(&second), &second["pageInfo"]["hasNextPage"]),
            (vec!["Zoë Brandt".to_owned()], &json!(false))
        );
        for (filter, expected) in [
            (json!({ "search": "zoe" }), vec!["Zoë Brandt"]),
            (json!({ "search": "hart, amelia" }), vec!["Amelia Hart"]),
            (json!({ "search": "mia@" }), vec!["Mia Ortiz"]),
            (json!({ "search": "u2" }), vec!["Amelia Hart"]),
            (json!({ "search": "%" }), vec![]),
            (json!({ "companyId": companies[1] }), vec!["Mia Ortiz"]),
            (json!({ "companyId": "bm90aGluZw" }), vec![]),
        ] {
            let list = client.run(query, json!({ "filter": filter })).await["consoleContacts"].clone();
            assert_eq!(names(&list), expected, "{filter}");
        }
        let of_company = "query Q($id: ID!) { node(id: $id) { ... on ConsoleCompany { contacts(first: 1) {
            nodes { name } totalCount
        } } } }";
        let list = client.run(of_company, json!({ "id": companies[0] })).await["node"]["contacts"].clone();
        assert_eq!(
            (names(&list), &list["totalCount"]),
            (vec!["Amelia Hart".to_owned()], &json!(2))
        );
        let theirs = bridge.client("theirs", &[]).run(query, json!({})).await;
        assert_eq!(theirs["consoleContacts"]["totalCount"], 0);
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_full_report_removes_what_none_of_its_calls_brought() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let input = json!({ "records": companies(0, 6) });
        client.succeed(setup::REPORT_COMPANIES, input).await;
        // The second call carries a record that is rejected: the console has it all the same.
        let first = part("monday", false, &companies(0, 2));
        let mut records = companies(2, 4);
        records[1]["name"] = json!("x".repeat(1_000));
        let last = part("monday", true, &records);
        let payload = client.succeed(setup::REPORT_COMPANIES, first.clone()).await;
        assert_eq!(
            (outcomes(&payload), &payload["counts"]["removed"]),
            (vec!["UNCHANGED".to_owned(); 2], &json!(0))
        );
        let payload = client.succeed(setup::REPORT_COMPANIES, last.clone()).await;
        assert_eq!(
            (outcomes(&payload), &payload["counts"]["removed"]),
            (vec!["UNCHANGED".into(), "REJECTED".into()], &json!(2))
        );
        assert_eq!(listed(&client, false).await, ["c0", "c1", "c2", "c3"]);
        assert_eq!(listed(&client, true).await, ["c0", "c1", "c2", "c3", "c4", "c5"]);

        // What is reported beside the report stays, whoever repeats whatever.
        let payload = client
            .succeed(setup::REPORT_COMPANIES, json!({ "records": companies(5, 7) }))
            .await;
        assert_eq!(outcomes(&payload), ["UPDATED", "CREATED"]);
        for call in [&last, &first, &last] {
            let payload = client.succeed(setup::REPORT_COMPANIES, call.clone()).await;
            assert_eq!(payload["counts"]["removed"], 0);
        }
        assert_eq!(listed(&client, false).await, ["c0", "c1", "c2", "c3", "c5", "c6"]);

        // The last call may come first: what the others bring comes back.
        let payload = client
            .succeed(setup::REPORT_COMPANIES, part("tuesday", true, &companies(6, 7)))
            .await;
        assert_eq!(payload["counts"]["removed"], 5);
        let payload = client
            .succeed(setup::REPORT_COMPANIES, part("tuesday", false, &companies(0, 3)))
            .await;
        assert_eq!(outcomes(&payload), vec!["UPDATED"; 3]);
        assert_eq!(listed(&client, false).await, ["c0", "c1", "c2", "c6"]);

        // A report that is over changes nothing any more.
        let late = client
            .mutate(setup::REPORT_COMPANIES, part("monday", true, &companies(0, 6)))
            .await;
        assert_eq!(late["userErrors"][0]["code"], "WRONG_STATE");
        assert_eq!(late["userErrors"][0]["field"], json!(["fullReport", "id"]));
        let nameless = client.mutate(setup::REPORT_COMPANIES, part(" ", true, &[])).await;
        assert_eq!(nameless["userErrors"][0]["code"], "REQUIRED");
        assert_eq!(listed(&client, false).await, ["c0", "c1", "c2", "c6"]);
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_report_that_would_remove_a_large_share_stops_and_asks() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let (client, theirs) = (bridge.admin(), bridge.client("theirs", &[]));
        client
            .succeed(setup::REPORT_COMPANIES, json!({ "records": companies(0, 30) }))
            .await;
        theirs
            .succeed(setup::REPORT_COMPANIES, json!({ "records": companies(0, 3) }))
            .await;
        // Many new records do not make the old ones a small share.
        let mut call = part("wrong console", true, &companies(100, 300));
        let payload = client.mutate(setup::REPORT_COMPANIES, call.clone()).await;
        let error = &payload["userErrors"][0];
        assert_eq!(
            (&error["code"], &error["field"]),
            (&json!("CONFLICT"), &json!(["fullReport", "complete"]))
        );
        assert!(
            setup::text(&error["message"]).contains("30 of the 30 companies"),
            "{error}"
        );
        assert!(
            setup::text(&error["remedy"]).contains("confirmRemovals: true"),
            "{error}"
        );
        assert_eq!(payload["results"], json!([]));
        assert_eq!(listed(&client, true).await.len(), 30, "nothing of the call is stored");

        call["confirmRemovals"] = json!(true);
        let payload = client.succeed(setup::REPORT_COMPANIES, call).await;
        assert_eq!(
            (&payload["counts"]["created"], &payload["counts"]["removed"]),
            (&json!(200), &json!(30))
        );
        assert_eq!(listed(&theirs, false).await.len(), 3, "another provider loses nothing");
        let payload = client
            .succeed(setup::REPORT_COMPANIES, part("smaller", true, &companies(100, 280)))
            .await;
        assert_eq!(
            payload["counts"]["removed"], 20,
            "few enough to be removed without asking"
        );
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_removed_company_is_out_of_sight_with_its_contacts_and_comes_back_bound() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        setup::import(&client, &integration).await;
        let ids = setup::report_companies(&client, &["Contoso Dental Group", "Tailspin Toys", "Nobody"]).await;
        setup::bind_company(&client, &integration, &ids[0], "ContosoDental").await;
        let records = json!([contact("u1", "c0", "Amelia Hart", None), contact("u2", "c1", "Tom Weiss", None)]);
        client.succeed(setup::REPORT_CONTACTS, json!({ "records": records })).await;
        let rest = [json!({ "externalId": "c2", "name": "Nobody" })];
        client.succeed(setup::REPORT_COMPANIES, part("monday", true, &rest)).await;

        let query = "query Q($id: ID!, $all: Boolean!) {
            consoleContacts(filter: { includeRemoved: $all }) { nodes { name removedAt company { removedAt } } totalCount }
            integration(id: $id) {
                companyCounts { total mapped unmapped excluded }
                companies(filter: { includeRemoved: $all }) { nodes { state company { externalId } psaCompany { name } } totalCount }
                checklist { items { step state } }
            }
        }";
        let seen = |all: bool| client.run(query, json!({ "id": integration, "all": all }));
        let data = seen(false).await;
        assert_eq!(data["consoleContacts"]["totalCount"], 0);
        assert_eq!(data["integration"]["companies"]["totalCount"], 1);
        let counts = json!({ "total": 1, "mapped": 0, "unmapped": 1, "excluded": 0 });
        assert_eq!(data["integration"]["companyCounts"], counts);
        let items = data["integration"]["checklist"]["items"].as_array().expect("a list").clone();
        assert!(items.contains(&json!({ "step": "COMPANIES", "state": "TODO" })), "{items:?}");
        let data = seen(true).await;
        assert_eq!(data["consoleContacts"]["totalCount"], 2);
        let contact = &data["consoleContacts"]["nodes"][0];
        assert!(contact["removedAt"].is_string() && contact["removedAt"] == contact["company"]["removedAt"]);
        assert_eq!(data["integration"]["companies"]["totalCount"], 3);
        let accept = "mutation A($input: AcceptSuggestionsInput!) { acceptSuggestions(input: $input) {
            bound { company { name } } left { mapping { company { name } } } userErrors { code }
        } }";
        let input = json!({ "integrationId": integration, "minimumConfidence": 90 });
        let payload = client.succeed(accept, input).await;
        assert_eq!(payload["bound"], json!([]), "nothing is suggested for what the console no longer has");
        assert_eq!(payload["left"].as_array().map(Vec::len), Some(1));

        setup::report_companies(&client, &["Contoso Dental Group"]).await;
        let data = seen(false).await;
        let node = &data["integration"]["companies"]["nodes"][1];
        assert_eq!((&node["state"], &node["psaCompany"]["name"]), (&json!("MAPPED"), &json!("Contoso Dental Group, LLC")));
        assert_eq!(data["consoleContacts"]["nodes"][0]["name"], "Amelia Hart");
        assert_eq!(data["consoleContacts"]["totalCount"], 1);
        bridge.stop().await;
    })
    .await;
}
