//! Changing services on contracts: by how many units more or fewer, and from which day on.

use chrono::NaiveDate;
use reqwest::Method;
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{Contract, Held};
use crate::{
    autotask::{
        call::Call,
        client::Client,
        error::unconfirmed,
        rights,
        units::{Posted, adjustments},
        wire::{Adjustment, ChangedService, ContractService, Day, Exact},
    },
    error::{Error, ErrorKind, Result},
    record::{AdditionChange, AdditionReceipt, AdditionTarget, DesiredAddition},
};

const SET: &str = "set_addition";
const END: &str = "end_addition";

/// What is written of a service besides its units: only what differs from what is there.
#[derive(Debug, Default, PartialEq)]
struct Terms<'a> {
    price: Option<Decimal>,
    cost: Option<Decimal>,
    description: Option<&'a str>,
}

impl<'a> Terms<'a> {
    /// Everything that is desired, for a service that is not there yet.
    fn of(desired: &'a DesiredAddition) -> Self {
        Self {
            price: desired.unit_price,
            cost: desired.unit_cost,
            description: desired.description.as_deref(),
        }
    }

    /// What differs from what is there.
    fn beyond(desired: &'a DesiredAddition, found: &ContractService) -> Self {
        let differs = |wanted: &Decimal, found: Option<Exact>| Some(*wanted) != found.map(Exact::value);
        let text = found
            .invoice_description
            .as_deref()
            .map(|text| text.replace("\r\n", "\n"));
        let Self {
            price,
            cost,
            description,
        } = Self::of(desired);
        Self {
            price: price.filter(|price| differs(price, found.price())),
            cost: cost.filter(|cost| differs(cost, found.unit_cost)),
            description: description.filter(|wanted| Some(*wanted) != text.as_deref()),
        }
    }

    fn is_met(&self) -> bool {
        *self == Self::default()
    }
}

/// A contract as it was read, and what shall be changed on it.
struct Change<'c> {
    client: &'c Client,
    operation: &'static str,
    contract: Contract,
    service: i64,
    from: NaiveDate,
}

pub(in crate::autotask) async fn set(
    client: &Client,
    target: &AdditionTarget,
    service: i64,
    line: Option<i64>,
    desired: &DesiredAddition,
    effective: NaiveDate,
) -> Result<AdditionReceipt> {
    let wanted = whole(desired.quantity)?;
    let today = client.clock.now().date_naive();
    let contract = Contract::read(client, SET, target, effective).await?;
    let (in_force, dormant) = match line {
        Some(line) => (Some(contract.held(line)?), None),
        None => contract.of_service(client, service, effective)?,
    };
    let before = in_force.map(|held| contract.addition(client, held, today));
    if let Some(before) = &before {
        target.check_product(before)?;
    }
    check_days(&contract, effective)?;
    let taken = in_force.or(dormant).cloned();
    let rows = taken.as_ref().map(|held| held.rows.as_slice()).unwrap_or_default();
    let steps = adjustments(rows, wanted, effective).map_err(|Posted(day)| closed(day))?;
    let terms = taken
        .as_ref()
        .map_or_else(|| Terms::of(desired), |held| Terms::beyond(desired, &held.service));
    match &taken {
        Some(held) if steps.is_empty() && terms.is_met() => {
            let day = today.max(effective);
            return Ok(AdditionReceipt::unchanged(contract.addition(client, held, day)));
        }
        None if steps.is_empty() => {
            return Err(Error::invalid(
                "quantity",
                "a contract cannot have a service without units",
            ));
        }
        _ => {}
    }
    let ended = before.as_ref().and_then(|before| before.cancelled_date);
    if let Some(ended) = ended.filter(|ended| *ended <= effective) {
        return Err(Error::invalid("addition", format!("the addition ended on {ended}")));
    }
    target.check_seen(before.as_ref())?;
    // A service without a row of its own at that day gets one in the contract's period.
    let new_at = steps
        .first()
        .filter(|(day, _)| !rows.iter().any(|row| row.covers(*day)));
    if let Some((day, _)) = new_at.filter(|(day, _)| contract.is_posted(*day)) {
        return Err(closed(*day));
    }
    let change = Change {
        client,
        operation: SET,
        contract,
        service,
        from: effective,
    };
    let line = taken.map(|held| held.service.id);
    let held = change.write(line, &steps, &terms, desired).await?;
    Ok(AdditionReceipt {
        change: if before.is_some() {
            AdditionChange::Updated
        } else {
            AdditionChange::Created
        },
        before,
        after: change.contract.addition(client, &held, today.max(effective)),
    })
}

/// Ends a service on a day: from then on it has no units.
pub(in crate::autotask) async fn end(
    client: &Client,
    target: &AdditionTarget,
    line: i64,
    on: NaiveDate,
) -> Result<AdditionReceipt> {
    let today = client.clock.now().date_naive();
    let contract = Contract::read(client, END, target, on).await?;
    let held = contract.held(line)?;
    let before = contract.addition(client, held, today);
    target.check_product(&before)?;
    let steps = adjustments(&held.rows, 0, on).map_err(|Posted(day)| closed(day))?;
    if steps.is_empty() {
        return Ok(AdditionReceipt::unchanged(before));
    }
    target.check_seen(Some(&before))?;
    let service = held.service.service;
    let change = Change {
        client,
        operation: END,
        contract,
        service,
        from: on,
    };
    change.adjust(Some(line), &steps, &Terms::default()).await?;
    let after = change.read_again().await?;
    let held = after.held(line).map_err(unconfirmed)?;
    Ok(AdditionReceipt {
        change: AdditionChange::Ended,
        before: Some(before),
        after: after.addition(client, held, today),
    })
}

