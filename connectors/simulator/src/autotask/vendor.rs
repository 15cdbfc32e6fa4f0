//! The tenant behind the shared server.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::autotask::refusal::Refusal;
use crate::autotask::site::Site;
use crate::autotask::traffic::Thread;
use crate::autotask::zone::{self, VERSION_PART};
use crate::autotask::{control, endpoints};
use crate::call::Call;
use crate::shell::Shell;
use crate::vendor::Vendor;

impl Vendor for Site {
    type Admission = Option<Thread>;

    fn shell(&self) -> &Shell {
        &self.shell
    }

    fn admit(&self, call: &Call) -> Result<Option<Thread>, Answer> {
        let segments = call.segments();
        let Some((_, [_, entity, ..])) = zone::split(&segments) else {
            return Ok(None);
        };
        let entity = entity.to_ascii_lowercase();
        // Where a tenant is asked for is free.
        if entity == "zoneinformation" {
            return Ok(None);
        }
        let code = call.header("apiintegrationcode").unwrap_or_default();
        let thread = self.threads.begin((code.to_owned(), entity), self.assumptions.threads);
        let too_many = Refusal::TooMany(
            self.assumptions.thread_limit_status,
            self.assumptions.retry_after,
            "The number of concurrent requests to this object exceeds the limit.",
        );
        thread.map(Some).ok_or_else(|| too_many.into_answer())
    }

    fn answer(&self, call: &Call) -> Answer {
        endpoints::answer(self, call)
    }

    fn control(&self, call: &Call, rest: &[&str]) -> Result<Answer, Answer> {
        control::respond(self, call, rest)
    }

    fn route<'p>(&self, path: &'p str) -> &'p str {
        let root = path.to_ascii_lowercase().find(VERSION_PART);
        root.and_then(|at| path.get(at + VERSION_PART.len()..)).unwrap_or(path)
    }

    fn refusal(&self, code: u16, _: Option<u32>) -> Answer {
        match code {
            401 => Answer::empty(401),
            404 => Answer::empty(404),
            500 => Answer::json(500, &json!({ "errors": ["An unexpected error has occurred."] })),
            502..=504 => Answer::html(code, "<html><body><h1>Service Unavailable</h1></body></html>"),
            _ => Answer::json(code, &json!({ "errors": ["The request failed."] })),
        }
    }

    fn json(&self, status: u16, body: &Value) -> Answer {
        Answer::json(status, body)
    }

    fn sign_in_page(&self) -> Answer {
        let page = "<!DOCTYPE html><html><head><title>Autotask</title></head><body>Sign in</body></html>";
        Answer::html(200, page)
    }
}
