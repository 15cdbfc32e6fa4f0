//! Trouble on request: which requests it hits, how often, and what it does.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which requests are hit, what happens to them, and how many times.
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
        /// Text, or a JSON value.
        #[serde(default)]
        body: Option<Value>,
    },
    /// The connection is dropped and nothing was done.
    ResetBefore,
    /// The request is carried out, then the connection is dropped without an answer.
    ResetAfterCommit,
    /// The head and half of the body arrive at once, the rest this much later.
    SlowBody {
        /// Milliseconds.
        ms: u64,
    },
    /// The request is not handled; a web page is answered with status 200, as the vendor's sign-in host does.
    HtmlBody,
}

/// The armed rules, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<(u64, FaultRule)>,
    last_id: u64,
}

impl Faults {
    pub(crate) fn arm(&mut self, rule: FaultRule) -> u64 {
        self.last_id += 1;
        self.rules.push((self.last_id, rule));
        self.last_id
    }

    /// Removes one rule; `false` when it is unknown or used up.
    pub(crate) fn disarm(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|(known, _)| *known != id);
        self.rules.len() < before
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// The fault that hits this request, counted down. The oldest matching rule wins.
    pub(crate) fn take(&mut self, method: &str, path: &str) -> Option<Fault> {
        let path = path.to_lowercase();
        let index = self
            .rules
            .iter()
            .position(|(_, rule)| rule.times != Some(0) && rule.matching.hits(method, &path))?;
        let (_, rule) = self.rules.get_mut(index)?;
        let fault = rule.fault.clone();
        if let Some(times) = &mut rule.times {
            *times = times.saturating_sub(1);
        }
        self.rules.retain(|(_, rule)| rule.times != Some(0));
        Some(fault)
    }
}

impl FaultMatch {
    fn hits(&self, method: &str, lower_path: &str) -> bool {
        self.method
            .as_ref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self
                .path_contains
                .as_ref()
                .is_none_or(|part| lower_path.contains(&part.to_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counted_rule_hits_only_what_it_matches_and_only_so_often() {
        let mut faults = Faults::default();
        let matching = FaultMatch {
            method: Some("post".to_owned()),
            path_contains: Some("Additions".to_owned()),
        };
        faults.arm(FaultRule {
            matching,
            fault: Fault::ResetBefore,
            times: Some(1),
        });
        assert_eq!(faults.take("GET", "/finance/agreements/1/additions"), None);
        assert_eq!(
            faults.take("POST", "/finance/agreements/1/additions"),
            Some(Fault::ResetBefore)
        );
        assert_eq!(faults.take("POST", "/finance/agreements/1/additions"), None);
    }

    #[test]
    fn the_wire_form_of_a_fault_is_its_name_with_its_settings() {
        let text = r#"{"match":{"pathContains":"tickets"},"fault":{"status":{"code":429,"retryAfter":2}},"times":3}"#;
        let rule: FaultRule = serde_json::from_str(text).expect("the documented form is read");
        assert_eq!(
            rule.fault,
            Fault::Status {
                code: 429,
                retry_after: Some(2),
                body: None
            }
        );
        let rule: FaultRule = serde_json::from_str(r#"{"fault":"resetAfterCommit"}"#).expect("names stand alone");
        assert_eq!(rule.fault, Fault::ResetAfterCommit);
    }
}
