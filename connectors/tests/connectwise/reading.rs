//! The account, the rights and the lists.

use std::collections::{BTreeMap, BTreeSet};

use psa_connectors::{
    ErrorKind, ReadQuery,
    descriptor::RightState,
    record::{AgreementId, AgreementStatus, BoardId, Choice, ChoiceId, CompanyId},
};
use psa_simulator::DataSet;
use psa_simulator::connectwise::{Assumptions, Simulator, SimulatorOptions, WrongCompany};
use rust_decimal::Decimal;
use serde_json::json;

use crate::support::{World, connect, day, now, refused_fields, walk};

#[tokio::test]
async fn the_account_is_verified() {
    let world = World::small().await;
    let account = world.connector.verify().await.expect("verified");
    assert_eq!(account.name, "Training MSP");
    assert_eq!(account.version.as_deref(), Some("v2025.1.10675"));
    assert_eq!(
        (account.region.as_deref(), account.time_zone.as_deref()),
        (Some("NA"), Some("Eastern Standard Time"))
    );
    assert!(world.psa.requests().iter().all(|request| request.method == "GET"));
}

#[tokio::test]
async fn wrong_credentials_are_told_apart() {
    let world = World::small().await;
    let site = world.psa.base_url();
    let wrong_key = connect(site, &[("private_key", "guess")])
        .verify()
        .await
        .expect_err("a wrong key");
    assert_eq!(wrong_key.kind(), &ErrorKind::Unauthorized);
    assert_eq!(wrong_key.operation(), "verify");
    let unknown = connect(site, &[("company_id", "nobody")])
        .verify()
        .await
        .expect_err("an unknown company");
    assert_eq!(refused_fields(&unknown), ["company_id"]);
    world.psa.rotate_keys("new-public", "new-private");
    let revoked = world.connector.verify().await.expect_err("the keys were replaced");
    assert_eq!(revoked.kind(), &ErrorKind::Unauthorized);
    for error in [&wrong_key, &unknown, &revoked] {
        assert!(!format!("{error:?} {error}").contains("guess"), "{error:?}");
    }
}

#[tokio::test]
async fn a_company_is_unknown_under_every_assumption() {
    for wrong_company in [WrongCompany::CannotRoute, WrongCompany::BadCredentials] {
        let assumptions = Assumptions {
            wrong_company,
            ..Assumptions::default()
        };
        let psa = Simulator::start(SimulatorOptions {
            assumptions,
            ..SimulatorOptions::default()
        })
        .await
        .expect("a port");
        let error = connect(psa.base_url(), &[("company_id", "nobody")])
            .verify()
            .await
            .expect_err("unknown");
        assert_eq!(refused_fields(&error), ["company_id"]);
    }
}

#[tokio::test]
async fn rights_are_probed_without_writing() {
    let world = World::small().await;
    world.revoke("Companies", "Contacts");
    world.revoke("System", "Table Setup");
    world.revoke("Procurement", "Products");
    let findings = world.connector.check_rights().await.expect("findings");
    let ids: Vec<_> = findings.iter().map(|finding| finding.right).collect();
    let described: Vec<_> = world
        .connector
        .descriptor()
        .rights
        .iter()
        .map(|right| right.id)
        .collect();
    assert_eq!(ids, described);
    let inquire = |id: &str| findings.iter().find(|finding| finding.right == id).expect(id).inquire;
    assert_eq!(inquire("system.table_setup"), RightState::Missing);
    assert_eq!(inquire("companies.contacts"), RightState::Missing);
    assert_eq!(inquire("companies.company_maintenance"), RightState::Granted);
    assert_eq!(inquire("service.tickets"), RightState::Granted);
    assert_eq!(inquire("finance.agreements"), RightState::Granted);
    assert_eq!(inquire("procurement.product_catalog"), RightState::Granted);
    assert_eq!(inquire("procurement.products"), RightState::Missing);
    assert_eq!(inquire("service.close_tickets"), RightState::Unknown);
    let tickets = findings
        .iter()
        .find(|finding| finding.right == "service.tickets")
        .expect("tickets");
    assert_eq!((tickets.add, tickets.edit), (RightState::Unknown, RightState::Unknown));
    assert!(world.psa.requests().iter().all(|request| request.method == "GET"));
}

