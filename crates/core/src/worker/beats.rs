//! The worker's heartbeat: one call for all leases.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::desk::{AWAY, CALL_WITHIN, Desk, within};
use super::source::SourceError;
use crate::pace::{Backoff, jittered};

/// The heartbeat of a worker that has nothing to do; a third of the silence after which it counts
/// as offline.
const IDLE: Duration = Duration::from_secs(15);

/// The longest that a heartbeat waits for news. Missions that began after it was sent are in the
/// next one, so each of them learns of its end within little more than this.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// No two heartbeats follow one another sooner, even when each brings news at once.
const SHORTEST_GAP: Duration = Duration::from_millis(250);

/// An answer is waited for a third of a lease, so that two more tries fit into it; but this long at
/// least.
const LEAST_PATIENCE: Duration = Duration::from_millis(500);

/// Keeps all leases alive until `over`.
pub(super) async fn beat(desk: &Desk, over: &CancellationToken) {
    let mut backoff = Backoff::new(AWAY.0, AWAY.1 / 2);
    let mut away = false;
    loop {
        let sent = Instant::now();
        let Some(outcome) = over.run_until_cancelled(beat_once(desk, away)).await else { return };
        let pause = match outcome {
            Ok(next) => {
                if std::mem::take(&mut away) {
                    info!("heartbeats are answered again");
                }
                backoff.reset();
                next
            }
            Err(error) => {
                if !std::mem::replace(&mut away, true) {
                    warn!(%error, "a heartbeat was not answered; trying again");
                }
                backoff.next()
            }
        };
        let rest = async {
            sleep_until(sent + SHORTEST_GAP.min(pause)).await;
            tokio::select! {
                () = sleep_until(sent + pause) => {}
                () = desk.held.more() => {}
            }
        };
        if over.run_until_cancelled(rest).await.is_none() {
            return;
        }
    }
}

/// One heartbeat; says how long after it was sent the next one is due. While the source has just
/// been away it does not wait for news: the leases come first.
async fn beat_once(desk: &Desk, hurried: bool) -> Result<Duration, SourceError> {
    let (leases, shortest) = desk.held.all();
    let third = shortest.map(|length| length / 3);
    let wait = third.filter(|_| !hurried).map_or(Duration::ZERO, |third| third.min(LONGEST_WAIT));
    let patience = third.map_or(CALL_WITHIN, |third| third.clamp(LEAST_PATIENCE, CALL_WITHIN));
    let sent = Instant::now();
    let renew = desk.source.renew(desk.agent(), &leases, wait);
    match within(wait + patience, renew).await {
        Ok(renewal) => {
            desk.held.renewed(&leases, sent, &renewal);
            Ok(third.map_or_else(|| jittered(IDLE), |third| third.min(LONGEST_WAIT)))
        }
        Err(SourceError::UnknownAgent) => {
            desk.register_again().await?;
            Ok(SHORTEST_GAP)
        }
        Err(error @ SourceError::Away(_)) => Err(error),
    }
}
