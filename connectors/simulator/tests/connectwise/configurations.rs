//! Configurations: reading and writing them, in bulk too, and linking them to tickets and agreements.

use psa_simulator::DataSet;
use psa_simulator::connectwise::{Assumptions, Level, LinkedTwice};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Bench, ids};

const CONFIGURATIONS: &str = "company/configurations";

#[tokio::test]
async fn a_computer_is_found_by_its_device_identifier() {
    let bench = Bench::small().await;
    let all = bench.read(CONFIGURATIONS).await;
    let device = all[0]["deviceIdentifier"].as_str().expect("text");
    let found = bench
        .read(&format!("{CONFIGURATIONS}?conditions=deviceIdentifier='{device}'"))
        .await;
    assert_eq!(ids(&found), [1]);
    assert_eq!(
        (&found[0]["type"]["name"], &found[0]["status"]["name"]),
        (&json!("Managed Server"), &json!("Active"))
    );
    let count = bench
        .read(&format!("{CONFIGURATIONS}/count?conditions=company/id=250"))
        .await["count"]
        .clone();
    assert_eq!(count, 2);
    let of_company = bench
        .read(&format!(
            "{CONFIGURATIONS}?conditions=company/id=250&fields=contact/id,site/id"
        ))
        .await;
    let contact = bench.read("company/contacts?conditions=company/id=250").await[0]["id"].clone();
    assert_eq!(of_company[0]["contact"]["id"], contact);
    for (list, names) in [
        ("types", ["Managed Server", "Managed Workstation"]),
        ("statuses", ["Active", "Inactive"]),
    ] {
        let known = bench.read(&format!("{CONFIGURATIONS}/{list}")).await;
        let member = if list == "types" { "name" } else { "description" };
        assert_eq!([&known[0][member], &known[1][member]], [names[0], names[1]]);
        assert_eq!(bench.read(&format!("{CONFIGURATIONS}/{list}/1")).await, known[0]);
    }
}

