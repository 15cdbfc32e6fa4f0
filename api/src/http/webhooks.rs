//! `POST /webhooks/{integration}/{token}`: where PSAs announce changes.
//!
//! Whoever does not know the address learns nothing, not even that there is something: an unknown integration, a wrong
//! token and another method are answered like any path that does not exist, before the body is read. Of an address that is
//! known, only what bears the PSA's signature is believed.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Bytes, Payload},
};
use psa_connectors::record::InboundDelivery;

use super::{
    answer::{self, Refusal, note},
    negotiation::MediaType,
};
use crate::{
    app::App,
    failure::RequestCode,
    integrations::webhooks::admit::{Admitted, admit},
    tickets::inbound::announced::{self, Unheard},
};

/// The addresses, as [`crate::integrations::webhooks::address`] makes them.
pub const ADDRESS: &str = "/webhooks/{integration}/{token}";

/// Most bytes of a body: an announcement holds one record.
const MOST: usize = 262_144;

/// Follows an announcement.
pub async fn receive(http: HttpRequest, body: Payload, app: web::Data<App>) -> HttpResponse {
    let part = |name: &str| http.match_info().get(name).unwrap_or_default();
    let admitted = match admit(&app, part("integration"), part("token")).await {
        Ok(Some(admitted)) => admitted,
        Ok(None) => return answer::not_found(http).await,
        Err(failure) => {
            tracing::error!(?failure, "an announcement could not be taken in");
            return answer::internal().respond(&http, MediaType::Json);
        }
    };
    note(&http, |details| details.provider = Some(admitted.scope.provider_id()));
    let heard = match read(body).await {
        Ok(body) => follow(&http, &app, &admitted, &body).await,
        Err(refusal) => Err(refusal),
    };
    match heard {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(refusal) => refusal.respond(&http, MediaType::Json),
    }
}

async fn follow(http: &HttpRequest, app: &App, admitted: &Admitted, body: &[u8]) -> Result<(), Refusal> {
    let headers: Vec<(String, String)> = http
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    let delivery = InboundDelivery {
        headers: &headers,
        body,
    };
    announced::follow(app, admitted, delivery).await.map_err(refusal)
}

async fn read(body: Payload) -> Result<Bytes, Refusal> {
    match body.to_bytes_limited(MOST).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Refusal::new(RequestCode::BadRequest, "The body broke off.")),
        Err(_) => {
            let message = format!("The body is longer than {MOST} bytes.");
            Err(Refusal::new(RequestCode::PayloadTooLarge, message))
        }
    }
}

fn refusal(unheard: Unheard) -> Refusal {
    let (code, message) = match unheard {
        Unheard::Forged => (RequestCode::SignatureInvalid, "The signature is not that of the PSA."),
        Unheard::Unreadable => (RequestCode::BadRequest, "This is no announcement of the PSA."),
        Unheard::Replayed => (RequestCode::Replayed, "This announcement was followed before."),
        Unheard::NotNow => (
            RequestCode::PsaUnavailable,
            "The PSA could not be asked what has changed. Send the announcement again.",
        ),
        Unheard::Failed(fault) => {
            tracing::error!(%fault, "an announcement could not be followed");
            return answer::internal();
        }
    };
    Refusal::new(code, message)
}
