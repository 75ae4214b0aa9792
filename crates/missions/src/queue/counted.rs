//! Which running missions have to be counted before lanes are judged.

use std::collections::{BTreeMap, BTreeSet};

use mission_control_kernel::ProjectId;

use super::lane::LaneKey;
use crate::words::QueueKey;

/// What a look at some lanes must count. What has no limit and no rival is left out, so that the cost
/// hangs on the lanes that are looked at and not on all that runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counted {
    /// The projects whose kinds with limits are counted.
    pub projects: Vec<ProjectId>,
    /// Concurrency keys; each has a limit, if only the usual one.
    pub keys: Vec<(ProjectId, QueueKey)>,
    /// Fairness keys of projects where more than one stands in line.
    pub fairness: Vec<(ProjectId, QueueKey)>,
}

impl Counted {
    /// For a look at these lanes.
    pub fn of<'a>(lanes: impl IntoIterator<Item = &'a LaneKey>) -> Self {
        let mut keys = BTreeSet::new();
        let mut fairness: BTreeMap<&ProjectId, BTreeSet<&QueueKey>> = BTreeMap::new();
        for lane in lanes {
            keys.extend(lane.concurrency_key.as_ref().map(|key| (&lane.project, key)));
            fairness.entry(&lane.project).or_default().insert(&lane.fairness_key);
        }
        let own = |(project, key): (&ProjectId, &QueueKey)| (project.clone(), key.clone());
        Self {
            projects: fairness.keys().copied().cloned().collect(),
            keys: keys.into_iter().map(own).collect(),
            fairness: fairness
                .iter()
                .filter(|(_, rivals)| rivals.len() > 1)
                .flat_map(|(project, rivals)| rivals.iter().map(|key| own((project, key))))
                .collect(),
        }
    }
}
