//! Mapping companies and products: suggested, bound, counted, and never guessed.

use psa_tests::{Bridge, on_each_database, setup};
use serde_json::{Value, json};

#[tokio::test]
async fn certain_suggestions_are_accepted_and_the_rest_is_left_to_a_person() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        setup::import(&client, &integration).await;
        setup::report_companies(
            &client,
            &["CONTOSO dental group", "Tailspin Toys", "Humongous Insurance"],
        )
        .await;

        let accept = "mutation A($input: AcceptSuggestionsInput!) { acceptSuggestions(input: $input) {
            bound { company { name } psaCompany { name } }
            left { reason mapping { company { name } } }
            userErrors { code }
        } }";
        let payload = client
            .succeed(accept, json!({ "integrationId": integration, "minimumConfidence": 90 }))
            .await;
        let mut bound: Vec<_> = payload["bound"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|row| (row["company"]["name"].clone(), row["psaCompany"]["name"].clone()))
            .collect();
        bound.sort_by_key(|(name, _)| name.to_string());
        assert_eq!(
            bound,
            [
                (json!("CONTOSO dental group"), json!("Contoso Dental Group, LLC")),
                (json!("Tailspin Toys"), json!("Tailspin Toys GmbH")),
            ]
        );
        assert_eq!(payload["left"][0]["mapping"]["company"]["name"], "Humongous Insurance");

        let query = "query Q($id: ID!) { integration(id: $id) {
            companyCounts { total mapped unmapped excluded }
            companies(first: 1) { nodes { state company { name } } pageInfo { hasNextPage } totalCount }
        } }";
        let data = client.run(query, json!({ "id": integration })).await;
        let counts = json!({ "total": 3, "mapped": 2, "unmapped": 1, "excluded": 0 });
        assert_eq!(data["integration"]["companyCounts"], counts);
        let list = &data["integration"]["companies"];
        assert_eq!(
            list["nodes"][0],
            json!({ "state": "UNMAPPED", "company": { "name": "Humongous Insurance" } })
        );
        assert_eq!(
            (&list["pageInfo"]["hasNextPage"], &list["totalCount"]),
            (&json!(true), &json!(3))
        );
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn binding_answers_row_by_row_and_is_idempotent() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        setup::import(&client, &integration).await;
        let companies = setup::report_companies(&client, &["Fabrikam", "Nobody"]).await;
        let psa = setup::psa_company(&client, &integration, "Fabrikam").await;
        let input = json!({ "integrationId": integration, "bindings": [
            { "companyId": companies[0], "psaCompanyId": psa },
            { "companyId": companies[1], "psaCompanyId": "bm90aGluZw" },
        ] });
        let payload = client.succeed(setup::BIND_COMPANIES, input.clone()).await;
        let results = &payload["results"];
        assert_eq!(results[0]["error"], Value::Null);
        assert_eq!(results[0]["mapping"]["psaCompany"]["name"], "Fabrikam Logistics Inc.");
        assert_eq!(results[1]["error"]["code"], "NOT_FOUND");
        assert_eq!(results[1]["error"]["field"], json!(["bindings", "1", "psaCompanyId"]));
        let again = client.succeed(setup::BIND_COMPANIES, input).await;
        assert_eq!(again["results"][0]["outcome"], "UNCHANGED");
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_report_judges_each_record_on_its_own() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        setup::report_companies(&client, &["Litware"]).await;
        let records = json!([
            { "externalId": "l1", "companyExternalId": "c0", "licenseType": "Server", "taken": true, "trial": false },
            { "externalId": "l2", "companyExternalId": "nobody", "licenseType": "Server", "taken": true, "trial": false },
        ]);
        let payload = client.succeed(setup::REPORT_LICENSES, json!({ "records": records })).await;
        assert_eq!(payload["results"][0]["outcome"], "CREATED");
        assert_eq!(payload["results"][1]["outcome"], "REJECTED");
        assert_eq!(payload["results"][1]["error"]["field"], json!(["records", "1", "companyExternalId"]));
        let again = client.succeed(setup::REPORT_LICENSES, json!({ "records": records })).await;
        assert_eq!(again["results"][0]["outcome"], "UNCHANGED");

        let too_many: Vec<_> = (0..1_001).map(|number| json!({ "externalId": number.to_string(), "name": "x" })).collect();
        let payload = client.mutate(setup::REPORT_COMPANIES, json!({ "records": too_many })).await;
        assert_eq!(payload["userErrors"][0]["code"], "INVALID");
        bridge.stop().await;
    })
    .await;
}

