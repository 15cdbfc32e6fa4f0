//! Services on recurring contracts: read by their units, changed by differences.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{
    agreements,
    call::List,
    client::Client,
    mapping::{Line, Sold},
    query::Conditions,
    rights,
    units::{Row, Window, billed},
    wire::{self, Exact, Instant},
};
use crate::{
    error::{Error, ErrorKind, Result},
    record::{Addition, AdditionTarget, AgreementId},
};

mod write;

pub(super) use write::{end, set};

/// A service on a contract with its units.
#[derive(Debug, Clone)]
struct Held {
    service: wire::ContractService,
    rows: Vec<Row>,
}

/// A contract with its services.
#[derive(Debug)]
struct Contract {
    id: i64,
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
    services: Vec<Held>,
}

/// The services of contracts within a window, with the last day of each contract.
pub(super) async fn list(
    client: &Client,
    operation: &'static str,
    ends: &BTreeMap<i64, Option<NaiveDate>>,
    window: Window,
) -> Result<Vec<Addition>> {
    let ids: Vec<i64> = ends.keys().copied().collect();
    let held = held(client, operation, &ids, window.first, Some(window.last)).await?;
    let today = client.clock.now().date_naive();
    let addition = |held: &Held| addition(held, ends.get(&held.service.contract).copied().flatten(), window, today);
    Ok(held.iter().map(addition).collect())
}

/// Reads the services of contracts with their units that reach into the time from `first` to `last`.
async fn held(
    client: &Client,
    operation: &'static str,
    contracts: &[i64],
    first: NaiveDate,
    last: Option<NaiveDate>,
) -> Result<Vec<Held>> {
    let of_contracts = || match contracts {
        [one] => Conditions::none().number_is("contractID", *one),
        several => Conditions::none().number_in("contractID", several),
    };
    let list = List::new(operation, rights::SERVICES, "ContractServices", of_contracts());
    let services: Vec<wire::ContractService> = client.all(&list).await?;
    if services.is_empty() {
        return Ok(Vec::new());
    }
    let conditions = of_contracts().not_before("endDate", midnight(first));
    let conditions = match last {
        Some(last) => conditions.not_after("startDate", midnight(last)),
        None => conditions,
    };
    let list = List::new(operation, rights::SERVICES, "ContractServiceUnits", conditions);
    let mut rows: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
    for units in client.all::<wire::ServiceUnits>(&list).await? {
        rows.entry(units.contract_service).or_default().push(Row::from(&units));
    }
    let held = services.into_iter().map(|service| {
        let mut rows = rows.remove(&service.id).unwrap_or_default();
        rows.sort_by_key(|row| row.first);
        Held { service, rows }
    });
    Ok(held.collect())
}

fn midnight(day: NaiveDate) -> chrono::DateTime<chrono::Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}

fn addition(held: &Held, contract_end: Option<NaiveDate>, window: Window, day: NaiveDate) -> Addition {
    let billed = billed(&held.rows, window, contract_end, day);
    let service = &held.service;
    Addition {
        id: Line::Service(service.id).id(),
        agreement: AgreementId::new(service.contract.to_string()),
        product: Sold::Service(service.service).id(),
        quantity: Decimal::from(billed.units),
        unit_price: service.price().map(Exact::value),
        unit_cost: service.unit_cost.map(Exact::value),
        // Windows line ends are the PSA's: a text that we wrote is recognised again without them.
        description: service
            .invoice_description
            .as_deref()
            .map(|text| text.replace("\r\n", "\n")),
        effective_date: billed.since,
        cancelled_date: billed.ended,
    }
}

impl Contract {
    /// Reads a contract with everything that its services say from `from`, and from the window's beginning, on.
    async fn read(client: &Client, operation: &'static str, target: &AdditionTarget, from: NaiveDate) -> Result<Self> {
        let contract = agreements::contract(client, operation, &target.agreement).await?;
        let unread = Self {
            id: contract.id,
            start: contract.start_date.map(Instant::day),
            end: contract.end_date.map(Instant::day),
            services: Vec::new(),
        };
        unread.again(client, operation, from).await
    }

    /// Reads the services of the contract again.
    async fn again(&self, client: &Client, operation: &'static str, from: NaiveDate) -> Result<Self> {
        let first = Window::around(client.clock.now().date_naive()).first.min(from);
        Ok(Self {
            services: held(client, operation, &[self.id], first, None).await?,
            ..*self
        })
    }

    fn held(&self, id: i64) -> Result<&Held> {
        let found = self.services.iter().find(|held| held.service.id == id);
        found.ok_or_else(|| {
            let message = format!("the contract {} has no service {id} on it", self.id);
            Error::new(ErrorKind::NotFound, message)
        })
    }

    /// The one service of this contract that came with its last change.
    fn newest(&self, service: i64) -> Option<&Held> {
        let of_service = self.services.iter().filter(|held| held.service.service == service);
        of_service.max_by_key(|held| held.service.id)
    }

    /// Whether a period that covers a day is posted on any of the services.
    fn is_posted(&self, day: NaiveDate) -> bool {
        let mut rows = self.services.iter().flat_map(|held| &held.rows);
        rows.any(|row| row.posted && row.covers(day))
    }

    /// The addition that a service is, as lists show it on `day`.
    fn addition(&self, client: &Client, held: &Held, day: NaiveDate) -> Addition {
        let window = Window::around(client.clock.now().date_naive());
        addition(held, self.end, window, day)
    }

    /// The one addition of a service that has not ended by a day, and one that has, which can be taken up again.
    fn of_service(
        &self,
        client: &Client,
        service: i64,
        effective: NaiveDate,
    ) -> Result<(Option<&Held>, Option<&Held>)> {
        let today = client.clock.now().date_naive();
        let of_service = self.services.iter().filter(|held| held.service.service == service);
        let (lasting, ended): (Vec<_>, Vec<_>) = of_service.partition(|held| {
            let ended = self.addition(client, held, today).cancelled_date;
            ended.is_none_or(|ended| ended > effective)
        });
        let in_force = AdditionTarget::only(lasting, |held| Line::Service(held.service.id).id())?;
        Ok((in_force, ended.last().copied()))
    }
}
