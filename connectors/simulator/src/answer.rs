//! An answer before it becomes HTTP.

use serde::Serialize;

/// Status, headers and body of one answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// The model version that an answer names when the caller pinned none.
pub(crate) const LATEST_VERSION: &str = "2025.1";

impl Answer {
    /// A JSON answer in the vendor's media type.
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Self {
        match serde_json::to_vec_pretty(body) {
            Ok(body) => Self {
                status,
                content_type: format!("application/vnd.connectwise.com+json; version={LATEST_VERSION}"),
                headers: Vec::new(),
                body: with_crlf(&body),
            },
            Err(error) => Self::text(500, &format!("the simulator could not write its answer: {error}")),
        }
    }

    /// A plain-text answer.
    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self {
            status,
            content_type: "text/plain; charset=utf-8".to_owned(),
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        }
    }

    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self::text(status, "")
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn with_content_type(mut self, content_type: &str) -> Self {
        content_type.clone_into(&mut self.content_type);
        self
    }
}

/// The server's lines end in CRLF; line feeds inside JSON strings are escaped, so only the layout is touched.
fn with_crlf(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + body.len() / 16);
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => {
                out.extend_from_slice(line);
                out.extend_from_slice(b"\r\n");
            }
            None => out.extend_from_slice(line),
        }
    }
    out
}
