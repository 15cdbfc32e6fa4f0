//! From ConnectWise's records to neutral ones.

use chrono::{DateTime, NaiveDate, Utc};

use super::{config::Config, wire};
use crate::{
    error::{Error, ErrorKind, Result},
    record::{
        Addition, AdditionId, Agreement, AgreementId, AgreementStatus, Board, BoardId, BoardStatus, ChoiceId, Company,
        CompanyId, Contact, ContactId, Device, DeviceId, FilterValue, Named, Note, NoteId, Product, ProductId,
        StatusId, Ticket, TicketId, WriteKey,
    },
};

/// The number that an id is in ConnectWise. They count from 1.
///
/// # Errors
/// It is none: the id is of another PSA.
pub(super) fn number(field: &str, id: &str) -> Result<i64> {
    let number = id
        .parse()
        .ok()
        .filter(|number: &i64| *number > 0 && number.to_string() == id);
    number.ok_or_else(|| Error::invalid(field, format!("`{id}` is not an id of ConnectWise PSA")))
}

pub(super) fn company(company: wire::Company) -> Company {
    Company {
        id: CompanyId::new(company.id.to_string()),
        identifier: company.identifier,
        name: company.name,
        status: company.status.and_then(named),
        types: company
            .types
            .unwrap_or_default()
            .into_iter()
            .filter_map(named)
            .collect(),
        deleted: company.deleted_flag.unwrap_or(false),
        changed_at: changed_at(company.info.as_ref()),
    }
}

pub(super) fn contact(contact: wire::Contact) -> Contact {
    let parts = [contact.first_name, contact.last_name].into_iter().flatten();
    let parts: Vec<String> = parts
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect();
    let mut items = contact.communication_items.unwrap_or_default();
    // The default ones first; the others in the PSA's order.
    items.sort_by_key(|item| !item.default_flag.unwrap_or(false));
    let of_kind = |kind: &str| {
        let items = items
            .iter()
            .filter(|item| item.communication_type.as_deref() == Some(kind));
        let values = items.filter_map(|item| item.value.as_deref()).map(str::trim);
        values.filter(|value| !value.is_empty()).map(str::to_owned).collect()
    };
    Contact {
        id: ContactId::new(contact.id.to_string()),
        company: contact.company.as_ref().and_then(company_id),
        name: parts.join(" "),
        emails: of_kind("Email"),
        phones: of_kind("Phone"),
        active: !contact.inactive_flag.unwrap_or(false),
        changed_at: changed_at(contact.info.as_ref()),
    }
}

pub(super) fn filter_value(value: wire::ListValue) -> FilterValue {
    FilterValue {
        id: ChoiceId::new(value.id.to_string()),
        name: value.name,
        active: !value.inactive_flag.unwrap_or(false),
    }
}

pub(super) fn device(configuration: wire::Configuration) -> Device {
    Device {
        id: DeviceId::new(configuration.id.to_string()),
        company: configuration.company.as_ref().and_then(company_id),
        name: configuration.name,
        identifier: configuration.device_identifier,
        // The vendor's flag is absent on old records, which are in use.
        active: configuration.active_flag.unwrap_or(true),
    }
}

pub(super) fn product(item: wire::CatalogItem) -> Product {
    let text = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    Product {
        id: ProductId::new(item.id.to_string()),
        identifier: item.identifier,
        // Invoices show the customer description; the other one is the catalogue's own.
        description: text(item.customer_description)
            .or(text(item.description))
            .unwrap_or_default(),
        price: item.price.map(wire::Exact::value),
        cost: item.cost.map(wire::Exact::value),
        unit: item.unit_of_measure.and_then(|unit| unit.name),
        active: !item.inactive_flag.unwrap_or(false),
        billable: item.product_class.as_deref() != Some("Bundle"),
        quantity: None,
        changed_at: changed_at(item.info.as_ref()),
    }
}

