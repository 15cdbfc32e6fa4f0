//! `/graphiql`: a page for trying queries, with a place for the token.
//!
//! The page itself comes from here, GraphiQL from a public content delivery network: in fixed versions, each file with the
//! hash that it must have, so that nobody there can change what runs beside a token. The page keeps the token to itself:
//! it is not stored, and may be sent to this server only.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY},
    web,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::answer;
use crate::app::App;

const PAGE: &str = include_str!("graphiql.html");

/// Where GraphiQL comes from.
const SOURCE: &str = "https://cdn.jsdelivr.net";

/// `GET /graphiql`, unless the configuration leaves it out.
pub(super) async fn show(http: HttpRequest, app: web::Data<App>) -> HttpResponse {
    if !app.config.server.graphiql {
        return answer::not_found(http).await;
    }
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((CONTENT_SECURITY_POLICY, policy()))
        .body(PAGE)
}

/// What the page may load, and whom it may speak to.
fn policy() -> String {
    let script = script().map(|script| STANDARD.encode(Sha256::digest(script.as_bytes())));
    let script = script.map_or_else(String::new, |hash| format!(" 'sha256-{hash}'"));
    format!(
        "default-src 'none'; script-src {SOURCE}{script}; style-src {SOURCE} 'unsafe-inline'; img-src data:; \
         font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// The page's own script.
fn script() -> Option<&'static str> {
    let (_, rest) = PAGE.split_once("<script>")?;
    Some(rest.split_once("</script>")?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_runs_its_own_script_and_what_has_the_right_hash() {
        assert!(script().unwrap().contains("createFetcher"));
        assert!(policy().contains("script-src https://cdn.jsdelivr.net 'sha256-"));
        let foreign: Vec<_> = PAGE
            .lines()
            .filter(|line| line.contains("href=\"http") || line.contains("src=\"http"))
            .collect();
        assert_eq!(foreign.len(), 4);
        for line in foreign {
            assert!(line.contains(SOURCE) && line.contains("integrity=\"sha384-"), "{line}");
        }
    }
}
