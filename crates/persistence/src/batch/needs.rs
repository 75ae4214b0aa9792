//! Which missions a request must see locked.

use std::collections::{BTreeSet, HashSet};

use mission_control_kernel::{LeaseId, MissionId, RunId};
use mission_control_missions::{Action, Command, Mission, NewMission};

/// The missions and the past attempts that a request looks at.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Needs {
    /// To be locked, sorted, no repeats.
    pub(crate) missions: Vec<MissionId>,
    /// The attempt that a fenced outcome names: it may have been told before.
    pub(crate) attempt: Option<(MissionId, LeaseId)>,
    /// What is to be retried: how its dependencies stand must be known too. They need no lock, for
    /// one that breaks meanwhile tells its dependants.
    pub(crate) retried: Option<MissionId>,
    /// The run that is asked for something, or whose word counts for one of its missions.
    pub(crate) run: Option<RunId>,
    /// The run that is asked for something: what was asked of it before must be known too.
    pub(crate) asked: Option<RunId>,
}

/// The dependencies of `retried` missions whose standing is not known from `loaded`, sorted.
pub(crate) fn unknown_dependencies(
    loaded: &[Mission],
    retried: impl IntoIterator<Item = MissionId>,
) -> Vec<MissionId> {
    let retried: HashSet<MissionId> = retried.into_iter().collect();
    if retried.is_empty() {
        return Vec::new();
    }
    let known: HashSet<MissionId> = loaded.iter().map(|mission| mission.id).collect();
    // Whatever its state: a command before the retry may be what ends it.
    let again = loaded.iter().filter(|mission| retried.contains(&mission.id));
    let on: BTreeSet<MissionId> = again.flat_map(Mission::open_dependencies).collect();
    on.into_iter().filter(|on| !known.contains(on)).collect()
}

impl Needs {
    pub(crate) fn of(action: &Action) -> Self {
        let (mut missions, attempt) = match action {
            Action::Create(new) => (referred_to(new), None),
            Action::Launch { missions, .. } => (referred_to(missions), None),
            Action::Run { .. } => (Vec::new(), None),
            Action::Align { mission, .. } => (vec![*mission], None),
            Action::Command { mission, command, .. }
            | Action::Selected { mission, command, .. } => {
                (vec![*mission], outcome_lease(command).map(|lease| (*mission, lease)))
            }
            Action::Settle { dependant, dependency } => (vec![*dependant, *dependency], None),
        };
        missions.sort_unstable();
        missions.dedup();
        let retried = match action {
            Action::Command { mission, command: Command::Retry, .. }
            | Action::Selected { mission, command: Command::Retry, .. } => Some(*mission),
            Action::Create(_)
            | Action::Launch { .. }
            | Action::Run { .. }
            | Action::Align { .. }
            | Action::Command { .. }
            | Action::Selected { .. }
            | Action::Settle { .. } => None,
        };
        let run = match action {
            Action::Run { run, .. } | Action::Align { run, .. } => Some(*run),
            Action::Create(_)
            | Action::Launch { .. }
            | Action::Command { .. }
            | Action::Selected { .. }
            | Action::Settle { .. } => None,
        };
        let asked = match action {
            Action::Run { run, .. } => Some(*run),
            Action::Create(_)
            | Action::Launch { .. }
            | Action::Align { .. }
            | Action::Command { .. }
            | Action::Selected { .. }
            | Action::Settle { .. } => None,
        };
        Self { missions, attempt, retried, run, asked }
    }
}

/// What new missions hang on that is there already.
fn referred_to(new: &[NewMission]) -> Vec<MissionId> {
    let made: HashSet<MissionId> = new.iter().map(|mission| mission.id).collect();
    let named = new.iter().flat_map(|it| it.parent.iter().chain(&it.depends_on).copied());
    named.filter(|id| !made.contains(id)).collect()
}

/// The lease that a command which ends an attempt names.
pub(crate) fn outcome_lease(command: &Command) -> Option<LeaseId> {
    match command {
        Command::Complete { lease, .. } | Command::Fail { lease, .. } => *lease,
        Command::Snooze { lease, .. } | Command::Release { lease } => Some(*lease),
        Command::Start { .. }
        | Command::Claim { .. }
        | Command::Progress { .. }
        | Command::Heartbeat { .. }
        | Command::TakeBack
        | Command::Lose { .. }
        | Command::TimeOut { .. }
        | Command::Expire
        | Command::Cancel { .. }
        | Command::Retry
        | Command::Discard { .. }
        | Command::Hold { .. }
        | Command::Approve
        | Command::Pause
        | Command::Resume
        | Command::Edit(_)
        | Command::Settle { .. } => None,
    }
}
