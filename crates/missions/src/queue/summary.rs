//! An explanation in a sentence or two.

use super::explain::Explanation;
use super::place::Position;
use crate::mission::{Driver, Mission, Phase};

/// How things stand with a mission, for people.
pub(super) fn summary(mission: &Mission, explanation: &Explanation) -> String {
    let since = explanation.since;
    match &mission.phase {
        Phase::Pending { .. } => waiting(mission, explanation),
        Phase::Running(attempt) => match attempt.driver {
            Driver::Outside => format!("It is driven from outside and has run since {since}."),
            Driver::Leased { agent, expires_at, .. } => format!(
                "The agent {agent} has run it since {since}, attempt {} of {}; its lease lasts \
                 until {expires_at} unless it is renewed.",
                mission.attempt, mission.spec.max_attempts
            ),
        },
        Phase::Completed(_) => {
            format!("It was completed at {since}. It does not run again; create another one.")
        }
        Phase::Failed { .. } => {
            let why = why(mission);
            format!("It failed at {since}{why}. The command retry puts it back into the queue.")
        }
        Phase::Cancelled { because_of: Some(dependency), .. } => format!(
            "It was cancelled at {since} because the mission {dependency} that it depends on did \
             not end well. The command retry to that one brings this one back too."
        ),
        Phase::Cancelled { because_of: None, .. } => {
            let why = why(mission);
            format!("It was cancelled at {since}{why}. The command retry puts it back.")
        }
    }
}

fn why(mission: &Mission) -> String {
    let failure = mission.last_failure.as_ref();
    failure.map_or_else(String::new, |failure| format!(" ({})", failure.message))
}

fn waiting(mission: &Mission, explanation: &Explanation) -> String {
    let kind = &mission.spec.kind;
    match explanation.position {
        Some(Position::At(1)) => {
            format!("It is the next of kind {kind} for an agent that has room.")
        }
        Some(Position::At(place)) => {
            format!("It is number {place} of kind {kind} for agents that have room.")
        }
        Some(Position::Beyond(many)) => {
            format!("More than {many} missions of kind {kind} go before it.")
        }
        None => {
            let closed = explanation.gates.iter().filter_map(|gate| gate.closed.as_ref());
            let details: Vec<&str> = closed.map(|closed| closed.detail.as_str()).collect();
            format!("It does not begin yet: {}.", details.join("; "))
        }
    }
}
