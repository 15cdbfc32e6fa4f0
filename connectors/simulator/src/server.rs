//! The HTTP side: every request comes here, meets its fault if one is armed, and is answered.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::Server;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, DATE, HeaderValue};
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use rustls::ServerConfig;

use crate::answer::Answer;
use crate::call::Call;
use crate::control;
use crate::exchange::Exchange;
use crate::faults::Fault;
use crate::journal::LoggedRequest;
use crate::time;
use crate::trouble;
use crate::vendor::Vendor;

const LARGEST_BODY: usize = 4 * 1024 * 1024;
/// The state of a site of the largest data set is some ten megabytes.
const LARGEST_STATE: usize = 256 * 1024 * 1024;
/// Longer than clients keep idle connections, so that only armed faults break one.
const KEEP_ALIVE: Duration = Duration::from_secs(120);

/// A server on a bound socket; it runs once it is awaited or spawned.
pub(crate) fn server<V: Vendor>(
    listener: TcpListener,
    tls: Option<ServerConfig>,
    site: Arc<V>,
    closed: Arc<AtomicBool>,
) -> std::io::Result<Server> {
    let site = web::Data::from(site);
    let closed = web::Data::from(closed);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(site.clone())
            .app_data(closed.clone())
            .app_data(web::PayloadConfig::new(LARGEST_BODY))
            .service(
                web::resource("/simulator/state")
                    .app_data(web::PayloadConfig::new(LARGEST_STATE))
                    .default_service(web::to(handle::<V>)),
            )
            .default_service(web::to(handle::<V>))
    });
    let server = server
        .on_connect(trouble::remember)
        .workers(2)
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(1)
        .disable_signals();
    let server = match tls {
        Some(tls) => server.listen_rustls_0_23(listener, tls)?,
        None => server.listen(listener)?,
    };
    Ok(server.run())
}

async fn handle<V: Vendor>(
    request: HttpRequest,
    body: Bytes,
    site: web::Data<V>,
    closed: web::Data<AtomicBool>,
) -> HttpResponse {
    // The workers end a moment after the server: a connection that was kept alive is answered no more.
    if closed.load(Ordering::Relaxed) {
        return HttpResponse::Ok().body(trouble::reset(&request));
    }
    let call = Call::read(&request, body);
    let shell = site.shell();
    let at = shell.now();
    let mut response = if let ["simulator", rest @ ..] = call.segments().as_slice() {
        answered(control::answer(site.get_ref(), &call, rest)).0
    } else {
        let (response, status) = respond(site.get_ref(), &request, &call).await;
        shell.journal().add(LoggedRequest {
            method: call.method,
            path: call.path,
            query: call.raw_query,
            status,
            at,
        });
        response
    };
    // The site's clock, not the machine's: a site that is ahead or behind says so.
    if let Ok(date) = HeaderValue::from_str(&time::show_http(shell.now())) {
        response.headers_mut().insert(DATE, date);
    }
    response
}

/// The response and its status, `None` when the connection is reset.
async fn respond<V: Vendor>(site: &V, request: &HttpRequest, call: &Call) -> (HttpResponse, Option<u16>) {
    // Held until the answer is on its way.
    let _admission = match site.admit(call) {
        Ok(admission) => admission,
        Err(refusal) => return answered(refusal),
    };
    let shell = site.shell();
    let fault = shell.faults().take(&call.method, &call.path, site.route(&call.path));
    let reset = || (HttpResponse::Ok().body(trouble::reset(request)), None);
    match fault {
        Some(Fault::ResetBefore) => return reset(),
        Some(Fault::HtmlBody) => return answered(site.sign_in_page()),
        Some(Fault::Status {
            code,
            retry_after,
            body,
        }) => return answered(trouble::refusal(site, code, retry_after, body)),
        Some(Fault::RetryAt { code, seconds }) => {
            return answered(trouble::refusal_until(site, code, seconds));
        }
        Some(Fault::Latency { ms }) => trouble::delay(ms).await,
        Some(Fault::ResetAfterCommit | Fault::Truncated | Fault::SlowBody { .. }) | None => {}
    }
    let answer = site.answer(call);
    if let Some(witness) = &shell.witness {
        witness(&Exchange::of(call, &answer));
    }
    match fault {
        Some(Fault::ResetAfterCommit) => reset(),
        // Of a body that is too short to be cut nothing arrives.
        Some(Fault::Truncated) if answer.body.len() < 2 => reset(),
        Some(Fault::Truncated) => through(answer, trouble::truncated),
        Some(Fault::SlowBody { ms }) => through(answer, |body| trouble::slow(body, ms)),
        _ => answered(answer),
    }
}

fn answered(answer: Answer) -> (HttpResponse, Option<u16>) {
    through(answer, |body| Bytes::from(body).boxed())
}

/// An answer whose body goes out in a way of its own.
fn through(mut answer: Answer, way: impl FnOnce(Vec<u8>) -> BoxBody) -> (HttpResponse, Option<u16>) {
    let body = way(std::mem::take(&mut answer.body));
    (with_body(&answer, body), Some(answer.status))
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
