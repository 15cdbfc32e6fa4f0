//! Devices: ConnectWise calls them configurations. The console's identifier of a computer is in `deviceIdentifier`.

use super::{
    call::{Call, List},
    client::Client,
    mapping::{self, number},
    query::Conditions,
    rights,
    wire::{self, Id},
};
use crate::{
    error::Result,
    record::{CompanyId, Device, DeviceId, TicketId},
};

pub(super) async fn find(client: &Client, company: &CompanyId, identifier: &str) -> Result<Vec<Device>> {
    let conditions = Conditions::none()
        .number_is("company/id", number("company", company.as_str())?)
        .text_is("deviceIdentifier", identifier)?;
    let list = List::new(
        "find_devices",
        rights::CONFIGURATIONS,
        "company/configurations",
        conditions,
    );
    Ok(client.all(&list).await?.into_iter().map(mapping::device).collect())
}

/// Looks first: what linking a device twice does is not documented.
pub(super) async fn link(client: &Client, ticket: &TicketId, device: &DeviceId) -> Result<()> {
    const OPERATION: &str = "link_device";
    let device = number("device", device.as_str())?;
    let path = format!("service/tickets/{}/configurations", number("ticket", ticket.as_str())?);
    let linked = List::new(OPERATION, rights::TICKETS, path.clone(), Conditions::none());
    let linked: Vec<wire::LinkedConfiguration> = client.all(&linked).await?;
    if linked.iter().any(|known| known.id == device) {
        return Ok(());
    }
    client
        .send(&Call::post(OPERATION, rights::TICKETS, path, &Id { id: device })?)
        .await
        .map(drop)
}
