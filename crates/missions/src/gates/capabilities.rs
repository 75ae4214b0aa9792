//! No online agent performs its kind and has all its capabilities.

use super::{Closed, View};

pub(super) fn judge(view: &View<'_>) -> Option<Closed> {
    let facts = view.lane?;
    if facts.capable_agents > 0 {
        return None;
    }
    let needed: Vec<&str> =
        view.mission.spec.required_capabilities.iter().map(|item| item.as_str()).collect();
    let detail = if needed.is_empty() {
        format!("no online agent performs missions of kind {}", view.mission.spec.kind)
    } else {
        format!(
            "no online agent performs missions of kind {} and has all of: {}",
            view.mission.spec.kind,
            needed.join(", ")
        )
    };
    Some(Closed { detail, until: None, blocking: Vec::new() })
}
