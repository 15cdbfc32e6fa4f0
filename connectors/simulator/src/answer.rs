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

impl Answer {
    /// A JSON answer in one line.
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => Self {
                status,
                content_type: "application/json".to_owned(),
                headers: Vec::new(),
                body,
            },
            Err(error) => Self::unwritable(&error),
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

    /// A web page.
    pub(crate) fn html(status: u16, page: &str) -> Self {
        Self::text(status, page).with_content_type("text/html; charset=utf-8")
    }

    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self::text(status, "")
    }

    /// The simulator's own failure.
    pub(crate) fn unwritable(error: &serde_json::Error) -> Self {
        Self::text(500, &format!("the simulator could not write its answer: {error}"))
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
