//! Mapping contacts: within the company that theirs is bound to, suggested, bound, watched, and never guessed.

mod scene;

use psa_tests::{Bridge, on_each_database, setup};
use scene::{ACCEPT, BIND, Scene, UNBIND, external_ids, outcomes};
use serde_json::{Value, json};

#[tokio::test]
async fn imported_contacts_are_listed_with_every_address() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let second = json!({ "id": 1, "communicationItems": [
            { "id": 1, "type": { "id": 1, "name": "Email" }, "value": "first@contoso.example", "defaultFlag": true, "communicationType": "Email" },
            { "id": 900, "type": { "id": 1, "name": "Email" }, "value": "Second@contoso.example", "defaultFlag": false, "communicationType": "Email" },
        ] });
        bridge.simulator.upsert("contacts", second.as_object().cloned().expect("an object")).expect("a kind");
        let retired = json!({ "id": 2, "inactiveFlag": true });
        bridge.simulator.upsert("contacts", retired.as_object().cloned().expect("an object")).expect("a kind");
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        setup::import(&client, &integration).await;
        let query = "query Q($id: ID!, $filter: PsaContactFilter, $after: String) { integration(id: $id) {
            psaContacts(filter: $filter, first: 20, after: $after) {
                nodes { id externalId name email emails active deleted importedAt } totalCount pageInfo { endCursor hasNextPage }
            }
        } }";
        let read = |filter: Value, after: Value| client.run(query, json!({ "id": integration, "filter": filter, "after": after }));
        let all = read(json!({ "includeInactive": true }), Value::Null).await["integration"]["psaContacts"].clone();
        assert_eq!((&all["totalCount"], &all["pageInfo"]["hasNextPage"]), (&json!(30), &json!(true)));
        let rest = read(json!({ "includeInactive": true }), all["pageInfo"]["endCursor"].clone()).await;
        assert_eq!(rest["integration"]["psaContacts"]["nodes"].as_array().map(Vec::len), Some(10));
        let used = read(json!({}), Value::Null).await;
        assert!(used["integration"]["psaContacts"]["totalCount"].as_u64().expect("a number") < 30);

        let found = read(json!({ "search": "first@" }), Value::Null).await["integration"]["psaContacts"]["nodes"][0].clone();
        assert_eq!(found["externalId"], "1");
        assert_eq!(found["emails"], json!(["first@contoso.example", "Second@contoso.example"]));
        let node = "query N($id: ID!) { node(id: $id) { ... on PsaContact { email } } }";
        let node = client.run(node, json!({ "id": found["id"] })).await;
        assert_eq!(node["node"]["email"], "first@contoso.example");
        let named = read(json!({ "search": setup::text(&found["name"]).to_uppercase() }), Value::Null).await;
        assert_eq!(named["integration"]["psaContacts"]["nodes"][0]["externalId"], "1");
        let nowhere = read(json!({ "psaCompanyId": "bm90aGluZw" }), Value::Null).await;
        assert_eq!(nowhere["integration"]["psaContacts"]["totalCount"], 0);
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_contact_is_bound_only_within_the_company_that_its_company_is_bound_to() {
    on_each_database(|database| async move {
        let scene = Scene::set(&database).await;
        let (contoso, fabrikam) = (scene.people("ContosoDental").await, scene.people("Fabrikam").await);
        let ids = scene.report(&[("c0", "Ann", None), ("c1", "Bob", None), ("c2", "Cid", None), ("c0", "Dee", None)]).await;
        let results = scene
            .bind(&[
                (&ids[0], &contoso[0].0),
                (&ids[1], &contoso[0].0),
                (&ids[2], &contoso[0].0),
                (&ids[3], "bm90aGluZw"),
                (&ids[0], &contoso[1].0),
                ("bm90aGluZw", &contoso[0].0),
            ])
            .await;
        assert_eq!(outcomes(&results), ["BOUND", "REJECTED", "REJECTED", "REJECTED", "REJECTED", "REJECTED"]);
        let errors: Vec<_> = (1..6)
            .map(|index| &results[index]["error"])
            .map(|error| (setup::text(&error["code"]), setup::text(&error["field"][2])))
            .collect();
        let expected = [
            ("INVALID", "psaContactId"),
            ("COMPANY_NOT_MAPPED", "contactId"),
            ("NOT_FOUND", "psaContactId"),
            ("INVALID", "contactId"),
            ("NOT_FOUND", "contactId"),
        ];
        assert_eq!(errors, expected.map(|(code, field)| (code.to_owned(), field.to_owned())));
        let message = setup::text(&results[1]["error"]["message"]);
        for named in [contoso[0].1.as_str(), "“Contoso Dental Group, LLC”", "“Fabrikam”", "“Fabrikam Logistics Inc.”"] {
            assert!(message.contains(named), "{named} in {message}");
        }
        assert!(setup::text(&results[1]["error"]["remedy"]).contains("bindCompanies"));

        assert_eq!(outcomes(&scene.bind(&[(&ids[0], &contoso[0].0)]).await), ["UNCHANGED"]);
        assert_eq!(outcomes(&scene.bind(&[(&ids[0], &contoso[1].0)]).await), ["REBOUND"]);
        assert_eq!(outcomes(&scene.bind(&[(&ids[1], &fabrikam[0].0)]).await), ["BOUND"]);
        let data = scene.list(json!({})).await;
        assert_eq!(data["contactCounts"], json!({ "total": 4, "mapped": 2, "unmapped": 2 }));
        let items = data["checklist"]["items"].as_array().expect("a list").clone();
        assert_eq!(items[3], json!({ "step": "CONTACTS", "state": "DONE", "mandatory": false }));

        let unbind = |dry: bool| {
            let input = json!({ "integrationId": scene.integration, "contactIds": [ids[0], ids[2], "bm90aGluZw"], "dryRun": dry });
            scene.client.succeed(UNBIND, input)
        };
        for dry in [true, false] {
            let payload = unbind(dry).await;
            assert_eq!(outcomes(&payload["results"]), ["UNBOUND", "UNCHANGED", "REJECTED"], "dry: {dry}");
        }
        assert_eq!(outcomes(&unbind(false).await["results"]), ["UNCHANGED", "UNCHANGED", "REJECTED"]);
        assert_eq!(scene.list(json!({})).await["contactCounts"]["mapped"], 1);
        let too_many: Vec<_> = (0..1_001).map(|_| json!({ "contactId": ids[0], "psaContactId": contoso[0].0 })).collect();
        let payload = scene.client.mutate(BIND, json!({ "integrationId": scene.integration, "bindings": too_many })).await;
        assert_eq!(payload["userErrors"][0]["code"], "INVALID");
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn health_says_what_became_of_a_binding() {
    on_each_database(|database| async move {
        let scene = Scene::set(&database).await;
        let (contoso, fabrikam) = (scene.people("ContosoDental").await, scene.people("Fabrikam").await);
        let ids = scene.report(&[("c0", "Ann", None), ("c0", "Bea", None), ("c1", "Cid", None), ("c1", "Dee", None)]).await;
        let results = scene
            .bind(&[(&ids[0], &contoso[0].0), (&ids[1], &contoso[1].0), (&ids[2], &fabrikam[0].0), (&ids[3], &fabrikam[1].0)])
            .await;
        assert_eq!(outcomes(&results), vec!["BOUND"; 4]);
        assert_eq!(scene.in_health("OK").await, ["u0", "u1", "u2", "u3"]);

        // Its company is bound to another, or to none: the binding stays and is not used.
        setup::bind_company(&scene.client, &scene.integration, &scene.companies[0], "Northwind").await;
        assert_eq!(scene.in_health("OTHER_COMPANY").await, ["u0", "u1"]);
        assert_eq!(scene.in_health("OK").await, ["u2", "u3"]);
        let unbind = "mutation U($input: UnbindCompaniesInput!) { unbindCompanies(input: $input) { userErrors { code } } }";
        let input = json!({ "integrationId": scene.integration, "companyIds": [scene.companies[1]] });
        scene.client.succeed(unbind, input).await;
        assert_eq!(scene.in_health("OTHER_COMPANY").await, ["u0", "u1", "u2", "u3"]);
        setup::bind_company(&scene.client, &scene.integration, &scene.companies[0], "ContosoDental").await;
        setup::bind_company(&scene.client, &scene.integration, &scene.companies[1], "Fabrikam").await;
        assert_eq!(scene.in_health("OK").await, ["u0", "u1", "u2", "u3"]);

        // The PSA changes: one is renamed, one retired, one moves to another company, one is gone.
        let external = |id: &str| {
            let id = id.to_owned();
            let client = scene.client.clone();
            async move {
                let query = "query N($id: ID!) { node(id: $id) { ... on PsaContact { externalId } } }";
                let data = client.run(query, json!({ "id": id })).await;
                setup::text(&data["node"]["externalId"]).parse::<i64>().expect("a number")
            }
        };
        let elsewhere = scene.bridge.simulator.records("companies")[2].clone();
        for (id, change) in [
            (&contoso[0].0, json!({ "lastName": "Married" })),
            (&contoso[1].0, json!({ "inactiveFlag": true })),
            (&fabrikam[0].0, json!({ "company": { "id": elsewhere["id"], "name": elsewhere["name"] } })),
        ] {
            let mut members = change.as_object().cloned().expect("an object");
            members.insert("id".to_owned(), json!(external(id).await));
            scene.bridge.simulator.upsert("contacts", members).expect("a kind");
        }
        scene.bridge.simulator.remove("contacts", external(&fabrikam[1].0).await).expect("it was there");
        let input = json!({ "integrationId": scene.integration, "resources": ["CONTACTS"], "mode": "FULL" });
        let payload = scene.client.succeed(setup::IMPORT, input).await;
        setup::finished(&scene.client, &setup::text(&payload["jobs"][0]["id"])).await;
        for (health, expected) in [
            ("OK", vec![]),
            ("RENAMED", vec!["u0"]),
            ("INACTIVE", vec!["u1"]),
            ("OTHER_COMPANY", vec!["u2"]),
            ("DELETED", vec!["u3"]),
            ("MISSING", vec![]),
        ] {
            assert_eq!(scene.in_health(health).await, expected, "{health}");
        }
        assert_eq!(outcomes(&scene.bind(&[(&ids[0], &contoso[0].0)]).await), ["REBOUND"], "the new name is accepted");
        assert_eq!(scene.in_health("OK").await, ["u0"]);
        let gone = scene.bind(&[(&ids[3], &fabrikam[1].0)]).await;
        assert_eq!(gone[0]["error"]["code"], "WRONG_STATE");
        let companies = "query Q($id: ID!) { integration(id: $id) { companies(filter: { health: OTHER_COMPANY }) { totalCount nodes { id } } } }";
        let data = scene.client.run(companies, json!({ "id": scene.integration })).await;
        assert_eq!(data["integration"]["companies"], json!({ "totalCount": 0, "nodes": [] }));
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn certain_contacts_are_accepted_and_the_rest_is_left_to_a_person() {
    on_each_database(|database| async move {
        let scene = Scene::set(&database).await;
        let (contoso, fabrikam) = (scene.people("ContosoDental").await, scene.people("Fabrikam").await);
        let (mail, backwards) = (contoso[0].2.to_uppercase(), fabrikam[0].1.split_once(' ').expect("two names"));
        let backwards = format!("{}, {}", backwards.1, backwards.0);
        let elsewhere = fabrikam[1].2.clone();
        scene
            .report(&[
                ("c0", "A. N. Other", Some(&mail)),
                ("c1", &backwards, Some("private@mail.example")),
                ("c2", "Nobody In Particular", Some(&mail)),
                ("c0", "Someone New", Some(&elsewhere)),
            ])
            .await;
        let data = scene.list(json!({})).await;
        let nodes = data["contacts"]["nodes"].as_array().expect("a list");
        let suggestions = |id: &str| {
            let node = nodes.iter().find(|node| node["contact"]["externalId"] == *id).expect("listed");
            node["suggestions"].clone()
        };
        let email = json!([{ "confidence": 100, "reason": "EMAIL", "ambiguous": false, "psaContact": { "name": contoso[0].1 } }]);
        let name = json!([{ "confidence": 90, "reason": "NAME", "ambiguous": false, "psaContact": { "name": fabrikam[0].1 } }]);
        assert_eq!((suggestions("u0"), suggestions("u1")), (email, name));
        assert_eq!((suggestions("u2"), suggestions("u3")), (json!([]), json!([])), "never outside the bound company");
        let items = data["checklist"]["items"].as_array().expect("a list").clone();
        assert_eq!(items[3], json!({ "step": "CONTACTS", "state": "TODO", "mandatory": false }));

        let accept = |least: i32| {
            let input = json!({ "integrationId": scene.integration, "minimumConfidence": least });
            scene.client.mutate(ACCEPT, input)
        };
        let left = |payload: &Value| -> Vec<(String, String)> {
            let rows = payload["left"].as_array().expect("a list").iter();
            let mut rows: Vec<_> = rows
                .map(|row| (setup::text(&row["mapping"]["contact"]["externalId"]), setup::text(&row["reason"])))
                .collect();
            rows.sort();
            rows
        };
        assert_eq!(accept(0).await["userErrors"][0]["field"], json!(["minimumConfidence"]));
        let payload = accept(95).await;
        let bound = json!([{ "contact": { "externalId": "u0" }, "psaContact": { "name": contoso[0].1 }, "changedBy": "tester" }]);
        assert_eq!(payload["bound"], bound);
        let expected = [("u1", "BELOW_CONFIDENCE"), ("u2", "COMPANY_NOT_MAPPED"), ("u3", "NO_SUGGESTION")];
        assert_eq!(left(&payload), expected.map(|(id, reason)| (id.to_owned(), reason.to_owned())));
        let payload = accept(90).await;
        assert_eq!((&payload["boundCount"], &payload["leftCount"]), (&json!(1), &json!(2)));
        let ids = [json!("bm90aGluZw"), nodes[0]["contact"]["id"].clone()];
        let input = json!({ "integrationId": scene.integration, "minimumConfidence": 90, "contactIds": ids });
        let payload = scene.client.mutate(ACCEPT, input).await;
        assert_eq!(payload["userErrors"], json!([{ "code": "NOT_FOUND", "field": ["contactIds", "0"] }]));
        let input = json!({ "integrationId": scene.integration, "minimumConfidence": 90, "contactIds": [nodes[0]["contact"]["id"]] });
        let payload = scene.client.succeed(ACCEPT, input).await;
        assert_eq!(payload["left"][0]["reason"], "ALREADY_DECIDED");
        scene.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn contacts_are_listed_unbound_first_and_paged_both_ways() {
    on_each_database(|database| async move {
        let scene = Scene::set(&database).await;
        let contoso = scene.people("ContosoDental").await;
        let ids = scene
            .report(&[
                ("c0", "Ann", None),
                ("c0", "Bea", Some("b@b.example")),
                ("c1", "Cid", None),
                ("c1", "Dee", None),
            ])
            .await;
        scene.bind(&[(&ids[0], &contoso[0].0), (&ids[1], &contoso[0].0)]).await;
        let first = scene.list(json!({ "first": 3 })).await["contacts"].clone();
        assert_eq!(external_ids(&first), ["u2", "u3", "u0"]);
        assert_eq!(
            (&first["totalCount"], &first["pageInfo"]["hasNextPage"]),
            (&json!(4), &json!(true))
        );
        let second = scene
            .list(json!({ "first": 3, "after": first["pageInfo"]["endCursor"] }))
            .await["contacts"]
            .clone();
        assert_eq!(
            (external_ids(&second), &second["pageInfo"]["hasNextPage"]),
            (vec!["u1".to_owned()], &json!(false))
        );
        let back = scene
            .list(json!({ "last": 2, "before": second["pageInfo"]["startCursor"] }))
            .await["contacts"]
            .clone();
        assert_eq!(
            (external_ids(&back), &back["pageInfo"]["hasPreviousPage"]),
            (vec!["u3".into(), "u0".into()], &json!(true))
        );
        for (filter, expected) in [
            (json!({ "state": "UNMAPPED" }), vec!["u2", "u3"]),
            (json!({ "state": "MAPPED" }), vec!["u0", "u1"]),
            (json!({ "search": "B@B" }), vec!["u1"]),
            (json!({ "companyId": scene.companies[1] }), vec!["u2", "u3"]),
            (json!({ "companyId": "bm90aGluZw" }), vec![]),
            (json!({ "state": "UNMAPPED", "health": "OK" }), vec![]),
        ] {
            let list = scene.list(json!({ "filter": filter })).await["contacts"].clone();
            assert_eq!(
                (external_ids(&list), &list["totalCount"]),
                (
                    expected.iter().map(|id| (*id).to_owned()).collect(),
                    &json!(expected.len())
                ),
                "{filter}"
            );
        }

        // Another provider sees and changes nothing.
        let theirs = scene.bridge.client("theirs", &[]);
        let mapping = first["nodes"][0]["id"].clone();
        let node = "query N($id: ID!) { node(id: $id) { id } }";
        for id in [&mapping, &json!(ids[0]), &json!(contoso[0].0)] {
            assert_eq!(scene.client.run(node, json!({ "id": id })).await["node"]["id"], *id);
            assert_eq!(theirs.run(node, json!({ "id": id })).await["node"], Value::Null);
        }
        let own = setup::connect(&scene.bridge, &theirs).await;
        for integration in [&scene.integration, &own] {
            let bindings = json!([{ "contactId": ids[2], "psaContactId": contoso[0].0 }]);
            let stolen = theirs
                .mutate(BIND, json!({ "integrationId": integration, "bindings": bindings }))
                .await;
            let whole = stolen["userErrors"][0]["code"] == "NOT_FOUND";
            assert!(
                whole || stolen["results"][0]["error"]["code"] == "NOT_FOUND",
                "{stolen}"
            );
            let stolen = theirs
                .mutate(UNBIND, json!({ "integrationId": integration, "contactIds": [ids[0]] }))
                .await;
            let whole = stolen["userErrors"][0]["code"] == "NOT_FOUND";
            assert!(
                whole || stolen["results"][0]["error"]["code"] == "NOT_FOUND",
                "{stolen}"
            );
        }
        assert_eq!(scene.list(json!({})).await["contactCounts"]["mapped"], 2);
        scene.bridge.stop().await;
    })
    .await;
}
