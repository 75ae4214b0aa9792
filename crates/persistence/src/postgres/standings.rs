//! How the dependencies stand of what is to be retried.

use std::collections::HashMap;

use mission_control_kernel::{MissionId, StoreError};
use mission_control_missions::{Mission, Standing, dependency};

use super::batch::{Stop, fly, rollback};
use super::link::Link;
use super::load::{mission, mission_sql};
use super::values::params;
use crate::batch::{Needs, unknown_dependencies};

/// Asks in the transaction that is open on `link`, in a flight of its own, which only retries of
/// what depends on others take.
pub(super) async fn standings(
    link: &mut Link,
    loaded: &[Mission],
    needs: &[Needs],
) -> Result<HashMap<MissionId, Standing>, Stop> {
    let unknown = unknown_dependencies(loaded, needs.iter().filter_map(|need| need.retried));
    if unknown.is_empty() {
        return Ok(HashMap::new());
    }
    let names: Vec<String> = unknown.iter().map(ToString::to_string).collect();
    let anywhere: Option<Vec<String>> = None;
    let calls = [(mission_sql!("missions_by_id"), params![names, anywhere])];
    let answers = fly(link, &calls).await?;
    let found = answers[0].iter().map(|row| {
        let mission = mission(row)?;
        Ok((mission.id, dependency::standing(&mission)))
    });
    match found.collect::<Result<_, StoreError>>() {
        Ok(standings) => Ok(standings),
        Err(error) => {
            rollback(link).await;
            Err(Stop::Refused(error))
        }
    }
}