pub(super) fn agreement(agreement: wire::Agreement, today: NaiveDate) -> Result<Agreement> {
    let company = company_id(&agreement.company).ok_or_else(|| {
        let message = "ConnectWise PSA answered with an agreement that belongs to no company";
        Error::new(ErrorKind::Protocol, message).with_context("agreement", agreement.id.to_string())
    })?;
    let status = agreement_status(&agreement, today);
    let endless = agreement.no_ending_date_flag.unwrap_or(false);
    Ok(Agreement {
        id: AgreementId::new(agreement.id.to_string()),
        company,
        parent: agreement
            .parent_agreement
            .and_then(|parent| parent.id)
            .map(|id| AgreementId::new(id.to_string())),
        name: agreement.name,
        kind: agreement.kind.and_then(|kind| kind.name),
        status,
        start_date: agreement.start_date.map(day),
        end_date: agreement.end_date.filter(|_| !endless).map(day),
        billing_start_date: agreement.bill_start_date.map(day),
        next_invoice_date: agreement.next_invoice_date.as_deref().and_then(leading_day),
        billing_cycle: agreement.billing_cycle.and_then(|cycle| cycle.name),
        prorated: agreement.prorate_flag.unwrap_or(false),
        currency: agreement.currency.and_then(|currency| currency.currency_code),
        changed_at: changed_at(agreement.info.as_ref()),
    })
}

/// What the PSA computed; where it does not say, what it would compute.
fn agreement_status(agreement: &wire::Agreement, today: NaiveDate) -> AgreementStatus {
    let endless = agreement.no_ending_date_flag.unwrap_or(false);
    match agreement.agreement_status.as_deref() {
        Some("Active") => AgreementStatus::Active,
        Some("Inactive") => AgreementStatus::Inactive,
        Some("Cancelled") => AgreementStatus::Cancelled,
        Some("Expired") => AgreementStatus::Expired,
        _ if agreement.cancelled_flag.unwrap_or(false) => AgreementStatus::Cancelled,
        _ if !endless && agreement.end_date.is_some_and(|end| day(end) < today) => AgreementStatus::Expired,
        _ if agreement.start_date.is_some_and(|start| day(start) > today) => AgreementStatus::Inactive,
        _ => AgreementStatus::Active,
    }
}

pub(super) fn addition(addition: wire::Addition, agreement: &AgreementId) -> Result<Addition> {
    let product = addition.product.id.ok_or_else(|| {
        let message = "ConnectWise PSA answered with an addition without a product";
        Error::new(ErrorKind::Protocol, message).with_context("addition", addition.id.to_string())
    })?;
    Ok(Addition {
        id: AdditionId::new(addition.id.to_string()),
        agreement: agreement.clone(),
        product: ProductId::new(product.to_string()),
        quantity: addition.quantity.map(wire::Exact::value).unwrap_or_default(),
        unit_price: addition.unit_price.map(wire::Exact::value),
        unit_cost: addition.unit_cost.map(wire::Exact::value),
        // Windows line ends are the PSA's: a text that we wrote is recognised again without them.
        description: addition.invoice_description.map(|text| text.replace("\r\n", "\n")),
        effective_date: addition.effective_date.map(day),
        cancelled_date: addition.cancelled_date.map(day),
    })
}

pub(super) fn board(board: wire::BoardInfo, mut statuses: Vec<wire::BoardStatus>) -> Board {
    statuses.sort_by_key(|status| (status.sort_order, status.id));
    Board {
        id: BoardId::new(board.id.to_string()),
        name: board.name,
        active: !board.inactive_flag.unwrap_or(false),
        statuses: statuses.into_iter().map(board_status).collect(),
    }
}

fn board_status(status: wire::BoardStatus) -> BoardStatus {
    BoardStatus {
        id: StatusId::new(status.id.to_string()),
        name: status.name,
        closed: status.closed_status.unwrap_or(false),
        default: status.default_flag.unwrap_or(false),
        active: !status.inactive.unwrap_or(false),
    }
}

