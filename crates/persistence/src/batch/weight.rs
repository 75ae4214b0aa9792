//! What a request weighs in a batch.

use mission_control_kernel::JsonText;
use mission_control_missions::{Action, Command, NewMission};

/// What a request without a body weighs: a row and its index entries.
pub(crate) const PLAIN_BYTES: usize = 1_024;

/// Roughly the bytes that an action writes.
pub(crate) fn bytes_of(action: &Action) -> usize {
    match action {
        Action::Create(new) => new.iter().map(bytes_of_new).sum(),
        Action::Launch { run, missions } => {
            let run = PLAIN_BYTES + run.input.as_str().len();
            run + missions.iter().map(bytes_of_new).sum::<usize>()
        }
        Action::Command { command, .. } | Action::Selected { command, .. } => {
            PLAIN_BYTES + bytes_of_body(command)
        }
        Action::Settle { .. } | Action::Run { .. } | Action::Align { .. } => PLAIN_BYTES,
    }
}

fn bytes_of_new(new: &NewMission) -> usize {
    let spec = &new.spec;
    let texts = spec.description.as_str().len() + spec.metadata.as_str().len();
    PLAIN_BYTES + texts + length(spec.input.as_ref())
}

fn bytes_of_body(command: &Command) -> usize {
    match command {
        Command::Progress { result, .. } | Command::Complete { result, .. } => {
            length(result.as_ref())
        }
        Command::Edit(edit) => {
            let description = edit.description.as_ref().map_or(0, |text| text.as_str().len());
            description + length(edit.metadata.as_ref())
        }
        Command::Start { .. }
        | Command::Claim { .. }
        | Command::Heartbeat { .. }
        | Command::Fail { .. }
        | Command::Snooze { .. }
        | Command::Release { .. }
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
        | Command::Settle { .. } => 0,
    }
}

fn length(text: Option<&JsonText>) -> usize {
    text.map_or(0, |text| text.as_str().len())
}
