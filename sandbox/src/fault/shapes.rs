//! The answers faults give.

use super::{Body, Delivery, FaultKind, Refusal, Served, quota, refused};
use crate::core::auth::{denied, not_authorised, unauthenticated};

/// What stands at a path nobody serves.
pub(crate) const NOT_FOUND_PAGE: &str = "<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title>\
    <p><b>404.</b> <ins>That's an error.</ins><p>The requested URL was not found on this server.</html>";
const BAD_GATEWAY_PAGE: &str = "<!DOCTYPE html><html lang=en><title>Error 502 (Server Error)!!1</title>\
    <p><b>502.</b> <ins>That's an error.</ins><p>Bad Gateway. Please try again in 30 seconds.</html>";

/// The answer given instead of serving the request, for the kinds that do that.
pub(crate) fn before(kind: FaultKind, id: &str) -> Option<Served> {
    let directory = id.starts_with("directory.");
    Some(match kind {
        FaultKind::QuotaPerMinute => refused(&quota::exceeded(id)),
        FaultKind::QuotaBackend => refused(&quota::backend_exhausted()),
        FaultKind::InternalError => internal(id),
        FaultKind::BadGatewayHtml => bad_gateway(),
        FaultKind::Unavailable if directory => {
            refused(&Refusal::directory(503, "backendError", "Service unavailable. Please try again"))
        }
        FaultKind::Unavailable => {
            refused(&Refusal::people(503, "UNAVAILABLE", "The service is currently unavailable."))
        }
        FaultKind::HangBefore => undelivered(Delivery::Hang),
        FaultKind::CutBefore => undelivered(Delivery::Cut),
        FaultKind::ExpiredSyncToken => refused(&Refusal::expired_sync_token()),
        FaultKind::Unauthorized => refused(&unauthenticated()),
        FaultKind::Forbidden if directory => refused(&not_authorised()),
        FaultKind::Forbidden => refused(&denied()),
        FaultKind::HangAfter
        | FaultKind::Held
        | FaultKind::CutAfter
        | FaultKind::CommitThenError
        | FaultKind::CommitThenBadGateway
        | FaultKind::TokenRefused
        | FaultKind::RobotDisabled
        | FaultKind::AccountRestricted => return None,
    })
}

/// What replaces the answer of a request that was served.
pub(crate) fn after(kind: FaultKind, id: &str) -> Option<Served> {
    match kind {
        FaultKind::HangAfter => Some(undelivered(Delivery::Hang)),
        FaultKind::CutAfter => Some(undelivered(Delivery::Cut)),
        FaultKind::CommitThenError => Some(internal(id)),
        FaultKind::CommitThenBadGateway => Some(bad_gateway()),
        _ => None,
    }
}

fn internal(id: &str) -> Served {
    if id == "token" {
        let body = serde_json::json!({ "error": "internal_failure", "error_description": "Backend Error" });
        return Served::new(500, Body::Json(body), Delivery::Answer);
    }
    if id.starts_with("directory.") {
        return refused(&Refusal::directory(500, "backendError", "Internal error encountered."));
    }
    refused(&Refusal::internal())
}

fn bad_gateway() -> Served {
    Served::new(502, Body::Html(BAD_GATEWAY_PAGE), Delivery::Answer)
}

fn undelivered(delivery: Delivery) -> Served {
    Served::new(0, Body::Html(""), delivery)
}
