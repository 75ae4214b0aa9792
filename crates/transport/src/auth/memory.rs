//! What the records said, as long as it may be believed.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use mission_control_identity::{Principal, PrincipalId, SecretDigest, SignedInAs, Used};
use mission_control_kernel::Timestamp;
use tokio::time::Instant;

use super::Credential;

/// Answers of each age that are remembered: more credentials than are in use at a time, and at most a
/// few megabytes. Whoever shows more than these has the records asked for each.
const REMEMBERED: usize = 5_000;
/// What nobody has confirmed for so long is not believed any more: so soon a revocation holds.
pub(super) const BELIEVED: Duration = Duration::from_secs(1);
/// Credentials whose use waits to be written down.
const USED: usize = 2 * REMEMBERED;

/// What was shown, by its digest: the same digest of a token and of a session are not the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Shown {
    Token(SecretDigest),
    Session(SecretDigest),
}

impl Shown {
    /// What to ask the records for; `None` where they need not be asked.
    pub(super) fn of(credential: &Credential) -> Option<Self> {
        match credential {
            Credential::Bearer(bearer) => bearer.looks_ours.then_some(Self::Token(bearer.digest)),
            Credential::Session(digest) => Some(Self::Session(*digest)),
        }
    }
}

/// Who comes in with it.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) principal: Arc<Principal>,
    pub(super) who: SignedInAs,
    pub(super) owner: PrincipalId,
    pub(super) ends_at: Option<Timestamp>,
}

/// Answers of the records, in two generations: what is not asked for while one fills up is forgotten
/// with it.
#[derive(Default)]
pub(super) struct Memory {
    young: HashMap<Shown, Arc<Found>>,
    old: HashMap<Shown, Arc<Found>>,
    revision: Option<i64>,
    confirmed: Option<Instant>,
    /// How often everything was forgotten.
    turn: u64,
    used: HashMap<Shown, (Used, Timestamp)>,
    met: [HashSet<Shown>; 2],
}

impl Memory {
    /// How often everything was forgotten: an answer to a question from an earlier turn is not kept.
    pub(super) const fn turn(&self) -> u64 {
        self.turn
    }

    /// What is known of `shown`, as far as it may be believed at `now`, which is `time` by the clock.
    pub(super) fn recall(
        &mut self,
        shown: &Shown,
        now: Instant,
        time: Timestamp,
    ) -> Option<Arc<Found>> {
        let fresh = self.confirmed.is_some_and(|at| now.duration_since(at) < BELIEVED);
        if !fresh {
            return None;
        }
        let found = match self.young.get(shown) {
            Some(found) => Arc::clone(found),
            None => {
                let found = self.old.remove(shown)?;
                self.put(*shown, Arc::clone(&found));
                found
            }
        };
        if found.ends_at.is_some_and(|ends| ends <= time) {
            self.young.remove(shown);
            return None;
        }
        Some(found)
    }

    /// Keeps an answer to a question that was asked in this `turn`; one from before is not kept.
    pub(super) fn keep(&mut self, shown: Shown, found: &Arc<Found>, turn: u64) {
        self.meet(shown);
        if turn == self.turn {
            self.put(shown, Arc::clone(found));
        }
    }

    /// Notes what the records' revision was at `asked` or later. Whether something has to be judged
    /// anew.
    pub(super) fn confirm(&mut self, revision: i64, asked: Instant) -> bool {
        self.confirmed = Some(asked);
        let moved = self.revision != Some(revision);
        if moved {
            self.revision = Some(revision);
            self.forget();
        }
        moved
    }

    /// Forgets every answer.
    pub(super) fn forget(&mut self) {
        self.young.clear();
        self.old.clear();
        self.turn += 1;
    }

    /// Notes that a credential was used.
    pub(super) fn note(&mut self, shown: Shown, who: &SignedInAs, time: Timestamp) {
        let used = match (&shown, who) {
            (Shown::Session(digest), _) => Used::Session(*digest),
            (Shown::Token(_), SignedInAs::Token(id)) => Used::Token(*id),
            (Shown::Token(_), SignedInAs::User(_) | SignedInAs::FixedAdmin(_)) => return,
        };
        if self.used.len() < USED || self.used.contains_key(&shown) {
            self.used.insert(shown, (used, time));
        }
    }

    /// What was used since this was asked last.
    pub(super) fn take_used(&mut self) -> Vec<(Used, Timestamp)> {
        self.used.drain().map(|(_, used)| used).collect()
    }

