//! Answers as text that two stores must agree on, without what is a store's own: the numbers of
//! lanes, tasks and log lines.

use std::fmt::Write as _;

use mission_control_missions::{
    AttemptRecord, Claims, LogLine, Mission, Outcome, Refusal, Renewal,
};

use crate::json::canonical;

pub(super) fn of_missions(missions: &[Mission]) -> String {
    missions.iter().fold(String::new(), |mut text, mission| {
        writeln!(text, "  {:?}", canonical(mission)).expect("a string takes all");
        text
    })
}

pub(super) fn of_verdict(verdict: &Result<Outcome, Refusal>) -> String {
    match verdict {
        Ok(outcome) => format!(
            "changed {} repeated {:?}\n{}",
            outcome.changed,
            outcome.repeated,
            of_missions(&outcome.missions)
        ),
        Err(refusal) => format!("{refusal:?}"),
    }
}

pub(super) fn of_claims(claims: &Claims) -> String {
    let missions: Vec<Mission> = claims.taken.iter().map(|(_, mission)| mission.clone()).collect();
    format!("next at {:?}\n{}", claims.next_at, of_missions(&missions))
}

pub(super) fn of_renewal(mut renewal: Renewal) -> String {
    renewal.renewed.sort_unstable_by_key(|(lease, _)| lease.mission);
    renewal.cancelled.sort_unstable();
    renewal.lost.sort_unstable();
    format!("{renewal:?}")
}

pub(super) fn of_attempts(attempts: &[AttemptRecord]) -> String {
    format!("{attempts:?}")
}

pub(super) fn of_logs(lines: &[LogLine]) -> String {
    let plain: Vec<_> =
        lines.iter().map(|line| (line.at, line.level, &line.text, line.lease)).collect();
    format!("{plain:?}")
}
