//! What all tasks of a worker share: the source, who the worker is there, and what it holds.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mission_control_kernel::{AgentId, Clock};
use tokio::time::timeout;

use super::held::Held;
use super::source::{Badge, SourceError, WorkSource};

/// A call that takes longer, beyond what it was asked to wait, has failed.
pub(super) const CALL_WITHIN: Duration = Duration::from_secs(10);

/// The first and the longest wait between tries while the source is away.
pub(super) const AWAY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// The worker's desk.
pub(super) struct Desk {
    pub(super) source: Arc<dyn WorkSource>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) held: Arc<Held>,
    pub(super) counts: Counts,
    badge: Badge,
    agent: Mutex<AgentId>,
}

/// How attempts ended.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) completed: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) released: AtomicU64,
    pub(super) lost: AtomicU64,
}

impl Desk {
    pub(super) fn new(
        source: Arc<dyn WorkSource>,
        clock: Arc<dyn Clock>,
        badge: Badge,
        agent: AgentId,
    ) -> Self {
        Self {
            source,
            clock,
            held: Arc::new(Held::default()),
            counts: Counts::default(),
            badge,
            agent: Mutex::new(agent),
        }
    }

    pub(super) fn agent(&self) -> AgentId {
        *self.agent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers again, after the agent was removed.
    pub(super) async fn register_again(&self) -> Result<(), SourceError> {
        let agent = within(CALL_WITHIN, self.source.register(&self.badge)).await?;
        *self.agent.lock().unwrap_or_else(PoisonError::into_inner) = agent;
        Ok(())
    }
}

/// A call with a limit.
pub(super) async fn within<T>(
    limit: Duration,
    call: impl Future<Output = Result<T, SourceError>>,
) -> Result<T, SourceError> {
    let late = || SourceError::Away(format!("no answer within {} s", limit.as_secs()));
    timeout(limit, call).await.map_err(|_| late())?
}

/// One more.
pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
