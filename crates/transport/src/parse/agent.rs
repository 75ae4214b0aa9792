//! What agents say about themselves and ask for.

use std::time::Duration;

use mission_control::agents::{AgentName, AgentType, MAX_CONCURRENT, Registration};
use mission_control::kernel::{AgentId, Capabilities, Capability, Invalid, ProjectId};
use mission_control::missions::{HeldLease, Kind, Progress, ProgressMessage};
use mission_control::{Beat, DEFAULT_LEASE, LARGEST_CLAIM, Want};
use mission_control_wire::request::{Claim, Heartbeat, RegisterAgent, RunningMission};

use super::Fields;
use super::action::usage;
use super::fields::{seconds, within};
use crate::http::Problem;

/// The longest wait of one call, in seconds: what `mission_control::LONGEST_WAIT` allows.
pub(crate) const LONGEST_CALL_SECONDS: f64 = 30.0;
/// The lease lengths, in seconds, that `mission_control` allows.
pub(crate) const LEASE_SECONDS: std::ops::RangeInclusive<f64> = 1.0..=3_600.0;
/// The most kinds that one claim names.
pub(crate) const MOST_KINDS: usize = 100;

/// An agent that registers; `id` is its id if it is new.
pub(crate) fn registration(
    body: RegisterAgent,
    id: AgentId,
    project: &ProjectId,
) -> Result<Registration, Problem> {
    let mut fields = Fields::default();
    let name = fields.take("name", AgentName::parse(&body.name));
    let agent_type = fields.take("type", AgentType::parse(&body.agent_type));
    let capabilities =
        fields.each("capabilities", body.capabilities, |word| Capability::parse(&word));
    let capabilities =
        capabilities.and_then(|words| fields.take("capabilities", Capabilities::new(words)));
    let max_concurrent = fields.optional("max_concurrent", body.max_concurrent, |number| {
        let refused = Invalid::new("out_of_range", "must be a whole number from 1 to 1000");
        within(number, 1..=MAX_CONCURRENT, refused)
    });
    let (Some(name), Some(agent_type), Some(capabilities), Some(max_concurrent)) =
        (name, agent_type, capabilities, max_concurrent)
    else {
        return Err(fields.refuse());
    };
    Ok(Registration {
        id,
        project: project.clone(),
        name,
        agent_type,
        capabilities,
        kinds: None,
        max_concurrent: max_concurrent.unwrap_or(1),
    })
}

/// What an agent asks the queue for.
pub(crate) fn want(body: Claim) -> Result<Want, Problem> {
    let mut fields = Fields::default();
    let max = fields.optional("max", body.max, |number| {
        let refused = Invalid::new("out_of_range", "must be a whole number from 1 to 100");
        within(number, 1..=LARGEST_CLAIM, refused)
    });
    let wait = fields.take("wait_seconds", wait_seconds(body.wait_seconds));
    let lease = fields.optional("lease_seconds", body.lease_seconds, |value| {
        seconds(value, LEASE_SECONDS, Invalid::new("out_of_range", "must be from 1 to 3600"))
    });
    let limited = body.kinds.is_some();
    let kinds = fields.take("kinds", few(body.kinds));
    let kinds = kinds.and_then(|kinds| fields.each("kinds", kinds, |kind| kind.parse::<Kind>()));
    let (Some(max), Some(wait), Some(lease), Some(kinds)) = (max, wait, lease, kinds) else {
        return Err(fields.refuse());
    };
    Ok(Want {
        max: max.unwrap_or(1),
        wait,
        kinds: limited.then_some(kinds),
        lease: lease.unwrap_or(DEFAULT_LEASE),
    })
}

/// What an agent says about the missions that it holds.
pub(crate) fn beats(body: Heartbeat) -> Result<Vec<Beat>, Problem> {
    let mut wrong = Fields::default();
    let mut beats = Vec::new();
    let running = body.running.map(mission_control_wire::List::into_vec).unwrap_or_default();
    for (index, running) in running.into_iter().enumerate() {
        match beat(&running, Fields::at(format!("running[{index}]."))) {
            Ok(beat) => beats.push(beat),
            Err(fields) => wrong.join(fields),
        }
    }
    if wrong.any() { Err(wrong.refuse()) } else { Ok(beats) }
}

/// How long a heartbeat may wait for news.
pub(crate) fn wait(body: &Heartbeat) -> Result<Duration, Problem> {
    wait_seconds(body.wait_seconds).map_err(|invalid| Problem::invalid("wait_seconds", invalid))
}

fn beat(running: &RunningMission, mut fields: Fields) -> Result<Beat, Fields> {
    let progress = fields.optional("progress", running.progress, Progress::parse);
    let message = fields.optional("message", running.message.as_deref(), ProgressMessage::parse);
    let used = usage(&running.usage(), &mut fields);
    let (Some(progress), Some(message), Some(usage)) = (progress, message, used) else {
        return Err(fields);
    };
    let lease = HeldLease { mission: running.mission_id.0, lease: running.lease_id.0 };
    Ok(Beat { lease, progress, message, usage })
}

fn wait_seconds(given: Option<f64>) -> Result<Duration, Invalid> {
    let refused = Invalid::new("out_of_range", "must be from 0 to 30");
    seconds(given.unwrap_or(0.0), 0.0..=LONGEST_CALL_SECONDS, refused)
}

fn few(kinds: Option<Vec<String>>) -> Result<Option<Vec<String>>, Invalid> {
    match kinds.as_ref().map(Vec::len) {
        Some(count) if count > MOST_KINDS => Err(Invalid::too_many(count, MOST_KINDS)),
        Some(_) | None => Ok(kinds),
    }
}

#[cfg(test)]
mod tests {
    use mission_control::{LONGEST_LEASE, LONGEST_WAIT, SHORTEST_LEASE};
    use mission_control_wire::decode;

    use super::*;

    #[test]
    fn a_claim_without_a_body_asks_for_one_mission_now() {
        let claim = want(decode(b"").unwrap()).unwrap();
        assert_eq!(claim, Want { max: 1, wait: Duration::ZERO, kinds: None, lease: DEFAULT_LEASE });
    }

    #[test]
    fn a_claim_outside_its_bounds_names_every_one() {
        let body = r#"{"max":101,"wait_seconds":31,"lease_seconds":0.5,"kinds":["A"]}"#;
        let problem = want(decode(body.as_bytes()).unwrap()).unwrap_err();
        let fields: Vec<_> = problem.errors().iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["max", "wait_seconds", "lease_seconds", "kinds[0]"]);
    }

    #[test]
    fn the_bounds_are_those_of_the_facade() {
        assert_eq!(LONGEST_WAIT.as_secs_f64(), LONGEST_CALL_SECONDS);
        assert_eq!(SHORTEST_LEASE.as_secs_f64(), *LEASE_SECONDS.start());
        assert_eq!(LONGEST_LEASE.as_secs_f64(), *LEASE_SECONDS.end());
    }
}
