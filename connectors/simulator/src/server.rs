//! The HTTP side: every request comes here, meets its fault if one is armed, and is answered.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BodyStream, BoxBody, MessageBody};
use actix_web::dev::Server;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use futures_util::stream;
use serde_json::Value;

use crate::answer::Answer;
use crate::call::Call;
use crate::control;
use crate::endpoints;
use crate::errors::ApiError;
use crate::faults::Fault;
use crate::gate;
use crate::journal::LoggedRequest;
use crate::site::Site;

const LARGEST_BODY: usize = 4 * 1024 * 1024;
/// Longer than clients keep idle connections, so that only armed faults break one.
const KEEP_ALIVE: Duration = Duration::from_secs(120);

/// A server on a bound socket; it runs once it is awaited or spawned.
pub(crate) fn server(listener: TcpListener, site: Arc<Site>) -> std::io::Result<Server> {
    let site = web::Data::from(site);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(site.clone())
            .app_data(web::PayloadConfig::new(LARGEST_BODY))
            .default_service(web::to(handle))
    });
    Ok(server
        .workers(2)
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(1)
        .disable_signals()
        .listen(listener)?
        .run())
}

async fn handle(request: HttpRequest, body: Bytes, site: web::Data<Site>) -> HttpResponse {
    let call = Call::read(&request, body);
    if let ["simulator", rest @ ..] = call.segments().as_slice() {
        return http(control::answer(&site, &call, rest));
    }
    let at = site.now();
    let fault = site.faults().take(&call.method, &call.path);
    let (response, status) = respond(&site, &call, fault).await;
    let Call {
        method,
        path,
        raw_query,
        ..
    } = call;
    site.journal().add(LoggedRequest {
        method,
        path,
        query: raw_query,
        status,
        at,
    });
    response
}

/// The response and its status, `None` when the connection is dropped.
async fn respond(site: &Site, call: &Call, fault: Option<Fault>) -> (HttpResponse, Option<u16>) {
    match fault {
        Some(Fault::ResetBefore) => return (dropped(), None),
        Some(Fault::HtmlBody) => return answered(web_page()),
        Some(Fault::Status {
            code,
            retry_after,
            body,
        }) => return answered(refusal(code, retry_after, body)),
        Some(Fault::Latency { ms }) => delay(ms).await,
        Some(Fault::ResetAfterCommit | Fault::SlowBody { .. }) | None => {}
    }
    let answer = endpoints::answer(site, call);
    match fault {
        Some(Fault::ResetAfterCommit) => (dropped(), None),
        Some(Fault::SlowBody { ms }) => {
            let status = answer.status;
            (slow(answer, ms), Some(status))
        }
        _ => answered(answer),
    }
}

fn answered(answer: Answer) -> (HttpResponse, Option<u16>) {
    let status = answer.status;
    (http(answer), Some(status))
}

fn http(mut answer: Answer) -> HttpResponse {
    let body = Bytes::from(std::mem::take(&mut answer.body));
    with_body(&answer, body.boxed())
}

fn with_body(answer: &Answer, body: BoxBody) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    if status != StatusCode::NO_CONTENT {
        response.insert_header((CONTENT_TYPE, answer.content_type.as_str()));
    }
    for (name, value) in &answer.headers {
        response.insert_header((*name, value.as_str()));
    }
    response.body(body)
}

/// A response whose body fails before its first byte: the server closes the connection with nothing sent.
fn dropped() -> HttpResponse {
    let failing = stream::once(std::future::ready(Err::<Bytes, _>(std::io::Error::other(
        "connection dropped on request",
    ))));
    HttpResponse::Ok().body(BodyStream::new(Box::pin(failing)).boxed())
}

/// A response whose second half comes late.
fn slow(mut answer: Answer, ms: u64) -> HttpResponse {
    let late = Bytes::from(answer.body.split_off(answer.body.len() / 2));
    let early = Bytes::from(std::mem::take(&mut answer.body));
    let halves = stream::unfold((Some(early), Some(late)), move |(early, late)| async move {
        if let Some(early) = early {
            return Some((Ok::<_, std::io::Error>(early), (None, late)));
        }
        let late = late?;
        delay(ms).await;
        Some((Ok(late), (None, None)))
    });
    with_body(&answer, BodyStream::new(Box::pin(halves)).boxed())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a fault that delays was asked for; nothing waits on it as a signal"
)]
async fn delay(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

fn web_page() -> Answer {
    let page = "<!DOCTYPE html><html><head><title>ConnectWise</title></head><body>Sign in</body></html>";
    Answer::text(200, page).with_content_type("text/html; charset=utf-8")
}

/// The answer of a status fault: the given body, or the one that the real server sends.
fn refusal(code: u16, retry_after: Option<u32>, body: Option<Value>) -> Answer {
    let answer = match (body, code) {
        (Some(Value::String(text)), _) if text.trim_start().starts_with('<') => {
            Answer::text(code, &text).with_content_type("text/html; charset=utf-8")
        }
        (Some(Value::String(text)), _) => Answer::text(code, &text),
        (Some(body), _) => Answer::json(code, &body),
        (None, 429) => return gate::too_many_requests(retry_after),
        (None, 403) => ApiError::forbidden().into_answer(),
        (None, 401) => ApiError::with_null_errors(401, "Unauthorized", "Invalid credentials").into_answer(),
        (None, 500) => ApiError::new(500, "ConnectWiseApi", "A timeout has occured. Please try again.").into_answer(),
        (None, 502..=504) => Answer::text(code, "<html><body><h1>Service Unavailable</h1></body></html>")
            .with_content_type("text/html; charset=utf-8"),
        (None, _) => ApiError::new(code, "ConnectWiseApi", "The request failed.").into_answer(),
    };
    match retry_after {
        Some(seconds) => answer.with_header("Retry-After", seconds.to_string()),
        None => answer,
    }
}
