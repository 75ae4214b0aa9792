//! What missions are handed over of what those before them have found.

use std::collections::{HashMap, HashSet};
use std::slice;

use mission_control_kernel::{JsonText, LeaseId, MAX_JSON_BYTES, MissionId, Scope, StoreError};
use mission_control_missions::{Finding, Found, MAX_DEPENDENCIES, Mission, Refusal};

use crate::mission_control::MissionControl;

/// The most bytes of results that one claim hands over, counted for each mission that is handed
/// them: sixteen of the largest, or four KiB of each of a thousand steps. They are in memory with
/// the answer that they are written into, once for every agent that is answered.
pub const MOST_HANDED_OVER: usize = 16 * MAX_JSON_BYTES;

/// What a mission is handed over of those that it depends on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Handover {
    /// Results by step key inside a run, else by id, in the order of its dependencies. What failed
    /// and was allowed to has none, whatever it had reported before.
    pub results: Vec<(String, Option<JsonText>)>,
    /// Those whose results were left out for want of room, by the same names: each is to be read by
    /// itself, with [`MissionControl::dependency_result`].
    pub omitted: Vec<(String, MissionId)>,
}

impl MissionControl {
    /// What the missions ended with that `mission` depends on, as far as it fits into
    /// [`MOST_HANDED_OVER`].
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn dependency_results(&self, mission: &Mission) -> Result<Handover, StoreError> {
        let handed = self.hand_over(slice::from_ref(mission)).await?;
        Ok(handed.into_iter().next().unwrap_or_default())
    }

    /// What one of its dependencies ended with, for the attempt of `id` that runs under `lease`.
    ///
    /// # Errors
    /// Inside: `NotFound` for a mission that is not there or does not depend on `on`, `LeaseLost`.
    /// Outside: storage trouble.
    pub async fn dependency_result(
        &self,
        scope: &Scope,
        id: MissionId,
        lease: LeaseId,
        on: MissionId,
    ) -> Result<Result<Option<JsonText>, Refusal>, StoreError> {
        let store = &self.inner.stores.missions;
        let Some(mission) = store.mission(scope, id).await? else {
            return Ok(Err(Refusal::NotFound));
        };
        if mission.running().is_none() || mission.lease_id != lease {
            return Ok(Err(Refusal::LeaseLost));
        }
        if !mission.dependencies.iter().any(|edge| edge.on == on) {
            return Ok(Err(Refusal::NotFound));
        }
        let found = store.results(scope, &[on], usize::MAX).await?;
        Ok(found.into_iter().next().ok_or(Refusal::NotFound).map(|found| match found.finding {
            Finding::Result(result) => Some(result),
            Finding::Nothing | Finding::LeftOut => None,
        }))
    }

    /// What each of `missions`, which are of one project, is handed over. A result that several of
    /// them wait for is read once.
    pub(super) async fn hand_over(
        &self,
        missions: &[Mission],
    ) -> Result<Vec<Handover>, StoreError> {
        let found = self.found_by_dependencies(missions).await?;
        let mut room = MOST_HANDED_OVER;
        Ok(missions.iter().map(|mission| share(mission, &found, &mut room)).collect())
    }

    async fn found_by_dependencies(
        &self,
        missions: &[Mission],
    ) -> Result<HashMap<MissionId, Found>, StoreError> {
        let edges = missions.iter().flat_map(|mission| &mission.dependencies);
        let mut seen = HashSet::new();
        let ids: Vec<MissionId> = edges.map(|edge| edge.on).filter(|on| seen.insert(*on)).collect();
        let mut found = HashMap::with_capacity(ids.len());
        let Some(first) = missions.first() else { return Ok(found) };
        let scope = Scope::one(first.project.clone());
        let mut room = MOST_HANDED_OVER;
        for ids in ids.chunks(MAX_DEPENDENCIES) {
            for one in self.inner.stores.missions.results(&scope, ids, room).await? {
                match &one.finding {
                    Finding::Nothing => {}
                    Finding::Result(result) => room = room.saturating_sub(result.as_str().len()),
                    Finding::LeftOut => room = 0,
                }
                found.insert(one.mission, one);
            }
        }
        Ok(found)
    }
}

/// The share of `mission` in what was found, as far as there is room for it.
fn share(mission: &Mission, found: &HashMap<MissionId, Found>, room: &mut usize) -> Handover {
    let run = mission.spec.step.as_ref().map(|step| step.run);
    let mut handover = Handover::default();
    for found in mission.dependencies.iter().filter_map(|edge| found.get(&edge.on)) {
        let step = found.step.as_ref().filter(|(of, _)| Some(*of) == run);
        let name = step.map_or_else(|| found.mission.to_string(), |(_, key)| key.to_string());
        match &found.finding {
            Finding::Nothing => handover.results.push((name, None)),
            Finding::Result(result) if result.as_str().len() <= *room => {
                *room -= result.as_str().len();
                handover.results.push((name, Some(result.clone())));
            }
            Finding::Result(_) | Finding::LeftOut => {
                handover.omitted.push((name, found.mission));
            }
        }
    }
    handover
}

#[cfg(test)]
mod tests {
    use mission_control_missions::Dependency;

    use super::*;
    use crate::scripted;

    fn found(mission: MissionId, finding: Finding) -> (MissionId, Found) {
        (mission, Found { mission, step: None, finding })
    }

    #[test]
    fn results_are_shared_out_in_turn_until_there_is_no_room() {
        let on = [1, 2, 3, 4].map(|n| scripted::mission(n).id);
        let json = |text: &str| JsonText::from_checked(text).unwrap();
        let found = HashMap::from([
            found(on[0], Finding::Result(json("\"long\""))),
            found(on[1], Finding::Nothing),
            found(on[2], Finding::Result(json("12"))),
            found(on[3], Finding::LeftOut),
        ]);
        let mut mission = scripted::mission(7);
        mission.dependencies = on.map(|on| Dependency { on, settled: true }).to_vec();
        let mut room = 13;
        let handed = [0; 3].map(|_| share(&mission, &found, &mut room));
        let names = on.map(|on| on.to_string());
        let [long, nothing, short, _] = names.clone();
        let long = (long, Some(json("\"long\"")));
        let (nothing, short) = ((nothing, None), (short, Some(json("12"))));
        let omitted = |places: &[usize]| -> Vec<_> {
            places.iter().map(|place| (names[*place].clone(), on[*place])).collect()
        };
        assert_eq!(
            handed[0],
            Handover {
                results: vec![long, nothing.clone(), short.clone()],
                omitted: omitted(&[3])
            }
        );
        assert_eq!(
            handed[1],
            Handover { results: vec![nothing.clone(), short.clone()], omitted: omitted(&[0, 3]) },
            "what is shorter may still fit"
        );
        assert_eq!(
            handed[2],
            Handover { results: vec![nothing, short], omitted: omitted(&[0, 3]) }
        );
        assert_eq!(room, 1);
    }
}
