//! The HTTP server: `/graphql`, `/graphiql`, `/healthz` and `/readyz`.
//!
//! The GraphQL endpoint follows the GraphQL over HTTP specification. It is written here because the engine's own
//! integration runs mutations that come by GET and takes them as `text/plain`, which any web page may send.

pub mod access_log;
pub mod answer;
pub mod endpoint;
pub mod health;
pub mod negotiation;
pub mod request;

use std::{io, net::TcpListener, sync::Arc};

use actix_web::{
    App as Application, HttpServer,
    http::header::{HeaderName, HeaderValue},
    middleware::{Compress, DefaultHeaders, from_fn},
    web,
};
use async_graphql::Executor;
use tokio_util::sync::CancellationToken;

use crate::{app::App, graphql};
use endpoint::Endpoint;

/// Seconds that requests under way have to finish after `shutdown`.
const GRACE_SECONDS: u64 = 8;

/// Serves the API until `shutdown`, then finishes the requests under way.
///
/// # Errors
/// The listener does not work.
pub async fn serve(app: Arc<App>, listener: TcpListener, shutdown: CancellationToken) -> io::Result<()> {
    let schema = graphql::schema(&app.config.limits, app.config.server.introspection);
    serve_schema(app, schema, listener, shutdown).await
}

/// Like [`serve`], with any schema.
async fn serve_schema<E: Executor>(
    app: Arc<App>,
    schema: E,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let endpoint = web::Data::new(Endpoint::new(Arc::clone(&app), schema));
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
            .wrap(security)
            .wrap(from_fn(access_log::log))
            .service(
                web::resource("/graphql")
                    .route(web::post().to(endpoint::post::<E>))
                    .route(web::get().to(endpoint::get::<E>))
                    .default_service(web::to(answer::method_not_allowed)),
            )
            .service(web::resource("/graphiql").route(web::get().to(endpoint::graphiql)))
            .service(web::resource("/healthz").route(web::get().to(health::live)))
            .service(web::resource("/readyz").route(web::get().to(health::ready)))
            .default_service(web::to(answer::not_found))
    })
    .disable_signals()
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
