//! Nobody claims it: it is driven from outside.

use super::{Closed, View};

pub(super) fn judge(view: &View<'_>) -> Option<Closed> {
    view.mission.spec.kind.is_external().then(|| Closed {
        detail: "is driven from outside: POST its /start to begin".to_owned(),
        until: None,
        blocking: Vec::new(),
    })
}
