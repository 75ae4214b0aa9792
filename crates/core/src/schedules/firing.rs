//! Ticks whose time has come: what becomes of them, and what they make.
//!
//! The decision about a tick is written down in the transaction that moves its schedule on, so that one
//! process decides. Firing it is a request under a receipt whose key is the tick: whoever does it again,
//! because the first died before it could say so, gets the answer of the first.

use mission_control_kernel::{MissionId, RunId, StoreError, Timestamp};
use mission_control_missions::{Outcome, Reason, Receipt, Refusal, Rendered, ShortName, Verdict};
use mission_control_workflows::schedule::{
    Decision, Fired, Overlap, Schedule, ScheduleId, SkipReason, Target, Tick, TickOutcome, decide,
};
use mission_control_workflows::template::Birth;
use tracing::warn;

use crate::mission_control::MissionControl;
use crate::templates::TemplateLaunch;
use crate::workflow::Launch;

/// What was done about ticks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ticked {
    /// Fired.
    pub fired: u32,
    /// Passed over.
    pub skipped: u32,
    /// They cannot be fired.
    pub failed: u32,
    /// Not now: they come back.
    pub left: u32,
}

impl Ticked {
    pub(super) const fn add(&mut self, other: Self) {
        self.fired += other.fired;
        self.skipped += other.skipped;
        self.failed += other.failed;
        self.left += other.left;
    }
}

impl MissionControl {
    /// Decides about the ticks of a schedule whose time has come, unless somebody else was faster, and
    /// fires those that are to be.
    pub(super) async fn come_due(&self, schedule: Schedule) -> Result<Ticked, StoreError> {
        let Some(first) = schedule.next else { return Ok(Ticked::default()) };
        let open = schedule.spec.overlap == Overlap::Skip && self.is_open(&schedule).await?;
        let decision = decision(&schedule, first, self.store_time(), open).await?;
        let decided = self.inner.stores.schedules.decide_ticks(&schedule, &decision).await?;
        let mut fate = Ticked::default();
        for tick in decided.unwrap_or_default() {
            if tick.outcome == TickOutcome::Due {
                fate.add(self.fire(&schedule, tick.n, tick.at).await);
            } else {
                fate.skipped += 1;
            }
        }
        Ok(fate)
    }

    /// Fires a tick and writes down that it was, or why it cannot be.
    pub(super) async fn fire(&self, schedule: &Schedule, n: i64, at: Timestamp) -> Ticked {
        let made = match self.make(schedule, n, at).await {
            Ok(Some(outcome)) => outcome,
            Ok(None) => return Ticked { left: 1, ..Ticked::default() },
            Err(error) => {
                let name = schedule.name.as_str();
                warn!(schedule = name, tick = %at, %error, "a tick waits to be fired");
                return Ticked { left: 1, ..Ticked::default() };
            }
        };
        let settled = self.inner.stores.schedules.settle_tick(schedule.id, n, &made).await;
        match settled {
            Ok(Some(paused)) => warn!(
                schedule = schedule.name.as_str(),
                project = schedule.project.as_str(),
                reason = paused.reason.as_str(),
                "a schedule rests from now on: resume it once it can be fired"
            ),
            Ok(None) => {}
            Err(_) => return Ticked { left: 1, ..Ticked::default() },
        }
        match made {
            TickOutcome::Failed(_) => Ticked { failed: 1, ..Ticked::default() },
            TickOutcome::Skipped { .. } => Ticked { skipped: 1, ..Ticked::default() },
            _ => Ticked { fired: 1, ..Ticked::default() },
        }
    }

    /// Makes what a tick is to make, once; none when that cannot be told now.
    async fn make(
        &self,
        schedule: &Schedule,
        n: i64,
        at: Timestamp,
    ) -> Result<Option<TickOutcome>, StoreError> {
        let receipt = receipt(schedule, at);
        let made = self.made_before(&receipt).await?;
        if schedule.spec.overlap == Overlap::CancelOther {
            if self.is_superseded(schedule, n).await? {
                return self.superseded(schedule, n, at, made).await.map(Some);
            }
            self.call_off_others(schedule, n).await?;
        }
        if let Some(made) = made {
            return Ok(Some(TickOutcome::Fired(made)));
        }
        let by = maker(schedule);
        let verdict = match &schedule.spec.target {
            Target::Mission(planned) => {
                let birth = Birth {
                    id: MissionId::new(self.ids().next(self.clock().now())),
                    project: schedule.project.clone(),
                    created_by: by,
                    template: None,
                };
                let (title, text) = (planned.title.clone(), planned.description.clone());
                let mission = planned.blueprint.clone().mission(birth, title, text);
                self.create(vec![mission], Some(receipt)).await?
            }
            Target::Template { name, parameters } => {
                let (project, name) = (schedule.project.clone(), name.clone());
                let launch = TemplateLaunch::new(project, name, parameters.clone(), by);
                match self.mission_of_template(launch).await? {
                    Ok(mission) => self.create(vec![mission], Some(receipt)).await?,
                    Err(refusal) => return Ok(Some(failed(&refusal))),
                }
            }
            Target::Workflow { name, input } => {
                let launch = Launch {
                    project: schedule.project.clone(),
                    workflow: name.clone(),
                    version: None,
                    input: Some(input.clone()),
                    title: None,
                    priority: None,
                    labels: Vec::new(),
                    by,
                };
                match self.launch_run(launch, Some(receipt)).await? {
                    Ok(verdict) => verdict,
                    Err(refusal) => return Ok(Some(failed(&refusal))),
                }
            }
        };
        told(verdict)
    }