#[tokio::test]
async fn companies_are_read_page_by_page() {
    let world = World::small().await;
    let query = ReadQuery {
        page_size: Some(5),
        ..ReadQuery::all()
    };
    let (companies, pages) = walk(query, |query| {
        let connector = &world.connector;
        async move { connector.companies(&query).await }
    })
    .await;
    assert_eq!((companies.len(), pages), (12, 3));
    assert_eq!(companies[0].name, "Contoso Dental Group, LLC");
    assert_eq!(companies[0].identifier.as_deref(), Some("ContosoDental"));
    assert!(companies[0].status.is_some() && !companies[0].types.is_empty() && companies[0].changed_at.is_some());
    let ids: BTreeSet<_> = companies.iter().map(|company| company.id.clone()).collect();
    assert_eq!(ids.len(), 12);
}

#[tokio::test]
async fn deleted_companies_are_seen_by_those_who_follow_changes() {
    let world = World::small().await;
    let members = json!({ "id": 251, "deletedFlag": true });
    world
        .psa
        .upsert("companies", members.as_object().expect("an object").clone())
        .expect("companies are a kind");
    let all = world.connector.companies(&ReadQuery::all()).await.expect("a page");
    assert_eq!(all.records.len(), 11);
    let since = ReadQuery::all().since(Some(now()));
    let changes = world.connector.companies(&since).await.expect("a page").records;
    assert_eq!(changes.len(), 1);
    assert!(changes[0].deleted && changes[0].id.as_str() == "251");
}

#[tokio::test]
async fn contacts_products_and_agreements_are_read() {
    let world = World::small().await;
    let contacts = world
        .connector
        .contacts(&ReadQuery::all())
        .await
        .expect("contacts")
        .records;
    assert_eq!(contacts.len(), 30);
    assert!(
        contacts
            .iter()
            .any(|contact| !contact.emails.is_empty() && !contact.phones.is_empty() && contact.company.is_some())
    );
    let own = ReadQuery::all().of_company(CompanyId::new("250"));
    let own = world.connector.contacts(&own).await.expect("contacts").records;
    assert!(!own.is_empty() && own.iter().all(|contact| contact.company == Some(CompanyId::new("250"))));

    let products = world
        .connector
        .products(&ReadQuery::all())
        .await
        .expect("products")
        .records;
    assert_eq!(products.len(), 40);
    let storage = products
        .iter()
        .find(|product| product.identifier == "MBS-STORAGE")
        .expect("storage");
    assert_eq!(
        (storage.price, storage.cost),
        (Some(Decimal::new(5, 2)), Some(Decimal::new(2, 2)))
    );
    assert!(storage.active && storage.billable && storage.description.contains("Cloud storage"));

    let agreements = world
        .connector
        .agreements(&ReadQuery::all())
        .await
        .expect("agreements")
        .records;
    assert_eq!(agreements.len(), 15);
    let first = &agreements[0];
    assert_eq!(
        (first.name.as_str(), first.kind.as_deref()),
        ("Managed Backup", Some("Managed Services"))
    );
    assert_eq!(
        (first.company.as_str(), first.status, first.prorated),
        ("250", AgreementStatus::Active, true)
    );
    assert_eq!(
        (first.billing_start_date, first.end_date),
        (Some(day("2025-01-01")), None)
    );
    assert_eq!(first.next_invoice_date, Some(day("2026-04-01")));
    assert!(
        agreements
            .iter()
            .any(|agreement| agreement.status == AgreementStatus::Cancelled)
    );
}

