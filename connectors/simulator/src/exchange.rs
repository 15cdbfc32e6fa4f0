//! What was asked and what was answered, word for word, for those who compare both with the vendor's description.

use std::sync::Arc;

use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;

/// One request that the site answered itself; what a fault answered is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exchange {
    /// The HTTP method.
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The query as sent, still encoded.
    pub query: String,
    /// The body as sent; empty when there was none.
    pub body: String,
    /// The answered status.
    pub status: u16,
    /// The media type of the answer.
    pub content_type: String,
    /// The body of the answer.
    pub answer: String,
}

/// Who is told of every exchange, before the answer leaves.
pub type Witness = Arc<dyn Fn(&Exchange) + Send + Sync>;

impl Exchange {
    pub(crate) fn of(call: &Call, answer: &Answer) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            method: call.method.clone(),
            path: call.path.clone(),
            query: call.raw_query.clone(),
            body: text(&call.body),
            status: answer.status,
            content_type: answer.content_type.clone(),
            answer: text(&answer.body),
        }
    }
}
