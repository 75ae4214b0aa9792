//! How many live connections each person has, with all their tokens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use mission_control_identity::PrincipalId;

use crate::auth::Known;

/// Everyone who watches, by the person behind them.
#[derive(Debug)]
pub(super) struct Seats {
    each: usize,
    taken: Mutex<HashMap<PrincipalId, usize>>,
}

/// One connection's seat, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Arc<Seats>,
    who: PrincipalId,
}

impl Seats {
    /// With `each` for every one.
    pub(super) fn new(each: usize) -> Arc<Self> {
        Arc::new(Self { each, taken: Mutex::default() })
    }

    /// A seat for whoever asks, among those of the person behind them: whoever has many tokens has no
    /// more than others.
    pub(super) fn take_for(self: &Arc<Self>, known: &Known) -> Option<Seat> {
        self.take(&known.owner)
    }

    /// A seat for `who`; `None` when it has all that it may have.
    pub(super) fn take(self: &Arc<Self>, who: &PrincipalId) -> Option<Seat> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(who.clone()).or_default();
        if *count >= self.each {
            return None;
        }
        *count += 1;
        Some(Seat { seats: Arc::clone(self), who: who.clone() })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use mission_control_identity::Principal;
    use mission_control_kernel::SystemClock;

    use super::*;
    use crate::auth::Authenticator;

    #[tokio::test]
    async fn all_tokens_of_one_person_share_their_seats() {
        let anybody = Authenticator::without_records(Arc::new(SystemClock)).open_to_everybody(true);
        let anybody = Arc::new(anybody).authenticate(None).await.unwrap().unwrap();
        let with = |id: &str, owner: &str| {
            let principal = Principal { id: id.parse().unwrap(), ..Principal::administrator() };
            let owner = owner.parse().unwrap();
            Known { principal: Arc::new(principal), owner, ..anybody.clone() }
        };
        let seats = Seats::new(2);
        let _first = seats.take_for(&with("ada", "ada")).unwrap();
        let second = seats.take_for(&with("token:1", "ada")).unwrap();
        assert!(
            seats.take_for(&with("token:2", "ada")).is_none(),
            "one more token is no more room"
        );
        assert!(seats.take_for(&with("token:3", "bob")).is_some(), "others have their own");
        drop(second);
        assert!(seats.take_for(&with("token:2", "ada")).is_some());
    }

    #[test]
    fn everyone_has_their_own_seats_and_gives_them_back() {
        let seats = Seats::new(2);
        let (ada, bob) = ("ada".parse().unwrap(), "bob".parse().unwrap());
        let first = seats.take(&ada).unwrap();
        let _second = seats.take(&ada).unwrap();
        assert!(seats.take(&ada).is_none());
        let other = seats.take(&bob);
        assert!(other.is_some());
        drop((first, other));
        assert!(seats.take(&ada).is_some());
        assert_eq!(seats.taken.lock().unwrap().len(), 1, "who watches nothing is not remembered");
    }
}
