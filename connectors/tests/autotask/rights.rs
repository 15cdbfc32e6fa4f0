//! The permission check.

use psa_connectors::{
    ErrorKind,
    descriptor::{RightFinding, RightState},
    record::{StatusId, TicketId},
};
use psa_simulator::autotask::{Access, RightsChange};

use crate::{
    support::World,
    ticketing::{draft, key},
};

async fn finding(world: &World, right: &str) -> RightFinding {
    let findings = world.connector.check_rights().await.expect("findings");
    *findings.iter().find(|finding| finding.right == right).expect(right)
}

#[tokio::test]
async fn the_documented_user_creates_tickets_and_closes_none() {
    let world = World::small().await;
    let change = RightsChange {
        entity: "Tickets".to_owned(),
        query: Some(Access::Restricted),
        create: None,
        update: Some(Access::None),
        delete: None,
    };
    world.psa.set_rights(&change);
    let tickets = finding(&world, "service_desk.tickets").await;
    assert_eq!(
        (tickets.add, tickets.inquire),
        (RightState::Granted, RightState::Partial)
    );
    assert_eq!(
        finding(&world, "service_desk.edit_tickets").await.edit,
        RightState::Missing
    );
    let ticket = world.connector.create_ticket(&draft(), &key()).await.expect("created");
    let closed = world.connector.set_ticket_status(&ticket.id, &StatusId::new("5")).await;
    assert_eq!(
        closed.expect_err("not allowed").kind(),
        &ErrorKind::Forbidden {
            right: Some("service_desk.edit_tickets")
        }
    );
    assert!(!world.connector.ticket(&ticket.id).await.expect("the ticket").closed);
}

#[tokio::test]
async fn one_missing_entity_is_a_missing_right() {
    let world = World::small().await;
    world.revoke("ContractServiceUnits");
    let services = finding(&world, "contracts.services").await;
    assert_eq!(
        (services.inquire, services.add),
        (RightState::Missing, RightState::Granted)
    );
    // Each entity is asked about once.
    world.psa.clear_requests();
    world.connector.check_rights().await.expect("findings");
    let asked = world.psa.requests();
    assert_eq!(asked.len(), 13);
    assert!(
        asked
            .iter()
            .all(|request| request.method == "GET" && request.path.ends_with("/entityInformation"))
    );
}

#[tokio::test]
async fn without_time_entries_notes_still_tell() {
    let world = World::small().await;
    let ticket = world
        .connector
        .create_ticket(&draft(), &key())
        .await
        .expect("created")
        .id;
    world.revoke("TimeEntries");
    let worked_on = async |ticket: &TicketId| world.connector.is_worked_on(ticket).await.expect("an answer");
    assert!(!worked_on(&ticket).await);
    let id: i64 = ticket.as_str().parse().expect("a number");
    let note = serde_json::json!({ "ticketID": id, "title": "x", "description": "y", "noteType": 1, "publish": 1 });
    world.put("TicketNotes", note);
    assert!(worked_on(&ticket).await);
}
