//! Which web pages of other origins may use the API.
//!
//! There are no cookies: a page can only do what the token allows that it holds. So credentials are never asked for, and
//! what is decided here is whose scripts may read the answers.

use actix_cors::Cors;
use actix_web::http::{
    Method,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER},
};

use super::access_log::REQUEST_ID;

/// The origin that stands for all of them.
const ANY: &str = "*";

/// Seconds for which a browser remembers that it may.
const REMEMBERED: usize = 3_600;

/// The answers to browsers that ask for their pages.
pub(super) fn cors(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods([Method::GET, Method::POST])
        .allowed_headers([ACCEPT, AUTHORIZATION, CONTENT_TYPE, REQUEST_ID])
        .expose_headers([REQUEST_ID, RETRY_AFTER])
        .max_age(REMEMBERED)
        // What another origin asks for is answered all the same; the browser keeps it from the page.
        .block_on_origin_mismatch(false);
    origins.iter().fold(cors, |cors, origin| {
        if origin == ANY {
            cors.allow_any_origin().send_wildcard()
        } else {
            cors.allowed_origin(origin)
        }
    })
}
