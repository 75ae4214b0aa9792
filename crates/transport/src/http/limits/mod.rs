//! How many requests there may be, and how it is told.
//!
//! Whoever has no good credential is counted by address, whoever has one by name: a person with all
//! their tokens together. What is done under a lease is not counted: a report that is turned away is
//! work that is lost. Nor is it when an agent hands on a part of its work. What is answered from memory
//! to everybody is not counted either; connections bound it.

mod budgets;

use std::hash::RandomState;
use std::net::IpAddr;
use std::num::NonZeroU32;

use http::{HeaderMap, HeaderName, HeaderValue};
use mission_control_identity::{Access, Grants, PrincipalId, Role};
use tokio::time::Instant;

use super::Problem;
use crate::auth::Known;
use crate::server::counted_as;
use budgets::{Budgets, Taken, WINDOW};

/// The fields of draft-ietf-httpapi-ratelimit-headers-11.
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Addresses that are told apart: 16 MiB, which are touched only as they come. Where more come
/// within a minute, some share a budget.
const ADDRESSES: usize = 1_000_000;
/// The same for principals, of whom there are at most some thousands.
const PRINCIPALS: usize = 16_384;

/// Whose requests a route takes from a budget.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Charges {
    /// Everybody's.
    #[default]
    Everybody,
    /// Everybody's but agents': for them it is a part of their work.
    AllButAgents,
    /// Those without a good credential: work under a lease.
    Strangers,
    /// Nobody's: answered from memory, whoever asks.
    Nobody,
}

impl Charges {
    /// Whose a route of this policy takes unless it says otherwise: routes of agents are how work
    /// is handed out and reported on.
    pub(super) const fn of(access: Access) -> Self {
        match access {
            Access::Project(Role::Agent) => Self::Strangers,
            Access::Denied
            | Access::Open
            | Access::Known
            | Access::Project(_)
            | Access::Everywhere(_) => Self::Everybody,
        }
    }
}

/// The budgets of one process; by default there are none, and nobody is held up.
#[derive(Default)]
pub struct RateLimits {
    addresses: Option<Budgets>,
    principals: Option<Budgets>,
    begun: Option<Instant>,
}

/// Somebody with a good credential.
#[derive(Clone, Copy, Debug)]
pub(super) struct Who<'a> {
    grants: &'a Grants,
    owner: &'a PrincipalId,
}

/// From which budget a request was taken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Budget {
    /// Of an address.
    Anonymous,
    /// Of whoever asks.
    Principal,
}

/// A request that was counted, and what is left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance {
    budget: Budget,
    rate: NonZeroU32,
    taken: Taken,
}

impl RateLimits {
    /// So many requests a minute for each address, or IPv6 /64, and each principal; `None` does not
    /// count. `now` is the instant from which they count.
    #[must_use]
    pub fn new(anonymous: Option<NonZeroU32>, principal: Option<NonZeroU32>, now: Instant) -> Self {
        let budgets = |rate, keys| Budgets::new(rate, keys, RandomState::new());
        Self {
            addresses: anonymous.map(|rate| budgets(rate, ADDRESSES)),
            principals: principal.map(|rate| budgets(rate, PRINCIPALS)),
            begun: Some(now),
        }
    }

    /// Counts a request of `who`, or of nobody who is known, from `address`; `None` where it
    /// is not counted.
    pub(super) fn count(
        &self,
        charges: Charges,
        who: Option<Who<'_>>,
        address: IpAddr,
        now: Instant,
    ) -> Option<Allowance> {
        let since = self.begun.map(|begun| now.saturating_duration_since(begun))?;
        match (charges, who) {
            (Charges::Nobody, _) | (Charges::Strangers, Some(_)) => None,
            (Charges::AllButAgents, Some(who)) if who.grants.are_an_agents() => None,
            (Charges::Everybody | Charges::AllButAgents, Some(who)) => {
                let budgets = self.principals.as_ref()?;
                let taken = budgets.take(who.owner.as_str(), since);
                Some(Allowance { budget: Budget::Principal, rate: budgets.rate(), taken })
            }
            (Charges::Everybody | Charges::AllButAgents | Charges::Strangers, None) => {
                let budgets = self.addresses.as_ref()?;
                let taken = budgets.take(counted_as(address), since);
                Some(Allowance { budget: Budget::Anonymous, rate: budgets.rate(), taken })
            }
        }
    }

    /// The budget of `address` where nothing is left of it, so that nobody who is not known from
    /// before is let in from there; takes nothing from it. `None` also for work under a lease.
    pub(super) fn spent(
        &self,
        charges: Charges,
        address: IpAddr,
        now: Instant,
    ) -> Option<Allowance> {
        let since = self.begun.map(|begun| now.saturating_duration_since(begun))?;
        if matches!(charges, Charges::Strangers | Charges::Nobody) {
            return None;
        }
        let budgets = self.addresses.as_ref()?;
        let taken = budgets.look(counted_as(address), since);
        let spent = Allowance { budget: Budget::Anonymous, rate: budgets.rate(), taken };
        spent.exhausted().map(|_| spent)
    }
}

impl<'a> Who<'a> {
    pub(super) fn of(known: &'a Known) -> Self {
        Self { grants: &known.principal.grants, owner: &known.owner }
    }
}

impl Budget {
    /// Its name in fields and metrics.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Principal => "principal",
        }
    }
}

impl Allowance {
    /// Turns away what is beyond it.
    ///
    /// # Errors
    /// 429 `rate_limited` with `Retry-After`.
    pub(super) fn check(&self) -> Result<(), Problem> {
        self.taken.wait.map_or(Ok(()), |wait| Err(Problem::rate_limited(self.budget, wait)))
    }

    /// The budget, where it was exhausted.
    pub(super) fn exhausted(&self) -> Option<Budget> {
        self.taken.wait.map(|_| self.budget)
    }

    /// Tells the client what is left.
    pub(super) fn tell(&self, headers: &mut HeaderMap) {
        let (name, rate, window) = (self.budget.as_str(), self.rate, WINDOW.as_secs());
        let (left, whole) = (self.taken.remaining, self.taken.whole_in.as_millis().div_ceil(1_000));
        let policy = HeaderValue::try_from(format!("\"{name}\";q={rate};w={window}"));
        let limit = HeaderValue::try_from(format!("\"{name}\";r={left};t={whole}"));
        for (field, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, limit)] {
            headers.insert(field, value.expect("words and numbers are visible ASCII"));
        }
    }
}

#[cfg(test)]
mod tests;
