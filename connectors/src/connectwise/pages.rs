//! Reading lists page by page.
//!
//! Lists are read forward-only: `pageId` means "ids greater than", so records that come or go meanwhile shift no page. A
//! server that is too old for it ignores the request and pages by number. There the same is asked as a condition, `id >
//! …`, in the order of ids, and always for the first page: the cursor is the last id either way.

use super::{
    call::{Call, List},
    client::Client,
    descriptor::DESCRIPTOR,
    error::unreadable,
    wire::Listed,
};
use crate::{
    error::{Error, ErrorKind, Result},
    query::{Cursor, Page, ReadQuery},
    transport::Response,
};

impl Client {
    /// Reads the page of a list that a query asks for.
    pub(super) async fn read<T: Listed>(&self, list: &List, query: &ReadQuery) -> Result<Page<T>> {
        let size = query.page_size.unwrap_or(DESCRIPTOR.limits.page_size);
        self.page(list, query.after.as_ref(), size).await
    }

    /// Reads a page of a list: the records with ids above the cursor's, in their order.
    pub(super) async fn page<T: Listed>(&self, list: &List, after: Option<&Cursor>, size: u16) -> Result<Page<T>> {
        let size = size.clamp(1, DESCRIPTOR.limits.page_size);
        let after = last_id(after)?;
        if !self.pages_navigably() {
            let call = forward_only::<T>(list, after, size);
            let response = self.send(&call).await?;
            let records = self.records::<T>(&call, &response)?;
            let link = response.header("link");
            if !is_navigable(&records, after, link) {
                return Ok(page(records, next_forward_only, usize::from(size), link));
            }
            tracing::debug!(operation = list.operation, "the PSA does not know forward-only paging");
            self.page_navigably_from_now_on();
        }
        let call = navigable::<T>(list, after, size);
        let response = self.send(&call).await?;
        let records = self.records::<T>(&call, &response)?;
        if leads_back(&records, after) {
            let message = "ConnectWise PSA answered with a page that leads back";
            return Err(Error::new(ErrorKind::Protocol, message).with_operation(list.operation));
        }
        Ok(page(
            records,
            next_navigable,
            usize::from(size),
            response.header("link"),
        ))
    }

    /// Reads a whole list that is known to be short.
    pub(super) async fn all<T: Listed>(&self, list: &List) -> Result<Vec<T>> {
        let mut records = Vec::new();
        let mut after = None;
        loop {
            let page = self.page(list, after.as_ref(), DESCRIPTOR.limits.page_size).await?;
            records.extend(page.records);
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(records),
            }
        }
    }

    fn records<T: Listed>(&self, call: &Call, response: &Response) -> Result<Vec<T>> {
        response.json().map_err(|error| unreadable(self.context(call), error))
    }
}

fn forward_only<T: Listed>(list: &List, after: i64, size: u16) -> Call {
    let call = listing::<T>(list, list.conditions.text(), size).with("pageId", after.to_string());
    Call {
        forward_only: true,
        ..call
    }
}

fn navigable<T: Listed>(list: &List, after: i64, size: u16) -> Call {
    let conditions = if after > 0 {
        list.conditions.clone().number_above("id", after)
    } else {
        list.conditions.clone()
    };
    listing::<T>(list, conditions.text(), size)
        .with("page", "1")
        .with("orderBy", "id asc")
}

fn listing<T: Listed>(list: &List, conditions: Option<String>, size: u16) -> Call {
    let mut call = Call::get(list.operation, Some(list.right), list.path.clone()).with("pageSize", size.to_string());
    for (name, value) in [
        ("conditions", conditions),
        ("childConditions", list.conditions.child_text()),
        ("fields", T::FIELDS.map(str::to_owned)),
    ] {
        if let Some(value) = value {
            call = call.with(name, value);
        }
    }
    call
}

/// Whether a server that was asked forward-only answered by its own numbering: its links count pages, or the page is not
/// beyond the cursor.
fn is_navigable<T: Listed>(records: &[T], after: i64, link: Option<&str>) -> bool {
    let links = || link.into_iter().flat_map(links);
    let counts_pages =
        links().any(|link| link.number("page").is_some()) && links().all(|link| link.number("pageId").is_none());
    counts_pages || leads_back(records, after)
}

