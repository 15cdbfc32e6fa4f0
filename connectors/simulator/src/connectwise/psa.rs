//! ConnectWise PSA as any PSA.

use chrono::NaiveDate;
use futures_util::future::BoxFuture;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::simulator::Simulator;
use crate::faults::FaultRule;
use crate::journal::LoggedRequest;
use crate::psa::{Desk, Psa, SeenAddition, SeenNote, SeenTicket};

/// Any GUID is a client id to a site that was not told which one to accept.
const CLIENT_ID: &str = "5f0d7a1e-3c1b-4f3e-9a55-6d7b6c0e8f21";

impl Psa for Simulator {
    fn kind(&self) -> &'static str {
        "connectwise"
    }

    fn name(&self) -> &'static str {
        "ConnectWise PSA"
    }

    fn base_url(&self) -> &str {
        self.base_url()
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let accepted = self.site().client_id.clone();
        vec![(
            "connectwise.client_id",
            accepted.unwrap_or_else(|| CLIENT_ID.to_owned()),
        )]
    }

    fn credentials(&self) -> Vec<(&'static str, String)> {
        let keys = self.site().keys();
        vec![
            ("site", self.base_url().to_owned()),
            ("company_id", self.site().company_id.clone()),
            ("public_key", keys.public),
            ("private_key", keys.private),
        ]
    }

    fn desk(&self) -> Desk {
        Desk {
            board: "Backup Alerts",
            new: "New",
            closed: "Completed",
            reopened: "Reopened",
            fields: &[],
        }
    }

    fn bills_ahead(&self) -> bool {
        false
    }

    fn additions(&self, company: &str) -> Vec<SeenAddition> {
        let is_wanted = |agreement: &&Map<String, Value>| {
            named(agreement, "company") == company && text(agreement, "name") == "Managed Backup"
        };
        let agreements = self.records("agreements");
        let Some(agreement) = agreements.iter().find(is_wanted).map(id) else {
            return Vec::new();
        };
        let additions = self.records("additions").into_iter();
        let mut seen: Vec<_> = additions
            .filter(|addition| number(addition, "agreementId") == agreement)
            .map(|addition| SeenAddition {
                id: id(&addition),
                product: named(&addition, "product"),
                quantity: decimal(&addition, "quantity").unwrap_or_default(),
                unit_price: decimal(&addition, "unitPrice"),
                description: optional(&addition, "invoiceDescription"),
                ended: optional(&addition, "cancelledDate").and_then(|day| day_of(&day)),
            })
            .collect();
        seen.sort_by(|one, other| (&one.product, one.id).cmp(&(&other.product, other.id)));
        seen
    }

    fn tickets(&self) -> Vec<SeenTicket> {
        let tickets = self.records("tickets").into_iter();
        tickets
            .map(|ticket| SeenTicket {
                id: id(&ticket),
                company: named(&ticket, "company"),
                summary: text(&ticket, "summary"),
                status: member(&ticket, "status", "name"),
                closed: ticket.get("closedFlag") == Some(&Value::Bool(true)),
                external_id: optional(&ticket, "externalXRef"),
            })
            .collect()
    }

    fn notes(&self) -> Vec<SeenNote> {
        let notes = self.records("notes").into_iter();
        notes
            .map(|note| SeenNote {
                id: id(&note),
                ticket: number(&note, "ticketId"),
                text: text(&note, "text"),
            })
            .collect()
    }

    fn ticket_path(&self) -> &'static str {
        "service/tickets"
    }

    fn addition_writes(&self) -> Vec<LoggedRequest> {
        let mut requests = self.requests();
        requests.retain(|request| request.method != "GET" && request.path.contains("/additions"));
        requests
    }

    fn requests(&self) -> Vec<LoggedRequest> {
        self.requests()
    }

    fn clear_requests(&self) {
        self.clear_requests();
    }

    fn inject(&self, rule: FaultRule) -> u64 {
        self.inject(rule)
    }

    fn clear_faults(&self) {
        self.clear_faults();
    }

    fn shutdown(self: Box<Self>) -> BoxFuture<'static, std::io::Result<()>> {
        Box::pin(Simulator::shutdown(*self))
    }
}

fn id(record: &Map<String, Value>) -> i64 {
    number(record, "id")
}

fn number(record: &Map<String, Value>, name: &str) -> i64 {
    record.get(name).and_then(Value::as_i64).unwrap_or_default()
}

fn decimal(record: &Map<String, Value>, name: &str) -> Option<Decimal> {
    record.get(name)?.to_string().parse().ok()
}

fn optional(record: &Map<String, Value>, name: &str) -> Option<String> {
    record.get(name)?.as_str().map(str::to_owned)
}

fn text(record: &Map<String, Value>, name: &str) -> String {
    optional(record, name).unwrap_or_default()
}

/// The identifier of the record that a member refers to.
fn named(record: &Map<String, Value>, name: &str) -> String {
    member(record, name, "identifier")
}

fn member(record: &Map<String, Value>, name: &str, of: &str) -> String {
    let found = record.get(name).and_then(|reference| reference.get(of));
    found.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn day_of(instant: &str) -> Option<NaiveDate> {
    instant.get(..10)?.parse().ok()
}
