//! Reading the body of a refusal: JSON with `code` (a 429: `error`), plain text, or HTML.

use serde::Deserialize;

use crate::{error::FieldProblem, transport::Response};

/// What a response complains about.
#[derive(Debug, Default)]
pub(super) struct Complaint {
    /// Whether the API itself speaks: whatever is in front of it answers in text or HTML.
    pub(super) is_json: bool,
    code: String,
    message: String,
    /// The fields that it names.
    pub(super) fields: Vec<FieldProblem>,
}

impl Complaint {
    /// Reads a body in any of its forms.
    pub(super) fn of(response: &Response) -> Self {
        #[derive(Deserialize)]
        struct Body {
            #[serde(alias = "error")]
            code: Option<String>,
            message: Option<String>,
            errors: Option<Vec<Problem>>,
        }
        #[derive(Deserialize)]
        struct Problem {
            message: Option<String>,
            field: Option<String>,
        }
        let Ok(body) = response.json::<Body>() else {
            let text = String::from_utf8_lossy(&response.body);
            let text = text.trim().trim_matches('"');
            // A page of HTML tells a person nothing.
            let message = if text.starts_with('<') {
                String::new()
            } else {
                text.chars().take(300).collect()
            };
            return Self {
                message,
                ..Self::default()
            };
        };
        let problem = |problem: Problem| FieldProblem {
            field: problem.field.unwrap_or_default(),
            message: problem.message.unwrap_or_default(),
        };
        Self {
            is_json: true,
            code: body.code.unwrap_or_default(),
            message: body.message.unwrap_or_default(),
            fields: body.errors.unwrap_or_default().into_iter().map(problem).collect(),
        }
    }

    /// Whether it says this anywhere, in any case.
    pub(super) fn says(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        let said = |message: &str| message.to_ascii_lowercase().contains(&text);
        said(&self.message) || said(&self.code) || self.fields.iter().any(|problem| said(&problem.message))
    }

    /// Everything it says, for a person.
    pub(super) fn sentence(&self, status: u16) -> String {
        let problems = self
            .fields
            .iter()
            .filter(|problem| !problem.message.is_empty())
            .map(|problem| {
                if problem.field.is_empty() {
                    problem.message.clone()
                } else {
                    format!("{} ({})", problem.message, problem.field)
                }
            });
        let parts: Vec<String> = Some(self.message.clone())
            .filter(|text| !text.is_empty())
            .into_iter()
            .chain(problems)
            .collect();
        if parts.is_empty() {
            format!("ConnectWise PSA answered with status {status}")
        } else {
            parts.join(": ")
        }
    }
}
