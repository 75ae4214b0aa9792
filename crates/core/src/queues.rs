//! Queues: what waits in them, and what operators set.

use std::collections::{BTreeMap, BTreeSet};

use mission_control_kernel::{ProjectId, Scope, StoreError};
use mission_control_missions::queue::{
    KindQueue, QueueChange, QueueChanged, QueueSet, QueueSetting, QueueState,
};
use mission_control_missions::{Actor, DeadLetter, Kind, Once, Receipt, Totals};

use crate::mission_control::MissionControl;

/// How many kinds are shown at a time: some screens, and some milliseconds of the store.
pub const KINDS_SHOWN: usize = 200;

/// The queues of a project.
#[derive(Clone, PartialEq, Debug)]
pub struct QueueOverview {
    /// What is set for the whole project.
    pub setting: QueueSetting,
    /// Who set that last.
    pub changed: Option<QueueChanged>,
    /// The counters of the missions of the project that are there.
    pub totals: Totals,
    /// Each kind in use, by name: of which missions wait or run, or for which something was set; at
    /// most [`KINDS_SHOWN`].
    pub kinds: Vec<KindQueue>,
    /// Whether there are more kinds.
    pub more: bool,
}

impl QueueOverview {
    /// The same with that kind, or the project, set so.
    fn with(mut self, kind: Option<&Kind>, set: QueueSet) -> Self {
        let QueueSet { setting, changed } = set;
        let Some(kind) = kind else { return Self { setting, changed, ..self } };
        if let Some(queue) = self.kinds.iter_mut().find(|queue| queue.kind == *kind) {
            (queue.setting, queue.changed) = (setting, changed);
        }
        self
    }
}

impl MissionControl {
    /// The queues of a project; of these kinds alone where some are named, whether or not anything
    /// is known of them.
    ///
    /// # Errors
    /// Storage trouble; `Busy` when the projection is too far behind to be exact.
    pub async fn queues(
        &self,
        project: &ProjectId,
        named: &[Kind],
    ) -> Result<QueueOverview, StoreError> {
        self.catch_up().await?;
        self.overview(project, named).await
    }

    /// As far as the journal is folded here.
    async fn overview(
        &self,
        project: &ProjectId,
        named: &[Kind],
    ) -> Result<QueueOverview, StoreError> {
        let missions = &self.inner.stores.missions;
        let states = missions.queues(project).await?;
        let counted = self.inner.projection.kinds(project);
        let mut states: BTreeMap<Option<Kind>, QueueState> =
            states.into_iter().map(|state| (state.kind.clone(), state)).collect();
        let whole = states.remove(&None);
        let mut known: BTreeSet<Kind> = named.iter().cloned().collect();
        if named.is_empty() {
            known.extend(states.keys().flatten().cloned());
            known.extend(counted.keys().cloned());
        }
        let more = known.len() > KINDS_SHOWN;
        let known: Vec<Kind> = known.into_iter().take(KINDS_SHOWN).collect();
        let lines = missions.queue_lines(project, &known).await?;
        let kinds = lines.iter().map(|line| {
            let state = states.remove(&Some(line.kind.clone())).unwrap_or_else(|| QueueState {
                kind: Some(line.kind.clone()),
                setting: QueueSetting::default(),
                changed: None,
                running: 0,
            });
            KindQueue::of(state, counted.get(&line.kind).copied().unwrap_or_default(), line)
        });
        Ok(QueueOverview {
            kinds: kinds.collect(),
            setting: whole.as_ref().map(|state| state.setting).unwrap_or_default(),
            changed: whole.and_then(|state| state.changed),
            totals: self.inner.projection.present(&Scope::one(project.clone())),
            more,
        })
    }

    /// Changes the queue of a kind, or without one that of the project; says how it is set then, that
    /// of the kind alone or all of them, with what waited and ran right before. Agents that wait look
    /// again at once; those of other processes when they hear of it, or a second later.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn change_queue(
        &self,
        project: &ProjectId,
        kind: Option<&Kind>,
        change: QueueChange,
        by: &Actor,
        receipt: Option<Receipt<QueueOverview>>,
    ) -> Result<Once<QueueOverview>, StoreError> {
        self.catch_up_if_possible().await;
        // Before: an answer that is kept is written inside the store's transaction.
        let before = self.overview(project, kind.map_or(&[], std::slice::from_ref)).await?;
        let (kind_set, kept) = (kind.cloned(), before.clone());
        let tell = move |set: &QueueSet| kept.clone().with(kind_set.as_ref(), set.clone());
        let receipt = receipt.map(|receipt| receipt.told_by(tell));
        let missions = &self.inner.stores.missions;
        let done = missions.change_queue(project, kind, change, by, receipt).await?;
        Ok(done.map(|set| before.with(kind, set)))
    }

    /// What is in the dead letter of a project, by what failed, the one that failed last first.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn dead_letter(
        &self,
        project: &ProjectId,
        limit: u32,
    ) -> Result<DeadLetter, StoreError> {
        self.inner.stores.missions.dead_letter(project, limit).await
    }
}
