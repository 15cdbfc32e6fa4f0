//! Companies: sites, types, contacts and how they are reached.

use psa_simulator::connectwise::Level;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Bench, ids};

/// The element of a list with this value in a member.
fn with<'a>(list: &'a Value, member: &str, value: &Value) -> &'a Value {
    let mut elements = list.as_array().expect("an array").iter();
    elements.find(|element| element[member] == *value).expect("an element")
}

async fn company(bench: &Bench) -> Value {
    bench.grant("Companies", "Company Maintenance", Level::All);
    let body = json!({
        "identifier": "NewCo", "name": "New Company", "addressLine1": "1 High Street", "state": "NY", "types": [{ "id": 1 }],
    });
    let (status, made) = bench.post("company/companies", body).await;
    assert_eq!(status, 201, "{made}");
    made
}

#[tokio::test]
async fn a_company_has_a_site_from_the_start() {
    let bench = Bench::small().await;
    let made = company(&bench).await;
    let sites = format!("company/companies/{}/sites", made["id"]);
    let first = format!("{sites}/{}", made["site"]["id"]);
    let site = bench.read(&first).await;
    assert_eq!(
        (&site["name"], &site["addressLine1"], &site["primaryAddressFlag"]),
        (&json!("Main"), &json!("1 High Street"), &json!(true))
    );
    assert_eq!(site["company"]["identifier"], "NewCo");
    let (status, other) = bench.post(&sites, json!({ "name": "Depot", "city": "Utica" })).await;
    assert_eq!((status, &other["primaryAddressFlag"]), (201, &json!(false)));
    let path = format!("{sites}/{}", other["id"]);
    let rename = json!([{ "op": "replace", "path": "name", "value": "Yard" }]);
    assert_eq!(bench.patch(&path, rename).await.1["name"], "Yard");
    assert_eq!(bench.post(&sites, json!({})).await.1["errors"][0]["field"], "name");
    assert_eq!(
        bench
            .get(&format!("company/companies/250/sites/{}", other["id"]))
            .await
            .status(),
        404
    );
    let listed = bench.read(&sites).await;
    assert_eq!(with(&listed, "id", &other["id"])["city"], "Utica");
    assert_eq!(bench.send(Method::DELETE, &path, Value::Null).await.0, 204);
    assert_eq!(
        bench.send(Method::DELETE, &first, Value::Null).await.0,
        409,
        "the company refers to it"
    );
    let (_, ticket) = bench
        .post(
            "service/tickets",
            json!({ "summary": "x", "company": { "id": made["id"] } }),
        )
        .await;
    assert_eq!(ticket["site"], made["site"]);
    let rename = json!([{ "op": "replace", "path": "name", "value": "Head Office" }]);
    assert_eq!(bench.patch(&first, rename).await.0, 200);
    for path in [
        format!("company/companies/{}", made["id"]),
        format!("service/tickets/{}", ticket["id"]),
    ] {
        assert_eq!(bench.read(&path).await["site"]["name"], "Head Office", "{path}");
    }
}

#[tokio::test]
async fn a_site_is_one_of_the_company() {
    let bench = Bench::small().await;
    bench.grant("Companies", "Company Maintenance", Level::All);
    let body = json!({ "identifier": "Named", "name": "Named", "city": "Utica", "site": { "name": "Headquarters" } });
    let (status, made) = bench.post("company/companies", body).await;
    assert_eq!((status, &made["site"]["name"]), (201, &json!("Headquarters")), "{made}");
    let company = json!({ "id": made["id"] });
    let ticket = |site: Value| json!({ "summary": "x", "company": company, "site": site });
    let (status, opened) = bench
        .post("service/tickets", ticket(json!({ "name": "headquarters" })))
        .await;
    assert_eq!((status, &opened["site"]["id"]), (201, &made["site"]["id"]));
    let foreign = bench.read("company/companies/250").await["site"].clone();
    for (site, field) in [
        (json!({ "id": foreign["id"] }), "site/id"),
        (json!({ "name": "Depot" }), "site/name"),
    ] {
        let (status, body) = bench.post("service/tickets", ticket(site)).await;
        assert_eq!((status, &body["errors"][0]["field"]), (400, &json!(field)));
    }
    let moved = json!([{ "op": "replace", "path": "company", "value": { "id": 250 } }]);
    let (status, moved) = bench.patch(&format!("service/tickets/{}", opened["id"]), moved).await;
    assert_eq!((status, &moved["site"]["id"]), (200, &foreign["id"]));
}

#[tokio::test]
async fn types_and_associations_agree() {
    let bench = Bench::small().await;
    let made = company(&bench).await;
    let path = format!("company/companies/{}", made["id"]);
    let associations = format!("{path}/typeAssociations");
    let first = bench.read(&associations).await[0].clone();
    assert_eq!(
        (&first["type"]["name"], &first["company"]["id"]),
        (&json!("Client"), &made["id"])
    );

    let (status, added) = bench.post(&associations, json!({ "type": { "id": 3 } })).await;
    assert_eq!(status, 201, "{added}");
    assert_eq!(ids(&bench.read(&path).await["types"]), [1, 3]);
    let (status, body) = bench.post(&associations, json!({ "type": { "name": "vendor" } })).await;
    assert_eq!((status, &body["errors"][0]["code"]), (400, &json!("ObjectExists")));
    let first = format!("{associations}/{}", first["id"]);
    assert_eq!(bench.send(Method::DELETE, &first, Value::Null).await.0, 204);
    assert_eq!(ids(&bench.read(&path).await["types"]), [3]);
    assert_eq!(
        ids(&bench.read("company/companies?childConditions=types/id=3").await),
        [made["id"].as_i64().expect("an id")]
    );

    let flat = "company/companyTypeAssociations";
    let listed = bench
        .read(&format!("{flat}?conditions=company/id={}", made["id"]))
        .await;
    assert_eq!(
        listed,
        json!([bench.read(&format!("{associations}/{}", added["id"])).await])
    );
    let (status, body) = bench.post(flat, json!({ "type": { "id": 2 } })).await;
    assert_eq!((status, &body["errors"][0]["field"]), (400, &json!("company")));
    let body = json!({ "type": { "id": 2 }, "company": { "id": made["id"] } });
    assert_eq!(bench.post(flat, body).await.0, 201);
    assert_eq!(ids(&bench.read(&path).await["types"]), [3, 2]);
}

