//! Reading the additions of many agreements with few requests.
//!
//! ConnectWise has no list of all additions, but answers several questions in one request (`/system/bundles`, described in
//! the vendor's developer guide). What a bundle cannot answer is asked one by one, so a server without bundles is only
//! slower.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::{StatusCode, header::HeaderMap};

use super::{
    agreements,
    call::{Call, List},
    client::Client,
    descriptor::DESCRIPTOR,
    error::translate,
    mapping::{self, number},
    query::Conditions,
    rights,
    wire::{self, Bundle, BundleAnswer, BundledList, BundledPage, BundledRequest, BundledResult, Listed},
};
use crate::{
    error::{Error, ErrorKind, Result},
    record::{Addition, AgreementId},
    transport::Response,
};

const OPERATION: &str = "additions_of";

/// How many questions one bundle holds. The limit is not documented; published clients ask fifty at once.
const BUNDLE: usize = 50;

/// How many ids one condition names, so that an address stays shorter than the 2,000 characters that the vendor advises.
const IDS: usize = 100;

/// What a bundle said of one agreement.
enum Told {
    Additions(Vec<Addition>),
    /// Nothing that can be relied on.
    Nothing,
}

pub(super) async fn additions_of(
    client: &Client,
    agreements: &[AgreementId],
) -> Result<BTreeMap<AgreementId, Vec<Addition>>> {
    let agreements: BTreeSet<&AgreementId> = agreements.iter().collect();
    let agreements: Vec<&AgreementId> = agreements.into_iter().collect();
    let mut told = ask(client, &agreements).await?;
    // An agreement that does not exist may also have an empty list.
    let unsure = |id: &&AgreementId| match told.get(*id) {
        Some(Told::Additions(additions)) => additions.is_empty(),
        Some(Told::Nothing) | None => true,
    };
    let in_doubt: Vec<&AgreementId> = agreements.iter().copied().filter(unsure).collect();
    let existing = existing(client, &in_doubt).await?;
    for id in in_doubt.iter().filter(|id| !existing.contains(**id)) {
        told.remove(*id);
    }
    let one_by_one = existing
        .iter()
        .filter(|id| !matches!(told.get(*id), Some(Told::Additions(_))));
    let reads: Vec<_> = one_by_one.map(|id| read_one(client, id)).collect();
    let read: Vec<_> = stream::iter(reads)
        .buffer_unordered(client.config.limits.concurrency)
        .try_collect()
        .await?;
    let told = told.into_iter().filter_map(|(id, told)| match told {
        Told::Additions(additions) => Some((id, additions)),
        Told::Nothing => None,
    });
    Ok(told.chain(read.into_iter().flatten()).collect())
}

/// Asks in bundles. After a first one that the PSA does not take, no other is sent.
async fn ask(client: &Client, agreements: &[&AgreementId]) -> Result<BTreeMap<AgreementId, Told>> {
    let mut bundles = agreements.chunks(BUNDLE);
    let Some(first) = bundles.next() else {
        return Ok(BTreeMap::new());
    };
    let Some(mut told) = ask_bundle(client, first).await? else {
        return Ok(BTreeMap::new());
    };
    let asked: Vec<_> = bundles.map(|bundle| ask_bundle(client, bundle)).collect();
    let others: Vec<_> = stream::iter(asked)
        .buffer_unordered(client.config.limits.concurrency)
        .try_collect()
        .await?;
    told.extend(others.into_iter().flatten().flatten());
    Ok(told)
}

