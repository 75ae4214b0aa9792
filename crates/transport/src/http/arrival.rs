//! What is known of a request while it is being answered, and what is said of it in the end.

use std::net::SocketAddr;
use std::time::Duration;

use http::{HeaderValue, Method, Response, StatusCode};
use mission_control_identity::PrincipalId;

use super::limits::Allowance;
use super::request_id::X_REQUEST_ID;
use super::{RequestId, Source, cors, headers};
use crate::metrics::{RateLimited, RoutePattern};

/// What stands in the log for a request that found no route.
const NO_ROUTE: &str = "-";

/// One request.
pub(super) struct Arrival {
    pub(super) id: RequestId,
    pub(super) peer: SocketAddr,
    pub(super) source: Source,
    /// The origin of the page that asks, where it is another than ours and may.
    pub(super) guest: Option<HeaderValue>,
    /// What is left to whoever asks, where that is counted.
    pub(super) allowance: Option<Allowance>,
    pub(super) route: &'static str,
    pub(super) principal: Option<PrincipalId>,
}

impl Arrival {
    pub(super) const fn new(id: RequestId, peer: SocketAddr, source: Source) -> Self {
        let (guest, allowance, route, principal) = (None, None, NO_ROUTE, None);
        Self { id, peer, source, guest, allowance, route, principal }
    }

    /// Adds to the answer what every answer carries; `shared` says whether pages of other origins
    /// may read any.
    pub(super) fn complete<B>(&self, response: &mut Response<B>, shared: bool) {
        let headers = response.headers_mut();
        headers::harden(headers);
        headers.insert(X_REQUEST_ID, self.id.header());
        if shared {
            cors::share(headers, self.guest.as_ref());
        }
        if let Some(allowance) = &self.allowance {
            allowance.tell(headers);
        }
        let exhausted = self.allowance.as_ref().and_then(Allowance::exhausted);
        response.extensions_mut().insert(RoutePattern(self.route));
        if let Some(budget) = exhausted {
            response.extensions_mut().insert(RateLimited(budget));
        }
    }

    /// One line for each request, under a target of its own: `info,requests=debug` shows all of them.
    /// Without it only what went wrong has one.
    pub(super) fn log(&self, method: &Method, status: StatusCode, took: Duration) {
        let Self { id, peer, source, route, principal, .. } = self;
        let (status, milliseconds) = (status.as_u16(), took.as_micros() as f64 / 1_000.0);
        let (client, principal) = (source.address(), principal.as_ref());
        let principal = principal.map(tracing::field::display);
        if went_wrong(status) {
            tracing::info!(
                target: "requests",
                request_id = %id, %peer, %client, principal, %method, route, status, milliseconds,
                "answered badly"
            );
        } else {
            tracing::debug!(
                target: "requests",
                request_id = %id, %peer, %client, principal, %method, route, status, milliseconds,
                "answered"
            );
        }
    }
}

/// 503 says to come back, and its cause is told once where it is noticed: whoever sends many away does
/// so to have time for others, not for a line about each.
const fn went_wrong(status: u16) -> bool {
    status >= 500 && status != StatusCode::SERVICE_UNAVAILABLE.as_u16()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_sent_away_leaves_no_line_and_what_went_wrong_does() {
        let told = [200, 204, 401, 413, 422, 429, 500, 501, 503, 504].map(went_wrong);
        let wanted = [false, false, false, false, false, false, true, true, false, true];
        assert_eq!(told, wanted);
    }
}
