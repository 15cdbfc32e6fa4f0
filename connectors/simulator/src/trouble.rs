//! What a fault does to the wire: refusals, late and cut bodies, connections that end.

use std::any::Any;
use std::net::Shutdown;
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::HttpRequest;
use actix_web::body::{BodyStream, BoxBody, MessageBody, SizedStream};
use actix_web::dev::Extensions;
use actix_web::http::Version;
use actix_web::rt::net::TcpStream;
use actix_web::web::Bytes;
use chrono::TimeDelta;
use futures_util::stream;
use serde_json::Value;
use socket2::{SockRef, Socket};

use crate::answer::Answer;
use crate::time;
use crate::vendor::Vendor;

/// A second handle to a connection, with which it can be reset.
struct Wire(Socket);

/// Remembers the socket of a new connection for [`reset`].
pub(crate) fn remember(connection: &dyn Any, data: &mut Extensions) {
    let plain = connection.downcast_ref::<TcpStream>();
    let secure = || connection.downcast_ref::<TlsStream<TcpStream>>();
    let Some(stream) = plain.or_else(|| secure().map(|tls| tls.get_ref().0)) else {
        return;
    };
    match SockRef::from(stream).try_clone() {
        Ok(socket) => {
            data.insert(Wire(socket));
        }
        Err(error) => tracing::warn!(%error, "connections cannot be reset, only closed"),
    }
}

/// A body that ends the connection before its first byte; the head is not sent either.
pub(crate) fn reset(request: &HttpRequest) -> BoxBody {
    if let Some(Wire(socket)) = request.conn_data::<Wire>() {
        // Without lingering the close that follows is a TCP reset.
        if let Err(error) = socket.set_linger(Some(Duration::ZERO)) {
            tracing::warn!(%error, "the connection is closed, not reset");
        }
        // HTTP/2 would end this one request only.
        if request.version() == Version::HTTP_2
            && let Err(error) = socket.shutdown(Shutdown::Both)
        {
            tracing::warn!(%error, "only the request is reset, not the connection");
        }
    }
    BodyStream::new(stream::iter([Err::<Bytes, _>(cut())])).boxed()
}

/// A body of the full length, of which half is sent before the connection ends.
pub(crate) fn truncated(mut body: Vec<u8>) -> BoxBody {
    let length = u64::try_from(body.len()).unwrap_or(u64::MAX);
    body.truncate(body.len() / 2);
    let parts = stream::unfold(Some(Bytes::from(body)), |early| async move {
        match early {
            Some(early) => Some((Ok(early), None)),
            None => {
                // The server flushes what it has whenever a body is not ready: once, before the cut.
                tokio::task::yield_now().await;
                Some((Err(cut()), None))
            }
        }
    });
    SizedStream::new(length, Box::pin(parts)).boxed()
}

/// A body whose second half comes late.
pub(crate) fn slow(mut body: Vec<u8>, ms: u64) -> BoxBody {
    let late = Bytes::from(body.split_off(body.len() / 2));
    let halves = stream::unfold((Some(Bytes::from(body)), Some(late)), move |(early, late)| async move {
        if let Some(early) = early {
            return Some((Ok::<_, std::io::Error>(early), (None, late)));
        }
        let late = late?;
        delay(ms).await;
        Some((Ok(late), (None, None)))
    });
    BodyStream::new(Box::pin(halves)).boxed()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a fault that delays was asked for; nothing waits on it as a signal"
)]
pub(crate) async fn delay(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

/// The answer of a status fault: the given body, or the one that the real server sends.
pub(crate) fn refusal<V: Vendor>(site: &V, code: u16, retry_after: Option<u32>, body: Option<Value>) -> Answer {
    let answer = match body {
        Some(Value::String(text)) if text.trim_start().starts_with('<') => Answer::html(code, &text),
        Some(Value::String(text)) => Answer::text(code, &text),
        Some(body) => site.json(code, &body),
        None => site.refusal(code, retry_after),
    };
    match retry_after {
        Some(seconds) => answer.with_header("Retry-After", seconds.to_string()),
        None => answer,
    }
}

/// A refusal that names the instant from which on the request may be repeated.
pub(crate) fn refusal_until<V: Vendor>(site: &V, code: u16, seconds: u32) -> Answer {
    let until = site.shell().now() + TimeDelta::seconds(i64::from(seconds));
    refusal(site, code, None, None).with_header("Retry-After", time::show_http(until))
}

fn cut() -> std::io::Error {
    std::io::Error::other("connection cut on request")
}