const SUGGESTED: &str = "query Q($id: ID!) { integration(id: $id) { companies { nodes {
    company { name } suggestions { psaCompany { name } confidence reason ambiguous }
} } } }";

const ACCEPT: &str = "mutation A($input: AcceptSuggestionsInput!) { acceptSuggestions(input: $input) {
    bound { company { name } psaCompany { name } } left { reason mapping { company { name } } } userErrors { code }
} }";

/// The names of the companies that were left, with the reason.
fn left(payload: &Value) -> Vec<(String, String)> {
    let rows = payload["left"].as_array().expect("a list").iter();
    let mut rows: Vec<_> = rows
        .map(|row| {
            (
                setup::text(&row["mapping"]["company"]["name"]),
                setup::text(&row["reason"]),
            )
        })
        .collect();
    rows.sort();
    rows
}

#[tokio::test]
async fn the_domain_of_the_contacts_suggests_and_does_not_decide() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        setup::import(&client, &integration).await;
        setup::report_companies(&client, &["Molar House", "Northwind Trading", "Somebody"]).await;
        let contact = |id: &str, company: &str, email: &str| {
            json!({ "externalId": id, "companyExternalId": company, "name": id, "email": email })
        };
        let records = json!([
            contact("u1", "c0", "reception@CONTOSODENTAL.example"),
            contact("u2", "c1", "it@northwind.example"),
            contact("u3", "c1", "someone@gmail.com"),
            contact("u4", "c2", "someone@gmail.com"),
        ]);
        client.succeed(setup::REPORT_CONTACTS, json!({ "records": records })).await;
        let data = client.run(SUGGESTED, json!({ "id": integration })).await;
        let nodes = &data["integration"]["companies"]["nodes"];
        let suggestion = |name: &str, confidence: u8| {
            json!([{ "psaCompany": { "name": name }, "confidence": confidence, "reason": "EMAIL_DOMAIN", "ambiguous": false }])
        };
        assert_eq!(nodes[0]["suggestions"], suggestion("Contoso Dental Group, LLC", 85));
        assert_eq!(nodes[1]["suggestions"], suggestion("Northwind Traders Ltd", 88));
        assert_eq!(nodes[2]["suggestions"], json!([]));
        let payload = client
            .succeed(ACCEPT, json!({ "integrationId": integration, "minimumConfidence": 90 }))
            .await;
        assert_eq!(payload["bound"], json!([]));
        assert_eq!(payload["left"][0]["reason"], "BELOW_CONFIDENCE");
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_company_that_two_want_is_left_to_a_person_unless_one_has_its_name() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        setup::import(&client, &integration).await;
        let reported = [
            "contoso dental group",
            "CONTOSO Dental Group Inc.",
            "tailspin toys",
            "Tailspin Toys GmbH",
            "Wingtip Accounting Ltd",
        ];
        let ids = setup::report_companies(&client, &reported).await;
        let accept = || client.succeed(ACCEPT, json!({ "integrationId": integration, "minimumConfidence": 90 }));
        let payload = accept().await;
        let mut bound: Vec<_> = payload["bound"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|row| setup::text(&row["company"]["name"]))
            .collect();
        bound.sort();
        assert_eq!(bound, ["Tailspin Toys GmbH", "Wingtip Accounting Ltd"]);
        let contested = |names: &[&str]| -> Vec<(String, String)> {
            names
                .iter()
                .map(|name| ((*name).to_owned(), "CONTESTED".to_owned()))
                .collect()
        };
        assert_eq!(left(&payload), contested(&[reported[1], reported[0], reported[2]]));
        // Once a person has decided for one of them, the other is not bound unseen either.
        setup::bind_company(&client, &integration, &ids[0], "ContosoDental").await;
        assert_eq!(left(&accept().await), contested(&[reported[1], reported[2]]));
        let data = client.run(SUGGESTED, json!({ "id": integration })).await;
        let suggested = &data["integration"]["companies"]["nodes"][0]["suggestions"][0];
        assert_eq!(
            (&suggested["confidence"], &suggested["ambiguous"]),
            (&json!(95), &json!(false))
        );
        bridge.stop().await;
    })
    .await;
}
