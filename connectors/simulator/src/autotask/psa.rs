//! Autotask PSA as any PSA.

use chrono::NaiveDate;
use futures_util::future::BoxFuture;
use rust_decimal::Decimal;

use super::model::{Record, id_of, number, text_of};
use super::models::ticket::{COMPLETE, STATES};
use super::query::decimal;
use super::simulator::Simulator;
use crate::faults::FaultRule;
use crate::journal::LoggedRequest;
use crate::psa::{Desk, Psa, SeenAddition, SeenNote, SeenTicket};

impl Psa for Simulator {
    fn kind(&self) -> &'static str {
        "autotask"
    }

    fn name(&self) -> &'static str {
        "Autotask PSA"
    }

    fn base_url(&self) -> &str {
        self.base_url()
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("autotask.integration_code", self.site().keys().integration_code)]
    }

    fn credentials(&self) -> Vec<(&'static str, String)> {
        let keys = self.site().keys();
        vec![
            ("site", self.base_url().to_owned()),
            ("username", keys.user_name),
            ("secret", keys.secret),
        ]
    }

    fn desk(&self) -> Desk {
        Desk {
            board: "Backup",
            new: "New",
            closed: "Complete",
            reopened: "In Progress",
            fields: &[("priority", "Medium")],
        }
    }

    fn bills_ahead(&self) -> bool {
        true
    }

    fn additions(&self, company: &str) -> Vec<SeenAddition> {
        let Some(contract) = self.contract_of(company) else {
            return Vec::new();
        };
        let services = self.records("ContractServices").into_iter();
        let services = services.filter(|service| number(service, "contractID") == Some(contract));
        let charges = self.records("ContractCharges").into_iter();
        let charges = charges.filter(|charge| number(charge, "contractID") == Some(contract));
        let mut seen: Vec<_> = services
            .map(|service| self.service(&service))
            .chain(charges.map(|charge| self.charge(&charge)))
            .collect();
        seen.sort_by(|one, other| (&one.product, one.id).cmp(&(&other.product, other.id)));
        seen
    }

    fn tickets(&self) -> Vec<SeenTicket> {
        let companies = self.records("Companies");
        let number_of = |id| {
            let company = companies.iter().find(|company| id_of(company) == id);
            company.and_then(|company| text_of(company, "companyNumber"))
        };
        let tickets = self.records("Tickets").into_iter();
        tickets
            .map(|ticket| SeenTicket {
                id: id_of(&ticket).unwrap_or_default(),
                company: number_of(number(&ticket, "companyID")).unwrap_or_default().to_owned(),
                summary: text_of(&ticket, "title").unwrap_or_default().to_owned(),
                status: label(number(&ticket, "status").unwrap_or_default()),
                closed: number(&ticket, "status") == Some(COMPLETE),
                external_id: text_of(&ticket, "externalID").map(str::to_owned),
            })
            .collect()
    }

    fn notes(&self) -> Vec<SeenNote> {
        let notes = self.records("TicketNotes").into_iter();
        notes
            .map(|note| SeenNote {
                id: id_of(&note).unwrap_or_default(),
                ticket: number(&note, "ticketID").unwrap_or_default(),
                text: text_of(&note, "description").unwrap_or_default().to_owned(),
            })
            .collect()
    }

    fn ticket_path(&self) -> &'static str {
        "/V1.0/Ticket"
    }

    fn addition_writes(&self) -> Vec<LoggedRequest> {
        let mut requests = self.requests();
        requests.retain(|request| {
            let path = request.path.to_ascii_lowercase();
            let is_of_additions = path.contains("/contract") && !path.contains("/query");
            is_of_additions && request.method != "GET"
        });
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

impl Simulator {
    /// The contract “Managed Backup” of the company of this number.
    fn contract_of(&self, company: &str) -> Option<i64> {
        let companies = self.records("Companies");
        let company = companies
            .iter()
            .find(|known| text_of(known, "companyNumber") == Some(company))?;
        let contracts = self.records("Contracts");
        let contract = contracts.iter().find(|contract| {
            number(contract, "companyID") == id_of(company)
                && text_of(contract, "contractName") == Some("Managed Backup")
        })?;
        id_of(contract)
    }

    fn service(&self, service: &Record) -> SeenAddition {
        let today = self.site().shell.now().date_naive();
        let units = self.records("ContractServiceUnits").into_iter();
        let mut units = units.filter(|units| number(units, "contractServiceID") == id_of(service));
        let now = units.find(|units| {
            let begins = day(units, "startDate").is_some_and(|day| day <= today);
            begins && day(units, "endDate").is_some_and(|day| day >= today)
        });
        let units = now.and_then(|units| number(&units, "units")).unwrap_or_default();
        let price = decimal_of(service, "internalCurrencyAdjustedPrice");
        SeenAddition {
            id: id_of(service).unwrap_or_default(),
            product: self.sku("Services", number(service, "serviceID")),
            quantity: Decimal::from(units),
            unit_price: price.or_else(|| decimal_of(service, "unitPrice")),
            description: text_of(service, "invoiceDescription").map(str::to_owned),
            ended: None,
        }
    }

    fn charge(&self, charge: &Record) -> SeenAddition {
        SeenAddition {
            id: id_of(charge).unwrap_or_default(),
            product: self.sku("Products", number(charge, "productID")),
            quantity: decimal_of(charge, "unitQuantity").unwrap_or_default(),
            unit_price: decimal_of(charge, "unitPrice"),
            description: text_of(charge, "description").map(str::to_owned),
            ended: None,
        }
    }

    fn sku(&self, entity: &str, id: Option<i64>) -> String {
        let goods = self.records(entity);
        let found = goods.iter().find(|goods| id_of(goods) == id);
        found
            .and_then(|goods| text_of(goods, "sku"))
            .unwrap_or_default()
            .to_owned()
    }
}

fn label(status: i64) -> String {
    let value = status.to_string();
    let state = STATES.iter().find(|state| state.value == value);
    state.map_or(value.clone(), |state| state.label.to_owned())
}

fn decimal_of(record: &Record, name: &str) -> Option<Decimal> {
    decimal(record.get(name)?)
}

fn day(record: &Record, name: &str) -> Option<NaiveDate> {
    text_of(record, name)?.get(..10)?.parse().ok()
}
