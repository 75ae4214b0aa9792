//! The keeper on its own, for workers whose own program cannot be one.

use std::process::ExitCode;

use mission_control_executors::keeper;

/// What a shell sees when somebody starts it by hand, which is of no use.
const NOT_FOR_HANDS: u8 = 2;

fn main() -> ExitCode {
    keeper::take_over().unwrap_or(ExitCode::from(NOT_FOR_HANDS))
}
