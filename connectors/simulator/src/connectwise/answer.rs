//! Answers in the form in which ConnectWise PSA writes them.

use serde::Serialize;

use crate::answer::Answer;

/// The model version that an answer names when the caller pinned none.
pub(crate) const LATEST_VERSION: &str = "2025.1";

/// A JSON answer in the vendor's media type.
pub(crate) fn json(status: u16, body: &impl Serialize) -> Answer {
    match serde_json::to_vec_pretty(body) {
        Ok(body) => Answer {
            status,
            content_type: format!("application/vnd.connectwise.com+json; version={LATEST_VERSION}"),
            headers: Vec::new(),
            body: with_crlf(&body),
        },
        Err(error) => Answer::unwritable(&error),
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
