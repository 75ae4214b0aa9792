//! Failed attempts in one line.

use mission_control::missions::{ErrorText, Failure, FailureClass, FailureReport};

/// An attempt that failed; its class decides whether it is tried again.
pub(crate) fn failed(class: FailureClass, message: &str) -> FailureReport {
    let failure = Failure { class, message: ErrorText::cleaned(message) };
    FailureReport { failure, retryable: None, retry_after: None }
}

/// An attempt that fails the same way each time until an operator mends something.
pub(crate) fn failed_for_good(class: FailureClass, message: &str) -> FailureReport {
    FailureReport { retryable: Some(false), ..failed(class, message) }
}
