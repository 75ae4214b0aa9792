//! What keeps the agents of the demo busy.

use mission_control::MissionControl;
use mission_control::kernel::{MissionId, ProjectId, Scope, StoreError};
use mission_control::missions::{Actor, Command, ErrorText, NewMission, Status, Verdict};
use tokio::time::sleep;
use tracing::warn;

use super::drafts::{self, Drafts};
use super::pace;
use super::plan::Ending;

/// How many simulated missions the opening has besides the special ones: more than the agents can
/// take at once, so that a queue is seen.
const OPENING_CROWD: usize = 22;

/// How many real missions the opening has.
const OPENING_DOCUMENTS: usize = 8;

/// Makes missions, first a scene with everything in it, then one after the other.
pub(super) struct Director {
    control: MissionControl,
    scope: Scope,
    drafts: Drafts,
}

impl Director {
    pub(super) fn new(
        control: MissionControl,
        project: ProjectId,
        documents: Vec<String>,
        seed: u64,
    ) -> Self {
        let drafts = Drafts::new(control.clone(), project.clone(), documents, seed);
        Self { control, scope: Scope::one(project), drafts }
    }

    /// Goes on until it is dropped; where there are missions already, without an opening.
    pub(super) async fn run(mut self) {
        match self.control.totals(&self.scope).await {
            Ok(totals) if totals.total() == 0 => self.open().await,
            Ok(_) => {}
            Err(error) => warn!(%error, "the demo cannot see what there is"),
        }
        loop {
            let total = self.go_on().await.unwrap_or_else(|error| {
                warn!(%error, "the demo could not make a mission");
                i64::MAX
            });
            sleep(pace::pause(total)).await;
        }
    }

    /// Something in every state, at once.
    async fn open(&mut self) {
        let mut scenes = vec![
            self.drafts.family(),
            vec![self.drafts.doomed()],
            vec![self.drafts.hopeless(), self.drafts.scheduled(), self.drafts.scheduled()],
            vec![self.drafts.held(), self.drafts.held(), self.drafts.held()],
            self.each_ending(),
        ];
        let documents = std::iter::from_fn(|| self.drafts.real()).take(OPENING_DOCUMENTS);
        scenes.push(documents.collect());
        let crowd = std::iter::repeat_with(|| {
            let ending = self.drafts.ending();
            self.drafts.simulated(ending)
        });
        scenes.push(crowd.take(OPENING_CROWD).collect());
        for missions in scenes {
            self.make(missions).await;
        }
        let second_thoughts = self.drafts.held();
        let id = second_thoughts.id;
        self.make(vec![second_thoughts]).await;
        self.call_off(id).await;
    }

    fn each_ending(&mut self) -> Vec<NewMission> {
        [
            Ending::GetsStuck,
            Ending::RefusesInput,
            Ending::Crashes,
            Ending::Stumbles,
            Ending::HitsQuota,
        ]
        .map(|ending| self.drafts.simulated(ending))
        .into()
    }

    /// The next mission or family, unless enough wait already; says how many missions there are.
    async fn go_on(&mut self) -> Result<i64, StoreError> {
        let totals = self.control.totals(&self.scope).await?;
        let waiting = totals.status(Status::Pending) - totals.sums.held;
        if waiting < pace::WAITING {
            let missions = self.next();
            self.make(missions).await;
        }
        Ok(totals.total())
    }

    fn next(&mut self) -> Vec<NewMission> {
        if self.drafts.happens(25)
            && let Some(real) = self.drafts.real()
        {
            return vec![real];
        }
        if self.drafts.happens(6) {
            return self.drafts.family();
        }
        if self.drafts.happens(6) {
            return vec![self.drafts.held()];
        }
        let ending = self.drafts.ending();
        vec![self.drafts.simulated(ending)]
    }

    async fn make(&self, missions: Vec<NewMission>) {
        if missions.is_empty() {
            return;
        }
        match self.control.create(missions, None).await {
            Ok(Verdict::Done(..) | Verdict::Replayed(_)) => {}
            Ok(Verdict::Refused(refusal)) => warn!(%refusal, "a mission of the demo was refused"),
            Err(error) => warn!(%error, "the demo could not make a mission"),
        }
    }

    async fn call_off(&self, id: MissionId) {
        let reason = Some(ErrorText::cleaned("Not needed any more: the deploy was put off."));
        let command = Command::Cancel { reason, children: false };
        let by = Actor::Principal(drafts::short("demo"));
        if let Err(error) = self.control.command(by, self.scope.clone(), id, command, None).await {
            warn!(%error, "the demo could not cancel a mission");
        }
    }
}
