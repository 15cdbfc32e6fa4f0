//! Devices: Autotask calls them configuration items. The console's identifier of a computer is their reference number or
//! title, or the name that a monitoring tool has entered.

use reqwest::Method;

use super::{
    call::{Call, List},
    client::Client,
    mapping::{self, number},
    query::Conditions,
    rights, tickets,
    wire::{self, NewLinkedDevice},
};
use crate::{
    error::Result,
    record::{CompanyId, Device, DeviceId, TicketId},
};

/// The members that may hold the console's identifier.
const NAMES: &[&str] = &["referenceNumber", "referenceTitle", "rmmDeviceAuditHostname"];

/// The list of what is linked to a ticket besides its own device, as it is answered below the ticket.
#[derive(Debug, serde::Deserialize)]
struct Linked {
    items: Vec<wire::LinkedDevice>,
}

pub(super) async fn find(client: &Client, company: &CompanyId, identifier: &str) -> Result<Vec<Device>> {
    let conditions = Conditions::none()
        .number_is("companyID", number("company", company.as_str())?)
        .text_is_in_one_of(NAMES, identifier);
    let list = List::new("find_devices", rights::DEVICES, "ConfigurationItems", conditions);
    let found: Vec<wire::Device> = client.all(&list).await?;
    let found = found.into_iter();
    Ok(found.filter_map(|device| mapping::device(device, identifier)).collect())
}

/// Makes it the ticket's device, or one more when the ticket has another one.
pub(super) async fn link(client: &Client, ticket: &TicketId, device: &DeviceId) -> Result<()> {
    const OPERATION: &str = "link_device";
    const ENTITY: &str = "TicketAdditionalConfigurationItems";
    let (ticket, device) = (number("ticket", ticket.as_str())?, number("device", device.as_str())?);
    match tickets::raw(client, OPERATION, ticket).await?.device {
        Some(known) if known == device => return Ok(()),
        None => return tickets::change(client, OPERATION, ticket, "configurationItemID", device).await,
        Some(_) => {}
    }
    let path = format!("Tickets/{ticket}/AdditionalConfigurationItems");
    let right = Some(rights::EDIT_TICKETS);
    let linked: Linked = client.json(&Call::get(OPERATION, right, ENTITY, path.as_str())).await?;
    if linked.items.iter().any(|known| known.device == device) {
        return Ok(());
    }
    let body = NewLinkedDevice { ticket, device };
    let call = Call::write(OPERATION, right, ENTITY, (Method::POST, path), &body)?;
    client.written(&call).await.map(drop)
}
