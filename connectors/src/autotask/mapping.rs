//! From Autotask's records to neutral ones, and between both kinds of ids.

use chrono::NaiveDate;
use serde_json::Value;

use super::{
    descriptor::CHARGE_SCALE,
    picklists::{Fields, PickValue},
    wire::{self, Exact, Instant},
    zone::Zone,
};
use crate::{
    descriptor::QuantityKind,
    error::{Error, Result},
    record::{
        AdditionId, Agreement, AgreementId, AgreementStatus, Board, BoardId, BoardStatus, ChoiceId, Company, CompanyId,
        Contact, ContactId, Device, DeviceId, FilterValue, Named, Note, NoteId, Product, ProductId, StatusId, Ticket,
        TicketId, WriteKey,
    },
};

/// The type of contracts that services can be on (Recurring Service), the same in every tenant.
pub(super) const RECURRING: i64 = 7;

/// The status of a ticket that is done (Complete), the same in every tenant.
const COMPLETE: i64 = 5;

/// The status of a new ticket (New), the same in every tenant.
const NEW: i64 = 1;

/// The status of a contract that is in force; the other one is 0.
const IN_FORCE: i64 = 1;

/// The number that an id is in Autotask. They count from 0, which is the MSP's own company.
///
/// # Errors
/// It is none: the id is of another PSA.
pub(super) fn number(field: &str, id: &str) -> Result<i64> {
    let number = id
        .parse()
        .ok()
        .filter(|number: &i64| *number >= 0 && number.to_string() == id);
    number.ok_or_else(|| Error::invalid(field, format!("`{id}` is not an id of Autotask PSA")))
}

/// What a product id stands for: two lists of the PSA are one list here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sold {
    /// A service, which recurring contracts bill by units.
    Service(i64),
    /// A product, which is billed by charges.
    Product(i64),
}

impl Sold {
    pub(super) fn of(id: &ProductId) -> Result<Self> {
        match id.as_str().split_once(':') {
            Some(("service", id)) => number("product", id).map(Self::Service),
            Some(("product", id)) => number("product", id).map(Self::Product),
            _ => Err(Error::invalid(
                "product",
                format!("`{id}` is not an id of Autotask PSA"),
            )),
        }
    }

    pub(super) fn id(self) -> ProductId {
        match self {
            Self::Service(id) => ProductId::new(format!("service:{id}")),
            Self::Product(id) => ProductId::new(format!("product:{id}")),
        }
    }
}

/// What an addition id stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// A service on a contract.
    Service(i64),
    /// A charge on a contract.
    Charge(i64),
}

impl Line {
    pub(super) fn of(id: &AdditionId) -> Result<Self> {
        match id.as_str().split_once(':') {
            Some(("service", id)) => number("addition", id).map(Self::Service),
            Some(("charge", id)) => number("addition", id).map(Self::Charge),
            _ => Err(Error::invalid(
                "addition",
                format!("`{id}` is not an id of Autotask PSA"),
            )),
        }
    }

    pub(super) fn id(self) -> AdditionId {
        match self {
            Self::Service(id) => AdditionId::new(format!("service:{id}")),
            Self::Charge(id) => AdditionId::new(format!("charge:{id}")),
        }
    }
}