    /// Whether somebody came in with it lately, whatever is believed of it now: forgetting is no
    /// reason to turn away at a busy address who was let in a moment ago.
    pub(super) fn has_met(&self, shown: &Shown) -> bool {
        self.met.iter().any(|met| met.contains(shown))
    }

    fn meet(&mut self, shown: Shown) {
        let [young, old] = &mut self.met;
        if young.len() >= REMEMBERED {
            *old = std::mem::take(young);
        }
        young.insert(shown);
    }

    fn put(&mut self, shown: Shown, found: Arc<Found>) {
        if self.young.len() >= REMEMBERED {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(shown, found);
    }
}

#[cfg(test)]
mod tests {
    use mission_control_identity::TokenId;

    use super::*;

    const NOW: Timestamp = Timestamp::MIN;

    fn shown(number: usize) -> Shown {
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&number.to_be_bytes());
        Shown::Token(SecretDigest::new(digest))
    }

    fn found(ends_at: Option<Timestamp>) -> Arc<Found> {
        let principal = Arc::new(Principal::administrator());
        let (who, owner) = (SignedInAs::Token(TokenId::new(1)), principal.id.clone());
        Arc::new(Found { principal, who, owner, ends_at })
    }

    #[test]
    fn who_came_in_is_met_also_when_everything_was_forgotten() {
        let mut memory = Memory::default();
        assert!(!memory.has_met(&shown(1)));
        memory.keep(shown(1), &found(None), memory.turn());
        memory.forget();
        assert!(memory.has_met(&shown(1)) && !memory.has_met(&shown(2)));
        (2..2 * REMEMBERED + 2).for_each(|n| memory.keep(shown(n), &found(None), memory.turn()));
        assert!(!memory.has_met(&shown(1)), "not for ever");
        assert!(memory.met.iter().all(|met| met.len() <= REMEMBERED));
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_confirms_is_not_believed() {
        let (mut memory, begin) = (Memory::default(), Instant::now());
        memory.keep(shown(1), &found(None), 0);
        assert!(memory.recall(&shown(1), begin, NOW).is_none(), "never confirmed");
        assert!(memory.confirm(7, begin));
        assert!(memory.recall(&shown(1), begin, NOW).is_none(), "asked before the first revision");
        memory.keep(shown(1), &found(None), memory.turn());
        let last = begin + BELIEVED.saturating_sub(Duration::from_millis(1));
        assert!(memory.recall(&shown(1), last, NOW).is_some());
        assert!(memory.recall(&shown(1), begin + BELIEVED, NOW).is_none());
        assert!(!memory.confirm(7, begin + BELIEVED), "nothing has moved");
        assert!(memory.recall(&shown(1), begin + BELIEVED, NOW).is_some());
        assert!(memory.recall(&shown(2), begin + BELIEVED, NOW).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_asked_before_something_moved_is_not_kept() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        memory.confirm(7, now);
        let asked_in = memory.turn();
        assert!(memory.confirm(8, now));
        memory.keep(shown(1), &found(None), asked_in);
        assert!(memory.recall(&shown(1), now, NOW).is_none());
        memory.keep(shown(1), &found(None), memory.turn());
        assert!(memory.recall(&shown(1), now, NOW).is_some());
        memory.forget();
        assert!(memory.recall(&shown(1), now, NOW).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_over_is_not_remembered() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        memory.confirm(7, now);
        let ends = NOW.plus(Duration::from_secs(5));
        memory.keep(shown(1), &found(Some(ends)), memory.turn());
        assert!(memory.recall(&shown(1), now, NOW).is_some());
        assert!(memory.recall(&shown(1), now, ends).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn memory_has_a_bound_and_keeps_what_is_in_use() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        memory.confirm(7, now);
        let turn = memory.turn();
        for number in 0..5 * REMEMBERED {
            memory.keep(shown(number), &found(None), turn);
            assert!(memory.recall(&shown(0), now, NOW).is_some(), "in use all the time");
            memory.note(shown(number), &SignedInAs::Token(TokenId::new(number as u128)), NOW);
        }
        assert!(memory.young.len() + memory.old.len() <= 2 * REMEMBERED);
        assert!(memory.recall(&shown(1), now, NOW).is_none());
        assert_eq!(memory.take_used().len(), USED);
        assert!(memory.take_used().is_empty());
    }
}
