//! How long a session lasts, for whatever stays open on it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use mission_control_kernel::Timestamp;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// What tells one session from another.
pub(super) type Nonce = [u8; 16];

/// Ended sessions that are remembered: more than people sign out in a week. Somebody who signs in
/// and out all day pushes out first what would be over first.
const REMEMBERED: usize = 10_000;

/// Sessions that were ended here before they were over, until they would be.
pub(super) struct Endings {
    ended: Mutex<HashMap<Nonce, Timestamp>>,
    told: watch::Sender<()>,
}

/// A session that holds at the moment.
#[derive(Clone)]
pub(crate) struct Lasting {
    endings: Arc<Endings>,
    nonce: Nonce,
    until: Instant,
}

impl Endings {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { ended: Mutex::default(), told: watch::Sender::new(()) })
    }

    /// Ends the session `nonce`, which would have been over at `ends`.
    pub(super) fn add(&self, nonce: Nonce, ends: Timestamp, now: Timestamp) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.retain(|_, ends| *ends > now);
        if ended.len() >= REMEMBERED {
            let first = ended.iter().min_by_key(|(_, ends)| **ends).map(|(nonce, _)| *nonce);
            first.map(|nonce| ended.remove(&nonce));
        }
        ended.insert(nonce, ends);
        drop(ended);
        self.told.send_replace(());
    }

    pub(super) fn has(&self, nonce: &Nonce) -> bool {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).contains_key(nonce)
    }

    /// The session `nonce`, which is over at `ends` at the latest.
    pub(super) fn lasting(
        self: &Arc<Self>,
        nonce: Nonce,
        ends: Timestamp,
        now: Timestamp,
    ) -> Lasting {
        let until = Instant::now() + ends.since(now);
        Lasting { endings: Arc::clone(self), nonce, until }
    }
}

impl Lasting {
    /// Waits until it is over, or ended here by signing out.
    pub(crate) async fn over(self) {
        let mut told = self.endings.told.subscribe();
        tokio::select! {
            _ = told.wait_for(|()| self.endings.has(&self.nonce)) => {}
            () = sleep_until(self.until) => {}
        }
    }
}

impl fmt::Debug for Lasting {
    /// Hides what tells sessions apart.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lasting(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[tokio::test(start_paused = true)]
    async fn a_session_is_over_at_its_end_and_not_before() {
        let (endings, now) = (Endings::new(), Timestamp::MIN);
        let begun = Instant::now();
        let lasting = endings.lasting([1; 16], now.plus(HOUR), now);
        endings.add([2; 16], now.plus(HOUR), now);
        lasting.over().await;
        assert!(begun.elapsed() >= HOUR);
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_that_is_ended_is_over_at_once() {
        let (endings, now) = (Endings::new(), Timestamp::MIN);
        let begun = Instant::now();
        let lasting = endings.lasting([1; 16], now.plus(HOUR), now);
        let waiting = tokio::spawn(lasting.clone().over());
        tokio::task::yield_now().await;
        endings.add([1; 16], now.plus(HOUR), now);
        waiting.await.unwrap();
        lasting.over().await;
        assert!(begun.elapsed() < HOUR);
    }

    #[test]
    fn what_is_remembered_has_a_bound_and_what_is_over_is_forgotten() {
        let (endings, now) = (Endings::new(), Timestamp::MIN);
        let nonce = |number: usize| {
            let mut nonce = [0; 16];
            nonce[..8].copy_from_slice(&number.to_be_bytes());
            nonce
        };
        for number in 0..=REMEMBERED {
            let ends = now.plus(HOUR + Duration::from_secs(number as u64));
            endings.add(nonce(number), ends, now);
        }
        assert!(!endings.has(&nonce(0)) && endings.has(&nonce(1)));
        endings.add([9; 16], now.plus(HOUR * 48), now.plus(HOUR * 24));
        assert_eq!(endings.ended.lock().unwrap().len(), 1);
    }
}
