//! Which queues, and what is set for them.

use mission_control::KINDS_SHOWN;
use mission_control::kernel::Invalid;
use mission_control::missions::Kind;
use mission_control::missions::queue::QueueLimits;
use mission_control_wire::{Whole, request};

use super::Fields;
use crate::http::{Problem, Query};

/// The most that a limit can be: more than any fleet runs at a time.
pub(crate) const LARGEST_LIMIT: u32 = 1_000_000;

/// The kinds that a list of queues is asked for; empty for all that are in use.
pub(crate) fn kinds(query: &Query) -> Result<Vec<Kind>, Problem> {
    let kinds: Vec<Kind> = query.list("kind")?;
    if kinds.len() > KINDS_SHOWN {
        return Err(Problem::invalid("kind", Invalid::too_many(kinds.len(), KINDS_SHOWN)));
    }
    Ok(kinds)
}

/// How many may run at a time.
pub(crate) fn queue_limits(body: &request::SetQueue) -> Result<QueueLimits, Problem> {
    let mut fields = Fields::default();
    let limit = |Whole(number)| {
        let limit = u32::try_from(number).ok().filter(|limit| *limit <= LARGEST_LIMIT);
        limit.ok_or(Invalid::new("out_of_range", "must be a whole number from 0 to 1000000"))
    };
    let running = fields.optional("running_limit", body.running_limit, limit);
    let of_key = fields.optional("key_limit", body.key_limit, limit);
    let (Some(running), Some(of_key)) = (running, of_key) else { return Err(fields.refuse()) };
    Ok(QueueLimits { running, of_key })
}

#[cfg(test)]
mod tests {
    use mission_control_wire::decode;

    use super::*;

    fn limits(body: &str) -> Result<QueueLimits, Problem> {
        queue_limits(&decode(body.as_bytes()).unwrap())
    }

    #[test]
    fn what_is_left_out_is_no_limit_and_what_is_out_of_range_is_named() {
        let set = limits(r#"{"running_limit": 0, "key_limit": 1000000}"#).unwrap();
        assert_eq!(set, QueueLimits { running: Some(0), of_key: Some(LARGEST_LIMIT) });
        assert_eq!(limits(r#"{"key_limit": null}"#).unwrap(), QueueLimits::default());
        let refused = limits(r#"{"running_limit": -1, "key_limit": 1000001}"#).unwrap_err();
        let named: Vec<_> = refused.errors().iter().map(|error| error.field.as_str()).collect();
        assert_eq!(named, ["running_limit", "key_limit"]);
    }
}
