//! The lists of all codes, as the documentation shows them.

use std::fmt::Write;

use async_graphql::resolver_utils::EnumType;

use super::{ErrorCode, RequestCode};
use crate::graphql;

/// The codes of `userErrors`: each with its meaning, which is that of the schema, and its remedy.
pub fn user_errors() -> String {
    let mut text = String::from("| code | meaning | what to do |\n|---|---|---|\n");
    let sdl = graphql::sdl();
    for item in ErrorCode::items() {
        let meaning = described(&sdl, "ErrorCode", item.name);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| `{}` | {meaning} | {} |", item.name, item.value.remedy());
    }
    text
}

/// The codes of `errors`: each with its status, meaning and remedy.
pub fn request_errors() -> String {
    let mut text = String::from("| code | status | meaning | what to do |\n|---|---|---|---|\n");
    for code in RequestCode::ALL {
        let status = code.status().as_u16();
        let meaning = code.meaning().trim();
        let _ = writeln!(text, "| `{code}` | {status} | {meaning} | {} |", code.remedy());
    }
    text
}

/// What the schema says about a value of an enum.
fn described<'a>(sdl: &'a str, of: &str, value: &str) -> &'a str {
    let body = sdl.split_once(&format!("enum {of} {{")).map_or("", |(_, rest)| rest);
    let (body, _) = body.split_once('}').unwrap_or((body, ""));
    let before = body
        .split_once(&format!("\n\t{value}\n"))
        .map_or("", |(before, _)| before);
    before.rsplit("\"\"\"").nth(1).map_or("", str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_meaning() {
        let errors = user_errors();
        assert!(errors.contains("| `NOT_FOUND` | There is no such thing, or it is not yours. | Read the list again"));
        assert!(!errors.contains("|  |"), "{errors}");
        assert_eq!(errors.lines().count(), ErrorCode::items().len() + 2);
    }
}
