//! What a rule of trouble says, in Rust and on the wire.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which requests are hit, what happens to them, and how many times.
///
/// ```
/// use psa_simulator::{Fault, FaultRule};
///
/// let once = FaultRule::new(Fault::ResetAfterCommit).on("POST", "additions").times(1);
/// let now_and_then = FaultRule::new(Fault::status(503)).on_route("GET", "service/tickets/*/notes").chance(5, 42);
/// assert_eq!((once.times, now_and_then.times), (Some(1), None));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultRule {
    /// Which requests.
    #[serde(rename = "match", default)]
    pub matching: FaultMatch,
    /// What happens.
    pub fault: Fault,
    /// How many requests are hit; `None` means until removed.
    #[serde(default)]
    pub times: Option<u32>,
    /// The share of the matching requests that is hit; `None` means all.
    #[serde(default)]
    pub chance: Option<Chance>,
}

/// A filter of requests; what is absent matches all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultMatch {
    /// The HTTP method.
    #[serde(default)]
    pub method: Option<String>,
    /// A part of the path, without regard to case.
    #[serde(default)]
    pub path_contains: Option<String>,
    /// The whole path after the API's root, which is `…/apis/3.0/` or `…/v1.0/` (all of it where that is missing),
    /// without regard to case; `*` stands for any one segment: `service/tickets/*/notes`.
    #[serde(default)]
    pub route: Option<String>,
}

/// A share of the matching requests, chosen by a seed.
///
/// Each matching request takes the next draw: the same seed hits the same places of the same sequence. With parallel
/// requests the sequence is the order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Chance {
    /// 0 hits none, 100 hits all.
    pub percent: u32,
    /// Where the draws begin.
    pub seed: u64,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fault {
    /// The request is handled this much later.
    Latency {
        /// Milliseconds.
        ms: u64,
    },
    /// The request is not handled; this is answered instead. Without a body the one that the real server sends.
    #[serde(rename_all = "camelCase")]
    Status {
        /// The HTTP status.
        code: u16,
        /// Seconds for `Retry-After`.
        #[serde(default)]
        retry_after: Option<u32>,
        /// Text, a web page when it begins with `<`, or a JSON value.
        #[serde(default)]
        body: Option<Value>,
    },
    /// As `Status` without a body of its own, but `Retry-After` is an HTTP date: this much after the site's clock.
    RetryAt {
        /// The HTTP status.
        code: u16,
        /// Seconds from now.
        seconds: u32,
    },
    /// The connection is reset and nothing was done.
    ResetBefore,
    /// The request is carried out, then the connection is reset without an answer.
    ResetAfterCommit,
    /// The request is carried out; the head with the full length and half of the body arrive, then the connection ends.
    Truncated,
    /// The head and half of the body arrive at once, the rest this much later.
    SlowBody {
        /// Milliseconds.
        ms: u64,
    },
    /// The request is not handled; a web page is answered with status 200, as the vendor's sign-in host does.
    HtmlBody,
}

impl Fault {
    /// A status with the body that the real server sends.
    #[must_use]
    pub const fn status(code: u16) -> Self {
        Self::Status {
            code,
            retry_after: None,
            body: None,
        }
    }

    /// A status with this body: text, a web page when it begins with `<`, or a JSON value.
    #[must_use]
    pub fn status_with(code: u16, body: impl Into<Value>) -> Self {
        Self::Status {
            code,
            retry_after: None,
            body: Some(body.into()),
        }
    }

    /// 429 with `Retry-After` in seconds.
    #[must_use]
    pub const fn too_many_requests(retry_after: u32) -> Self {
        Self::Status {
            code: 429,
            retry_after: Some(retry_after),
            body: None,
        }
    }
}

impl FaultRule {
    /// Every request is hit until the rule is removed.
    #[must_use]
    pub fn new(fault: Fault) -> Self {
        Self {
            matching: FaultMatch::default(),
            fault,
            times: None,
            chance: None,
        }
    }

    /// Only requests of this method whose path contains this text.
    #[must_use]
    pub fn on(self, method: &str, path_contains: &str) -> Self {
        self.on_method(method).on_path(path_contains)
    }

    /// Only requests of this method to this route; see [`FaultMatch::route`].
    #[must_use]
    pub fn on_route(mut self, method: &str, route: &str) -> Self {
        self.matching.route = Some(route.to_owned());
        self.on_method(method)
    }

    /// Only requests of this method.
    #[must_use]
    pub fn on_method(mut self, method: &str) -> Self {
        self.matching.method = Some(method.to_owned());
        self
    }

    /// Only requests whose path contains this text.
    #[must_use]
    pub fn on_path(mut self, path_contains: &str) -> Self {
        self.matching.path_contains = Some(path_contains.to_owned());
        self
    }

    /// Only so many requests.
    #[must_use]
    pub const fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Only this share of the matching requests; see [`Chance`].
    #[must_use]
    pub const fn chance(mut self, percent: u32, seed: u64) -> Self {
        self.chance = Some(Chance { percent, seed });
        self
    }
}

impl FaultMatch {
    pub(super) fn hits(&self, method: &str, path: &str, route: &str) -> bool {
        let wants = |wanted: &Option<String>, holds: &dyn Fn(&str) -> bool| wanted.as_deref().is_none_or(holds);
        wants(&self.method, &|wanted| wanted.eq_ignore_ascii_case(method))
            && wants(&self.path_contains, &|part| {
                path.to_lowercase().contains(&part.to_lowercase())
            })
            && wants(&self.route, &|wanted| is_route(wanted, route))
    }
}

fn is_route(route: &str, asked: &str) -> bool {
    let (wanted, asked) = (segments(route), segments(asked));
    wanted.len() == asked.len()
        && wanted
            .iter()
            .zip(asked)
            .all(|(wanted, part)| *wanted == "*" || wanted.eq_ignore_ascii_case(part))
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_the_whole_path_with_one_segment_for_a_star() {
        let notes = "service/tickets/*/notes";
        assert!(is_route(notes, "/Service/Tickets/7/Notes/"));
        assert!(is_route("/login/companyinfo/*", "/login/companyinfo/training"));
        for other in [
            "service/tickets/7",
            "service/tickets/7/notes/count",
            "x/service/tickets/7/notes",
        ] {
            assert!(!is_route(notes, other), "{other}");
        }
    }

    #[test]
    fn the_wire_form_of_a_fault_is_its_name_with_its_settings() {
        let read = |text: &str| serde_json::from_str::<FaultRule>(text).expect("the documented form is read");
        let rule = read(
            r#"{"match":{"pathContains":"tickets"},"fault":{"status":{"code":429,"retryAfter":2}},"times":3,
                "chance":{"percent":5,"seed":42}}"#,
        );
        assert_eq!(
            rule,
            FaultRule::new(Fault::too_many_requests(2))
                .on_path("tickets")
                .times(3)
                .chance(5, 42)
        );
        assert_eq!(read(r#"{"fault":"resetAfterCommit"}"#).fault, Fault::ResetAfterCommit);
        let rule = read(r#"{"match":{"method":"GET","route":"a/*"},"fault":{"retryAt":{"code":429,"seconds":9}}}"#);
        assert_eq!(
            rule,
            FaultRule::new(Fault::RetryAt { code: 429, seconds: 9 }).on_route("GET", "a/*")
        );
    }
}
