//! What happened to a mission: attempts and output.

use mission_control::kernel::LeaseId;
use mission_control::missions::{AttemptRecord, LogLevel, LogLine};
use mission_control_wire::{Cost, Lease, Word, reply};

use super::mission::seconds;

/// One attempt.
pub(crate) fn attempt(record: &AttemptRecord) -> reply::Attempt<'_> {
    let ended = record.ended;
    let failure = record.failure.as_ref();
    reply::Attempt {
        attempt: record.attempt,
        lease_id: Lease(record.lease),
        agent_id: record.agent.map(Word),
        agent_type: record.agent_type.as_ref().map(|word| word.as_str()),
        model_used: record.model_used.as_ref().map(|word| word.as_str()),
        outcome: ended.map(|(_, outcome)| outcome.as_str()),
        started_at: Word(record.began),
        ended_at: ended.map(|(at, _)| Word(at)),
        duration: ended.map(|(at, _)| seconds(at.since(record.began))),
        tokens_used: record.usage.tokens_used,
        tokens_in: record.usage.tokens_in,
        tokens_out: record.usage.tokens_out,
        cost_estimate: Cost(record.usage.cost),
        failure_class: failure.map(|failure| failure.class.as_str()),
        error_message: failure.map(|failure| failure.message.as_str()),
    }
}

/// One line of output.
pub(crate) fn log_line(line: &LogLine) -> reply::LogLine<'_> {
    reply::LogLine {
        n: line.n.unsigned_abs(),
        at: Word(line.at),
        level: level(line.level),
        text: &line.text,
        lease_id: Lease(line.lease.unwrap_or(LeaseId::NONE)),
    }
}

const fn level(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warn",
        LogLevel::Error => "error",
    }
}