/// Whether a page does not go on where it should, so that following it would never end.
fn leads_back<T: Listed>(records: &[T], after: i64) -> bool {
    records
        .windows(2)
        .any(|pair| matches!(pair, [one, next] if next.id() <= one.id()))
        || records.first().is_some_and(|first| first.id() <= after)
}

type Next = fn(last: i64, is_full: bool, link: Option<&str>) -> Option<i64>;

fn page<T: Listed>(records: Vec<T>, next: Next, size: usize, link: Option<&str>) -> Page<T> {
    let next = records
        .last()
        .and_then(|last| next(last.id(), records.len() >= size, link));
    Page {
        records,
        next: next.map(|id| Cursor(id.to_string())),
        total: None,
    }
}

/// A link to the next page is believed also after a short page. Without one a full page may have a successor: asking once
/// too often costs a request, ending too early would lose records.
fn next_forward_only(last: i64, is_full: bool, link: Option<&str>) -> Option<i64> {
    let linked = link
        .into_iter()
        .flat_map(links)
        .filter(Link::is_next)
        .find_map(|link| link.number("pageId"));
    // A link that leads back would be followed for ever.
    linked.filter(|id| *id >= last).or_else(|| is_full.then_some(last))
}

/// Links that name other pages but no next one say that this was the last.
fn next_navigable(last: i64, is_full: bool, link: Option<&str>) -> Option<i64> {
    let links: Vec<_> = link.into_iter().flat_map(links).collect();
    let has_next = if links.is_empty() {
        is_full
    } else {
        links.iter().any(Link::is_next)
    };
    has_next.then_some(last)
}

/// The id after which a page starts.
///
/// # Errors
/// The cursor is not one of ours.
fn last_id(cursor: Option<&Cursor>) -> Result<i64> {
    match cursor {
        None => Ok(0),
        Some(Cursor(text)) => text
            .parse()
            .map_err(|_| Error::invalid("cursor", "the cursor is not one of this list")),
    }
}

/// One link of a `Link` header (RFC 8288). Only numbers are taken from it: an address in a response is never followed.
struct Link<'a> {
    target: &'a str,
    parameters: &'a str,
}

fn links(header: &str) -> impl Iterator<Item = Link<'_>> {
    header
        .split('<')
        .filter_map(|part| part.split_once('>'))
        .map(|(target, parameters)| Link { target, parameters })
}