impl Change<'_> {
    /// Writes units and terms and reads the service again. What the PSA took over with the units is not written twice.
    async fn write(
        &self,
        line: Option<i64>,
        steps: &[(NaiveDate, i64)],
        terms: &Terms<'_>,
        desired: &DesiredAddition,
    ) -> Result<Held> {
        let mut held = None;
        if !steps.is_empty() || terms.cost.is_some() {
            self.adjust(line, steps, terms).await?;
            held = Some(self.read_service(line).await?);
        }
        let line = held.as_ref().map(|held: &Held| held.service.id).or(line);
        let left = held.as_ref().map_or_else(
            || Terms {
                price: terms.price,
                description: terms.description,
                cost: None,
            },
            |held| Terms::beyond(desired, &held.service),
        );
        if let Some(line) = line.filter(|_| left.price.is_some() || left.description.is_some()) {
            let body = ChangedService {
                id: line,
                internal_currency_adjusted_price: left.price.map(Exact::from),
                invoice_description: left.description,
            };
            let place = (Method::PATCH, format!("Contracts/{}/Services", self.contract.id));
            let call = Call::write(self.operation, Some(rights::SERVICES), "ContractServices", place, &body)?;
            self.client.written(&call).await?;
            held = None;
        }
        match held {
            Some(held) => Ok(held),
            None => self.read_service(line).await,
        }
    }

    /// Writes the adjustments; the first one carries the prices. Without any the prices go with a difference of nothing:
    /// a cost cannot be written otherwise.
    async fn adjust(&self, line: Option<i64>, steps: &[(NaiveDate, i64)], terms: &Terms<'_>) -> Result<()> {
        let nothing = [(self.from, 0)];
        let steps = if steps.is_empty() { nothing.as_slice() } else { steps };
        let mut line = line;
        let mut terms = (terms.price, terms.cost);
        for (day, change) in steps {
            let (price, cost) = std::mem::take(&mut terms);
            let body = Adjustment {
                contract: line.is_none().then_some(self.contract.id),
                service: line.is_none().then_some(self.service),
                contract_service: line,
                effective_date: Day(*day),
                unit_change: *change,
                adjusted_unit_price: price.map(Exact::from),
                adjusted_unit_cost: cost.map(Exact::from),
            };
            let entity = "ContractServiceAdjustments";
            let place = (Method::POST, entity.to_owned());
            let call = Call::write(self.operation, Some(rights::SERVICES), entity, place, &body)?;
            self.client.written(&call).await?;
            if line.is_none() && steps.len() > 1 {
                line = Some(self.read_service(None).await?.service.id);
            }
        }
        Ok(())
    }

    /// Reads the service after a write: by its own id, or the newest one of its kind.
    async fn read_service(&self, line: Option<i64>) -> Result<Held> {
        let contract = self.read_again().await?;
        let found = match line {
            Some(line) => contract.held(line).map_err(unconfirmed)?,
            None => contract.newest(self.service).ok_or_else(|| {
                let message = "Autotask PSA does not show the service that was added";
                Error::new(ErrorKind::Ambiguous, message).with_operation(self.operation)
            })?,
        };
        Ok(found.clone())
    }

    async fn read_again(&self) -> Result<Contract> {
        let read = self.contract.again(self.client, self.operation, self.from).await;
        read.map_err(unconfirmed)
    }
}

/// The whole number that a quantity is.
fn whole(quantity: Decimal) -> Result<i64> {
    let whole = quantity.fract().is_zero().then(|| quantity.to_i32()).flatten();
    whole.filter(|units| *units >= 0).map(i64::from).ok_or_else(|| {
        let message = "Autotask bills a service in whole units: bill this by a product, whose charges take fractions, or \
                       round it to a whole number";
        Error::invalid("quantity", message)
    })
}

fn check_days(contract: &Contract, effective: NaiveDate) -> Result<()> {
    let refused = |message: String| Err(Error::invalid("effective_date", message));
    if let Some(start) = contract.start.filter(|start| effective < *start) {
        return refused(format!("the contract begins on {start}"));
    }
    if let Some(end) = contract.end.filter(|end| effective > *end) {
        return refused(format!("the contract ends on {end}"));
    }
    Ok(())
}

fn closed(day: NaiveDate) -> Error {
    let message = format!("the period of {day} is approved and posted already");
    Error::new(ErrorKind::PeriodClosed, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_a_whole_number() {
        for (text, expected) in [("0", 0), ("3.000", 3), ("2147483647", 2_147_483_647)] {
            assert_eq!(whole(text.parse().expect(text)).expect(text), expected);
        }
        for text in ["0.5", "-1", "2147483648", "3.0001"] {
            let error = whole(text.parse().expect(text)).expect_err(text);
            assert!(matches!(error.kind(), ErrorKind::Invalid { fields } if fields[0].field == "quantity"));
        }
    }

    #[test]
    fn only_what_differs_is_written() {
        let found: ContractService = serde_json::from_str(
            r#"{"id":1,"contractID":2,"serviceID":3,"unitPrice":9,"internalCurrencyAdjustedPrice":2.50,"unitCost":1,"invoiceDescription":"a\r\nb"}"#,
        )
        .expect("a service");
        let number = |text: &str| Some(text.parse::<Decimal>().expect(text));
        let same = DesiredAddition {
            quantity: Decimal::ONE,
            unit_price: number("2.5"),
            unit_cost: number("1.00"),
            description: Some("a\nb".to_owned()),
        };
        assert!(Terms::beyond(&same, &found).is_met());
        let other = DesiredAddition {
            unit_price: number("3"),
            unit_cost: None,
            ..same
        };
        assert_eq!(
            Terms::beyond(&other, &found),
            Terms {
                price: number("3"),
                ..Terms::default()
            }
        );
    }
}
