//! Single values that have a name.

use mission_control::kernel::Money;

use crate::http::description::schema::{
    Schema, either, formatted, free, just, number, said, some, string,
};

use crate::parse::{LONGEST_WAIT_SECONDS, MOST_WAITS};

/// What `kernel::Timestamp` reads and writes.
const TIME: &str = "An instant, RFC 3339. Answers are in UTC with `Z` and always have six digits \
    after the second; requests may have any offset and any number of digits, of which six count.";
const COST: &str = "US dollars, exact to nine digits after the point.";
const NANO_DOLLAR: f64 = 1e-9;

pub(super) fn all() -> Vec<(&'static str, Schema)> {
    #[expect(clippy::cast_precision_loss, reason = "a round number that an f64 holds")]
    let most = Money::MAX.as_nanos() as f64 * NANO_DOLLAR;
    let backoff = either([
        just("exponential"),
        just("none"),
        some(MOST_WAITS, number(0.0, LONGEST_WAIT_SECONDS)),
    ]);
    vec![
        ("Time", said(formatted("date-time"), TIME)),
        ("MissionId", said(formatted("uuid"), "A mission's id: a lower-case UUIDv7.")),
        ("AgentId", said(formatted("uuid"), "An agent's id: a lower-case UUIDv7.")),
        ("RunId", said(formatted("uuid"), "A workflow run's id: a lower-case UUIDv7.")),
        ("Cost", said(number(0.0, most.round()), COST)),
        (
            "Backoff",
            said(
                backoff,
                "How long a mission waits between attempts: doubled each time with jitter, not at \
                 all, or these seconds in turn, the last one repeated.",
            ),
        ),
        ("Json", free()),
        (
            "Cursor",
            said(string(), "Where a page begins. Opaque: only what a page gave is taken back."),
        ),
    ]
}
