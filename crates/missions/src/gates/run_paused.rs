//! The run that it is a step of is paused.

use super::{Blocker, Closed, View};

pub(super) fn judge(view: &View<'_>) -> Option<Closed> {
    let run = view.mission.spec.step.as_ref().map(|step| step.run);
    view.mission.run_paused.then(|| Closed {
        detail: "its run is paused".to_owned(),
        until: None,
        blocking: run.map(Blocker::Run).into_iter().collect(),
    })
}
