//! Missions that it depends on are not over.

use super::{Blocker, Closed, View};

/// An explanation names this many open dependencies; the sentence says how many there are.
const NAMED: usize = 20;

pub(super) fn judge(view: &View<'_>) -> Option<Closed> {
    let open = view.mission.open_dependencies().count();
    (open > 0).then(|| Closed {
        detail: format!("waits for {open} of {} dependencies", view.mission.dependencies.len()),
        until: None,
        blocking: view.mission.open_dependencies().take(NAMED).map(Blocker::Mission).collect(),
    })
}