#[tokio::test]
async fn a_deleted_company_goes_to_the_recycle_bin() {
    let bench = Bench::small().await;
    let made = company(&bench).await;
    let path = format!("company/companies/{}", made["id"]);
    assert_eq!(bench.send(Method::DELETE, &path, Value::Null).await.0, 204);
    let listed = bench.read("company/companies?conditions=deletedFlag=true").await;
    assert_eq!(ids(&listed), [made["id"].as_i64().expect("an id")]);
    assert_eq!(listed[0]["deletedBy"], "APIMember");
}

#[tokio::test]
async fn items_of_a_contact_and_its_communications_agree() {
    let bench = Bench::small().await;
    bench.grant("Companies", "Contacts", Level::All);
    let types = bench.read("company/communicationTypes").await;
    assert_eq!(with(&types, "description", &json!("Fax"))["faxFlag"], true);
    let body = json!({ "firstName": "Ann", "company": { "id": 250 }, "communicationItems": [
        { "type": { "name": "email" }, "value": "ann@contoso.example", "defaultFlag": true },
        { "type": { "id": 4 }, "value": "5551234567" },
    ] });
    let (status, made) = bench.post("company/contacts", body).await;
    assert_eq!(status, 201, "{made}");
    let path = format!("company/contacts/{}", made["id"]);
    let communications = format!("{path}/communications");
    let agree = async || {
        let mut listed = bench.read(&communications).await;
        for row in listed.as_array_mut().expect("an array") {
            let row = row.as_object_mut().expect("an object");
            assert_eq!(row.remove("contactId").as_ref(), Some(&made["id"]));
            assert!(row.remove("_info").is_some());
        }
        assert_eq!(listed, bench.read(&path).await["communicationItems"]);
        listed
    };
    let listed = agree().await;
    assert_eq!(
        (
            &listed[0]["communicationType"],
            &listed[0]["domain"],
            &listed[1]["communicationType"]
        ),
        (&json!("Email"), &json!("@contoso.example"), &json!("Fax"))
    );

    let (status, added) = bench
        .post(&communications, json!({ "type": { "id": 3 }, "value": "5559876543" }))
        .await;
    assert_eq!((status, &added["communicationType"]), (201, &json!("Phone")));
    assert_eq!(agree().await.as_array().map(Vec::len), Some(3));
    let change = json!([
        { "op": "replace", "path": "/communicationItems/0/value", "value": "ann@fabrikam.example" },
        { "op": "remove", "path": "/communicationItems/1" },
    ]);
    let (status, changed) = bench.patch(&path, change).await;
    assert_eq!(
        (status, &changed["communicationItems"][0]["domain"]),
        (200, &json!("@fabrikam.example"))
    );
    assert_eq!(agree().await.as_array().map(Vec::len), Some(2));
    let found = "company/contacts?childConditions=communicationItems/value='ann@fabrikam.example'";
    assert_eq!(bench.read(found).await[0]["id"], made["id"]);

    let raw = json!({ "id": 700, "contactId": made["id"], "type": { "id": 2, "name": "Direct" }, "value": "555" });
    let raw = raw.as_object().expect("an object").clone();
    bench.simulator.upsert("communications", raw).expect("a kind");
    assert_eq!(agree().await.as_array().map(Vec::len), Some(3));
    bench.simulator.remove("communications", 700).expect("a record");
    assert_eq!(agree().await.as_array().map(Vec::len), Some(2));

    for (items, field) in [
        (json!([{ "value": "x" }]), "communicationItems/type"),
        (json!([{ "type": { "id": 1 } }]), "communicationItems/value"),
    ] {
        let change = json!([{ "op": "replace", "path": "communicationItems", "value": items }]);
        let (status, body) = bench.patch(&path, change).await;
        assert_eq!((status, &body["errors"][0]["field"]), (400, &json!(field)));
    }
    let whole = json!({ "firstName": "Ann", "lastName": "Lee" });
    let custom = json!([{ "op": "add", "path": "customFields", "value": [{ "id": 1, "value": "kept" }] }]);
    assert_eq!(bench.patch(&path, custom).await.0, 200);
    let (status, replaced) = bench.send(Method::PUT, &path, whole).await;
    assert_eq!(
        (status, replaced.get("company"), &replaced["customFields"][0]["value"]),
        (200, None, &json!("kept"))
    );
    assert_eq!(bench.read(&communications).await, json!([]));
    assert_eq!(bench.send(Method::DELETE, &path, Value::Null).await.0, 204);
    assert_eq!(bench.get(&communications).await.status(), 404);
}
