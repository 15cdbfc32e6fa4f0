//! Reading the body of a refusal: `errors`, the `Message` of the server in front of the API, text, or HTML.

use serde::Deserialize;

use crate::transport::Response;

/// What a response complains about.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Complaint {
    /// What the API itself says; empty when something else speaks.
    pub(super) errors: Vec<String>,
    text: String,
}

#[derive(Deserialize)]
struct Body {
    errors: Option<Vec<String>>,
    #[serde(alias = "Message")]
    message: Option<String>,
}

impl Complaint {
    /// Reads a body in any of its forms.
    pub(super) fn of(response: &Response) -> Self {
        let Ok(body) = response.json::<Body>() else {
            let text = String::from_utf8_lossy(&response.body);
            let text = text.trim().trim_matches('"');
            // A page of HTML tells a person nothing.
            let text = if text.starts_with('<') {
                String::new()
            } else {
                text.chars().take(300).collect()
            };
            return Self {
                errors: Vec::new(),
                text,
            };
        };
        let said = |text: &String| !text.trim().is_empty();
        Self {
            errors: body.errors.unwrap_or_default().into_iter().filter(said).collect(),
            text: body.message.unwrap_or_default(),
        }
    }

    /// Whether it says this anywhere, in any case.
    pub(super) fn says(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        let mut said = self.errors.iter().chain([&self.text]);
        said.any(|message| message.to_ascii_lowercase().contains(&text))
    }

    /// Everything it says, for a person.
    pub(super) fn sentence(&self, status: u16) -> String {
        let said: Vec<&str> = self.errors.iter().map(|error| error.trim()).collect();
        match said.as_slice() {
            [] if self.text.is_empty() => format!("Autotask PSA answered with status {status}"),
            [] => self.text.clone(),
            said => said.join(" "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::scripted::answer;

    #[test]
    fn every_form_is_read() {
        let cases = [
            (r#"{"errors":["No. ","","Never."]}"#, 2, "No. Never."),
            (r#"{"Message":"No method."}"#, 0, "No method."),
            (r#"{"errors":[]}"#, 0, "Autotask PSA answered with status 500"),
            ("", 0, "Autotask PSA answered with status 500"),
            ("<html>no</html>", 0, "Autotask PSA answered with status 500"),
            ("\"plain\"", 0, "plain"),
        ];
        for (body, errors, sentence) in cases {
            let complaint = Complaint::of(&answer(500, body));
            assert_eq!(
                (complaint.errors.len(), complaint.sentence(500).as_str()),
                (errors, sentence),
                "{body}"
            );
        }
        assert!(Complaint::of(&answer(500, r#"{"errors":["Not Permitted"]}"#)).says("not permitted"));
    }
}
