//! Accepting connections, and draining them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::admission::Admission;
use super::connection::{self, Answer};
use super::limits::Limits;

/// The first pause after an error that accepting again at once would only repeat.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// The longest one: a descriptor that comes free is used within a second.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How draining went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DrainReport {
    /// Connections that ended by themselves.
    pub finished: usize,
    /// Connections that were cut at the deadline.
    pub aborted: usize,
}

/// Serves `listener` until `drain` is cancelled, then lets requests in flight finish.
///
/// Draining closes the listener and idle connections at once and waits for the others for
/// `limits.drain`, then cuts them. Upgraded connections are no longer HTTP and are not waited for.
pub async fn serve<A: Answer>(
    listener: TcpListener,
    answer: Arc<A>,
    limits: Limits,
    drain: CancellationToken,
) -> DrainReport {
    let connections = TaskTracker::new();
    let abort = CancellationToken::new();
    let deadline = limits.drain;
    tokio::select! {
        biased;
        () = drain.cancelled() => {}
        () = accept(listener, answer, limits, &connections, (&drain, &abort)) => {}
    }
    connections.close();
    let open = connections.len();
    if timeout(deadline, connections.wait()).await.is_ok() {
        return DrainReport { finished: open, aborted: 0 };
    }
    let aborted = connections.len();
    tracing::warn!(aborted, "connections were cut at the end of draining");
    abort.cancel();
    connections.wait().await;
    DrainReport { finished: open.saturating_sub(aborted), aborted }
}

async fn accept<A: Answer>(
    listener: TcpListener,
    answer: Arc<A>,
    limits: Limits,
    connections: &TaskTracker,
    (drain, abort): (&CancellationToken, &CancellationToken),
) {
    let admission = Admission::new(limits.connections, limits.connections_per_address);
    let protocol = connection::protocol(&limits);
    let settings = Arc::new((limits, protocol));
    let mut failures = 0;
    loop {
        let slot = admission.slot().await;
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                if let Some(pause) = pause_after(&error, failures) {
                    failures += 1;
                    tracing::warn!(%error, ?pause, "cannot accept connections");
                    sleep(pause).await;
                }
                continue;
            }
        };
        failures = 0;
        let Some(permit) = admission.admit(slot, peer.ip()) else {
            tracing::debug!(%peer, "refused: too many connections from this address");
            continue;
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%peer, %error, "the connection was gone before it was served");
            continue;
        }
        let (answer, settings) = (Arc::clone(&answer), Arc::clone(&settings));
        let signals = (drain.clone(), abort.clone());
        connections.spawn(async move {
            connection::run(stream, peer, permit, answer, &settings, signals).await;
        });
    }
}

/// How long to wait before accepting again. A connection that died in the backlog is no reason to;
/// whatever else goes wrong (mostly: no descriptors left) stays wrong for a while, and the loop
/// must not spin meanwhile.
fn pause_after(error: &io::Error, failures: u32) -> Option<Duration> {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    match error.kind() {
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted => None,
        _ => Some(FIRST_PAUSE.saturating_mul(1 << failures.min(10)).min(LONGEST_PAUSE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepting_pauses_only_for_what_does_not_pass_by_itself() {
        // EMFILE on Linux.
        let no_descriptors = io::Error::from_raw_os_error(24);
        assert_eq!(pause_after(&no_descriptors, 0), Some(FIRST_PAUSE));
        assert_eq!(pause_after(&no_descriptors, 1), Some(FIRST_PAUSE * 2));
        assert_eq!(pause_after(&no_descriptors, u32::MAX), Some(LONGEST_PAUSE));
        let died_waiting = io::Error::from(io::ErrorKind::ConnectionAborted);
        assert_eq!(pause_after(&died_waiting, 5), None);
    }
}
