//! Whose logs grow.

use mission_control_kernel::MissionId;
use tokio::sync::broadcast::{self, error::RecvError};

/// How many hints wait for somebody who listens slowly; beyond, they are told to look everywhere.
const HINTS_WAITING: usize = 1_024;

/// A channel from those who write logs to those who follow them.
pub(crate) fn hints() -> broadcast::Sender<MissionId> {
    broadcast::channel(HINTS_WAITING).0
}

/// Hints that a log may have grown. They come as soon as lines that went through this process are
/// durable; what other processes write nobody tells, so whoever follows a log looks by itself too.
#[derive(Debug)]
pub struct Logged(broadcast::Receiver<MissionId>);

impl Logged {
    pub(crate) const fn new(hints: broadcast::Receiver<MissionId>) -> Self {
        Self(hints)
    }

    /// Waits until the log of `mission` may have grown; for ever once the mission control is gone.
    /// Dropping the call loses nothing.
    pub async fn of(&mut self, mission: MissionId) {
        loop {
            match self.0.recv().await {
                Ok(grown) if grown != mission => {}
                Ok(_) | Err(RecvError::Lagged(_)) => return,
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_follower_hears_of_its_own_mission_and_when_it_may_have_missed_it() {
        let hints = hints();
        let mission = |n: u8| -> MissionId {
            format!("019126f4-5d40-7000-8000-0000000000{n:02}").parse().unwrap()
        };
        let mut logged = Logged::new(hints.subscribe());
        hints.send(mission(1)).unwrap();
        assert!(logged.of(mission(2)).now_or_never().is_none());
        hints.send(mission(1)).unwrap();
        hints.send(mission(2)).unwrap();
        assert!(logged.of(mission(2)).now_or_never().is_some());
        for _ in 0..=HINTS_WAITING {
            hints.send(mission(1)).unwrap();
        }
        assert!(logged.of(mission(2)).now_or_never().is_some());
    }
}
