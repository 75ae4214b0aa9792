//! What many missions are together.

use mission_control::missions::Status;
use mission_control_wire::reply::Breakdown;

/// How many missions there are in each status.
pub(crate) fn breakdown(counts: &[(Status, u64)]) -> Breakdown {
    let mut breakdown = Breakdown::default();
    for (status, count) in counts {
        match status {
            Status::Pending => breakdown.pending = *count,
            Status::Running => breakdown.running = *count,
            Status::Completed => breakdown.completed = *count,
            Status::Failed => breakdown.failed = *count,
            Status::Cancelled => breakdown.cancelled = *count,
        }
    }
    breakdown
}
