//! It waits for a person's approval.

use super::{Closed, View};

pub(super) fn judge(view: &View<'_>) -> Option<Closed> {
    view.mission.held.then(|| Closed {
        detail: "waits for an approval".to_owned(),
        until: None,
        blocking: Vec::new(),
    })
}
