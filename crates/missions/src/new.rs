//! A mission that does not exist yet.

use std::sync::Arc;

use mission_control_kernel::{LeaseId, MissionId, ProjectId, Revision, Timestamp};

use crate::change::Change;
use crate::command::Refusal;
use crate::dependency;
use crate::mission::{Mission, Phase, Place, Spec};
use crate::words::{ShortName, Usage};

/// What is needed to make a mission; the store adds the place in the tree and the edges.
#[derive(Clone, PartialEq, Debug)]
pub struct NewMission {
    /// Its id, a UUIDv7 drawn by the caller at the moment of creation: it carries `created_at`, so
    /// that the order of ids is the order of creation and one index serves both.
    pub id: MissionId,
    /// Whose.
    pub project: ProjectId,
    /// What is asked for.
    pub spec: Arc<Spec>,
    /// Below which mission.
    pub parent: Option<MissionId>,
    /// The lease of the parent's attempt that makes it, which must be current then; none for one
    /// that is made from outside.
    pub under: Option<LeaseId>,
    /// What must end well first; no repeats.
    pub depends_on: Vec<MissionId>,
    /// Whether it waits for an approval.
    pub held: bool,
    /// Not before then.
    pub scheduled_at: Option<Timestamp>,
    /// Of no use after that.
    pub expires_at: Option<Timestamp>,
    /// The kind of agent that it is meant for.
    pub agent_type: Option<ShortName>,
    /// The model that it is meant for.
    pub model_used: Option<ShortName>,
}

impl NewMission {
    /// Makes the mission at `now`; `find` gives the parent and the dependencies as they stand.
    ///
    /// # Errors
    /// Why its parent or a dependency does not allow it.
    pub fn create<'a>(
        &self,
        find: impl Fn(MissionId) -> Option<&'a Mission>,
        now: Timestamp,
    ) -> Result<Change, Refusal> {
        let place = match self.parent {
            None => Place { parent: None, root: self.id, depth: 0 },
            Some(parent) => {
                let found = find(parent).ok_or(Refusal::UnknownParent { parent })?;
                dependency::place_below(found, &self.project, self.under)?
            }
        };
        let dependencies = self
            .depends_on
            .iter()
            .map(|on| dependency::edge_to(*on, find(*on), &self.project))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Change::created(Mission {
            id: self.id,
            project: self.project.clone(),
            spec: Arc::clone(&self.spec),
            place,
            created_at: self.id.instant(),
            updated_at: now,
            revision: Revision::FIRST,
            version: 1,
            held: self.held,
            run_paused: false,
            scheduled_at: self.scheduled_at,
            expires_at: self.expires_at,
            dependencies,
            has_dependants: false,
            has_children: false,
            attempt: 0,
            lease_id: LeaseId::NONE,
            snoozes: 0,
            spent: Usage::default(),
            last_failure: None,
            agent_type: self.agent_type.clone(),
            model_used: self.model_used.clone(),
            phase: Phase::Pending { since: now },
        }))
    }
}
