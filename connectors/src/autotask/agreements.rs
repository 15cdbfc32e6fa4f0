//! Contracts: those of the type that services can be on.

use super::{
    call::{Call, List},
    client::Client,
    directory::of_company,
    mapping::{self, RECURRING, number},
    rights, wire,
};
use crate::{
    error::{Error, Result},
    query::{Page, ReadQuery},
    record::{Agreement, AgreementId},
};

/// Reads a page of contracts. They have no date of their last change that can be asked for, so a read of changes gives all.
pub(super) async fn agreements(client: &Client, query: &ReadQuery) -> Result<Page<Agreement>> {
    const OPERATION: &str = "agreements";
    let conditions = of_company(query, "companyID")?.number_is("contractType", RECURRING);
    let list = List::new(OPERATION, rights::CONTRACTS, "Contracts", conditions);
    let page = client.read(&list, query).await?;
    let fields = client.usual_fields(OPERATION, list.right, "Contracts").await?;
    let today = client.clock.now().date_naive();
    Ok(page.map(|contract| mapping::agreement(contract, &fields, today)))
}

/// Reads the contract that an agreement is.
///
/// # Errors
/// There is none, or it is of a type that holds no services.
pub(super) async fn contract(
    client: &Client,
    operation: &'static str,
    agreement: &AgreementId,
) -> Result<wire::ContractStub> {
    let id = number("agreement", agreement.as_str())?;
    let call = Call::record(operation, rights::CONTRACTS, "Contracts", id);
    let contract: wire::ContractStub = client.item(&call).await?;
    if contract.kind != Some(RECURRING) {
        let message = format!("the contract {id} is not a recurring service contract");
        return Err(Error::invalid("agreement", message));
    }
    Ok(contract)
}