/// A text that says something.
pub(super) fn text(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

pub(super) fn company(company: wire::Company, fields: &Fields) -> Company {
    let kind = company.kind.map(|kind| Named {
        id: kind.to_string(),
        name: fields.label("companyType", kind).unwrap_or_else(|| kind.to_string()),
    });
    Company {
        id: CompanyId::new(company.id.to_string()),
        identifier: text(company.number),
        name: company.name,
        status: company.is_active.map(activity),
        types: kind.into_iter().collect(),
        deleted: false,
        changed_at: company.changed_at.map(|instant| instant.0),
    }
}

/// Whether a company is in use, as the status that companies have elsewhere.
pub(super) fn activity(is_active: bool) -> Named {
    let (id, name) = if is_active { ("1", "Active") } else { ("0", "Inactive") };
    Named {
        id: id.to_owned(),
        name: name.to_owned(),
    }
}

pub(super) fn filter_value(value: &PickValue) -> FilterValue {
    FilterValue {
        id: ChoiceId::new(value.value.as_str()),
        name: value.label().to_owned(),
        active: value.is_active(),
    }
}

pub(super) fn contact(contact: wire::Contact) -> Contact {
    let joined = |parts: [Option<String>; 2]| {
        let parts = parts.into_iter().flatten();
        let parts: Vec<String> = parts
            .map(|part| part.trim().to_owned())
            .filter(|part| !part.is_empty())
            .collect();
        parts.join(" ")
    };
    let all = |values: [Option<String>; 3]| {
        let values = values.into_iter().flatten();
        values
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
            .collect()
    };
    Contact {
        id: ContactId::new(contact.id.to_string()),
        company: contact.company.map(|id| CompanyId::new(id.to_string())),
        name: joined([contact.first_name, contact.last_name]),
        emails: all([contact.email, contact.email_2, contact.email_3]),
        phones: all([contact.phone, contact.mobile_phone, contact.alternate_phone]),
        active: is_set(contact.is_active.as_ref()),
        changed_at: contact.changed_at.map(|instant| instant.0),
    }
}

/// Whether a flag is set that is a number in some entities and a flag in others. One that is not told is.
fn is_set(flag: Option<&Value>) -> bool {
    !matches!(flag, Some(Value::Bool(false))) && flag.and_then(Value::as_i64) != Some(0)
}

pub(super) fn service(service: wire::Service) -> Product {
    Product {
        id: Sold::Service(service.id).id(),
        description: text(service.invoice_description)
            .or(text(service.description))
            .unwrap_or_else(|| service.name.clone()),
        identifier: service.name,
        price: service.unit_price.map(Exact::value),
        cost: service.unit_cost.map(Exact::value),
        unit: None,
        active: service.is_active.unwrap_or(true),
        billable: true,
        quantity: None,
        changed_at: service.changed_at.map(|instant| instant.0),
    }
}

pub(super) fn product(product: wire::Product) -> Product {
    Product {
        id: Sold::Product(product.id).id(),
        description: text(product.description).unwrap_or_else(|| product.name.clone()),
        identifier: text(product.sku).unwrap_or(product.name),
        price: product.unit_price.map(Exact::value),
        cost: product.unit_cost.map(Exact::value),
        unit: None,
        active: product.is_active.unwrap_or(true),
        billable: true,
        quantity: Some(QuantityKind::AbsoluteDecimal { scale: CHARGE_SCALE }),
        changed_at: None,
    }
}

pub(super) fn agreement(contract: wire::Contract, fields: &Fields, today: NaiveDate) -> Agreement {
    let (start, end) = (
        contract.start_date.map(Instant::day),
        contract.end_date.map(Instant::day),
    );
    let status = match contract.status {
        Some(status) if status != IN_FORCE => AgreementStatus::Cancelled,
        _ if end.is_some_and(|end| end < today) => AgreementStatus::Expired,
        _ if start.is_some_and(|start| start > today) => AgreementStatus::Inactive,
        _ => AgreementStatus::Active,
    };
    Agreement {
        id: AgreementId::new(contract.id.to_string()),
        company: CompanyId::new(contract.company.to_string()),
        parent: None,
        name: contract.name,
        kind: contract.kind.and_then(|kind| fields.label("contractType", kind)),
        status,
        start_date: start,
        end_date: end,
        billing_start_date: start,
        // The PSA bills periods that a person approves and posts: no day is fixed beforehand.
        next_invoice_date: None,
        billing_cycle: contract
            .period
            .and_then(|period| fields.label_of("contractPeriodType", &period)),
        prorated: true,
        currency: None,
        changed_at: None,
    }
}

/// The queues, each with the statuses that all of them share.
pub(super) fn boards(queues: Vec<PickValue>, statuses: &[PickValue]) -> Vec<Board> {
    let default = default_status(statuses);
    let statuses: Vec<_> = statuses.iter().map(|status| board_status(status, default)).collect();
    let board = |queue: PickValue| Board {
        id: BoardId::new(queue.value.as_str()),
        name: queue.label().to_owned(),
        active: queue.is_active(),
        statuses: statuses.clone(),
    };
    queues.into_iter().map(board).collect()
}

fn board_status(status: &PickValue, default: Option<i64>) -> BoardStatus {
    BoardStatus {
        id: StatusId::new(status.value.as_str()),
        name: status.label().to_owned(),
        closed: status.number() == Some(COMPLETE),
        default: status.number() == default,
        active: status.is_active(),
    }
}

/// The status of a new ticket for which none is named: the tenant's default one, or New.
pub(super) fn default_status(statuses: &[PickValue]) -> Option<i64> {
    let named = statuses.iter().find(|status| status.is_default() && status.is_active());
    let new = || statuses.iter().find(|status| status.number() == Some(NEW));
    named.or_else(new).or(statuses.first()).and_then(PickValue::number)
}

pub(super) fn ticket(ticket: wire::Ticket, fields: &Fields, zone: &Zone) -> Ticket {
    let id = |id: i64| id.to_string();
    Ticket {
        id: TicketId::new(id(ticket.id)),
        number: ticket.number,
        url: zone.ticket_page(ticket.id),
        company: ticket.company.map(id).map(CompanyId::new),
        board: ticket.queue.map(id).map(BoardId::new),
        status: ticket.status.map(id).map(StatusId::new),
        status_name: ticket.status.and_then(|status| fields.label("status", status)),
        closed: ticket.status == Some(COMPLETE),
        merged_into: None,
        key: ticket
            .external_id
            .filter(|key| key.starts_with(WriteKey::PREFIX))
            .map(WriteKey::new),
        changed_by: ticket.changed_by.map(id),
        changed_at: ticket.changed_at.map(|instant| instant.0),
    }
}

pub(super) fn note(note: wire::Note) -> Note {
    Note {
        id: NoteId::new(note.id.to_string()),
        text: note.text.unwrap_or_default(),
        created_at: note.created_at.map(|instant| instant.0),
    }
}

/// A device that has one of the names that it was looked for by.
pub(super) fn device(device: wire::Device, identifier: &str) -> Option<Device> {
    let names = [device.number, device.title.clone(), device.hostname];
    let same = |name: &String| name.trim().to_lowercase() == identifier.trim().to_lowercase();
    let known = names.into_iter().flatten().find(same)?;
    Some(Device {
        id: DeviceId::new(device.id.to_string()),
        company: device.company.map(|id| CompanyId::new(id.to_string())),
        name: text(device.title).unwrap_or_else(|| known.clone()),
        identifier: Some(known),
        active: device.is_active.unwrap_or(true),
    })
}

#[cfg(test)]
mod tests;