#[tokio::test]
async fn a_configuration_is_written_with_managed_information() {
    let bench = Bench::small().await;
    bench.grant("Companies", "Configurations", Level::All);
    let company = bench.read("company/companies/250").await["identifier"].clone();
    let body = json!({
        "name": "SRV02", "type": { "name": "managed server" }, "company": { "identifier": company }, "deviceIdentifier": "d-1",
    });
    let unknown = json!({ "name": "x", "type": { "id": 1 }, "company": { "identifier": "nobody" } });
    let (_, refused) = bench.post(CONFIGURATIONS, unknown).await;
    assert_eq!(refused["errors"].as_array().map(Vec::len), Some(1), "{refused}");
    let (status, made) = bench
        .post(&format!("{CONFIGURATIONS}?managedInformation=true"), body)
        .await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(
        (&made["status"]["name"], &made["activeFlag"]),
        (&json!("Active"), &json!(true))
    );
    assert_eq!(made["site"], bench.read("company/companies/250").await["site"]);

    let path = format!("{CONFIGURATIONS}/{}", made["id"]);
    let change = json!([{ "op": "replace", "path": "osInfo", "value": "x".repeat(251) }]);
    let (status, body) = bench.patch(&path, change).await;
    assert_eq!(
        (status, &body["message"]),
        (400, &json!("configuration object is invalid"))
    );
    let change = json!([{ "op": "replace", "path": "status", "value": { "name": "Inactive" } }]);
    assert_eq!(bench.patch(&path, change).await.1["status"]["id"], 2);
    let whole = json!({ "name": "SRV03", "type": { "id": 1 }, "company": { "id": 250 } });
    let (status, replaced) = bench.send(Method::PUT, &path, whole).await;
    assert_eq!(
        (status, &replaced["status"]["id"], replaced.get("deviceIdentifier")),
        (200, &json!(1), None)
    );
    let (status, body) = bench.post(CONFIGURATIONS, json!({ "name": "lonely" })).await;
    let fields: Vec<&Value> = body["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| &error["field"])
        .collect();
    assert_eq!((status, fields), (400, vec![&json!("type"), &json!("company")]));
    assert_eq!(bench.send(Method::DELETE, &path, Value::Null).await.0, 204);
    assert_eq!(bench.get(&path).await.status(), 404);
}

#[tokio::test]
async fn bulk_writes_succeed_and_fail_one_by_one() {
    let bench = Bench::small().await;
    bench.grant("Companies", "Configurations", Level::All);
    let bulk = format!("{CONFIGURATIONS}/bulk");
    let good = json!({ "name": "A", "type": { "id": 2 }, "company": { "id": 250 } });
    let (status, body) = bench
        .post(&bulk, json!([good, { "name": "B" }, { "nonsense": 1 }]))
        .await;
    assert_eq!(status, 207);
    let results = body["payload"].as_array().expect("results");
    let codes: Vec<(&Value, &Value)> = results
        .iter()
        .map(|one| (&one["originalIndex"], &one["statusCode"]))
        .collect();
    assert_eq!(
        codes,
        [
            (&json!(0), &json!(201)),
            (&json!(1), &json!(400)),
            (&json!(2), &json!(400))
        ]
    );
    assert_eq!(results[1]["error"]["errors"][0]["field"], "type");
    let id = &results[0]["data"]["id"];
    assert_eq!(bench.read(&format!("{CONFIGURATIONS}/{id}")).await["name"], "A");

    let renamed = json!([{ "id": id, "name": "C", "type": { "id": 2 }, "company": { "id": 250 } }, { "id": 9999 }]);
    let (status, body) = bench.send(Method::PUT, &bulk, renamed).await;
    assert_eq!(
        (
            status,
            &body["payload"][0]["success"],
            &body["payload"][1]["statusCode"]
        ),
        (207, &json!(true), &json!(404))
    );
    let (status, body) = bench.send(Method::DELETE, &bulk, json!([{ "id": id }, id])).await;
    assert_eq!(
        (
            status,
            &body["payload"][0]["statusCode"],
            &body["payload"][1]["statusCode"]
        ),
        (207, &json!(204), &json!(404))
    );
    bench.grant("Companies", "Configurations", Level::None);
    assert_eq!(bench.post(&bulk, json!([])).await.0, 403);
}

#[tokio::test]
async fn a_ticket_names_its_configurations() {
    let bench = Bench::small().await;
    let (_, ticket) = bench
        .post(
            "service/tickets",
            json!({ "summary": "Down", "company": { "id": 250 } }),
        )
        .await;
    let path = format!("service/tickets/{}/configurations", ticket["id"]);
    assert_eq!(bench.read(&path).await, json!([]));
    let device = bench.read(&format!("{CONFIGURATIONS}/2")).await["deviceIdentifier"].clone();
    let (status, linked) = bench.post(&path, json!({ "deviceIdentifier": device })).await;
    assert_eq!((status, &linked["id"]), (201, &json!(2)));
    assert_eq!(bench.post(&path, json!({ "id": 1 })).await.0, 201);
    assert_eq!(ids(&bench.read(&path).await), [1, 2]);
    assert_eq!(bench.read(&format!("{path}/2")).await, linked);
    assert_eq!(ids(&bench.read(&format!("{path}?conditions=id>1")).await), [2]);
    assert_eq!(bench.read(&format!("{path}/count")).await["count"], 2);

    let (status, body) = bench.post(&path, json!({})).await;
    assert_eq!(
        (status, &body["errors"][0]["message"]),
        (400, &json!("id or deviceIdentifier is required."))
    );
    let (status, body) = bench.post(&path, json!({ "id": 999 })).await;
    assert_eq!((status, &body["errors"][0]["code"]), (400, &json!("NotFound")));
    assert_eq!(
        bench.post(&path, json!({ "name": "SRV01" })).await.0,
        400,
        "not a member of the type"
    );
    let (status, body) = bench.post(&path, json!({ "id": 2 })).await;
    assert_eq!((status, &body["errors"][0]["code"]), (400, &json!("ObjectExists")));

    bench.grant("Companies", "Configurations", Level::All);
    assert_eq!(
        bench.send(Method::DELETE, &format!("{path}/1"), Value::Null).await.0,
        204
    );
    assert_eq!(
        bench.send(Method::DELETE, &format!("{path}/1"), Value::Null).await.0,
        404
    );
    assert_eq!(
        bench
            .send(Method::DELETE, &format!("{CONFIGURATIONS}/2"), Value::Null)
            .await
            .0,
        204
    );
    assert_eq!(bench.read(&path).await, json!([]));
    assert_eq!(bench.get("service/tickets/999/configurations").await.status(), 404);
}

#[tokio::test]
async fn linking_twice_may_be_harmless() {
    let assumptions = Assumptions {
        linked_twice: LinkedTwice::Accept,
        ..Assumptions::default()
    };
    let bench = Bench::with(DataSet::Small, assumptions).await;
    let path = "finance/agreements/1/configurations";
    for _ in 0..2 {
        assert_eq!(bench.post(path, json!({ "id": 2 })).await.0, 201);
    }
    assert_eq!(ids(&bench.read(path).await), [2]);
}

#[tokio::test]
async fn management_tools_of_the_past_are_known() {
    let bench = Bench::small().await;
    let solutions = "company/managementItSolutions";
    let body = json!({ "name": "Other", "managementItSolutionType": "Custom", "globalLoginPassword": "unseen" });
    let (status, refused) = bench.post(solutions, body.clone()).await;
    assert_eq!(
        (status, &refused["errors"][0]["field"]),
        (400, &json!("managementSolutionName"))
    );
    let mut body = body;
    body["managementSolutionName"] = json!("Tool");
    let (status, made) = bench.post(solutions, body).await;
    assert_eq!((status, made.get("globalLoginPassword")), (201, None), "{made}");
    bench.grant("Companies", "Company Maintenance", Level::All);
    let reports = "company/companies/250/managementSummaryReports";
    let report = json!({ "groupIdentifier": "site-1", "managementSolution": { "id": 1 }, "deviceType": "Servers" });
    let (status, made) = bench.post(reports, report).await;
    assert_eq!((status, &made["company"]["id"]), (201, &json!(250)));
    assert_eq!(bench.read(reports).await, json!([made]));
    assert_eq!(
        bench.read("company/companies/251/managementSummaryReports").await,
        json!([])
    );
}
