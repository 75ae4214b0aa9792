//! What an agent reports about one of its missions.

use mission_control::missions::Command;
use mission_control_wire::request::{Report, ReportKind};

use crate::http::Problem;

/// The command that a report is.
pub(crate) fn report(report: Report) -> Result<Command, Problem> {
    let lease = report.lease_id;
    match report.kind {
        ReportKind::Progress(body) => super::progress(body),
        ReportKind::Complete(body) => super::complete(body),
        ReportKind::Fail(body) => super::fail(&body),
        ReportKind::Snooze(body) => Ok(Command::Snooze { lease, until: body.until.0 }),
        ReportKind::Release => Ok(Command::Release { lease }),
    }
}
