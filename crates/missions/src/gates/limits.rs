//! As many of its kind, or with its concurrency key, run as may.

use super::{Blocker, Closed, View};

pub(super) fn of_kind(view: &View<'_>) -> Option<Closed> {
    let facts = view.lane?;
    let limit = facts.kind_limit.filter(|limit| facts.kind_running >= *limit)?;
    let kind = view.mission.spec.kind.as_str();
    Some(Closed {
        detail: format!("{} of at most {limit} missions of kind {kind} run", facts.kind_running),
        until: None,
        blocking: vec![Blocker::Queue(kind.to_owned())],
    })
}

pub(super) fn of_key(view: &View<'_>) -> Option<Closed> {
    let facts = view.lane?;
    let key = view.mission.spec.concurrency_key.as_ref()?;
    (facts.key_running >= facts.key_limit).then(|| Closed {
        detail: format!(
            "{} of at most {} missions with the concurrency key {key} run",
            facts.key_running, facts.key_limit
        ),
        until: None,
        blocking: vec![Blocker::Queue(view.mission.spec.kind.as_str().to_owned())],
    })
}
