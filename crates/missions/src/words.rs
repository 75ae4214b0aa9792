//! The vocabulary of a mission, each word parsed once.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use mission_control_kernel::{Invalid, Money, Text, Timestamp, closed_words};

/// 1–200 characters.
pub type Title = Text<1, 200>;
/// At most 10,000 characters; never null.
pub type Description = Text<0, 10_000>;
/// What went wrong or why something was stopped, at most 4,000 characters.
pub type ErrorText = Text<0, 4_000>;
/// What an agent says it is doing, at most 500 characters.
pub type ProgressMessage = Text<0, 500>;
/// Which kind of agent or which model: at most 100 characters, as in the seed's columns.
pub type ShortName = Text<1, 100>;
/// One label.
pub type Label = Text<1, 64>;
/// What missions that share a limit, or that take turns, have in common.
pub type QueueKey = Text<1, 200>;

closed_words! {
    /// Where a mission stands.
    Status, "invalid_status", "must be pending, running, completed, failed or cancelled",
    {
        /// Waiting for its gates and for an agent.
        Pending = "pending",
        /// An attempt is under way.
        Running = "running",
        /// Done.
        Completed = "completed",
        /// Out of attempts, or failed for good.
        Failed = "failed",
        /// Called off.
        Cancelled = "cancelled",
    }
}

impl Status {
    /// Whether nothing more happens without a retry.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

closed_words! {
    /// How soon a mission wants to run; the most urgent is smallest.
    Priority, "invalid_priority", "must be low, medium, high or critical",
    {
        /// 0 in seed 004.
        Critical = "critical",
        /// 1 in seed 004.
        High = "high",
        /// 2 in seed 004; what a mission has when nothing is said.
        Medium = "medium",
        /// 3 in seed 004.
        Low = "low",
    }
}

impl Priority {
    /// 0 (critical) to 3 (low), as in seed 004.
    #[must_use]
    pub const fn rank(self) -> u8 {
        self as u8
    }
}

closed_words! {
    /// How hard a mission is said to be.
    Complexity, "invalid_complexity", "must be trivial, simple, moderate, complex or expert",
    {
        /// A moment's work.
        Trivial = "trivial",
        /// One step.
        Simple = "simple",
        /// Some steps.
        Moderate = "moderate",
        /// Many steps.
        Complex = "complex",
        /// Needs the best.
        Expert = "expert",
    }
}

closed_words! {
    /// Why an attempt ended badly; decides whether it is tried again and what to do about it.
    FailureClass, "invalid_failure_class",
    "must be transient, quota, invalid_input, crashed, timed_out, lost, cancelled or unknown",
    {
        /// Likely gone on the next try.
        Transient = "transient",
        /// A provider's limit: wait, without using up the attempt.
        Quota = "quota",
        /// The input can never work.
        InvalidInput = "invalid_input",
        /// The executor died.
        Crashed = "crashed",
        /// It ran longer than it may.
        TimedOut = "timed_out",
        /// The worker fell silent.
        Lost = "lost",
        /// It was called off.
        Cancelled = "cancelled",
        /// Nothing was said.
        Unknown = "unknown",
    }
}

/// What runs a mission, and its queue: 1–64 of `a-z`, `0-9`, `-`, `_`, `.`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(Text<1, 64>);

impl Kind {
    /// Run by the shipped profile `default`.
    #[must_use]
    pub fn default_kind() -> Self {
        Self(Text::parse("default").expect("a literal within its bounds"))
    }

    /// Never claimed: driven from outside.
    #[must_use]
    pub fn external() -> Self {
        Self(Text::parse("external").expect("a literal within its bounds"))
    }

    /// Whether missions of this kind are driven from outside alone.
    #[must_use]
    pub fn is_external(&self) -> bool {
        self.as_str() == "external"
    }

    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for Kind {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refused = Invalid::new("invalid_kind", "must be 1 to 64 of a-z, 0-9, -, _ and .");
        let word = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.')
        };
        if !text.bytes().all(word) {
            return Err(refused);
        }
        Text::parse(text).map(Self).map_err(|_| refused)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How far an attempt is, 0–100 percent.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct Progress(f64);

impl Progress {
    /// Not begun.
    pub const NONE: Self = Self(0.0);
    /// All of it.
    pub const DONE: Self = Self(100.0);

    /// Takes a percentage from outside.
    ///
    /// # Errors
    /// `progress_out_of_range` below 0, above 100, or not a number.
    pub fn parse(percent: f64) -> Result<Self, Invalid> {
        if (0.0..=100.0).contains(&percent) {
            return Ok(Self(percent + 0.0));
        }
        Err(Invalid::new("progress_out_of_range", "must be a number from 0 to 100"))
    }

    /// Percent.
    #[must_use]
    pub const fn percent(self) -> f64 {
        self.0
    }
}

/// Tokens and money, as running totals of one attempt or as a sum over several.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Usage {
    /// All tokens.
    pub tokens_used: u64,
    /// Tokens read by the model.
    pub tokens_in: u64,
    /// Tokens written by the model.
    pub tokens_out: u64,
    /// What they cost.
    pub cost: Money,
}

/// What one report says about tokens and money; silence about a member leaves it as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct UsageReport {
    /// All tokens of the attempt so far.
    pub tokens_used: Option<u64>,
    /// Tokens read so far.
    pub tokens_in: Option<u64>,
    /// Tokens written so far.
    pub tokens_out: Option<u64>,
    /// Cost so far.
    pub cost: Option<Money>,
}

impl Usage {
    /// The most tokens one attempt may report; sums of a hundred attempts still fit.
    pub const MAX_TOKENS: u64 = 1_000_000_000_000;

    /// These totals after a report; a lower value is ignored. When both directions are reported,
    /// their sum is the total.
    #[must_use]
    pub fn raised_by(self, report: &UsageReport) -> Self {
        let total = match (report.tokens_in, report.tokens_out) {
            (Some(tokens_in), Some(tokens_out)) => Some(tokens_in.saturating_add(tokens_out)),
            _ => report.tokens_used,
        };
        Self {
            tokens_used: self.tokens_used.max(total.unwrap_or(0)),
            tokens_in: self.tokens_in.max(report.tokens_in.unwrap_or(0)),
            tokens_out: self.tokens_out.max(report.tokens_out.unwrap_or(0)),
            cost: self.cost.max(report.cost.unwrap_or(Money::ZERO)),
        }
    }

    /// The sum of two attempts.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            tokens_used: self.tokens_used.saturating_add(other.tokens_used),
            tokens_in: self.tokens_in.saturating_add(other.tokens_in),
            tokens_out: self.tokens_out.saturating_add(other.tokens_out),
            cost: self.cost.plus(other.cost),
        }
    }
}

/// How an attempt ended badly, and what it asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// Why.
    pub class: FailureClass,
    /// In words.
    pub message: ErrorText,
}

/// What a worker or an outsider says when an attempt fails.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FailureReport {
    /// Why and in words.
    pub failure: Failure,
    /// Overrides what the class decides.
    pub retryable: Option<bool>,
    /// Not before then; for `quota` the end of the wait.
    pub retry_after: Option<Timestamp>,
}

/// How long the wait grows between attempts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Backoff {
    /// 1 s, doubled each attempt up to 10 min, each wait drawn evenly between 0 and that
    /// ("full jitter": Brooker, *Exponential Backoff And Jitter*, 2015).
    Exponential,
    /// These waits in turn, the last one repeated; 1–20 of at most 24 h.
    Fixed(Vec<Duration>),
    /// At once.
    None,
}
