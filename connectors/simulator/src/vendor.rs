//! What the shared server asks of a vendor's site.

use serde_json::Value;

use crate::answer::Answer;
use crate::call::Call;
use crate::shell::Shell;

/// One vendor's site behind the shared server.
pub(crate) trait Vendor: Send + Sync + 'static {
    /// What is held while a request is under way.
    type Admission;

    /// What the site has in common with those of other vendors.
    fn shell(&self) -> &Shell;

    /// Counts a request that begins, before any fault; or refuses it.
    fn admit(&self, call: &Call) -> Result<Self::Admission, Answer>;

    /// Answers a request.
    fn answer(&self, call: &Call) -> Answer;

    /// Answers a control endpoint that only this vendor's site has.
    fn control(&self, call: &Call, rest: &[&str]) -> Result<Answer, Answer>;

    /// The part of a path that a fault's `route` speaks of: what follows the API's root.
    fn route<'p>(&self, path: &'p str) -> &'p str;

    /// The answer of a status that the real server gives by itself; `retry_after` in seconds.
    fn refusal(&self, code: u16, retry_after: Option<u32>) -> Answer;

    /// JSON as the real server sends it.
    fn json(&self, status: u16, body: &Value) -> Answer;

    /// The page of the vendor's sign-in host.
    fn sign_in_page(&self) -> Answer;
}