    /// What somebody made who could not say so. It is asked first: what the tick names may have been
    /// removed since, and could not be made again.
    async fn made_before(&self, receipt: &Receipt) -> Result<Option<Fired>, StoreError> {
        let missions = &self.inner.stores.missions;
        let asking = missions.kept_answer(&receipt.project, &receipt.principal, &receipt.key);
        let Some(kept) = asking.await? else { return Ok(None) };
        read(&kept.rendered.body).map(Some).ok_or_else(unread)
    }

    /// What becomes of a tick behind which another one has come that calls off what it makes.
    async fn superseded(
        &self,
        schedule: &Schedule,
        n: i64,
        at: Timestamp,
        made: Option<Fired>,
    ) -> Result<TickOutcome, StoreError> {
        let Some(made) = made else {
            let reason = SkipReason::Superseded;
            return Ok(TickOutcome::Skipped { reason, since: at, covers: Some(1) });
        };
        let outcome = TickOutcome::Fired(made);
        let tick = Tick { n, at, outcome: outcome.clone(), decided_at: at, settled_at: None };
        self.call_off(schedule, &[tick]).await?;
        Ok(outcome)
    }
}

/// Longer than a look at a thousand ticks takes, none of which others should wait for.
async fn decision(
    schedule: &Schedule,
    first: Timestamp,
    now: Timestamp,
    open: bool,
) -> Result<Decision, StoreError> {
    let spec = std::sync::Arc::clone(&schedule.spec);
    let deciding = move || decide(&spec.cadence, first, now, spec.catch_up, spec.overlap, open);
    let decided = tokio::task::spawn_blocking(deciding).await;
    decided.map_err(|error| StoreError::Defect(format!("a decision: {error}")))
}

/// Whose receipts the ticks of a schedule have; `remove_receipts.sql` knows the word.
fn principal(schedule: ScheduleId) -> String {
    format!("schedule:{schedule}")
}

/// Under which name a schedule makes what it makes.
fn maker(schedule: &Schedule) -> ShortName {
    ShortName::parse(&format!("schedule:{}", schedule.name)).expect("a name is shorter than that")
}

fn receipt(schedule: &Schedule, at: Timestamp) -> Receipt {
    Receipt {
        project: schedule.project.clone(),
        principal: principal(schedule.id),
        key: at.to_string(),
        // The tick is the request: what the schedule says by now does not make it another one.
        request_digest: [0; 32],
        render: Box::new(|outcome| Rendered { status: MADE, body: written(outcome) }),
    }
}

/// What a kept answer counts in.
const MADE: u16 = 201;

fn written(outcome: &Outcome) -> Vec<u8> {
    match fired(outcome) {
        Some(Fired::Mission(id)) => format!("mission {id}").into_bytes(),
        Some(Fired::Run(id)) => format!("run {id}").into_bytes(),
        None => Vec::new(),
    }
}

fn read(body: &[u8]) -> Option<Fired> {
    let (word, id) = str::from_utf8(body).ok()?.split_once(' ')?;
    match word {
        "mission" => id.parse().ok().map(Fired::Mission),
        "run" => id.parse::<RunId>().ok().map(Fired::Run),
        _ => None,
    }
}

fn fired(outcome: &Outcome) -> Option<Fired> {
    let first = outcome.missions.first()?;
    Some(match &first.spec.step {
        Some(step) => Fired::Run(step.run),
        None => Fired::Mission(first.id),
    })
}

fn unread() -> StoreError {
    StoreError::Defect("what a tick has made cannot be read".to_owned())
}

fn told(verdict: Verdict) -> Result<Option<TickOutcome>, StoreError> {
    match verdict {
        Verdict::Done(outcome, _) => {
            fired(&outcome).map(TickOutcome::Fired).map(Some).ok_or_else(unread)
        }
        Verdict::Replayed(rendered) => {
            read(&rendered.body).map(TickOutcome::Fired).map(Some).ok_or_else(unread)
        }
        Verdict::Refused(Refusal::Busy) => Ok(None),
        Verdict::Refused(refusal) => Ok(Some(failed(&refusal))),
    }
}

fn failed(refusal: &impl ToString) -> TickOutcome {
    TickOutcome::Failed(Reason::cleaned(&refusal.to_string()))
}

#[cfg(test)]
mod tests {
    use mission_control_kernel::Invalid;

    use super::*;

    #[test]
    fn what_a_tick_has_made_is_read_back_from_its_receipt() -> Result<(), Invalid> {
        let id = "019b76da-a800-7000-8000-000000000000";
        assert_eq!(read(format!("mission {id}").as_bytes()), Some(Fired::Mission(id.parse()?)));
        assert_eq!(read(format!("run {id}").as_bytes()), Some(Fired::Run(id.parse()?)));
        for other in ["", "mission", "mission x", "agent 1"] {
            assert_eq!(read(other.as_bytes()), None, "{other}");
        }
        Ok(())
    }
}
