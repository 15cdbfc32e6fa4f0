//! Which media type a request has, and which one the answer gets.

use actix_web::{
    HttpRequest,
    http::header::{ACCEPT, CONTENT_TYPE},
};

/// A media type that answers may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// `application/graphql-response+json`: the status says whether the request was carried out.
    GraphqlResponse,
    /// `application/json`: a GraphQL request that is refused is still answered with 200, as older clients expect.
    Json,
}

impl MediaType {
    /// The media type as a header value.
    pub const fn header(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// The media type that the caller prefers; `application/json` when it does not say. Nothing when it takes neither.
pub fn accepted(request: &HttpRequest) -> Option<MediaType> {
    let values = request
        .headers()
        .get_all(ACCEPT)
        .filter_map(|value| value.to_str().ok())
        .collect::<Vec<_>>();
    choose(&values.join(","))
}

/// Whether the body is JSON in UTF-8.
pub fn is_json(request: &HttpRequest) -> bool {
    request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(is_json_type)
}

fn choose(accept: &str) -> Option<MediaType> {
    if accept.trim().is_empty() {
        return Some(MediaType::Json);
    }
    let mut best: Option<(u16, MediaType)> = None;
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let media = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "application/graphql-response+json" => MediaType::GraphqlResponse,
            "application/json" | "application/*" | "*/*" => MediaType::Json,
            _ => continue,
        };
        let quality = parts.find_map(quality).unwrap_or(1_000);
        if quality > 0 && best.is_none_or(|(other, _)| quality > other) {
            best = Some((quality, media));
        }
    }
    best.map(|(_, media)| media)
}

/// The weight of a range in thousandths (RFC 9110, section 12.4.2); a malformed one counts as none.
fn quality(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let thousandths = format!("{fraction:0<3}").get(..3)?.parse::<u16>().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" => Some(1_000),
        _ => Some(0),
    }
}

fn is_json_type(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts
        .next()
        .is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            matches!(
                value.trim().trim_matches('"').to_ascii_lowercase().as_str(),
                "utf-8" | "utf8"
            )
        }
        _ => true,
    });
    is_json && is_utf8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callers_preference_decides() {
        for (accept, expected) in [
            ("", Some(MediaType::Json)),
            ("*/*", Some(MediaType::Json)),
            ("application/*", Some(MediaType::Json)),
            ("application/json", Some(MediaType::Json)),
            ("application/graphql-response+json", Some(MediaType::GraphqlResponse)),
            (
                "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8",
                Some(MediaType::GraphqlResponse),
            ),
            (
                "application/json, application/graphql-response+json",
                Some(MediaType::Json),
            ),
            (
                "application/json;q=0.5, application/graphql-response+json;q=0.9",
                Some(MediaType::GraphqlResponse),
            ),
            ("text/html, application/xhtml+xml, */*;q=0.8", Some(MediaType::Json)),
            ("application/json;q=0", None),
            ("text/html", None),
        ] {
            assert_eq!(choose(accept), expected, "{accept}");
        }
    }

    #[test]
    fn only_json_in_utf8_is_read() {
        for good in [
            "application/json",
            "application/json; charset=utf-8",
            "Application/JSON;charset=\"UTF-8\"",
        ] {
            assert!(is_json_type(good), "{good}");
        }
        for bad in [
            "",
            "text/plain",
            "application/graphql",
            "application/json; charset=latin1",
            "multipart/form-data",
        ] {
            assert!(!is_json_type(bad), "{bad}");
        }
    }
}
