//! A history and a retention that note what they are asked, and selections that nobody keeps.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::{MissionId, ProjectId, StoreError, Timestamp};
use mission_control_missions::Totals;
use mission_control_missions::queue::LaneId;
use mission_control_workflows::template::{MetricKey, TemplateName};

use crate::analytics::{Analysis, Grouping, Measured};
use crate::history::{History, MetricsPoint};
use crate::previews::{Preview, Previews};
use crate::retention::{Perishable, Retention, Walk};

#[derive(Default)]
pub(crate) struct ScriptedUpkeep {
    /// Rows that are old, by kind.
    pub(crate) old: Mutex<Vec<(Perishable, u64)>>,
    /// What was asked to be removed, with its age.
    pub(crate) asked: Mutex<Vec<(Perishable, Duration)>>,
    /// What walks along the missions answer, in turn; then there is nothing.
    pub(crate) mission_walks: Mutex<VecDeque<Walk<MissionId>>>,
    /// From where they were asked.
    pub(crate) walked_from: Mutex<Vec<Option<MissionId>>>,
    /// Whether missions cannot be removed just now.
    pub(crate) missions_stay: AtomicBool,
    /// How often lanes were looked at.
    pub(crate) lane_walks: AtomicU32,
    /// Minutes and projects that have their rows.
    pub(crate) noted: Mutex<BTreeSet<(Timestamp, ProjectId)>>,
    /// How often minutes were noted.
    pub(crate) notes: Mutex<u32>,
}

#[async_trait]
impl Retention for ScriptedUpkeep {
    async fn remove(&self, what: Perishable, age: Duration, limit: u32) -> Result<u64, StoreError> {
        self.asked.lock().unwrap().push((what, age));
        let mut old = self.old.lock().unwrap();
        let Some((_, rows)) = old.iter_mut().find(|(kind, _)| *kind == what) else { return Ok(0) };
        let removed = (*rows).min(u64::from(limit));
        *rows -= removed;
        Ok(removed)
    }

    async fn remove_missions(
        &self,
        _: Duration,
        after: Option<MissionId>,
        _: u32,
    ) -> Result<Walk<MissionId>, StoreError> {
        self.walked_from.lock().unwrap().push(after);
        if self.missions_stay.load(SeqCst) {
            return Err(StoreError::Unavailable("scripted".to_owned()));
        }
        let next = self.mission_walks.lock().unwrap().pop_front();
        Ok(next.unwrap_or(Walk { removed: 0, reached: None, done: true }))
    }

    async fn remove_lanes(
        &self,
        _: Duration,
        _: Option<LaneId>,
        _: u32,
    ) -> Result<Walk<LaneId>, StoreError> {
        self.lane_walks.fetch_add(1, SeqCst);
        Ok(Walk { removed: 0, reached: None, done: true })
    }
}

#[async_trait]
impl History for ScriptedUpkeep {
    async fn note_minute(
        &self,
        minute: Timestamp,
        totals: &[(ProjectId, Totals)],
    ) -> Result<u64, StoreError> {
        *self.notes.lock().unwrap() += 1;
        let mut noted = self.noted.lock().unwrap();
        let new = totals.iter().filter(|(project, _)| noted.insert((minute, project.clone())));
        Ok(new.count() as u64)
    }

    async fn history(
        &self,
        _: &ProjectId,
        _: Timestamp,
        _: Timestamp,
        _: Duration,
        _: u32,
    ) -> Result<Vec<MetricsPoint>, StoreError> {
        Ok(Vec::new())
    }

    async fn analyse(
        &self,
        _: &ProjectId,
        _: Grouping,
        _: (Timestamp, Timestamp),
        _: u32,
        _: u32,
    ) -> Result<Analysis, StoreError> {
        Ok(Analysis::default())
    }

    async fn measure(
        &self,
        _: &ProjectId,
        _: &[(TemplateName, MetricKey)],
        _: (Timestamp, Timestamp),
        _: u32,
    ) -> Result<Vec<Measured>, StoreError> {
        Ok(Vec::new())
    }

    async fn size(&self) -> Result<u64, StoreError> {
        Ok(self.noted.lock().unwrap().len() as u64)
    }
}

#[async_trait]
impl Previews for ScriptedUpkeep {
    async fn keep_preview(&self, _: Preview, _: Duration) -> Result<Timestamp, StoreError> {
        Ok(Timestamp::MIN)
    }

    async fn preview(
        &self,
        _: &ProjectId,
        _: &str,
        _: &str,
    ) -> Result<Option<Preview>, StoreError> {
        Ok(None)
    }
}
