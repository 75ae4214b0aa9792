//! Which ended missions are compared, and by what.

use std::time::Duration;

use mission_control::Grouping;
use mission_control::kernel::{Invalid, Timestamp};

use crate::http::{Problem, Query};

/// Every parameter that [`analytics`] reads.
pub(crate) const ANALYTICS_PARAMETERS: &[&str] = &["by", "from", "to"];

/// What is compared when nothing is said.
const USUAL_SPAN: Duration = Duration::from_hours(7 * 24);

/// Finished missions are kept for a month: a longer span would compare what is left of it.
const LONGEST_SPAN: Duration = Duration::from_hours(31 * 24);

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Comparison {
    /// By what.
    pub(crate) by: Grouping,
    /// The begin of the span in which missions ended.
    pub(crate) from: Timestamp,
    /// Its end, which is outside.
    pub(crate) to: Timestamp,
}

/// `by`, `from` and `to`: the last seven days when nothing is said of when.
///
/// # Errors
/// 422 naming the parameter.
pub(crate) fn analytics(query: &Query, now: Timestamp) -> Result<Comparison, Problem> {
    let by = query.get("by")?.ok_or_else(|| {
        let message = "must be given: model, agent, kind, template or day";
        Problem::invalid("by", Invalid::new("missing_field", message))
    })?;
    let to: Timestamp = query.get("to")?.unwrap_or(now);
    let from = query.get("from")?.unwrap_or_else(|| to.minus(USUAL_SPAN));
    if from >= to {
        let message = "must be before `to`, which is now by default";
        return Err(Problem::invalid("from", Invalid::new("invalid_period", message)));
    }
    if to.since(from) > LONGEST_SPAN {
        let message = "must be at most 31 days before `to`";
        return Err(Problem::invalid("from", Invalid::new("period_too_long", message)));
    }
    Ok(Comparison { by, from, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-01-31T12:00:00Z";

    fn parsed(raw: &str) -> Result<Comparison, Problem> {
        analytics(&Query::parse(Some(raw), ANALYTICS_PARAMETERS)?, NOW.parse().unwrap())
    }

    #[test]
    fn without_a_word_of_when_it_is_the_last_seven_days() {
        let found = parsed("by=day").unwrap();
        let from: Timestamp = "2026-01-24T12:00:00Z".parse().unwrap();
        assert_eq!((found.by, found.from), (Grouping::Day, from));
        assert_eq!(found.to, NOW.parse().unwrap());
        assert!(parsed("by=kind&from=2025-12-31T12:00:00Z").is_ok(), "31 days");
    }

    #[test]
    fn what_cannot_be_compared_is_named() {
        for (raw, field, code) in [
            ("", "by", "missing_field"),
            ("by=mood", "by", "invalid_grouping"),
            ("by=", "by", "invalid_grouping"),
            ("by=day&from=yesterday", "from", "invalid_time"),
            ("by=day&from=2026-01-31T12:00:00Z", "from", "invalid_period"),
            ("by=day&from=2025-12-31T11:59:59Z", "from", "period_too_long"),
        ] {
            let problem = parsed(raw).unwrap_err();
            let named = (problem.errors()[0].field.as_str(), problem.code());
            assert_eq!(named, (field, code), "{raw}");
        }
    }
}
