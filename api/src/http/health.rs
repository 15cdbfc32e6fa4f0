//! Whether the process lives, and whether it can do its work.

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::app::App;

/// `GET /healthz`: the process answers.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// `GET /readyz`: the database answers and its schema is up to date. 503 with the reason otherwise.
pub async fn ready(app: web::Data<App>) -> HttpResponse {
    if let Err(error) = app.db.ping().await {
        tracing::warn!(%error, "not ready: the database does not answer");
        return HttpResponse::ServiceUnavailable()
            .json(json!({ "status": "unavailable", "reason": "the database does not answer" }));
    }
    match app.db.pending_migrations().await {
        Ok(pending) if pending.is_empty() => HttpResponse::Ok().json(json!({ "status": "ok" })),
        Ok(pending) => {
            let reason = format!(
                "{} migrations are not applied; run `psa-bridge migrate up`",
                pending.len()
            );
            HttpResponse::ServiceUnavailable().json(json!({ "status": "unavailable", "reason": reason }))
        }
        Err(error) => {
            tracing::warn!(%error, "not ready: the migrations cannot be read");
            HttpResponse::ServiceUnavailable()
                .json(json!({ "status": "unavailable", "reason": "the database cannot be read" }))
        }
    }
}
