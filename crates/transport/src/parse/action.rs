//! What is done to one mission.

use mission_control::kernel::Invalid;
use mission_control::missions::{
    Command, ErrorText, Failure, FailureClass, FailureReport, Progress, ProgressMessage, ShortName,
    Usage, UsageReport,
};
use mission_control_wire::{CheckedJson, Whole, request};

use super::Fields;
use crate::http::Problem;

/// What seed 002 says of a failure without words.
const UNKNOWN_ERROR: &str = "Unknown error";

/// Begin an attempt that is driven from outside.
pub(crate) fn start(body: &request::Start) -> Result<Command, Problem> {
    let mut fields = Fields::default();
    let agent_type = fields.optional("agent_type", body.agent_type.as_deref(), ShortName::parse);
    let model_used = fields.optional("model_used", body.model_used.as_deref(), ShortName::parse);
    let (Some(agent_type), Some(model_used)) = (agent_type, model_used) else {
        return Err(fields.refuse());
    };
    Ok(Command::Start { agent_type, model_used })
}

/// Say how far it is.
pub(crate) fn progress(body: request::Progress) -> Result<Command, Problem> {
    let mut fields = Fields::default();
    let percent = fields.take("progress", Progress::parse(body.progress));
    let message = fields.optional("message", body.message.as_deref(), ProgressMessage::parse);
    let used = usage(&body.usage(), &mut fields);
    let (Some(percent), Some(message), Some(usage)) = (percent, message, used) else {
        return Err(fields.refuse());
    };
    Ok(Command::Progress {
        lease: body.lease_id.map(|lease| lease.0),
        progress: Some(percent),
        message,
        result: body.result.map(CheckedJson::into_text),
        usage,
    })
}

/// End it well.
pub(crate) fn complete(body: request::Complete) -> Result<Command, Problem> {
    let mut fields = Fields::default();
    let Some(usage) = usage(&body.usage(), &mut fields) else { return Err(fields.refuse()) };
    let result = body.result.map(CheckedJson::into_text);
    Ok(Command::Complete { lease: body.lease_id.map(|lease| lease.0), result, usage })
}

/// End it badly. The words are made to fit instead of being refused: a failure that cannot be told
/// would be found only when its lease is over.
pub(crate) fn fail(body: &request::Fail) -> Result<Command, Problem> {
    let mut fields = Fields::default();
    let class = fields.optional("class", body.class.as_deref(), str::parse::<FailureClass>);
    let Some(class) = class else { return Err(fields.refuse()) };
    let words = body.error_message.as_deref().filter(|words| !words.trim().is_empty());
    let failure = Failure {
        class: class.unwrap_or(FailureClass::Unknown),
        message: ErrorText::cleaned(words.unwrap_or(UNKNOWN_ERROR)),
    };
    let retry_after = body.retry_after.map(|at| at.0);
    let report = FailureReport { failure, retryable: body.retryable, retry_after };
    let lease = body.lease_id.map(|lease| lease.0);
    Ok(Command::Fail { lease, report, usage: UsageReport::default() })
}

/// Call it off.
pub(crate) fn cancel(body: &request::Cancel) -> Result<Command, Problem> {
    let mut fields = Fields::default();
    let reason = fields.optional("reason", body.reason.as_deref(), ErrorText::parse);
    let Some(reason) = reason else { return Err(fields.refuse()) };
    Ok(Command::Cancel { reason, children: body.children.unwrap_or(false) })
}

/// Let it wait for an approval.
pub(crate) fn hold(body: &request::Reason) -> Result<Command, Problem> {
    Ok(Command::Hold { reason: reason(body)? })
}

/// Put it aside.
pub(crate) fn discard(body: &request::Reason) -> Result<Command, Problem> {
    Ok(Command::Discard { reason: reason(body)? })
}

fn reason(body: &request::Reason) -> Result<Option<ErrorText>, Problem> {
    let mut fields = Fields::default();
    let reason = fields.optional("reason", body.reason.as_deref(), ErrorText::parse);
    reason.ok_or_else(|| fields.refuse())
}

/// Tokens and money, within what sums can hold.
pub(super) fn usage(given: &request::Usage, fields: &mut Fields) -> Option<UsageReport> {
    let tokens = |count: Whole| {
        let count = u64::try_from(count.0).ok().filter(|count| *count <= Usage::MAX_TOKENS);
        let sentence = "must be a whole number from 0 to 1000000000000";
        count.ok_or(Invalid::new("out_of_range", sentence))
    };
    let tokens_used = fields.optional("tokens_used", given.tokens_used, tokens);
    let tokens_in = fields.optional("tokens_in", given.tokens_in, tokens);
    let tokens_out = fields.optional("tokens_out", given.tokens_out, tokens);
    Some(UsageReport {
        tokens_used: tokens_used?,
        tokens_in: tokens_in?,
        tokens_out: tokens_out?,
        cost: given.cost,
    })
}

#[cfg(test)]
mod tests {
    use mission_control::kernel::LeaseId;
    use mission_control_wire::decode;

    use super::*;

    #[test]
    fn progress_is_refused_outside_0_to_100_and_with_too_many_tokens() {
        let body = r#"{"progress":100.5,"tokens_in":1000000000001}"#;
        let problem = progress(decode(body.as_bytes()).unwrap()).unwrap_err();
        let codes: Vec<_> = problem.errors().iter().map(|error| &*error.code).collect();
        assert_eq!(codes, ["progress_out_of_range", "out_of_range"]);
    }

    #[test]
    fn a_failure_without_words_is_unknown_and_one_with_too_many_is_cut() {
        let report = |body: &str| match fail(&decode(body.as_bytes()).unwrap()).unwrap() {
            Command::Fail { report, .. } => report,
            other => panic!("{other:?}"),
        };
        for body in ["", "{}", r#"{"error_message":" "}"#] {
            let failure = report(body).failure;
            assert_eq!(
                (failure.message.as_str(), failure.class.as_str()),
                (UNKNOWN_ERROR, "unknown")
            );
        }
        let long = format!(r#"{{"error_message":"{}","class":"quota"}}"#, "é".repeat(5_000));
        let failure = report(&long).failure;
        assert_eq!(
            (failure.message.as_str().chars().count(), failure.class.as_str()),
            (4_000, "quota")
        );
    }

    #[test]
    fn a_lease_goes_with_the_command() {
        let command = complete(decode(br#"{"lease_id":7,"result":[1]}"#).unwrap()).unwrap();
        let Command::Complete { lease, result, .. } = command else { panic!("{command:?}") };
        assert_eq!(lease, Some(LeaseId::new(7)));
        assert_eq!(result.unwrap().as_str(), "[1]");
    }
}
