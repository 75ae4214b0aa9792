//! What a person at the desk would do now and then.

use std::time::Duration;

use mission_control::MissionControl;
use mission_control::kernel::{MissionId, ProjectId, Scope, StoreError};
use mission_control::missions::{
    Actor, Command, ErrorText, Label, ListQuery, Sort, SortKey, Status, Verdict,
};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::time::sleep;
use tracing::warn;

use super::cast::SIMULATED;
use super::drafts;

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// So many missions wait for an approval before one of them is given, so that there are always some
/// for whoever tries it.
const LEFT_HELD: u32 = 3;

/// So many failed missions stay in the dead letter.
const LEFT_DEAD: u32 = 6;

/// One look in so many calls a waiting mission off.
const CALLS_OFF: u32 = 12;

/// Looks at the simulated missions, and acts on the oldest. It remembers nothing.
pub(super) struct Operator {
    control: MissionControl,
    scope: Scope,
    chance: StdRng,
}

impl Operator {
    pub(super) fn new(control: MissionControl, project: ProjectId, seed: u64) -> Self {
        Self { control, scope: Scope::one(project), chance: StdRng::seed_from_u64(!seed) }
    }

    /// Goes on until it is dropped.
    pub(super) async fn run(mut self) {
        loop {
            sleep(LOOK_EVERY).await;
            if let Err(error) = self.look().await {
                warn!(%error, "the demo's operator could not act");
            }
        }
    }

    async fn look(&mut self) -> Result<(), StoreError> {
        let held = ListQuery { held: Some(true), ..pending() };
        if let Some(id) = self.oldest_beyond(held, LEFT_HELD).await? {
            self.tell(id, Command::Approve).await?;
        }
        let dead = ListQuery { dead_letter: Some(true), statuses: vec![], ..pending() };
        if let Some(id) = self.oldest_beyond(dead, LEFT_DEAD).await? {
            let again = self.chance.random_range(0..3_u32) == 0;
            self.tell(id, if again { Command::Retry } else { Command::Discard { reason: None } })
                .await?;
        }
        if self.chance.random_range(0..CALLS_OFF) == 0 {
            let waiting = ListQuery { held: Some(false), ..pending() };
            if let Some(id) = self.oldest_beyond(waiting, 0).await? {
                let reason = Some(ErrorText::cleaned("Superseded by a newer request."));
                self.tell(id, Command::Cancel { reason, children: false }).await?;
            }
        }
        Ok(())
    }

    /// The oldest of a list that has more than `left`.
    async fn oldest_beyond(
        &self,
        query: ListQuery,
        left: u32,
    ) -> Result<Option<MissionId>, StoreError> {
        let query = ListQuery { limit: left + 1, ..query };
        let missions = self.control.list(&self.scope, &query).await?.page.missions;
        let beyond = missions.len() > left as usize;
        Ok(missions.first().filter(|_| beyond).map(|mission| mission.id))
    }

    /// A refusal means that somebody was quicker.
    async fn tell(&self, id: MissionId, command: Command) -> Result<(), StoreError> {
        let by = Actor::Principal(drafts::short("demo"));
        let verdict = self.control.command(by, self.scope.clone(), id, command, None).await?;
        if let Verdict::Refused(refusal) = verdict {
            tracing::debug!(%refusal, mission = %id, "too late");
        }
        Ok(())
    }
}

/// Simulated missions that wait, the oldest first.
fn pending() -> ListQuery {
    ListQuery {
        statuses: vec![Status::Pending],
        labels: vec![Label::parse(SIMULATED).expect("a literal within its bounds")],
        sort: Sort { key: SortKey::CreatedAt, descending: false },
        ..ListQuery::default()
    }
}