#[tokio::test]
async fn additions_are_read_whole_and_an_unknown_agreement_is_not_an_empty_one() {
    let world = World::small().await;
    let additions = world
        .connector
        .additions(&AgreementId::new("1"))
        .await
        .expect("additions");
    assert_eq!(additions.len(), 1);
    assert_eq!(
        (additions[0].quantity, additions[0].unit_price),
        (Decimal::from(3), Some(Decimal::from(9)))
    );
    assert_eq!(additions[0].effective_date, Some(day("2025-01-01")));
    assert_eq!(
        world
            .connector
            .additions(&AgreementId::new("2"))
            .await
            .expect("an empty one"),
        []
    );
    let unknown = world
        .connector
        .additions(&AgreementId::new("999"))
        .await
        .expect_err("unknown");
    assert_eq!(unknown.kind(), &ErrorKind::NotFound);
}

#[tokio::test]
async fn boards_have_their_own_statuses_and_choices() {
    let world = World::small().await;
    let boards = world.connector.boards().await.expect("boards");
    assert_eq!(
        boards.iter().map(|board| board.name.as_str()).collect::<Vec<_>>(),
        ["Service Desk", "Backup Alerts"]
    );
    for board in &boards {
        let names: Vec<_> = board.statuses.iter().map(|status| status.name.as_str()).collect();
        assert_eq!(
            names,
            ["New", "In Progress", "Waiting Customer", "Completed", "Reopened"]
        );
        let closed: Vec<_> = board.statuses.iter().map(|status| status.closed).collect();
        assert_eq!(closed, [false, false, false, true, false]);
        assert!(board.active && board.statuses[0].default);
    }
    let board = BoardId::new("2");
    let choices = async |field: &str| world.connector.choices(field, &board).await.expect(field);
    let types = choices("type").await;
    assert!(
        types
            .iter()
            .any(|choice| choice.name == "Backup" && choice.combinations.is_empty())
    );
    let subtypes = choices("subtype").await;
    let of_type = |kind: &Choice| [BTreeMap::from([("type".to_owned(), kind.id.clone())])];
    assert!(
        subtypes
            .iter()
            .all(|choice| types.iter().any(|kind| choice.combinations == of_type(kind))),
        "{subtypes:?}"
    );
    assert_eq!(choices("priority").await.len(), 5);
    assert_eq!(choices("source").await.len(), 4);
    let name = |known: &[Choice], id: &ChoiceId| known.iter().find(|kind| kind.id == *id).expect("known").name.clone();
    let items: Vec<_> = choices("item")
        .await
        .into_iter()
        .map(|item| {
            let with = item.combinations.iter();
            let with =
                with.map(|with| format!("{}/{}", name(&types, &with["type"]), name(&subtypes, &with["subtype"])));
            (item.name, with.collect::<Vec<_>>().join(", "))
        })
        .collect();
    let expected = [
        ("Server", "Incident/Hardware, Backup/Failed, Backup/Missed"),
        ("Workstation", "Incident/Hardware, Backup/Failed"),
        ("Mailbox", "Backup/Failed, Backup/Missed"),
    ];
    assert_eq!(items, expected.map(|(name, with)| (name.to_owned(), with.to_owned())));
    let teams: Vec<_> = choices("team").await.into_iter().map(|team| team.name).collect();
    assert_eq!(teams, ["Backup Alerts Team", "Backup Alerts On Call"]);
}

#[tokio::test]
async fn a_whole_msp_is_read_in_few_requests() {
    let world = World::new(DataSet::Msp).await;
    world.connector.verify().await.expect("verified");
    world.psa.clear_requests();
    let (contacts, pages) = walk(ReadQuery::all(), |query| {
        let connector = &world.connector;
        async move { connector.contacts(&query).await }
    })
    .await;
    assert_eq!(contacts.len(), 5000);
    assert!(pages <= 6, "{pages} pages of 1000");
    assert_eq!(world.requests("GET", "company/contacts"), pages);
}
