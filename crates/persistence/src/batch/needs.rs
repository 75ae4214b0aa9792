//! Which missions a request must see locked.

use mission_control_kernel::{LeaseId, MissionId};
use mission_control_missions::{Action, Command};

/// The missions and the past attempts that a request looks at.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Needs {
    /// To be locked, sorted, no repeats.
    pub(crate) missions: Vec<MissionId>,
    /// The attempt that a fenced outcome names: it may have been told before.
    pub(crate) attempt: Option<(MissionId, LeaseId)>,
}

impl Needs {
    pub(crate) fn of(action: &Action) -> Self {
        let (mut missions, attempt) = match action {
            Action::Create(new) => {
                let needed = new
                    .iter()
                    .flat_map(|mission| mission.parent.iter().chain(&mission.depends_on).copied());
                (needed.collect::<Vec<_>>(), None)
            }
            Action::Command { mission, command, .. } => {
                (vec![*mission], outcome_lease(command).map(|lease| (*mission, lease)))
            }
            Action::Settle { dependant, dependency } => (vec![*dependant, *dependency], None),
        };
        missions.sort_unstable();
        missions.dedup();
        Self { missions, attempt }
    }
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
        | Command::Discard
        | Command::Hold
        | Command::Approve
        | Command::Edit(_)
        | Command::Settle { .. } => None,
    }
}
