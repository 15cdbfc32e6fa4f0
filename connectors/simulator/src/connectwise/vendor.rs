//! The site behind the shared server.

use serde_json::Value;

use crate::answer::Answer;
use crate::call::Call;
use crate::connectwise::answer;
use crate::connectwise::errors::ApiError;
use crate::connectwise::site::Site;
use crate::connectwise::{control, endpoints, gate};
use crate::shell::Shell;
use crate::vendor::Vendor;

/// What stands between the codebase and an endpoint in every path.
const ROOT: &str = "/apis/3.0/";

impl Vendor for Site {
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

    fn control(&self, call: &Call, rest: &[&str]) -> Result<Answer, Answer> {
        control::respond(self, call, rest)
    }

    fn route<'p>(&self, path: &'p str) -> &'p str {
        let root = path.to_ascii_lowercase().find(ROOT);
        root.and_then(|at| path.get(at + ROOT.len()..)).unwrap_or(path)
    }

    fn refusal(&self, code: u16, retry_after: Option<u32>) -> Answer {
        match code {
            429 => gate::too_many_requests(retry_after),
            403 => ApiError::forbidden().into_answer(),
            401 => ApiError::with_null_errors(401, "Unauthorized", "Invalid credentials").into_answer(),
            500 => ApiError::new(500, "ConnectWiseApi", "A timeout has occured. Please try again.").into_answer(),
            502..=504 => Answer::html(code, "<html><body><h1>Service Unavailable</h1></body></html>"),
            _ => ApiError::new(code, "ConnectWiseApi", "The request failed.").into_answer(),
        }
    }

    fn json(&self, status: u16, body: &Value) -> Answer {
        answer::json(status, body)
    }

    fn sign_in_page(&self) -> Answer {
        let page = "<!DOCTYPE html><html><head><title>ConnectWise</title></head><body>Sign in</body></html>";
        Answer::html(200, page)
    }
}
