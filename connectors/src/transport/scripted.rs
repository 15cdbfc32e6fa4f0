//! A transport for tests that answers from a script and records what it was sent.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use reqwest::{StatusCode, header::HeaderMap};

use super::{Request, Response, Transport, TransportError};

/// Answers requests in the order of its script.
#[derive(Debug)]
pub(crate) struct Scripted {
    script: Mutex<VecDeque<Result<Response, TransportError>>>,
    requests: Mutex<Vec<Request>>,
}

impl Scripted {
    /// A transport that gives these outcomes.
    pub(crate) fn new(script: impl IntoIterator<Item = Result<Response, TransportError>>) -> Arc<Self> {
        Arc::new(Self {
            script: Mutex::new(script.into_iter().collect()),
            requests: Mutex::default(),
        })
    }

    /// How many requests came.
    pub(crate) fn sent(&self) -> usize {
        self.requests.lock().expect("not poisoned").len()
    }

    /// The requests that came.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("not poisoned").clone()
    }
}

#[async_trait]
impl Transport for Scripted {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.requests.lock().expect("not poisoned").push(request);
        self.script
            .lock()
            .expect("not poisoned")
            .pop_front()
            .expect("the script goes on")
    }
}

/// A response with a status and a body.
pub(crate) fn answer(status: u16, body: &str) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    Response {
        status,
        headers: HeaderMap::new(),
        body: body.as_bytes().to_vec(),
        attempts: 1,
    }
}