/// Asks one bundle; `None` when the PSA does not take it.
async fn ask_bundle(client: &Client, agreements: &[&AgreementId]) -> Result<Option<BTreeMap<AgreementId, Told>>> {
    let request = |(index, id): (usize, &&AgreementId)| {
        Ok(BundledRequest {
            version: "2025.1",
            sequence_number: index,
            resource_type: "addition",
            api_request: BundledList {
                parent_id: number("agreement", id.as_str())?,
                page: BundledPage {
                    page: 1,
                    page_size: DESCRIPTOR.limits.page_size,
                },
                fields: wire::Addition::FIELDS,
            },
        })
    };
    let requests = agreements.iter().enumerate().map(request).collect::<Result<_>>()?;
    let call = Call::ask(OPERATION, rights::AGREEMENTS, "system/bundles", &Bundle { requests })?;
    let answer: BundleAnswer<wire::Addition> = match client.json(&call).await {
        Ok(answer) => answer,
        Err(error) if is_no_bundle(&error) => {
            tracing::debug!(%error, "the PSA takes no bundles");
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let mut told = BTreeMap::new();
    for result in answer.results {
        if let Some(id) = agreements.get(result.sequence_number) {
            told.insert((*id).clone(), judge(client, &call, id, result)?);
        }
    }
    Ok(Some(told))
}

/// What one result of a bundle says. A refusal that is not about this one agreement is the whole operation's.
fn judge(client: &Client, call: &Call, id: &AgreementId, result: BundledResult<wire::Addition>) -> Result<Told> {
    let status = result.status_code.unwrap_or(200);
    if result.success != Some(false) && status < 400 {
        let entities = result.entities.unwrap_or_default();
        if entities.len() >= usize::from(DESCRIPTOR.limits.page_size) {
            return Ok(Told::Nothing);
        }
        let additions = entities.into_iter().map(|addition| mapping::addition(addition, id));
        return Ok(Told::Additions(additions.collect::<Result<_>>()?));
    }
    let refusal = Response {
        status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        headers: HeaderMap::new(),
        body: result
            .error
            .map(|error| error.to_string().into_bytes())
            .unwrap_or_default(),
        attempts: 1,
    };
    match translate(client.context(call), Ok(refusal)) {
        Err(error) if !matches!(error.kind(), ErrorKind::NotFound) && !is_no_bundle(&error) => Err(error),
        _ => Ok(Told::Nothing),
    }
}

/// Whether an error says that the PSA does not take bundles, or not such ones, rather than that something is wrong.
fn is_no_bundle(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound | ErrorKind::Invalid { .. } | ErrorKind::Protocol | ErrorKind::Unsupported
    )
}

/// Those of the agreements that exist.
async fn existing(client: &Client, agreements: &[&AgreementId]) -> Result<BTreeSet<AgreementId>> {
    let mut existing = BTreeSet::new();
    for ids in agreements.chunks(IDS) {
        let ids = ids.iter().map(|id| number("agreement", id.as_str()));
        let conditions = Conditions::none().number_in("id", &ids.collect::<Result<Vec<_>>>()?);
        let list = List::new(OPERATION, rights::AGREEMENTS, "finance/agreements", conditions);
        let found: Vec<wire::AgreementStub> = client.all(&list).await?;
        existing.extend(found.iter().map(|agreement| AgreementId::new(agreement.id.to_string())));
    }
    Ok(existing)
}

async fn read_one(client: &Client, id: &AgreementId) -> Result<Option<(AgreementId, Vec<Addition>)>> {
    match agreements::list(client, OPERATION, id, Conditions::none()).await {
        Ok(additions) => Ok(Some((id.clone(), additions))),
        // It has gone since it was looked for.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(ids: &[&str]) -> Vec<AgreementId> {
        ids.iter().map(|id| AgreementId::new(*id)).collect()
    }

    const NO_ENDPOINT: (u16, &str) = (
        404,
        r#"{"code":"ConnectWiseApi","message":"The endpoint does not exist."}"#,
    );
    const FOUND: &str = r#"{"CompanyName":"Acme","Codebase":"v2025_1/","SiteUrl":"api-na.myconnectwise.net"}"#;

    fn shape(found: &BTreeMap<AgreementId, Vec<Addition>>) -> Vec<(&str, usize)> {
        found
            .iter()
            .map(|(id, additions)| (id.as_str(), additions.len()))
            .collect()
    }

    #[tokio::test]
    async fn a_bundle_answers_for_all_and_doubts_are_asked_about() {
        let answer = r#"{"results":[
            {"sequenceNumber":0,"success":true,"statusCode":200,"entities":[{"id":9,"product":{"id":5},"quantity":2.5}]},
            {"sequenceNumber":1,"success":true,"statusCode":200,"entities":[]},
            {"sequenceNumber":2,"success":false,"statusCode":404,"error":{"code":"NotFound","message":"gone"}},
            {"sequenceNumber":3,"success":true,"statusCode":200,"entities":[]}]}"#;
        let (client, server) = Client::testing(&[(200, answer), (200, r#"[{"id":2},{"id":3}]"#), (200, "[]")]);
        let found = additions_of(&client, &ids(&["1", "2", "3", "4"])).await.expect("read");
        assert_eq!(shape(&found), [("1", 1), ("2", 0), ("3", 0)]);
        let sent: Vec<_> = server
            .requests()
            .iter()
            .map(|request| request.url.path().to_owned())
            .collect();
        assert!(
            sent[1].ends_with("/system/bundles") && sent[3].ends_with("/finance/agreements/3/additions"),
            "{sent:?}"
        );
    }

    #[tokio::test]
    async fn without_bundles_every_agreement_is_asked_for() {
        let addition = r#"[{"id":9,"product":{"id":5}}]"#;
        let answers = [
            NO_ENDPOINT,
            (200, FOUND),
            NO_ENDPOINT,
            (200, r#"[{"id":1},{"id":2}]"#),
            (200, addition),
            (200, "[]"),
        ];
        let (client, _) = Client::testing(&answers);
        let found = additions_of(&client, &ids(&["1", "2", "3"])).await.expect("read");
        assert_eq!(found.values().map(Vec::len).sum::<usize>(), 1);
        assert_eq!(found.len(), 2);
    }

    #[tokio::test]
    async fn a_missing_right_is_not_taken_for_missing_agreements() {
        let answer = r#"{"results":[{"sequenceNumber":0,"success":false,"statusCode":403,
            "error":{"code":"Security","message":"You do not have security permission to perform this action."}}]}"#;
        let (client, _) = Client::testing(&[(200, answer)]);
        let error = additions_of(&client, &ids(&["1"])).await.expect_err("refused");
        assert_eq!(
            error.kind(),
            &ErrorKind::Forbidden {
                right: Some(rights::AGREEMENTS)
            }
        );
    }
}