impl Link<'_> {
    fn is_next(&self) -> bool {
        self.parameters.split([';', ',']).map(str::trim).any(|parameter| {
            parameter.eq_ignore_ascii_case("rel=\"next\"") || parameter.eq_ignore_ascii_case("rel=next")
        })
    }

    /// A number in the address's query, by its name in any case.
    fn number(&self, name: &str) -> Option<i64> {
        let (_, query) = self.target.split_once('?')?;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        let (_, value) = pairs.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        value.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        SystemClock,
        connectwise::{config::Config, query::Conditions, wire::BoardInfo},
        transport::{
            Transport,
            scripted::{Scripted, answer},
        },
    };

    #[test]
    fn the_next_page_is_found_by_rel() {
        let cases = [
            ("", None),
            ("<https://h/x?pageSize=5&pageId=42>; rel=\"next\"", Some(42)),
            (
                "<https://h/x?pageId=9>; rel=\"last\", <https://h/x?PAGEID=7>; rel=next",
                Some(7),
            ),
            (
                "<https://h/x?fields=id,name;y&pageId=3>; rel=\"next\"; title=\"a\"",
                Some(3),
            ),
            ("<https://h/x?pageId=9>; rel=\"first\"", None),
            ("<https://h/x?page=2>; rel=\"next\"", None),
            ("<https://h/x?pageId=1>; rel=\"next\"", None),
            ("<; rel=next, >>>,,", None),
        ];
        for (link, expected) in cases {
            assert_eq!(next_forward_only(2, false, Some(link)), expected, "{link}");
        }
        assert_eq!(next_forward_only(9, true, Some("")), Some(9));
        assert_eq!(next_forward_only(9, true, None), Some(9));
        assert_eq!(next_forward_only(9, false, None), None);
    }

    #[test]
    fn numbered_pages_end_where_their_links_end() {
        let next = "<https://h/x?page=2>; rel=\"next\", <https://h/x?page=4>; rel=\"last\"";
        let last = "<https://h/x?page=1>; rel=\"first\", <https://h/x?page=3>; rel=\"prev\"";
        assert_eq!(next_navigable(9, true, Some(next)), Some(9));
        assert_eq!(next_navigable(9, true, Some(last)), None);
        assert_eq!(next_navigable(9, true, None), Some(9));
        assert_eq!(next_navigable(9, false, None), None);
    }

    fn list() -> List {
        List::new("test", "right", "service/info/boards", Conditions::none().flag_off("x"))
    }

    async fn read(client: &Client, after: Option<&str>) -> Result<Page<BoardInfo>> {
        let after = after.map(|id| Cursor(id.to_owned()));
        client.page(&list(), after.as_ref(), 1).await
    }

    #[tokio::test]
    async fn a_server_without_forward_only_paging_is_asked_by_condition() {
        let page = |id: i64| format!(r#"[{{"id":{id},"name":"x"}}]"#);
        let (first, second) = (page(3), page(4));
        let (client, server) = Client::testing(&[(200, &first), (200, &first), (200, &second)]);
        let found = read(&client, Some("3")).await;
        let error = found.expect_err("it leads back under both ways");
        assert_eq!(error.kind(), &ErrorKind::Protocol);
        let found = read(&client, Some("3")).await.expect("a page");
        assert_eq!((found.records.len(), found.next), (1, Some(Cursor("4".into()))));
        let queries: Vec<_> = server
            .requests()
            .iter()
            .map(|sent| sent.url.query().unwrap_or_default().to_owned())
            .collect();
        assert!(queries[1].contains("pageId=3"), "{queries:?}");
        for later in &queries[2..] {
            assert!(
                later.contains("x%3Dfalse%20and%20id%20%3E%203") && later.contains("page=1&orderBy=id%20asc"),
                "{later}"
            );
        }
    }

    #[tokio::test]
    async fn a_cursor_of_something_else_is_refused() {
        let (client, _) = Client::testing(&[]);
        let error = read(&client, Some("x")).await.expect_err("not ours");
        assert!(matches!(error.kind(), ErrorKind::Invalid { .. }));
    }

    #[tokio::test]
    async fn a_link_to_another_origin_is_not_followed() {
        for target in [
            "http://169.254.169.254/x?pageId=3",
            "https://evil.example/x?pageId=3",
            "//evil.example/x?pageId=3",
            "https://na.myconnectwise.net@evil.example/?pageId=3",
            "file:///etc/passwd?pageId=3",
        ] {
            let mut linked = answer(200, r#"[{"id":3,"name":"x"}]"#);
            let link = format!("<{target}>; rel=\"next\"").parse().expect("a header");
            linked.headers.insert("link", link);
            let found = r#"{"CompanyName":"Acme","Codebase":"v2025_1/","SiteUrl":"api-na.myconnectwise.net"}"#;
            let server = Scripted::new([
                Ok(answer(200, found)),
                Ok(linked),
                Ok(answer(200, r#"[{"id":4,"name":"y"}]"#)),
            ]);
            let transport: Arc<dyn Transport> = Arc::<Scripted>::clone(&server);
            let client = Client::new(Config::testing(), transport, Arc::new(SystemClock));
            let first = read(&client, None).await.expect("a page");
            assert_eq!(first.next, Some(Cursor("3".into())), "the number counts");
            client
                .page::<BoardInfo>(&list(), first.next.as_ref(), 1)
                .await
                .expect("the next page");
            let last = server.requests().pop().expect("a request").url;
            assert_eq!(
                last.origin().ascii_serialization(),
                "https://api-na.myconnectwise.net",
                "{target}"
            );
            assert!(last.query().is_some_and(|query| query.contains("pageId=3")), "{last}");
        }
    }
}
