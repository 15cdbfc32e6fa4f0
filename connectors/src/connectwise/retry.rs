//! Which failures of ConnectWise pass by themselves.

use super::error::mentions_timeout;
use crate::transport::Response;

/// Whether a failure is of the kind that passes by itself.
pub(super) fn passes(response: &Response) -> bool {
    match response.status.as_u16() {
        502..=504 => true,
        500 => mentions_timeout(&String::from_utf8_lossy(&response.body)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::scripted::answer;

    #[test]
    fn the_table() {
        let timeout = r#"{"code":"ConnectWiseApi","message":"A timeout has occured. Please try again."}"#;
        let table = [
            (200, "", false),
            (400, "", false),
            (401, "", false),
            (500, "", false),
            (500, timeout, true),
            (502, "", true),
            (503, "", true),
            (504, "", true),
        ];
        for (status, body, expected) in table {
            assert_eq!(passes(&answer(status, body)), expected, "{status} {body}");
        }
    }
}
