//! The last word about an attempt: said again until it is heard or means nothing any more.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::desk::{AWAY, CALL_WITHIN, Desk, within};
use super::held::Lease;
use super::source::{Answer, WorkReport};
use crate::pace::Backoff;

/// How long a worker that ends goes on saying it.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// How long a report is told again that is not taken although the lease is renewed all the while. A
/// source that is away for so long loses the lease too; one that answers everything else will never
/// take it, and the mission is better tried again than held for ever.
const INSIST_WITHIN: Duration = Duration::from_secs(600);

/// Delivers a final report; `false` when it was not taken.
///
/// An unknown outcome is met by sending the same again: the store tells a repeated end by its lease
/// and gives its first answer. One more length of the lease after the last moment that it could be
/// trusted, somebody has certainly taken the mission back.
pub(super) async fn deliver(
    desk: &Desk,
    lease: &Lease,
    report: WorkReport,
    ending: &CancellationToken,
) -> bool {
    let ended = async {
        ending.cancelled().await;
        sleep(LAST_WORDS).await;
    };
    tokio::select! {
        taken = insist(desk, lease, report) => taken,
        () = ended => {
            warn!(mission = %lease.held.mission, "the end of an attempt could not be reported");
            false
        }
    }
}

async fn insist(desk: &Desk, lease: &Lease, report: WorkReport) -> bool {
    let mission = lease.held.mission;
    let give_up = Instant::now() + INSIST_WITHIN;
    let mut backoff = Backoff::new(AWAY.0, AWAY.1);
    loop {
        let call = desk.source.report(desk.agent(), lease.held, report.clone());
        match within(CALL_WITHIN, call).await {
            Ok(Answer::Taken) => return true,
            Ok(Answer::LeaseOver) => {
                debug!(%mission, "the attempt was somebody else's before its end was told");
                return false;
            }
            Err(error) if Instant::now() > lease.trusted_until() + lease.length => {
                warn!(%mission, %error, "the lease was over before its end could be told");
                return false;
            }
            Err(error) if Instant::now() > give_up => {
                warn!(%mission, %error, "the end of an attempt is not taken; leaving the mission");
                return false;
            }
            Err(error) => debug!(%mission, %error, "telling the end of an attempt again"),
        }
        sleep(backoff.next()).await;
    }
}
