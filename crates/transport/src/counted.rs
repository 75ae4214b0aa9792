//! Counters as they are told, written once for everybody who asks.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use mission_control::MissionControl;
use mission_control::kernel::Scope;
use mission_control_wire::Encoded;
use tokio::sync::watch;

use crate::http::Problem;
use crate::show;

/// For how many different scopes what was written is kept: one for each project of a large house.
/// Whoever asks for one more has it written for itself.
const KEPT: usize = 64;

/// Writes counters again only when they have changed: every screen and every script asks for the
/// same few hundred bytes.
pub(crate) struct Counted {
    control: MissionControl,
    written: Mutex<Written>,
}

struct Written {
    /// Has something new as soon as what is kept is old.
    anew: watch::Receiver<i64>,
    by_scope: HashMap<Scope, Encoded>,
}

impl Counted {
    pub(crate) fn new(control: &MissionControl) -> Self {
        let written = Written { anew: control.counted_anew(), by_scope: HashMap::new() };
        Self { control: control.clone(), written: Mutex::new(written) }
    }

    /// The counters of the projects in the scope, exact at the moment of asking.
    ///
    /// # Errors
    /// Storage trouble; 503 when the projection is too far behind to be exact.
    pub(crate) async fn metrics(&self, scope: &Scope) -> Result<Encoded, Problem> {
        self.control.catch_up().await?;
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.anew.has_changed().unwrap_or(true) {
            // Before the counters are read: what changes meanwhile is seen by whoever asks next.
            written.anew.mark_unchanged();
            written.by_scope.clear();
        }
        if let Some(encoded) = written.by_scope.get(scope) {
            return Ok(encoded.clone());
        }
        let encoded = Encoded::new(&show::metrics(&self.control.counters(scope)))?;
        if written.by_scope.len() < KEPT {
            written.by_scope.insert(scope.clone(), encoded.clone());
        }
        Ok(encoded)
    }
}

#[cfg(test)]
mod tests {
    use mission_control::Stores;
    use mission_control::kernel::{ProjectId, Text};
    use mission_control::missions::{Kind, Verdict};
    use mission_control_persistence::{Options, sqlite};
    use tempfile::TempDir;

    use super::*;

    struct Rig {
        control: MissionControl,
        counted: Counted,
        _folder: TempDir,
    }

    impl Rig {
        async fn start() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("missions.db");
            let store = sqlite::Sqlite::open(&file, sqlite::Durability::Off, Options::default());
            let stores = Stores::of(store.unwrap());
            let control = MissionControl::builder(stores).start().await.unwrap();
            Self { counted: Counted::new(&control), control, _folder: folder }
        }

        async fn create(&self, project: &ProjectId) {
            let title = Text::parse("one").unwrap();
            let draft = self.control.draft(project.clone(), Kind::default_kind(), title);
            let made = self.control.create(vec![draft], None).await.unwrap();
            assert!(matches!(made, Verdict::Done(..)), "{made:?}");
        }

        /// What is told, once the projection is not too far behind to tell it.
        async fn told(&self, project: &ProjectId) -> Encoded {
            let scope = Scope::one(project.clone());
            loop {
                match self.counted.metrics(&scope).await {
                    Ok(encoded) => return encoded,
                    Err(problem) => assert_eq!(problem.status().as_u16(), 503, "{problem}"),
                }
            }
        }
    }

    /// Whether both are the same bytes, and not only equal ones.
    fn same(one: &Encoded, other: &Encoded) -> bool {
        std::ptr::eq(one.as_str(), other.as_str())
    }

    #[tokio::test]
    async fn counters_are_written_once_between_two_changes_and_never_told_when_they_are_old() {
        let (rig, red, blue) = (Rig::start().await, project("red"), project("blue"));
        let mut before = rig.told(&red).await;
        for count in 1..=20 {
            rig.create(&red).await;
            let now = rig.told(&red).await;
            assert!(now.as_str().starts_with(&format!("{{\"total_missions\":{count},")), "{now:?}");
            assert!(same(&now, &rig.told(&red).await) && !same(&now, &before));
            before = now;
        }
        let others = rig.told(&blue).await;
        assert!(others.as_str().starts_with("{\"total_missions\":0,"), "{others:?}");
        rig.control.stop().await;
    }

    #[tokio::test]
    async fn what_is_kept_has_a_bound() {
        let rig = Rig::start().await;
        for n in 0..KEPT + 10 {
            rig.told(&project(&format!("p{n}"))).await;
        }
        assert_eq!(rig.counted.written.lock().unwrap().by_scope.len(), KEPT);
        assert!(!same(&rig.told(&project("p70")).await, &rig.told(&project("p70")).await));
        rig.control.stop().await;
    }

    fn project(name: &str) -> ProjectId {
        name.parse().unwrap()
    }
}
