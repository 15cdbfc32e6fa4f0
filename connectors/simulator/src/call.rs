//! A request as the simulated site sees it.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use actix_web::web::{self, Bytes};

/// One request.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) raw_query: String,
    pub(crate) query: Query,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Query parameters; names disregard case, the first of equal names counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Call {
    pub(crate) fn read(request: &HttpRequest, body: Bytes) -> Self {
        Self {
            method: request.method().as_str().to_owned(),
            path: request.path().to_owned(),
            raw_query: request.query_string().to_owned(),
            query: Query::read(request.query_string()),
            headers: request.headers().clone(),
            body,
        }
    }

    /// A read that the site asks of itself.
    pub(crate) fn internal(path: &str, query: Query) -> Self {
        Self {
            method: "GET".to_owned(),
            path: path.to_owned(),
            raw_query: String::new(),
            query,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// A header's value, `None` when absent or no text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The path's parts; empty ones, such as after a trailing slash, do not count.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|part| !part.is_empty()).collect()
    }
}

impl Query {
    fn read(text: &str) -> Self {
        // A query that cannot be decoded counts as none, as unknown parameters do.
        web::Query::<Vec<(String, String)>>::from_query(text)
            .map_or_else(|_| Self::default(), |pairs| Self(pairs.into_inner()))
    }

    /// The value of a parameter, `None` when absent or blank.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.trim().is_empty())
    }

    /// Every parameter except these.
    pub(crate) fn without(&self, names: &[&str]) -> impl Iterator<Item = &(String, String)> {
        self.0
            .iter()
            .filter(move |(known, _)| !names.iter().any(|name| known.eq_ignore_ascii_case(name)))
    }

    /// Sets a parameter unless the value is absent.
    pub(crate) fn set(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.0.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }
}
