//! The HTTP server: `/graphql` by GET, POST and WebSocket, `/webhooks` for the PSAs, `/graphiql`, `/healthz` and `/readyz`.
//!
//! The GraphQL endpoint follows the GraphQL over HTTP specification. It is written here because the engine's own
//! integration runs mutations that come by GET and takes them as `text/plain`, which any web page may send.

pub mod access_log;
pub mod answer;
mod cors;
pub mod endpoint;
mod graphiql;
pub mod health;
pub mod negotiation;
pub mod operation;
pub mod request;
pub mod socket;
mod throttle;
pub mod webhooks;

use std::{io, net::TcpListener, sync::Arc};

use actix_web::{
    App as Application, HttpServer,
    guard::fn_guard,
    http::header::{HeaderName, HeaderValue},
    middleware::{Compress, DefaultHeaders, from_fn},
    web,
};
use async_graphql::Executor;
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    graphql::{self, complete::Complete, eager::Eager},
};
use endpoint::Endpoint;
use socket::Patience;

/// Seconds that requests under way have to finish after `shutdown`.
const GRACE_SECONDS: u64 = 8;

/// Serves the API until `shutdown`, then finishes the requests under way.
///
/// # Errors
/// The listener does not work.
pub async fn serve(app: Arc<App>, listener: TcpListener, shutdown: CancellationToken) -> io::Result<()> {
    let schema = Eager(graphql::schema(&app.config.limits, app.config.server.introspection));
    let schema = Complete::new(schema, graphql::shapes());
    serve_schema(app, schema, Patience::default(), listener, shutdown).await
}

/// Like [`serve`], with any schema and sockets of any patience.
async fn serve_schema<E: Executor>(
    app: Arc<App>,
    schema: E,
    patience: Patience,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let endpoint = Endpoint::new(Arc::clone(&app), schema, patience, shutdown.clone());
    let endpoint = web::Data::new(endpoint);
    let origins = app.config.server.cors_origins.clone();
    let app = web::Data::from(app);
    let server = HttpServer::new(move || {
        let security = DefaultHeaders::new().add((
            HeaderName::from_static("x-content-type-options"),
            HeaderValue::from_static("nosniff"),
        ));
        Application::new()
            .app_data(app.clone())
            .app_data(endpoint.clone())
            .wrap(Compress::default())
            .wrap(cors::cors(&origins))
            .wrap(security)
            .wrap(from_fn(access_log::log))
            .service(
                web::resource("/graphql")
                    .route(web::post().to(endpoint::post::<E>))
                    .route(web::get().guard(fn_guard(socket::is_asked_for)).to(socket::open::<E>))
                    .route(web::get().to(endpoint::get::<E>))
                    .default_service(web::to(answer::method_not_allowed)),
            )
            .service(
                web::resource(webhooks::ADDRESS)
                    .route(web::post().to(webhooks::receive))
                    .default_service(web::to(answer::not_found)),
            )
            .service(web::resource("/graphiql").route(web::get().to(graphiql::show)))
            .service(web::resource("/healthz").route(web::get().to(health::live)))
            .service(web::resource("/readyz").route(web::get().to(health::ready)))
            .default_service(web::to(answer::not_found))
    })
    .disable_signals()
    // A compressed answer leaves in several writes, and an event in one of its own: without this each waits until the
    // client has acknowledged the one before, which it delays by some 40 ms.
    .tcp_nodelay(true)
    .shutdown_timeout(GRACE_SECONDS)
    .listen(listener)?
    .run();
    let handle = server.handle();
    tokio::pin!(server);
    tokio::select! {
        ended = &mut server => ended,
        () = shutdown.cancelled() => tokio::join!(server, handle.stop(true)).0,
    }
}

#[cfg(test)]
mod tests;
