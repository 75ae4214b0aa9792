//! What is asked about missions.

use std::collections::{BTreeMap, HashMap};
use std::sync::PoisonError;
use std::time::Duration;

use mission_control_kernel::{MissionId, ProjectId, Scope, StoreError, Timestamp};
use mission_control_missions::queue::{Explanation, Queue, explain, explain_begun};
use mission_control_missions::{
    AttemptRecord, ListPage, ListQuery, LogLevel, LogLine, Mission, MissionEvent, Status, Totals,
};
use tokio::sync::watch;
use tracing::debug;

use crate::fleet::Subject;
use crate::history::MetricsPoint;
use crate::journal::{Completion, Minute};
use crate::mission_control::MissionControl;
use crate::projection::COMPLETIONS_KEPT;

/// Lists are counted this far; who is behind that need not know how far.
pub const TOTAL_LIMIT: u32 = 10_000;

/// How many running missions are shown.
pub const RUNNING_SHOWN: u32 = 1_000;

/// How often a mission that somebody waits for is looked at though nothing was told of it.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// A mission as it is shown.
#[derive(Clone, PartialEq, Debug)]
pub struct Shown {
    /// As it is stored.
    pub mission: Mission,
    /// Percent: with children the completed part of all below it, else its own.
    pub progress: f64,
}

/// A page of a list and how long the list is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Listing {
    /// The page.
    pub page: ListPage,
    /// How many missions the whole list has.
    pub total: u64,
    /// Whether there are more than that.
    pub total_capped: bool,
}

