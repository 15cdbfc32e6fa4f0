//! The API of one account: its address, its key, and a read from request to answer.

use std::sync::Arc;

use reqwest::header::HeaderName;
use serde::de::DeserializeOwned;

use super::{
    config::Config,
    error::{translate, unreadable},
};
use crate::{
    answer::Context,
    error::Result,
    platform::Clock,
    transport::{Effect, Request, Transport},
};

/// The header that bears the key.
const KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The API of one account.
#[derive(Debug)]
pub(super) struct Client {
    config: Config,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
}

impl Client {
    pub(super) fn new(config: Config, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self {
            config,
            transport,
            clock,
        }
    }

    /// Reads. `right` is what the PSA refuses it without.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        right: Option<&'static str>,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T> {
        let context = Context {
            operation,
            right,
            effect: Effect::Read,
            now: self.clock.now(),
        };
        let mut url = self.config.site.clone();
        url.set_path(&format!("/v1/{}/{path}", self.config.account));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request = Request::get(operation, url).header(KEY, self.config.key.clone());
        let response = translate(context, self.transport.send(request).await)?;
        response.json().map_err(|error| unreadable(context, error))
    }
}
