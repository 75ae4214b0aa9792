//! A history and a retention that note what they are asked.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::{ProjectId, StoreError, Timestamp};
use mission_control_missions::Totals;

use crate::analytics::{Analysis, Grouping};
use crate::history::{History, MetricsPoint};
use crate::retention::{Perishable, Retention};

#[derive(Default)]
pub(crate) struct ScriptedUpkeep {
    /// Rows that are old, by kind.
    pub(crate) old: Mutex<Vec<(Perishable, u64)>>,
    /// What was asked to be removed, with its age.
    pub(crate) asked: Mutex<Vec<(Perishable, Duration)>>,
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

    async fn size(&self) -> Result<u64, StoreError> {
        Ok(self.noted.lock().unwrap().len() as u64)
    }
}