impl MissionControl {
    /// One mission.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn mission(
        &self,
        scope: &Scope,
        id: MissionId,
    ) -> Result<Option<Mission>, StoreError> {
        self.inner.stores.missions.mission(scope, id).await
    }

    /// One mission, once it is over; `None` where there is none. Waits for as long as that takes.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn ended(&self, scope: &Scope, id: MissionId) -> Result<Option<Mission>, StoreError> {
        let watch = self.inner.lookout.watch(vec![Subject::Mission(id)]);
        loop {
            match self.mission(scope, id).await? {
                Some(mission) if !mission.status().is_terminal() => {}
                over => return Ok(over),
            }
            tokio::select! {
                () = watch.told() => {}
                // What retention removes is not told.
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                () = self.inner.stop.cancelled() => {
                    return Err(StoreError::Unavailable("the mission control has stopped".into()));
                }
            }
        }
    }

    /// Those of `ids` that are there, in any order.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn missions(
        &self,
        scope: &Scope,
        ids: &[MissionId],
    ) -> Result<Vec<Mission>, StoreError> {
        self.inner.stores.missions.missions(scope, ids).await
    }

    /// Missions with the progress that is shown for them, in the same order.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn view(&self, missions: Vec<Mission>) -> Result<Vec<Shown>, StoreError> {
        let parents: Vec<MissionId> =
            missions.iter().filter(|mission| mission.has_children).map(|m| m.id).collect();
        let mut trees = HashMap::new();
        if !parents.is_empty() {
            for (id, completed, all) in self.inner.stores.missions.tree_progress(&parents).await? {
                trees.insert(id, share(completed, all));
            }
        }
        let shown = missions.into_iter().map(|mission| {
            let own = mission.output().map_or(0.0, |output| output.progress.percent());
            let progress = trees.get(&mission.id).copied().unwrap_or(own);
            Shown { mission, progress }
        });
        Ok(shown.collect())
    }

    /// A page of a list, with the length of the list: exact where status and priority alone filter,
    /// else counted up to [`TOTAL_LIMIT`].
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn list(&self, scope: &Scope, query: &ListQuery) -> Result<Listing, StoreError> {
        let (page, total) =
            tokio::join!(self.inner.stores.missions.list(scope, query), self.length(scope, query));
        let (total, total_capped) = total?;
        Ok(Listing { page: page?, total, total_capped })
    }

    /// A page of a list, whose length nobody asks for.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn page(&self, scope: &Scope, query: &ListQuery) -> Result<ListPage, StoreError> {
        self.inner.stores.missions.list(scope, query).await
    }

    /// The newest running missions, at most [`RUNNING_SHOWN`], and how many there are.
    ///
    /// # Errors
    /// Storage trouble; `Busy` when the projection is too far behind to be exact.
    pub async fn running(&self, scope: &Scope) -> Result<(Vec<Mission>, u64), StoreError> {
        let query = ListQuery {
            statuses: vec![Status::Running],
            limit: RUNNING_SHOWN,
            ..ListQuery::default()
        };
        let page = self.inner.stores.missions.list(scope, &query).await?;
        let count = self.totals(scope).await?.status(Status::Running);
        Ok((page.missions, u64::try_from(count).unwrap_or(0)))
    }

    /// All missions below `id`, nearest first, at most `limit`.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn descendants(
        &self,
        scope: &Scope,
        id: MissionId,
        limit: u32,
    ) -> Result<Vec<Mission>, StoreError> {
        self.inner.stores.missions.descendants(scope, id, limit).await
    }

    /// The journal of one mission after its `version`, oldest first.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn events(
        &self,
        scope: &Scope,
        id: MissionId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<MissionEvent>, StoreError> {
        self.inner.stores.missions.events(scope, id, after, limit).await
    }

    /// All attempts at a mission, oldest first.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn attempts(
        &self,
        scope: &Scope,
        id: MissionId,
    ) -> Result<Vec<AttemptRecord>, StoreError> {
        self.inner.stores.missions.attempts(scope, id).await
    }

    /// Log lines after number `after` of at least `level`, oldest first.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn logs(
        &self,
        scope: &Scope,
        id: MissionId,
        after: i64,
        level: LogLevel,
        limit: u32,
    ) -> Result<Vec<LogLine>, StoreError> {
        self.inner.stores.missions.logs(scope, id, after, level, limit).await
    }

    /// How things stand with a mission, and what it waits for; `None` where there is no such mission.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn explain(
        &self,
        scope: &Scope,
        id: MissionId,
    ) -> Result<Option<Explanation>, StoreError> {
        let Some(mission) = self.mission(scope, id).await? else { return Ok(None) };
        if mission.status() != Status::Pending {
            return Ok(Some(explain_begun(&mission)));
        }
        let ageing = self.inner.ageing;
        let view = self.inner.stores.missions.queue_view(&mission, ageing).await?;
        let lanes = view.lanes.iter().map(|lane| &*lane.key);
        let turns = self.inner.turns.lock().unwrap_or_else(PoisonError::into_inner).of(lanes);
        let queue = Queue {
            lanes: &view.lanes,
            whole: view.whole,
            facts: &view.facts,
            turns: &turns,
            now: view.now,
            ageing,
        };
        Ok(Some(explain(&mission, &queue)))
    }

    /// The counters of the projects in the scope, of all time and exact at the moment of asking:
    /// what retention has removed stays in them.
    ///
    /// # Errors
    /// Storage trouble; `Busy` when the projection is too far behind to be exact.
    pub async fn totals(&self, scope: &Scope) -> Result<Totals, StoreError> {
        self.catch_up().await?;
        Ok(self.inner.projection.totals(scope))
    }

    /// The counters of each project, of all time, as far as they are folded here; waits for nothing.
    #[must_use]
    pub fn counted(&self) -> BTreeMap<ProjectId, Totals> {
        self.inner.projection.totals_by_project()
    }

    /// The present instant by the store's clock, which dates entries and judges leases.
    #[must_use]
    pub fn store_now(&self) -> Timestamp {
        self.inner.stores.missions.now()
    }

    /// The counters of the projects in the scope as they are folded here: for whoever is told of
    /// every later change, and need not be exact at the moment of asking.
    #[must_use]
    pub fn counters(&self, scope: &Scope) -> Totals {
        self.inner.projection.totals(scope)
    }

    /// Tells of every change to what [`Self::counters`] says, right after it.
    #[must_use]
    pub fn counted_anew(&self) -> watch::Receiver<i64> {
        self.inner.projection.positions()
    }

    /// The minutes of the last hour in which anything happened, by their begins, oldest first.
    #[must_use]
    pub fn throughput(&self, scope: &Scope) -> Vec<(Timestamp, Minute)> {
        self.inner.projection.throughput(scope, self.inner.stores.missions.now())
    }

    /// The counters of a project as they were: the first minute that was noted in each span of
    /// `step`, from `from` up to but not at `to`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn history(
        &self,
        project: &ProjectId,
        (from, to): (Timestamp, Timestamp),
        step: Duration,
        limit: u32,
    ) -> Result<Vec<MetricsPoint>, StoreError> {
        self.inner.stores.history.history(project, from, to, step, limit).await
    }

    /// How many bytes the store takes.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn store_size(&self) -> Result<u64, StoreError> {
        self.inner.stores.history.size().await
    }

    /// The last completions, newest first, at most 100.
    #[must_use]
    pub fn completions(&self, scope: &Scope) -> Vec<Completion> {
        self.inner.projection.completions(scope, COMPLETIONS_KEPT)
    }

    async fn length(&self, scope: &Scope, query: &ListQuery) -> Result<(u64, bool), StoreError> {
        if query.counts_by_cells() {
            match self.catch_up().await.map(|_| self.inner.projection.present(scope)) {
                Ok(present) => {
                    let total = present.count(&query.statuses, &query.priorities);
                    return Ok((u64::try_from(total).unwrap_or(0), false));
                }
                Err(error) => debug!(%error, "counting the list instead"),
            }
        }
        let whole = ListQuery { after: None, ..query.clone() };
        let count = self.inner.stores.missions.count(scope, &whole, TOTAL_LIMIT + 1).await?;
        Ok((u64::from(count.min(TOTAL_LIMIT)), count > TOTAL_LIMIT))
    }
}

/// Completed ÷ all in percent.
fn share(completed: u32, all: u32) -> f64 {
    if all == 0 { 0.0 } else { f64::from(completed) / f64::from(all) * 100.0 }
}
