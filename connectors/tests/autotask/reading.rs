//! Reading lists.

use psa_connectors::{Cursor, Filter, ReadQuery, record::ChoiceId};

use crate::support::World;

#[tokio::test]
async fn the_own_company_is_a_company() {
    let world = World::small().await;
    let account = world.connector.verify().await.expect("verified");
    assert_eq!(account.name, "Training MSP");
    assert!(account.version.is_some_and(|version| version.contains('.')));
    let companies = world
        .connector
        .companies(&ReadQuery::all())
        .await
        .expect("a page")
        .records;
    let own = &companies[0];
    assert_eq!((own.id.as_str(), own.name.as_str()), ("0", "Training MSP"));
    let kinds: Vec<_> = own.types.iter().map(|kind| kind.name.as_str()).collect();
    assert_eq!(kinds.len(), 1);
    assert!(!kinds[0].chars().all(|c| c.is_ascii_digit()), "{kinds:?} is no name");
    assert_eq!(own.status.as_ref().map(|status| status.name.as_str()), Some("Active"));
}

#[tokio::test]
async fn a_page_goes_over_from_services_to_products() {
    let world = World::small().await;
    let query = |after: Option<Cursor>| ReadQuery {
        page_size: Some(5),
        ..ReadQuery::all().after(after)
    };
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = world.connector.products(&query(after)).await.expect("a page");
        assert!(page.records.len() <= 5);
        ids.extend(page.records.into_iter().map(|product| product.id.to_string()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let services = ids.iter().take_while(|id| id.starts_with("service:")).count();
    assert_eq!((services, ids.len()), (12, 52));
}

#[tokio::test]
async fn companies_in_use_are_told_by_their_status() {
    let world = World::small().await;
    world.put("Companies", serde_json::json!({ "id": 176, "isActive": false }));
    let of = async |status: &[&str]| {
        let values = status.iter().map(|status| ChoiceId::new(*status));
        let query = ReadQuery::all().only(Filter::CompanyStatus, values);
        let page = world.connector.companies(&query).await.expect("a page");
        page.records.len()
    };
    assert_eq!((of(&["1"]).await, of(&["0"]).await, of(&["0", "1"]).await), (12, 1, 13));
}
