//! Its queue or its project is paused.

use super::{Blocker, Closed, View};

pub(super) fn judge(view: &View<'_>) -> Option<Closed> {
    let facts = view.lane?;
    let kind = view.mission.spec.kind.as_str();
    if facts.kind_paused {
        return Some(Closed {
            detail: format!("the queue {kind} is paused"),
            until: None,
            blocking: vec![Blocker::Queue(kind.to_owned())],
        });
    }
    facts.project_paused.then(|| Closed {
        detail: format!("the project {} is paused", view.mission.project),
        until: None,
        blocking: vec![Blocker::Project(view.mission.project.to_string())],
    })
}
