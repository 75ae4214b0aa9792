//! It is of no use any more.

use super::{Closed, View};

pub(super) fn judge(view: &View<'_>) -> Option<Closed> {
    let at = view.mission.expires_at.filter(|at| *at <= view.now)?;
    Some(Closed { detail: format!("expired at {at}"), until: None, blocking: Vec::new() })
}
