//! The wrapper around a connector that can do nothing: no call gets through to it.

use std::sync::Arc;

use super::*;
use crate::{
    capability::Capabilities,
    descriptor::{HostPolicy, Limits, Pace, QuantityKind},
    record::{NoteDestination, ProductId, Routing, Topic},
};

/// A connector without any capability. It ends the test when it is asked for something.
#[derive(Debug)]
struct Incapable;

static DESCRIPTOR: Descriptor = Descriptor {
    kind: "incapable",
    name: "Incapable PSA",
    capabilities: Capabilities::of(&[]),
    credential_fields: &[],
    operator_settings: &[],
    preparation: &[],
    rights: &[],
    filters: &[],
    topics: &[],
    routing_fields: &[],
    priority_field: None,
    quantity: QuantityKind::SignedIntegerDelta,
    limits: Limits {
        pace: Pace::per_minute(1),
        concurrency_per_endpoint: None,
        concurrency: 1,
        page_size: 1,
        summary_chars: 1,
        description_chars: 1,
    },
    hosts: HostPolicy { domains: &[] },
};

/// Declares the operations that must not be reached.
macro_rules! unreached {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)+) => {
        #[async_trait]
        impl PsaConnector for Incapable {
            fn descriptor(&self) -> &'static Descriptor {
                &DESCRIPTOR
            }

            $(async fn $name(&self, $($argument: $kind),*) -> Result<$answer> {
                unreachable!("{} was called with {:?}", stringify!($name), ($($argument,)*));
            })+
        }
    };
}

unreached! {
    verify() -> Account;
    check_rights() -> Vec<RightFinding>;
    companies(query: &ReadQuery) -> Page<Company>;
    filter_values(filter: Filter) -> Vec<FilterValue>;
    contacts(query: &ReadQuery) -> Page<Contact>;
    products(query: &ReadQuery) -> Page<Product>;
    agreements(query: &ReadQuery) -> Page<Agreement>;
    additions(agreement: &AgreementId) -> Vec<Addition>;
    additions_of(agreements: &[AgreementId]) -> BTreeMap<AgreementId, Vec<Addition>>;
    set_addition(target: &AdditionTarget, desired: &DesiredAddition, effective: NaiveDate, key: &WriteKey) -> AdditionReceipt;
    end_addition(target: &AdditionTarget, on: NaiveDate, key: &WriteKey) -> AdditionReceipt;
    boards() -> Vec<Board>;
    choices(field: &str, board: &BoardId) -> Vec<Choice>;
    create_ticket(draft: &TicketDraft, key: &WriteKey) -> Ticket;
    find_tickets(key: &WriteKey) -> Vec<Ticket>;
    ticket(id: &TicketId) -> Ticket;
    add_note(id: &TicketId, note: &NoteDraft, key: &WriteKey) -> Note;
    find_notes(id: &TicketId, key: &WriteKey) -> Vec<Note>;
    is_worked_on(id: &TicketId) -> bool;
    set_ticket_status(id: &TicketId, status: &StatusId) -> Ticket;
    set_ticket_field(id: &TicketId, field: &str, value: &ChoiceId) -> Ticket;
    tickets_changed_since(since: DateTime<Utc>, query: &ReadQuery) -> Page<Ticket>;
    find_devices(company: &CompanyId, identifier: &str) -> Vec<Device>;
    link_device(ticket: &TicketId, device: &DeviceId) -> ();
    ensure_webhook(endpoint: &WebhookEndpoint) -> Vec<Subscription>;
    remove_webhook(endpoint: &WebhookEndpoint) -> ();
    open_delivery(endpoint: &WebhookEndpoint, delivery: InboundDelivery<'_>) -> Vec<Hint>;
}

#[tokio::test]
async fn what_a_connector_cannot_do_does_not_reach_it() {
    let psa = Guarded::new(Arc::new(Incapable));
    let (query, key, at, day) = (
        ReadQuery::all(),
        WriteKey::new("PB:1"),
        DateTime::UNIX_EPOCH,
        NaiveDate::default(),
    );
    let (agreement, ticket, board) = (AgreementId::new("1"), TicketId::new("1"), BoardId::new("1"));
    let target = AdditionTarget {
        agreement: agreement.clone(),
        product: ProductId::new("1"),
        addition: None,
        seen: None,
    };
    let desired = DesiredAddition {
        quantity: 1.into(),
        unit_price: None,
        unit_cost: None,
        description: None,
    };
    let draft = TicketDraft {
        company: CompanyId::new("1"),
        contact: None,
        summary: String::new(),
        body: String::new(),
        routing: Routing {
            board: board.clone(),
            status: None,
            fields: BTreeMap::new(),
        },
    };
    let note = NoteDraft {
        text: String::new(),
        destination: NoteDestination::Internal,
    };
    let endpoint = |topics: &[Topic]| WebhookEndpoint {
        url: "https://h.example/".parse().expect("an address"),
        secret: "x".into(),
        topics: topics.to_vec(),
    };
    let delivery = InboundDelivery {
        headers: &[],
        body: b"",
    };
    let filtered = ReadQuery::all().only(Filter::CompanyType, [ChoiceId::new("1")]);
    macro_rules! refused {
        ($($operation:ident($($argument:expr),*)),+ $(,)?) => {$(
            let error = psa.$operation($($argument),*).await.expect_err(stringify!($operation));
            assert_eq!(error.kind(), &ErrorKind::Unsupported, "{error}");
            assert_eq!(error.operation(), stringify!($operation));
            assert!(!error.is_temporary() && error.message().starts_with("Incapable PSA cannot"), "{error}");
        )+};
    }
    refused!(
        companies(&query),
        companies(&filtered),
        filter_values(Filter::AgreementType),
        contacts(&query),
        products(&query),
        agreements(&query),
        additions(&agreement),
        additions_of(&[]),
        set_addition(&target, &desired, day, &key),
        end_addition(&target, day, &key),
        boards(),
        choices("type", &board),
        create_ticket(&draft, &key),
        find_tickets(&key),
        ticket(&ticket),
        add_note(&ticket, &note, &key),
        find_notes(&ticket, &key),
        is_worked_on(&ticket),
        set_ticket_status(&ticket, &StatusId::new("1")),
        set_ticket_field(&ticket, "type", &ChoiceId::new("1")),
        tickets_changed_since(at, &query),
        find_devices(&CompanyId::new("1"), "x"),
        link_device(&ticket, &DeviceId::new("1")),
        ensure_webhook(&endpoint(&[Topic::Tickets])),
        ensure_webhook(&endpoint(&[])),
        remove_webhook(&endpoint(&[])),
        open_delivery(&endpoint(&[]), delivery),
    );
}
