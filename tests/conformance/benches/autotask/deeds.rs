//! What a person does in the simulated tenant.

use psa_connectors::record::{AgreementId, ProductId, WebhookEndpoint};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{Autotask, number};
use crate::bench::Deed;

pub(super) fn act(bench: &Autotask, deed: Deed<'_>) {
    let change = |entity: &str, id: &str, member: &str, value: serde_json::Value| {
        bench.put(entity, json!({ "id": number(id), member: value }));
    };
    match deed {
        Deed::RenameCompany(id, name) => change("Companies", id.as_str(), "companyName", json!(name)),
        Deed::AddCompany(name) => {
            let like = bench.records("Companies", |company| {
                company["id"] == number(bench.facts.company.as_str())
            });
            let like = like.into_iter().next().expect("the company");
            bench.copy("Companies", like, json!({ "companyName": name }));
        }
        // There is no recycle bin. One that has gone already stays so.
        Deed::BinCompany(id) => drop(bench.site(|site| site.remove("Companies", number(id.as_str())))),
        Deed::RetireContact(id) => change("Contacts", id.as_str(), "isActive", json!(0)),
        Deed::RetireProduct(id) => {
            let (kind, id) = id.as_str().split_once(':').expect("a kind and an id");
            let entity = if kind == "service" { "Services" } else { "Products" };
            change(entity, id, "isActive", json!(false));
        }
        Deed::RetireDevice(id) => change("ConfigurationItems", id.as_str(), "isActive", json!(false)),
        Deed::DoubleAddition(agreement, product) => double(bench, agreement, product),
        Deed::SetStatus(ticket, status) => {
            change("Tickets", ticket.as_str(), "status", json!(number(status.as_str())));
        }
        Deed::AddNote(ticket) => {
            let note = json!({
                "ticketID": number(ticket.as_str()), "title": "Looked at", "description": "I am looking into it.",
                "noteType": 1, "publish": 2,
            });
            bench.put("TicketNotes", note);
        }
        Deed::AddTime(ticket) => {
            let person = bench.records("Resources", |resource| resource["userName"] == "ada.admin");
            let person = &person.first().expect("a person")["id"];
            let time = json!({ "ticketID": number(ticket.as_str()), "resourceID": person, "hoursWorked": 0.5 });
            bench.put("TimeEntries", time);
        }
        Deed::DeleteTicket(ticket) => {
            let removed = bench.site(|site| site.remove("Tickets", number(ticket.as_str())));
            removed.expect("the ticket");
        }
        Deed::MergeTicket(..) => panic!("Autotask does not merge tickets"),
        Deed::CopyTicketOfOthers(ticket) => {
            let known = bench.records("Tickets", |known| known["id"] == number(ticket.as_str()));
            let known = known.into_iter().next().expect("a ticket");
            bench.copy("Tickets", known, json!({ "externalID": "RMM-1" }));
        }
        Deed::SubscribeOthers(endpoint, other) => {
            for (entity, hook) in bench.hooks(endpoint) {
                bench.copy(entity, hook, json!({ "webhookUrl": other.url.as_str() }));
            }
        }
        Deed::AnnounceSomethingElse(endpoint) => announce_a_device(bench, endpoint),
        Deed::SwitchOff(endpoint) => {
            for (entity, hook) in bench.hooks(endpoint) {
                bench.put(entity, json!({ "id": hook["id"], "isActive": false }));
            }
        }
    }
}

/// The same service once more, with the same units.
fn double(bench: &Autotask, agreement: &AgreementId, product: &ProductId) {
    let (_, service) = product.as_str().split_once(':').expect("a service");
    let (contract, service) = (number(agreement.as_str()), number(service));
    let rows = bench.records("ContractServiceUnits", |row| {
        row["contractID"] == contract && row["serviceID"] == service
    });
    bench.add_service(contract, service, |first| {
        let same = rows.iter().find(|row| row["startDate"] == first);
        same.and_then(|row| row["units"].as_i64())
            .expect("a row of that period")
    });
}

/// Subscribes to devices, which are none of the connector's topics, and renames one.
fn announce_a_device(bench: &Autotask, endpoint: &WebhookEndpoint) {
    let url = endpoint.url.as_str();
    let hook = json!({
        "name": "Devices", "isActive": true, "isReady": true, "webhookUrl": url, "deactivationUrl": url,
        "secretKey": endpoint.secret.expose_secret(), "isSubscribedToCreateEvents": true,
        "isSubscribedToUpdateEvents": true, "isSubscribedToDeleteEvents": true,
        "webhookGUID": "7c1e8f0a-0000-4000-8000-00000000000d",
    });
    let hook = bench.put("ConfigurationItemWebhooks", hook);
    // Whichever of its fields the name is.
    for field in 1..=8 {
        let field = json!({ "webhookID": hook["id"], "fieldID": field, "isSubscribedField": true });
        bench.put("ConfigurationItemWebhookFields", field);
    }
    let device = number(bench.facts.devices().device.as_str());
    bench.put(
        "ConfigurationItems",
        json!({ "id": device, "referenceTitle": "Renamed" }),
    );
}
