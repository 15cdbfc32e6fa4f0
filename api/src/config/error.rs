//! What is wrong with the configuration, in words that the operator can act on.

use std::{error::Error as _, fmt};

use super::reference;

/// A configuration that the server refuses to start with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A value breaks its rule.
    #[error("{variable} {rule}, for example {variable}={example}")]
    Value {
        /// The environment variable of the value.
        variable: &'static str,
        /// What must be true of it, as the rest of a sentence that begins with its name.
        rule: String,
        /// A value that obeys the rule, or a command that makes one.
        example: String,
    },
    /// The file or the environment cannot be read.
    #[error("{0}")]
    Source(String),
}

impl ConfigError {
    /// The value of `variable` breaks `rule`.
    pub fn value(variable: &'static str, rule: impl Into<String>, example: impl fmt::Display) -> Self {
        Self::Value {
            variable,
            rule: rule.into(),
            example: example.to_string(),
        }
    }

    /// What the reader of the file and the environment says, without the quoted line: it may hold a secret.
    pub(super) fn source(error: &confique::Error) -> Self {
        let mut text = error.to_string();
        if let Some(source) = error.source() {
            let detail = source.to_string();
            let lines = detail.lines().filter(|line| !is_quoted_line(line)).collect::<Vec<_>>();
            text = format!("{text}: {}", lines.join(": "));
        }
        if let Some(variable) = reference::variables()
            .into_iter()
            .find(|variable| text.contains(&format!("`{}`", variable.env)))
            && let Some(default) = variable.default
        {
            text = format!("{text}, for example {}={default}", variable.env);
        }
        Self::Source(text)
    }
}

/// Checks that a number of the configuration lies in a range.
pub(super) fn in_range<N>(
    variable: &'static str,
    value: N,
    range: std::ops::RangeInclusive<N>,
    example: N,
) -> Result<(), ConfigError>
where
    N: PartialOrd + fmt::Display + Copy,
{
    if range.contains(&value) {
        return Ok(());
    }
    let rule = format!("must be between {} and {} (it is {value})", range.start(), range.end());
    Err(ConfigError::value(variable, rule, example))
}

fn is_quoted_line(line: &str) -> bool {
    line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ')
        .starts_with('|')
}
