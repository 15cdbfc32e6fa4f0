//! The account behind the shared server.

use serde_json::{Value, json};

use super::endpoints;
use super::site::Site;
use crate::answer::Answer;
use crate::call::Call;
use crate::shell::Shell;
use crate::vendor::Vendor;

impl Vendor for Site {
    /// Nothing: requests under way are not counted.
    type Admission = ();

    fn shell(&self) -> &Shell {
        &self.shell
    }

    fn admit(&self, _: &Call) -> Result<(), Answer> {
        Ok(())
    }

    fn answer(&self, call: &Call) -> Answer {
        endpoints::answer(self, call)
    }

    fn control(&self, _: &Call, _: &[&str]) -> Result<Answer, Answer> {
        Err(Answer::empty(404))
    }

    /// What follows `/v1/{account}/`.
    fn route<'p>(&self, path: &'p str) -> &'p str {
        path.splitn(4, '/').nth(3).unwrap_or(path)
    }

    fn refusal(&self, code: u16, _: Option<u32>) -> Answer {
        match code {
            502..=504 => Answer::html(code, "<html><body><h1>Service Unavailable</h1></body></html>"),
            _ => Answer::json(
                code,
                &json!({ "error": { "code": "failed", "message": "The request failed." } }),
            ),
        }
    }

    fn json(&self, status: u16, body: &Value) -> Answer {
        Answer::json(status, body)
    }

    fn sign_in_page(&self) -> Answer {
        Answer::html(
            200,
            "<!DOCTYPE html><html><head><title>Example PSA</title></head><body>Sign in</body></html>",
        )
    }
}