pub(super) fn ticket(ticket: wire::Ticket, config: &Config) -> Ticket {
    let (status, status_name) = ticket.status.map(|status| (status.id, status.name)).unwrap_or_default();
    Ticket {
        id: TicketId::new(ticket.id.to_string()),
        number: None,
        url: Some(config.ticket_page(ticket.id)),
        company: ticket.company.as_ref().and_then(company_id),
        board: ticket
            .board
            .and_then(|board| board.id)
            .map(|id| BoardId::new(id.to_string())),
        status: status.map(|id| StatusId::new(id.to_string())),
        status_name,
        closed: ticket.closed_flag.unwrap_or(false),
        merged_into: ticket
            .merged_parent_ticket
            .and_then(|parent| parent.id)
            .map(|id| TicketId::new(id.to_string())),
        key: ticket
            .external_x_ref
            .filter(|key| key.starts_with(WriteKey::PREFIX))
            .map(WriteKey::new),
        changed_at: changed_at(ticket.info.as_ref()),
        changed_by: ticket.info.and_then(|info| info.updated_by),
    }
}

pub(super) fn note(note: wire::Note) -> Note {
    Note {
        id: NoteId::new(note.id.to_string()),
        text: note.text.unwrap_or_default(),
        created_at: note.date_created,
    }
}

fn named(reference: wire::Reference) -> Option<Named> {
    Some(Named {
        id: reference.id?.to_string(),
        name: reference.name.unwrap_or_default(),
    })
}

fn company_id(reference: &wire::Reference) -> Option<CompanyId> {
    reference.id.map(|id| CompanyId::new(id.to_string()))
}

fn changed_at(info: Option<&wire::Info>) -> Option<DateTime<Utc>> {
    info.and_then(|info| info.last_updated)
}

/// The day that ConnectWise means: it keeps days as midnights in UTC.
fn day(instant: DateTime<Utc>) -> NaiveDate {
    instant.date_naive()
}

/// The day at the beginning of a text. The vendor describes `nextInvoiceDate` as a text without saying its form.
fn leading_day(text: &str) -> Option<NaiveDate> {
    text.get(..10)
        .and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_address_is_the_first() {
        let json = r#"{"id":1,"firstName":" Ann ","lastName":"","company":{"id":250},"communicationItems":[
            {"value":"555","communicationType":"Phone","defaultFlag":true},
            {"value":"second@example.com","communicationType":"Email","defaultFlag":false},
            {"value":"ann@example.com","communicationType":"Email","defaultFlag":true}]}"#;
        let contact = contact(serde_json::from_str(json).expect("a contact"));
        assert_eq!(contact.name, "Ann");
        assert_eq!(contact.emails, ["ann@example.com", "second@example.com"]);
        assert_eq!(contact.phones, ["555"]);
        assert!(contact.active);
    }

    #[test]
    fn an_agreement_without_a_status_gets_the_computed_one() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 10).expect("a day");
        let cases = [
            (r#""agreementStatus":"Expired""#, AgreementStatus::Expired),
            (r#""cancelledFlag":true"#, AgreementStatus::Cancelled),
            (r#""endDate":"2026-03-09T00:00:00Z""#, AgreementStatus::Expired),
            (r#""endDate":"2026-03-10T00:00:00Z""#, AgreementStatus::Active),
            (
                r#""endDate":"2026-03-09T00:00:00Z","noEndingDateFlag":true"#,
                AgreementStatus::Active,
            ),
            (r#""startDate":"2026-03-11T00:00:00Z""#, AgreementStatus::Inactive),
        ];
        for (members, expected) in cases {
            let json = format!(r#"{{"id":1,"name":"a","company":{{"id":2}},{members}}}"#);
            let agreement = agreement(serde_json::from_str(&json).expect(members), today).expect(members);
            assert_eq!(agreement.status, expected, "{members}");
        }
    }

    #[test]
    fn only_our_keys_are_keys() {
        let key = |text: &str| text.starts_with(WriteKey::PREFIX);
        assert!(key("PB:7") && !key("pb:7") && !key("RMM-7"));
        assert_eq!(leading_day("2026-04-01T00:00:00Z"), NaiveDate::from_ymd_opt(2026, 4, 1));
        assert_eq!(leading_day("2026-04-01"), NaiveDate::from_ymd_opt(2026, 4, 1));
        assert_eq!((leading_day("4/1/2026"), leading_day("")), (None, None));
    }
}
