//! What is done to one mission.

use serde::Deserialize;

use crate::{Body, CheckedJson, Cost, Lease, Time, Whole};

use super::{READ_ONLY_MISSION_FIELDS, Usage};

/// A body of which nothing but its emptiness is asked: retry, approve, take back.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// `POST …/start`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Which kind of agent.
    pub agent_type: Option<String>,
    /// Which model.
    pub model_used: Option<String>,
}

/// `POST …/progress`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Percent.
    pub progress: f64,
    /// What is going on.
    pub message: Option<String>,
    /// What there is so far.
    pub result: Option<CheckedJson>,
    /// Running total.
    pub tokens_used: Option<Whole>,
    /// Running total.
    pub tokens_in: Option<Whole>,
    /// Running total.
    pub tokens_out: Option<Whole>,
    /// Running total.
    pub cost_estimate: Option<Cost>,
    /// Needed on a leased mission.
    pub lease_id: Option<Lease>,
}

/// `POST …/complete`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Complete {
    /// What came out.
    pub result: Option<CheckedJson>,
    /// Final total.
    pub tokens_used: Option<Whole>,
    /// Final total.
    pub tokens_in: Option<Whole>,
    /// Final total.
    pub tokens_out: Option<Whole>,
    /// Final total.
    pub cost_estimate: Option<Cost>,
    /// Needed on a leased mission.
    pub lease_id: Option<Lease>,
}

/// `POST …/fail`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fail {
    /// What went wrong; the seed's default is `Unknown error`.
    pub error_message: Option<String>,
    /// The failure class.
    pub class: Option<String>,
    /// Overrides what the class decides.
    pub retryable: Option<bool>,
    /// Not before then.
    pub retry_after: Option<Time>,
    /// Needed on a leased mission.
    pub lease_id: Option<Lease>,
}

/// Back to the queue until a given instant, without using up the attempt.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snooze {
    /// Not before then.
    pub until: Time,
    /// Snoozing is for leased missions alone.
    pub lease_id: Lease,
}

/// `POST …/cancel`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// In words.
    pub reason: Option<String>,
    /// Whether its whole subtree goes with it.
    pub children: Option<bool>,
}

/// `POST …/hold` and `…/discard`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Why, for whoever reads its events.
    pub reason: Option<String>,
}

impl Progress {
    /// What it says about tokens and money.
    #[must_use]
    pub fn usage(&self) -> Usage {
        Usage::of(self.tokens_used, self.tokens_in, self.tokens_out, self.cost_estimate)
    }
}

impl Complete {
    /// What it says about tokens and money.
    #[must_use]
    pub fn usage(&self) -> Usage {
        Usage::of(self.tokens_used, self.tokens_in, self.tokens_out, self.cost_estimate)
    }
}

macro_rules! action {
    ($($body:ident may_be_empty $empty:literal),+ $(,)?) => {
        $(impl Body for $body {
            const MAY_BE_EMPTY: bool = $empty;

            fn is_read_only(member: &str) -> bool {
                READ_ONLY_MISSION_FIELDS.contains(&member)
            }
        })+
    };
}

action! {
    Empty may_be_empty true,
    Start may_be_empty true,
    Progress may_be_empty false,
    Complete may_be_empty true,
    Fail may_be_empty true,
    Snooze may_be_empty false,
    Cancel may_be_empty true,
    Reason may_be_empty true,
}
