//! Answers as text that two stores must agree on, without what is a store's own: the numbers of
//! lanes, tasks and log lines.

use std::collections::HashMap;
use std::fmt::{Debug, Write as _};

use mission_control_kernel::ProjectId;
use mission_control_missions::{
    AttemptRecord, Claims, LogLine, Mission, Outcome, QueueView, Refusal, Renewal,
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

/// What may start now, and what holds for the project: a store may show more.
pub(super) fn of_queue(view: &QueueView, project: &ProjectId) -> String {
    let mut lanes: Vec<_> = view
        .lanes
        .iter()
        .map(|lane| {
            let ready: Vec<_> = lane.ranks.iter().filter(|(rank, _)| *rank <= view.now).collect();
            (&lane.key, ready)
        })
        .filter(|(_, ready)| !ready.is_empty())
        .collect();
    lanes.sort_unstable();
    let facts = &view.facts;
    let mut counts = Vec::new();
    note(&mut counts, project, &facts.running_by_kind);
    note(&mut counts, project, &facts.running_by_key);
    note(&mut counts, project, &facts.running_by_fairness);
    note(&mut counts, project, &facts.settings);
    let own = facts.agents.iter().filter(|agent| agent.project == *project);
    counts.extend(own.map(|agent| format!("{agent:?}")));
    counts.sort_unstable();
    format!("{lanes:?}\n{counts:?}")
}

fn note<K: Debug, V: Debug>(
    counts: &mut Vec<String>,
    project: &ProjectId,
    facts: &HashMap<(ProjectId, K), V>,
) {
    let own = facts.iter().filter(|((of, _), _)| of == project);
    counts.extend(own.map(|entry| format!("{entry:?}")));
}

pub(super) fn of_attempts(attempts: &[AttemptRecord]) -> String {
    format!("{attempts:?}")
}

pub(super) fn of_logs(lines: &[LogLine]) -> String {
    let plain: Vec<_> =
        lines.iter().map(|line| (line.at, line.level, &line.text, line.lease)).collect();
    format!("{plain:?}")
}
