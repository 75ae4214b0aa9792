//! What a connection is doing, and by when it has to have gone on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Version;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::Limits;

/// Shared by the stream (which sees bytes), the service (which sees requests) and the loop that
/// watches both. No single one of them can tell a slow head from an idle connection.
pub(super) struct Activity {
    state: Mutex<State>,
    /// Rung whenever the next deadline may have come nearer.
    nearer: Notify,
}

/// What the watching loop has to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Due {
    /// Nothing before then.
    NotBefore(Instant),
    /// The connection has lain idle: end it as HTTP ends one.
    Close,
    /// The client holds the connection without using it: drop it.
    Abort,
}

/// Counts one request as in flight until it is dropped.
pub(super) struct InFlight(Arc<Activity>);

struct State {
    in_flight: usize,
    waiting: Waiting,
    stalled: Option<Instant>,
    multiplexed: bool,
    /// Whether the last request came with a body.
    body: bool,
}

/// What is awaited while no request is in flight, and since when.
#[derive(Clone, Copy)]
enum Waiting {
    Head(Instant),
    Anything(Instant),
}

impl Activity {
    /// Of a connection accepted at `now`.
    pub(super) fn new(now: Instant) -> Arc<Self> {
        let state = State {
            in_flight: 0,
            waiting: Waiting::Head(now),
            stalled: None,
            multiplexed: false,
            body: false,
        };
        Arc::new(Self { state: Mutex::new(state), nearer: Notify::new() })
    }

    /// Bytes came in.
    pub(super) fn received(&self, now: Instant) {
        let mut state = self.state();
        // On HTTP/2, bytes between requests are settings, pings and window updates.
        let begins_head = state.in_flight == 0
            && !state.multiplexed
            && matches!(state.waiting, Waiting::Anything(_));
        if begins_head {
            state.waiting = Waiting::Head(now);
            self.nearer.notify_one();
        }
    }

    /// The client no longer reads (`Some`), or reads again.
    pub(super) fn stalled(&self, since: Option<Instant>) {
        self.state().stalled = since;
        if since.is_some() {
            self.nearer.notify_one();
        }
    }

    /// A whole head has arrived; a `body` may follow.
    pub(super) fn begin(self: &Arc<Self>, version: Version, body: bool) -> InFlight {
        let mut state = self.state();
        state.in_flight += 1;
        state.body = body;
        state.multiplexed = version == Version::HTTP_2;
        InFlight(Arc::clone(self))
    }

    /// Whether the client may be in the middle of a body that was answered before its end.
    pub(super) fn may_be_sending(&self) -> bool {
        let state = self.state();
        state.body && !state.multiplexed
    }

    /// The connection is to end. One without a request has no body under way: HTTP itself ends a
    /// connection whose body was not read to its end.
    pub(super) fn settle(&self) {
        let mut state = self.state();
        state.body &= state.in_flight > 0;
    }

    /// Waits until it is worth asking [`Self::due`] again before the alarm it gave.
    pub(super) async fn nearer(&self) {
        self.nearer.notified().await;
    }

    /// What is to be done at `now`.
    pub(super) fn due(&self, now: Instant, limits: &Limits) -> Due {
        let state = self.state();
        let mut next = now + limits.idle;
        if let Some(since) = state.stalled {
            next = next.min(since + limits.stalled_write);
        }
        let mut idle = false;
        if state.in_flight == 0 {
            let by = match state.waiting {
                Waiting::Head(since) => since + limits.head,
                Waiting::Anything(since) => since + limits.idle,
            };
            idle = matches!(state.waiting, Waiting::Anything(_)) && by <= next;
            next = next.min(by);
        }
        if now < next {
            Due::NotBefore(next)
        } else if idle {
            Due::Close
        } else {
            Due::Abort
        }
    }

    fn end(&self, now: Instant) {
        let mut state = self.state();
        state.in_flight -= 1;
        if state.in_flight == 0 {
            state.waiting = Waiting::Anything(now);
            self.nearer.notify_one();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.end(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn limits() -> Limits {
        Limits {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            stalled_write: Duration::from_secs(30),
            ..Limits::default()
        }
    }

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    /// One request from its head to the end of its reply, which is over at `end`.
    fn serve_one(activity: &Arc<Activity>, version: Version, end: Instant) {
        std::mem::forget(activity.begin(version, false));
        activity.end(end);
    }

    #[test]
    fn a_fresh_connection_that_sends_no_head_is_dropped() {
        let start = Instant::now();
        let activity = Activity::new(start);
        activity.received(after(start, 5));
        assert_eq!(activity.due(after(start, 9), &limits()), Due::NotBefore(after(start, 10)));
        assert_eq!(activity.due(after(start, 10), &limits()), Due::Abort);
    }

    #[test]
    fn between_requests_a_connection_may_lie_idle_until_a_byte_begins_a_head() {
        let start = Instant::now();
        let activity = Activity::new(start);
        let request = activity.begin(Version::HTTP_11, false);
        assert!(matches!(activity.due(after(start, 1_000), &limits()), Due::NotBefore(_)));
        serve_one(&activity, Version::HTTP_11, start);
        assert!(matches!(activity.due(after(start, 1_000), &limits()), Due::NotBefore(_)));
        drop(request);
        serve_one(&activity, Version::HTTP_11, start);
        assert_eq!(activity.due(after(start, 74), &limits()), Due::NotBefore(after(start, 75)));
        assert_eq!(activity.due(after(start, 75), &limits()), Due::Close);
        activity.received(after(start, 20));
        activity.received(after(start, 29));
        assert_eq!(activity.due(after(start, 30), &limits()), Due::Abort);
    }

    #[test]
    fn pings_between_http2_requests_begin_no_head() {
        let start = Instant::now();
        let activity = Activity::new(start);
        serve_one(&activity, Version::HTTP_2, start);
        activity.received(after(start, 20));
        assert_eq!(activity.due(after(start, 40), &limits()), Due::NotBefore(after(start, 75)));
    }

    #[test]
    fn a_client_that_stops_reading_is_dropped_even_in_flight() {
        let start = Instant::now();
        let activity = Activity::new(start);
        let _request = activity.begin(Version::HTTP_11, false);
        activity.stalled(Some(start));
        assert_eq!(activity.due(after(start, 29), &limits()), Due::NotBefore(after(start, 30)));
        assert_eq!(activity.due(after(start, 30), &limits()), Due::Abort);
        activity.stalled(None);
        assert!(matches!(activity.due(after(start, 30), &limits()), Due::NotBefore(_)));
    }
}
