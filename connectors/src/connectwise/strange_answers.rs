//! Whatever the PSA answers or announces, every operation ends in a result or in a typed error, after few requests and without a panic.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

use super::{client::Client, config::Config, connector::ConnectWise};
use crate::{
    Error, Filter, PsaConnector, ReadQuery, SystemClock,
    record::{
        AdditionTarget, AgreementId, BoardId, ChoiceId, CompanyId, DesiredAddition, DeviceId, InboundDelivery,
        NoteDestination, NoteDraft, ProductId, Routing, StatusId, TicketDraft, TicketId, Topic, WebhookEndpoint,
        WriteKey,
    },
    transport::{Request, Response, Transport, TransportError, scripted::answer},
};

/// More requests than all operations together need when they get the same answer every time.
const FEW: usize = 400;

/// Answers everything alike, but discovery properly unless that is what is strange.
#[derive(Debug)]
struct Monotonous {
    response: Response,
    is_found: bool,
    asked: AtomicUsize,
}

#[async_trait]
impl Transport for Monotonous {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        assert!(asked < FEW, "{request:?} is the request number {asked}");
        if self.is_found && request.url.path().starts_with("/login/") {
            let found = r#"{"CompanyName":"Acme","Codebase":"v2025_1/","SiteUrl":"api-na.myconnectwise.net"}"#;
            return Ok(answer(200, found));
        }
        Ok(self.response.clone())
    }
}

/// Every operation once; the errors of those that failed.
async fn everything(connector: &ConnectWise, announced: &[u8]) -> Vec<Error> {
    let at = DateTime::<Utc>::UNIX_EPOCH;
    let day = NaiveDate::default();
    let (agreement, ticket, key) = (AgreementId::new("1"), TicketId::new("1"), WriteKey::new("PB:1"));
    let query = ReadQuery::all().since(Some(at)).of_company(CompanyId::new("1"));
    let target = |addition: Option<&str>| AdditionTarget {
        agreement: agreement.clone(),
        product: ProductId::new("5"),
        addition: addition.map(crate::record::AdditionId::new),
        seen: None,
    };
    let desired = DesiredAddition {
        quantity: 3.into(),
        unit_price: None,
        unit_cost: None,
        description: Some("x".to_owned()),
    };
    let draft = TicketDraft {
        company: CompanyId::new("1"),
        contact: None,
        summary: "x".to_owned(),
        body: "x".to_owned(),
        routing: Routing {
            board: BoardId::new("1"),
            status: None,
            fields: [].into(),
        },
    };
    let note = NoteDraft {
        text: "x".to_owned(),
        destination: NoteDestination::Internal,
    };
    let endpoint = WebhookEndpoint {
        url: "https://h.example/w".parse().expect("an address"),
        secret: "x".into(),
        topics: vec![Topic::Tickets, Topic::Companies],
    };
    let key_url = "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=1";
    let body = json!({ "Action": "updated", "Type": "ticket", "ID": 1, "CompanyId": "acme",
        "Metadata": { "key_url": key_url } });
    let body = body.to_string();
    let headers = [("x-content-signature".to_owned(), "eA==".to_owned())];
    let delivery = |body| InboundDelivery {
        headers: &headers,
        body,
    };
    let board = BoardId::new("1");
    let mut errors = Vec::new();
    macro_rules! each {
        ($($call:expr),+ $(,)?) => {$(
            if let Err(error) = $call.await {
                errors.push(error);
            }
        )+};
    }
    each!(
        connector.verify(),
        connector.check_rights(),
        connector.companies(&query),
        connector.filter_values(Filter::CompanyType),
        connector.contacts(&query),
        connector.products(&query),
        connector.agreements(&query),
        connector.additions(&agreement),
        connector.additions_of(&[agreement.clone(), AgreementId::new("2")]),
        connector.set_addition(&target(None), &desired, day, &key),
        connector.set_addition(&target(Some("9")), &desired, day, &key),
        connector.end_addition(&target(Some("9")), day, &key),
        connector.boards(),
        connector.choices("item", &board),
        connector.choices("priority", &board),
        connector.create_ticket(&draft, &key),
        connector.find_tickets(&key),
        connector.ticket(&ticket),
        connector.add_note(&ticket, &note, &key),
        connector.find_notes(&ticket, &key),
        connector.is_worked_on(&ticket),
        connector.set_ticket_status(&ticket, &StatusId::new("7")),
        connector.set_ticket_field(&ticket, "priority", &ChoiceId::new("2")),
        connector.tickets_changed_since(at, &ReadQuery::all()),
        connector.find_devices(&CompanyId::new("1"), "x"),
        connector.link_device(&ticket, &DeviceId::new("4")),
        connector.ensure_webhook(&endpoint),
        connector.remove_webhook(&endpoint),
        connector.open_delivery(&endpoint, delivery(body.as_bytes())),
        connector.open_delivery(&endpoint, delivery(announced)),
    );
    errors
}

/// Any JSON, not too large.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("2026-03-01T00:00:00Z")),
        Just(json!(1e300)),
    ];
    let names = select(vec![
        "id", "name", "code", "error", "message", "errors", "results", "_info", "quantity",
    ]);
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((names.clone(), inner), 0..5).prop_map(|members| {
                let members = members.into_iter().map(|(name, value)| (name.to_owned(), value));
                Value::Object(members.collect())
            }),
        ]
    })
}

