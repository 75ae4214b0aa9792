//! How often somebody may try to come in.
//!
//! Each budget is a generic cell rate algorithm (GCRA) over a fixed table: a key has a few slots of
//! it, which it shares with others by chance, and is refused only when all of them are exhausted.
//! So memory is bounded however many addresses and names are tried, and nobody gets rid of what
//! they used up by pushing it out.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mission_control_identity::SecretDigest;
use mission_control_kernel::Timestamp;

/// Slots of a table: 512 KiB. Tens of thousands have to try at once before strangers share their fate.
const SLOTS: usize = 64 * 1_024;
/// Slots of a key.
const SLOTS_OF_A_KEY: usize = 4;
/// The part of an IPv6 address that one household has to itself, and can choose from.
const IPV6_PREFIX: u32 = 64;

/// Tries at one account from one address, or within one session: a person mistypes, a program guesses.
const PAIR: Rate = Rate { at_once: 10, then_each: Duration::from_secs(30) };
/// Tries from one address, at whatever account: an office behind one address comes to work.
const ADDRESS: Rate = Rate { at_once: 30, then_each: Duration::from_secs(2) };
/// Tries at one account from everywhere: of what is left to guess from many addresses, 9,600 a day.
const ACCOUNT: Rate = Rate { at_once: 100, then_each: Duration::from_secs(9) };

/// Where somebody tries from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Place {
    /// Anywhere: an address, which is nobody's in particular.
    Address(IpAddr),
    /// A session of the account itself, which others cannot use up.
    Session(SecretDigest),
}

/// The budgets of all tries.
#[derive(Debug)]
pub(super) struct Guesses {
    pairs: Budget,
    addresses: Budget,
    accounts: Budget,
}

/// One try. While it is under way nobody else has it; when it is over it counts, unless it is taken
/// back, which is for those who came in, and those for whom nothing was looked at.
#[derive(Debug)]
pub(super) struct Try<'a> {
    at: Timestamp,
    under_way: Vec<(&'a Budget, u64)>,
}

impl Default for Guesses {
    fn default() -> Self {
        Self {
            pairs: Budget::of(PAIR),
            addresses: Budget::of(ADDRESS),
            accounts: Budget::of(ACCOUNT),
        }
    }
}

impl Guesses {
    /// A try at `account`, by its name as it was typed.
    ///
    /// # Errors
    /// After how long there is one again.
    pub(super) fn at_account(
        &self,
        account: &str,
        from: Place,
        now: Timestamp,
    ) -> Result<Try<'_>, Duration> {
        let mut tries = Try { at: now, under_way: Vec::new() };
        tries.begin(&self.pairs, &(account, household(from)))?;
        // Whoever is in already is not kept out by what others try.
        if let Place::Address(_) = from {
            tries.begin(&self.addresses, &household(from))?;
            tries.begin(&self.accounts, &account)?;
        }
        Ok(tries)
    }

    /// A try with a token or a code, which nobody guesses: it is bounded for the work that it makes.
    ///
    /// # Errors
    /// After how long there is one again.
    pub(super) fn at_secret(&self, address: IpAddr, now: Timestamp) -> Result<Try<'_>, Duration> {
        let mut tries = Try { at: now, under_way: Vec::new() };
        tries.begin(&self.addresses, &household(Place::Address(address)))?;
        Ok(tries)
    }
}

impl<'a> Try<'a> {
    /// Takes it back: it was a good one, or none.
    pub(super) fn take_back(mut self) {
        self.end(false);
    }

    /// What was begun before is taken back when this one is refused: it was no try.
    fn begin(&mut self, budget: &'a Budget, key: &impl Hash) -> Result<(), Duration> {
        match budget.begin(key, self.at) {
            Ok(key) => {
                self.under_way.push((budget, key));
                Ok(())
            }
            Err(wait) => {
                self.end(false);
                Err(wait)
            }
        }
    }

    fn end(&mut self, counts: bool) {
        for (budget, key) in self.under_way.drain(..) {
            budget.end(key, counts.then_some(self.at));
        }
    }
}

impl Drop for Try<'_> {
    fn drop(&mut self) {
        self.end(true);
    }
}

/// So many at once, and then one each time that this has passed.
#[derive(Clone, Copy, Debug)]
struct Rate {
    at_once: u32,
    then_each: Duration,
}

/// What was used up, and by whom.
#[derive(Debug)]
struct Budget {
    rate: Rate,
    used: Mutex<Used>,
    hasher: RandomState,
}

