//! Its time has not come.

use super::{Closed, View};

pub(super) fn judge(view: &View<'_>) -> Option<Closed> {
    let at = view.mission.scheduled_at.filter(|at| *at > view.now)?;
    Some(Closed { detail: format!("not before {at}"), until: Some(at), blocking: Vec::new() })
}