/// An answer as a PSA gives it, for one record or another.
fn usual() -> Value {
    let texts = r#"{
        "id": 9, "identifier": "x", "name": "x", "description": "x", "summary": "x", "text": "[psa-bridge: PB:1]",
        "company": { "id": 1, "name": "x" }, "board": { "id": 1 }, "status": { "id": 7, "name": "New" },
        "product": { "id": 5 }, "quantity": 3.0, "unitPrice": 0.05, "effectiveDate": "2026-01-01T00:00:00Z",
        "cancelledDate": "2026-02-01T00:00:00Z", "invoiceDescription": "x", "types": [{ "id": 1, "name": "x" }],
        "communicationItems": [{ "value": "a@b.c", "communicationType": "Email", "defaultFlag": true }],
        "agreementStatus": "Active", "nextInvoiceDate": "2026-03-01", "currency": { "currencyCode": "USD" },
        "typeAssociationIds": [1], "type": { "id": 1 }, "subType": { "id": 1 }, "item": { "id": 9 },
        "externalXRef": "PB:1", "closedFlag": false, "url": "https://h.example/w?recordId=", "level": "owner",
        "results": [{ "sequenceNumber": 0, "success": true, "statusCode": 200, "entities": [] }],
        "signing_key": "x", "Action": "updated", "Type": "ticket", "ID": 1, "CompanyId": "acme", "MessageId": "x",
        "Metadata": { "key_url": "https://na.myconnectwise.net/v1//system/callbackkey/index.rails?companyName=acme&id=1" },
        "_info": { "lastUpdated": "2026-03-01T00:00:00Z", "updatedBy": "x" }
    }"#;
    Value::Array(vec![serde_json::from_str(texts).expect("JSON")])
}

/// Puts `replacement` in the place of one of the values in `value`.
fn mutate(value: &mut Value, at: usize, replacement: Value) {
    let mut paths = Vec::new();
    collect(value, String::new(), &mut paths);
    if let Some(place) = paths.get(at % paths.len()).and_then(|path| value.pointer_mut(path)) {
        *place = replacement;
    }
}

fn collect(value: &Value, path: String, paths: &mut Vec<String>) {
    match value {
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect(element, format!("{path}/{index}"), paths);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                collect(member, format!("{path}/{name}"), paths);
            }
        }
        _ => {}
    }
    paths.push(path);
}

fn any_body() -> impl Strategy<Value = Vec<u8>> {
    let whole = any_json().prop_map(|json| json.to_string().into_bytes());
    let nearly = (any::<usize>(), any_json(), any::<bool>()).prop_map(|(at, replacement, is_list)| {
        let mut body = usual();
        mutate(&mut body, at, replacement);
        let body = if is_list {
            body
        } else {
            body.get(0).cloned().unwrap_or_default()
        };
        body.to_string().into_bytes()
    });
    let cut = (any::<usize>(), any::<bool>()).prop_map(|(at, is_list)| {
        let body = usual();
        let body = if is_list { body.to_string() } else { body[0].to_string() };
        body.as_bytes()[..at % body.len()].to_vec()
    });
    prop_oneof![1 => vec(any::<u8>(), 0..64), 1 => whole, 4 => nearly, 1 => cut]
}

fn any_link() -> impl Strategy<Value = Option<String>> {
    let sensible = (
        any::<i16>(),
        select(vec!["pageId", "page", "x"]),
        select(vec!["next", "last", ""]),
    );
    let sensible = sensible.prop_map(|(id, name, rel)| format!("<https://h/x?{name}={id}>; rel=\"{rel}\""));
    prop_oneof![
        Just(None),
        Just(Some(String::new())),
        sensible.prop_map(Some),
        "[ -~]{0,40}".prop_map(Some)
    ]
}

const STATUSES: [u16; 16] = [
    200, 201, 204, 207, 301, 400, 401, 403, 404, 405, 409, 415, 429, 500, 502, 503,
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_understood_or_refused(
        status in prop_oneof![Just(200_u16), select(STATUSES.to_vec())],
        body in any_body(),
        link in any_link(),
        retry_after in prop_oneof![Just(None), "[ -~]{0,30}".prop_map(Some)],
        is_found in any::<bool>(),
        announced in any_body(),
    ) {
        let mut response = answer(status, "");
        response.body = body;
        for (name, value) in [("link", link), ("retry-after", retry_after)] {
            if let Some(value) = value.and_then(|value| value.parse().ok()) {
                response.headers.insert(name, value);
            }
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let transport = Arc::new(Monotonous { response, is_found, asked: AtomicUsize::new(0) });
        let shared: Arc<dyn Transport> = Arc::<Monotonous>::clone(&transport);
        let connector = ConnectWise::over(Client::new(Config::testing(), shared, Arc::new(SystemClock)));
        let errors = runtime.block_on(everything(&connector, &announced));
        for error in errors {
            prop_assert!(!error.message().is_empty());
            let shown = format!("{error} {error:?}");
            prop_assert!(!shown.contains("Basic"), "{}", shown);
        }
    }
}
