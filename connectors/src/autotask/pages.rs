//! Reading lists page by page.
//!
//! The PSA pages by an address in its answer. That address is not followed: the next page is asked for as records with
//! greater ids, in whose order lists come. So a cursor is a number, means the same on every connection, records that come or
//! go meanwhile shift no page, and no answer decides where our secrets are sent.

use serde::Deserialize;

use super::{
    call::{Call, List},
    client::Client,
    descriptor::DESCRIPTOR,
    wire::Listed,
};
use crate::{
    error::{Error, ErrorKind, Result},
    query::{Cursor, Page, ReadQuery},
};

/// The answer to a query.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer<T> {
    items: Vec<T>,
    page_details: Option<PageDetails>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageDetails {
    next_page_url: Option<String>,
}

/// Some records of a list, and the id after which it goes on.
#[derive(Debug)]
pub(super) struct Part<T> {
    pub(super) records: Vec<T>,
    pub(super) next: Option<i64>,
}

impl Client {
    /// Reads the page of a list that a query asks for.
    pub(super) async fn read<T: Listed>(&self, list: &List, query: &ReadQuery) -> Result<Page<T>> {
        let after = query.after.as_ref().map(last_id).transpose()?;
        let part = self.part(list, after, page_size(query)).await?;
        Ok(Page {
            records: part.records,
            next: part.next.map(|id| Cursor(id.to_string())),
            total: None,
        })
    }

    /// Reads the records with ids above `after`, in their order.
    pub(super) async fn part<T: Listed>(&self, list: &List, after: Option<i64>, size: u16) -> Result<Part<T>> {
        let call = Call::query(list, list.conditions.body(after, size, T::FIELDS));
        let answer: Answer<T> = self.json(&call).await?;
        let records = answer.items;
        let broken = |message: &str| Err(Error::new(ErrorKind::Protocol, message).with_operation(list.operation));
        if leads_back(&records, after) {
            return broken("Autotask PSA answered with records that are not in the order of their ids");
        }
        let goes_on = match answer.page_details {
            Some(details) => details.next_page_url.is_some_and(|url| !url.trim().is_empty()),
            // Without a word about it a full page may have a successor: asking once too often costs a request.
            None => records.len() >= usize::from(size),
        };
        let next = match (goes_on, records.last()) {
            (false, _) => None,
            (true, Some(last)) => Some(last.id()),
            (true, None) => return broken("Autotask PSA answered with an empty page that is not the last"),
        };
        Ok(Part { records, next })
    }

    /// Reads a whole list.
    pub(super) async fn all<T: Listed>(&self, list: &List) -> Result<Vec<T>> {
        let (mut records, mut after) = (Vec::new(), None);
        loop {
            let part = self.part(list, after, DESCRIPTOR.limits.page_size).await?;
            records.extend(part.records);
            match part.next {
                Some(next) => after = Some(next),
                None => return Ok(records),
            }
        }
    }
}

/// How many records a query wants on a page, within what the PSA gives.
pub(super) fn page_size(query: &ReadQuery) -> u16 {
    let most = DESCRIPTOR.limits.page_size;
    query.page_size.unwrap_or(most).clamp(1, most)
}

/// Whether records are not where they should be, so that following them could lose some or never end.
fn leads_back<T: Listed>(records: &[T], after: Option<i64>) -> bool {
    records
        .windows(2)
        .any(|pair| matches!(pair, [one, next] if next.id() <= one.id()))
        || matches!((records.first(), after), (Some(first), Some(after)) if first.id() <= after)
}

/// The id after which a page starts.
///
/// # Errors
/// The cursor is not one of ours.
fn last_id(cursor: &Cursor) -> Result<i64> {
    let id = cursor.0.parse().ok().filter(|id: &i64| *id >= 0);
    id.ok_or_else(|| Error::invalid("cursor", "the cursor is not one of this list"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::autotask::{query::Conditions, rights, wire::Stub};

    fn list() -> List {
        List::new(
            "test",
            rights::COMPANIES,
            "Companies",
            Conditions::none().flag_is("isActive", true),
        )
    }

    async fn read(body: &str, after: Option<&str>) -> Result<Page<Stub>> {
        let (client, _) = Client::testing(&[(200, body)]);
        let query = ReadQuery {
            page_size: Some(2),
            ..ReadQuery::all().after(after.map(|id| Cursor(id.to_owned())))
        };
        client.read(&list(), &query).await
    }

    #[tokio::test]
    async fn a_page_ends_where_the_psa_says() {
        let zone = "https://webservices14.autotask.net/ATServicesRest/V1.0/Companies/query/next?paging=x";
        let cases = [
            (
                json!({ "items": [{ "id": 0 }, { "id": 3 }], "pageDetails": { "nextPageUrl": zone } }),
                Some("3"),
            ),
            (
                json!({ "items": [{ "id": 3 }], "pageDetails": { "nextPageUrl": zone } }),
                Some("3"),
            ),
            (
                json!({ "items": [{ "id": 0 }, { "id": 3 }], "pageDetails": { "nextPageUrl": null } }),
                None,
            ),
            (
                json!({ "items": [{ "id": 0 }, { "id": 3 }], "pageDetails": { "nextPageUrl": "" } }),
                None,
            ),
            (json!({ "items": [{ "id": 0 }, { "id": 3 }] }), Some("3")),
            (json!({ "items": [] }), None),
        ];
        for (body, next) in cases {
            let page = read(&body.to_string(), None).await.expect("a page");
            assert_eq!(page.next, next.map(|id| Cursor(id.to_owned())), "{body}");
        }
    }

    #[tokio::test]
    async fn an_address_in_an_answer_is_not_followed() {
        let evil = r#"{"items":[{"id":3}],"pageDetails":{"nextPageUrl":"https://evil.example/steal"}}"#;
        let (client, server) = Client::testing(&[(200, evil), (200, r#"{"items":[]}"#)]);
        let found: Vec<Stub> = client.all(&list()).await.expect("read");
        assert_eq!(found.len(), 1);
        for sent in server.requests().iter().skip(1) {
            assert_eq!(
                sent.url.as_str(),
                "https://webservices14.autotask.net/ATServicesRest/V1.0/Companies/query"
            );
        }
    }

    #[tokio::test]
    async fn what_leads_back_is_not_followed() {
        for (body, after) in [
            (r#"{"items":[{"id":3},{"id":3}]}"#, None),
            (r#"{"items":[{"id":4},{"id":3}]}"#, None),
            (r#"{"items":[{"id":3}]}"#, Some("3")),
            (r#"{"items":[],"pageDetails":{"nextPageUrl":"https://h/"}}"#, None),
            ("{}", None),
        ] {
            let error = read(body, after).await.expect_err(body);
            assert_eq!(error.kind(), &ErrorKind::Protocol, "{body}");
        }
        for foreign in ["x", "-1", "", "1 "] {
            let error = read("", Some(foreign)).await.expect_err(foreign);
            assert!(matches!(error.kind(), ErrorKind::Invalid { .. }));
        }
    }
}
