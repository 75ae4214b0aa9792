//! Background work: each piece is idempotent, takes no input and says what it did. Its period is
//! the retry; a nudge only makes it begin sooner. Every process does all of it.

mod checkpoint;
mod credentials;
mod drift;
#[cfg(test)]
mod drift_tests;
mod due;
mod follow_ups;
mod held;
mod measured;
mod minute;
mod retention;
mod run_tasks;
mod schedules;
mod silent;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod upkeep_tests;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::StoreError;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

pub(crate) use checkpoint::Checkpoint;
pub(crate) use credentials::CredentialSweep;
pub(crate) use drift::DriftCheck;
pub(crate) use due::DueSweep;
pub(crate) use follow_ups::FollowUpSweep;
pub use follow_ups::{FollowUps, Followed};
pub(crate) use measured::Measured;
pub(crate) use minute::MinuteSweep;
pub(crate) use retention::RetentionSweep;
pub(crate) use schedules::ScheduleSweep;
pub(crate) use silent::SilentSweep;

use crate::pace::jittered;

/// The period of everything that rescues: a lease of 15 s that is over is taken back by 17.5 s.
const RESCUE_EVERY: Duration = Duration::from_secs(2);

/// The period of what is nudged, or follows on a silence of three quarters of a minute.
const FOLLOW_EVERY: Duration = Duration::from_secs(5);

/// The period of what keeps the projection honest.
const CHECK_EVERY: Duration = Duration::from_mins(1);

/// How many commands one sweep has under way at a time: what a store takes in one batch, and a
/// small part of what it takes from everybody.
const APPLYING: usize = 64;

/// How many rows one step of a sweep looks at.
const STEP: u32 = 500;

/// How many steps one sweep makes before it lets a period pass, so that a store which gives the
/// same rows again and again is not asked without a pause.
const STEPS: usize = 40;

/// A piece of background work.
#[async_trait]
pub(crate) trait Sweep: Send + Sync + 'static {
    /// What it did; the default is nothing.
    type Report: Debug + Default + PartialEq + Send;

    /// Its name in the log.
    const NAME: &'static str;
    /// How often it is done.
    const PERIOD: Duration;

    /// How many things it did.
    fn done(report: &Self::Report) -> u64;

    /// Does all that is to be done now.
    async fn sweep(&self) -> Result<Self::Report, StoreError>;
}

/// Sweeps in every period and at every nudge, until `stop`.
pub(crate) async fn repeat<S: Sweep>(sweep: S, nudge: Arc<Notify>, stop: CancellationToken) {
    let mut failing = false;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = nudge.notified() => {}
            () = tokio::time::sleep(jittered(S::PERIOD)) => {}
        }
        let Some(outcome) = stop.run_until_cancelled(sweep.sweep()).await else { return };
        match outcome {
            Ok(report) => {
                if std::mem::take(&mut failing) {
                    info!(sweep = S::NAME, "works again");
                }
                if report != S::Report::default() {
                    debug!(sweep = S::NAME, ?report, "swept");
                }
            }
            Err(error) if !std::mem::replace(&mut failing, true) => {
                warn!(sweep = S::NAME, %error, "failed; trying again");
            }
            Err(error) => debug!(sweep = S::NAME, %error, "failed again"),
        }
    }
}
