//! Sessions and tokens that have long been over leave the store.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mission_control_identity::Directory;
use mission_control_kernel::StoreError;

use super::{CHECK_EVERY, STEPS, Sweep};

/// Removes them a portion at a time. Every process does so: what two of them remove at once is removed
/// by one, and what one of them leaves the next sweep finds.
pub(crate) struct CredentialSweep {
    pub(crate) directory: Arc<dyn Directory>,
}

/// What was removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct CredentialReport {
    /// Sessions and tokens.
    pub(crate) removed: u64,
}

#[async_trait]
impl Sweep for CredentialSweep {
    type Report = CredentialReport;

    const NAME: &'static str = "credentials";
    const PERIOD: Duration = CHECK_EVERY;

    fn done(report: &CredentialReport) -> u64 {
        report.removed
    }

    async fn sweep(&self) -> Result<CredentialReport, StoreError> {
        let mut report = CredentialReport::default();
        for _ in 0..STEPS {
            let removed = self.directory.sweep().await?;
            report.removed += removed;
            if removed == 0 {
                break;
            }
        }
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use mission_control_identity::{
        NewSession, SESSION_IDLE, SESSIONS_KEPT, SecretDigest, SignedInAs,
    };
    use mission_control_kernel::{ManualClock, Timestamp};
    use mission_control_persistence::Options;
    use mission_control_persistence::sqlite::{Durability, Sqlite};

    use super::*;

    /// More than the store removes at a time.
    const SESSIONS: u16 = 1_100;

    #[tokio::test]
    async fn all_that_has_long_been_over_leaves_in_one_sweep() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_760_000_000_000_000)));
        let options = Options { clock: Some(clock.clone()), ..Options::default() };
        let path = folder.path().join("mission-control.db");
        let directory: Arc<dyn Directory> = Sqlite::open(&path, Durability::Off, options).unwrap();
        let digest = |n: u16| {
            let mut digest = [7; 32];
            digest[..2].copy_from_slice(&n.to_be_bytes());
            SecretDigest::new(digest)
        };
        // Each is of somebody else, so that none ends another.
        let begin = |n| {
            let who = SignedInAs::FixedAdmin(digest(n));
            NewSession { digest: digest(n), who, user_agent: String::new() }
        };
        let begun = (0..SESSIONS).map(|n| directory.begin_session(begin(n)));
        futures::future::try_join_all(begun).await.unwrap();
        let sweep = CredentialSweep { directory: Arc::clone(&directory) };
        assert_eq!(sweep.sweep().await.unwrap(), CredentialReport::default());
        clock.advance(SESSION_IDLE + SESSIONS_KEPT);
        directory.begin_session(begin(SESSIONS)).await.unwrap();
        assert_eq!(sweep.sweep().await.unwrap().removed, u64::from(SESSIONS));
        assert!(directory.by_session(&digest(SESSIONS)).await.unwrap().is_some());
    }
}
