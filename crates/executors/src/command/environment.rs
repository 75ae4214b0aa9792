//! What a program is told by its environment.

use std::ffi::OsString;

use mission_control::Work;

use crate::profile::Profile;

/// What a program needs from the worker's environment in order to run at all; everything else,
/// above all the worker's own secrets, stays out.
const KEPT: [&str; 4] = ["PATH", "HOME", "LANG", "TMPDIR"];

/// The variables that name one attempt, and that its descendants inherit.
pub(super) type Marks = [(&'static str, String); 2];

/// Mission and lease: the idempotency key of whatever the program does outside.
pub(super) fn marks(work: &Work) -> Marks {
    [("MISSION_ID", work.mission.to_string()), ("MISSION_LEASE_ID", work.lease.to_string())]
}

/// The whole environment of one attempt; what stands later wins.
pub(super) fn variables(profile: &Profile, work: &Work) -> Vec<(OsString, OsString)> {
    // Passed on unread: these are the program's, not settings of this process.
    let kept = std::env::vars_os().filter(|(name, _)| KEPT.iter().any(|kept| name == kept));
    let written = profile.env.iter().map(|(name, value)| (name.into(), value.into()));
    let told = [
        ("MISSION_ATTEMPT", work.attempt.to_string()),
        ("MISSION_KIND", work.kind.to_string()),
        ("MISSION_PROJECT", work.project.to_string()),
    ];
    let told = told.into_iter().chain(marks(work));
    let told = told.map(|(name, value)| (name.into(), value.into()));
    kept.chain(written).chain(told).collect()
}
