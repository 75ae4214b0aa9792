//! What a program is told by its environment.

use std::ffi::OsString;

use mission_control::Work;

use crate::custody::{Custody, WORKER_MARK, mark};
use crate::profile::Profile;

/// What a program needs from the worker's environment in order to run at all; everything else,
/// above all the worker's own secrets, stays out.
const KEPT: [&str; 4] = ["PATH", "HOME", "LANG", "TMPDIR"];

/// The variables that name one attempt, and that its descendants inherit, as they see them.
pub(super) type Marks = [Vec<u8>; 2];

const MISSION: &str = "MISSION_ID";
const LEASE: &str = "MISSION_LEASE_ID";

/// Mission and lease: the idempotency key of whatever the program does outside.
pub(super) fn marks(work: &Work) -> Marks {
    [mark(MISSION, &work.mission.to_string()), mark(LEASE, &work.lease.to_string())]
}

/// The whole environment of one attempt; what stands later wins.
pub(super) fn variables(
    custody: &Custody,
    profile: &Profile,
    work: &Work,
) -> Vec<(OsString, OsString)> {
    // Passed on unread: these are the program's, not settings of this process.
    let kept = std::env::vars_os().filter(|(name, _)| KEPT.iter().any(|kept| name == kept));
    let written = profile.env.iter().map(|(name, value)| (name.into(), value.into()));
    let told = [
        ("MISSION_ATTEMPT", work.attempt.to_string()),
        ("MISSION_KIND", work.kind.to_string()),
        ("MISSION_PROJECT", work.project.to_string()),
        (MISSION, work.mission.to_string()),
        (LEASE, work.lease.to_string()),
    ];
    let whose = custody.worker().map(|worker| (WORKER_MARK, worker.to_owned()));
    let told = told.into_iter().chain(whose).map(|(name, value)| (name.into(), value.into()));
    kept.chain(written).chain(told).collect()
}