#[derive(Debug)]
struct Used {
    /// For each slot the instant, in microseconds, at which nothing of it is used any more.
    slots: Box<[i64]>,
    /// How many tries of a key are under way. There are no more than requests under way.
    under_way: HashMap<u64, i64>,
}

impl Budget {
    fn of(rate: Rate) -> Self {
        let used = Used { slots: vec![0; SLOTS].into_boxed_slice(), under_way: HashMap::new() };
        Self { rate, used: Mutex::new(used), hasher: RandomState::new() }
    }

    /// Begins one more for `key`, as what it is to be ended, or says after how long there is one
    /// again. What is under way is as good as used.
    fn begin(&self, key: &impl Hash, now: Timestamp) -> Result<u64, Duration> {
        let key = self.hasher.hash_one(key);
        let (now, each) = (now.as_micros(), micros(self.rate.then_each));
        let burst = each * i64::from(self.rate.at_once);
        let mut used = self.used();
        let others = used.under_way.get(&key).copied().unwrap_or(0);
        let after = used.up_to(key).max(now) + each * (others + 1);
        if after - now > burst {
            return Err(Duration::from_micros((after - now - burst).unsigned_abs()));
        }
        used.under_way.insert(key, others + 1);
        Ok(key)
    }

    /// Ends one that was begun; it counts from `since`, or not at all.
    fn end(&self, key: u64, since: Option<Timestamp>) {
        let mut used = self.used();
        if let Entry::Occupied(mut tries) = used.under_way.entry(key) {
            *tries.get_mut() -= 1;
            if *tries.get() == 0 {
                tries.remove();
            }
        }
        if let Some(since) = since {
            let after = used.up_to(key).max(since.as_micros()) + micros(self.rate.then_each);
            for slot in slots_of(key) {
                used.slots[slot] = used.slots[slot].max(after);
            }
        }
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Used {
    /// Until when something of `key` is used; slots that others have used more say nothing of it.
    fn up_to(&self, key: u64) -> i64 {
        slots_of(key).map(|slot| self.slots[slot]).into_iter().min().unwrap_or(0)
    }
}

/// The slots of a key, which nobody outside can foretell.
fn slots_of(key: u64) -> [usize; SLOTS_OF_A_KEY] {
    std::array::from_fn(|part| (key >> (16 * part)) as usize % SLOTS)
}

/// An address, or as much of it as one household has.
fn household(from: Place) -> Place {
    match from {
        Place::Address(address) => Place::Address(match address.to_canonical() {
            IpAddr::V6(address) => {
                let mask = u128::MAX << (128 - IPV6_PREFIX);
                IpAddr::V6((address.to_bits() & mask).into())
            }
            address @ IpAddr::V4(_) => address,
        }),
        Place::Session(digest) => Place::Session(digest),
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).expect("rates are of minutes")
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::MIN;
    const SECOND: Duration = Duration::from_secs(1);

    fn address(text: &str) -> Place {
        Place::Address(text.parse().unwrap())
    }

    fn let_through(
        guesses: &Guesses,
        tries: usize,
        ask: impl Fn(usize) -> (String, Place),
    ) -> usize {
        let good = (0..tries).filter(|number| {
            let (account, from) = ask(*number);
            guesses.at_account(&account, from, START).is_ok()
        });
        good.count()
    }

    #[test]
    fn a_thousand_tries_at_one_account_become_ten() {
        let guesses = Guesses::default();
        let one = |_| ("ada".to_owned(), address("127.0.0.1"));
        assert_eq!(let_through(&guesses, 1_000, one), 10);
        let wait = guesses.at_account("ada", address("127.0.0.1"), START).unwrap_err();
        assert_eq!(wait, PAIR.then_each);
        let later = START.plus(PAIR.then_each);
        assert!(guesses.at_account("ada", address("127.0.0.1"), later).is_ok());
        assert!(guesses.at_account("ada", address("127.0.0.1"), later).is_err());
        assert!(guesses.at_account("ada", address("10.0.0.1"), START).is_ok(), "from elsewhere");
    }

    #[test]
    fn one_try_at_each_of_a_thousand_accounts_becomes_thirty() {
        let guesses = Guesses::default();
        let each = |number| (format!("user{number}"), address("10.0.0.1"));
        assert_eq!(let_through(&guesses, 1_000, each), 30);
    }

    #[test]
    fn one_account_is_tried_from_everywhere_a_hundred_times() {
        let guesses = Guesses::default();
        let from = |number: usize| address(&format!("10.0.{}.{}", number / 250, number % 250));
        assert_eq!(let_through(&guesses, 1_000, |number| ("ada".to_owned(), from(number))), 100);
        let quarter = START.plus(Duration::from_secs(15 * 60));
        assert!(guesses.at_account("ada", address("10.9.9.9"), quarter).is_ok());
    }

    #[test]
    fn a_session_of_the_account_has_tries_of_its_own() {
        let guesses = Guesses::default();
        let from = |number: usize| address(&format!("10.0.{}.{}", number / 250, number % 250));
        let_through(&guesses, 1_000, |number| ("ada".to_owned(), from(number)));
        let_through(&guesses, 1_000, |number| (format!("user{number}"), address("127.0.0.1")));
        assert!(guesses.at_account("ada", address("127.0.0.1"), START).is_err());
        let own = |_| ("ada".to_owned(), Place::Session(SecretDigest::new([1; 32])));
        assert_eq!(let_through(&guesses, 1_000, own), 10);
    }

    #[test]
    fn who_comes_in_uses_nothing_up_and_who_does_not_comes_back_later() {
        let guesses = Guesses::default();
        let here = "10.0.0.1".parse().unwrap();
        for _ in 0..1_000 {
            guesses.at_account("ada", Place::Address(here), START).unwrap().take_back();
            guesses.at_secret(here, START).unwrap().take_back();
        }
        for _ in 0..30 {
            guesses.at_secret(here, START).unwrap();
        }
        assert_eq!(guesses.at_secret(here, START).unwrap_err(), 2 * SECOND);
        let wait = guesses.at_account("ada", Place::Address(here), START).unwrap_err();
        assert_eq!(wait, 2 * SECOND);
        let later = START.plus(2 * SECOND);
        assert!(guesses.at_account("ada", Place::Address(here), later).is_ok());
    }

    #[test]
    fn nobody_gives_back_what_others_have_used() {
        let guesses = Guesses::default();
        let here: IpAddr = "10.0.0.1".parse().unwrap();
        let mine = guesses.at_secret(here, START).unwrap();
        for _ in 0..29 {
            guesses.at_secret(here, START).unwrap();
        }
        assert!(guesses.at_secret(here, START).is_err(), "what is under way is nobody else's");
        mine.take_back();
        assert!(guesses.at_secret(here, START).is_ok(), "one came in");
        assert!(guesses.at_secret(here, START).is_err(), "and only one");
    }

    #[test]
    fn who_is_sent_away_by_a_crowd_has_not_tried() {
        let guesses = Guesses::default();
        let from = |number: usize| address(&format!("10.0.{}.{}", number / 250, number % 250));
        let crowd = |more: usize| {
            let at_once =
                (0..60).map(|number| guesses.at_account("ada", from(more + number), START));
            at_once.collect::<Result<Vec<_>, _>>().expect("tries are left")
        };
        for round in 0..50 {
            // Each of them ends while others are under way, in another order than they began.
            let (even, odd): (Vec<_>, Vec<_>) =
                crowd(60 * round).into_iter().enumerate().partition(|(number, _)| number % 2 == 0);
            even.into_iter().chain(odd).for_each(|(_, tried)| tried.take_back());
        }
        let everywhere = |number: usize| ("ada".to_owned(), from(number));
        assert_eq!(let_through(&guesses, 1_000, everywhere), 100);
        assert!(guesses.accounts.used().under_way.is_empty(), "nothing is kept of them");
    }

    #[test]
    fn addresses_of_one_household_are_one() {
        for (one, other, same) in [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
            ("::ffff:10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false),
        ] {
            let is_same = household(address(one)) == household(address(other));
            assert_eq!(is_same, same, "{one} {other}");
        }
    }

    #[test]
    fn memory_stays_the_same_however_many_try() {
        const TRIES: usize = 600_000;
        let guesses = Guesses::default();
        let from = |number: usize| {
            let bits = u32::try_from(number).unwrap();
            Place::Address(IpAddr::V4(bits.into()))
        };
        let good = let_through(&guesses, TRIES, |number| (format!("u{number}"), from(number)));
        assert_eq!(guesses.pairs.used().slots.len(), SLOTS);
        assert!(good < TRIES, "shared slots run dry before memory does");
    }
}
