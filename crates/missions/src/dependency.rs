//! How missions hang on one another.

use mission_control_kernel::{LeaseId, MissionId, ProjectId};

use crate::command::{Refusal, Standing};
use crate::mission::{Dependency, MAX_DEPTH, Mission, Phase, Place};

/// How a mission stands, seen from what depends on it.
#[must_use]
pub fn standing(mission: &Mission) -> Standing {
    match &mission.phase {
        Phase::Pending { .. } | Phase::Running(_) => Standing::Open,
        Phase::Completed(_) => Standing::Satisfied,
        Phase::Failed { .. } => match &mission.spec.step {
            Some(step) if step.continues_on_failure => Standing::Satisfied,
            Some(_) | None => Standing::Broken,
        },
        Phase::Cancelled { .. } => Standing::Broken,
    }
}

/// Whether `mission` could ever run if it waited again, as far as its dependencies go: `how` tells
/// how each of them stands, none for one that is gone.
///
/// # Errors
/// `DependencyBroken`, naming the first that can no longer be satisfied.
pub fn can_wait(
    mission: &Mission,
    how: impl Fn(MissionId) -> Option<Standing>,
) -> Result<(), Refusal> {
    let mut open = mission.open_dependencies();
    match open.find(|on| how(*on).is_none_or(|standing| standing == Standing::Broken)) {
        Some(dependency) => Err(Refusal::DependencyBroken { dependency }),
        None => Ok(()),
    }
}

/// The place of a new mission below `parent`, made by its attempt `under` that lease, or from outside.
///
/// # Errors
/// `UnknownParent` in another project, `LeaseLost`, `ParentFinished`, `TreeTooDeep`.
pub fn place_below(
    parent: &Mission,
    project: &ProjectId,
    under: Option<LeaseId>,
) -> Result<Place, Refusal> {
    if parent.project != *project {
        return Err(Refusal::UnknownParent { parent: parent.id });
    }
    let stale = |lease| lease != parent.lease_id || parent.running().is_none();
    if under.is_some_and(stale) {
        return Err(Refusal::LeaseLost);
    }
    if parent.status().is_terminal() {
        return Err(Refusal::ParentFinished { parent: parent.id });
    }
    if parent.place.depth >= MAX_DEPTH {
        return Err(Refusal::TreeTooDeep);
    }
    let depth = parent.place.depth + 1;
    Ok(Place { parent: Some(parent.id), root: parent.place.root, depth })
}

/// The edge from a new mission to `on`, which was found as `found`.
///
/// # Errors
/// `UnknownDependency` when it is not there or in another project, `DependencyFailed` when it can
/// no longer be satisfied.
pub fn edge_to(
    on: MissionId,
    found: Option<&Mission>,
    project: &ProjectId,
) -> Result<Dependency, Refusal> {
    let found = found
        .filter(|mission| mission.project == *project)
        .ok_or(Refusal::UnknownDependency { dependency: on })?;
    match standing(found) {
        Standing::Open => Ok(Dependency { on, settled: false }),
        Standing::Satisfied => Ok(Dependency { on, settled: true }),
        Standing::Broken => Err(Refusal::DependencyFailed { dependency: on }),
    }
}
