//! Agents at work: what they take and how they report.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};
use mission_control::kernel::{AgentId, MissionId, Scope};
use mission_control::missions::{Actor, HeldLease, Mission, Refusal, Verdict};
use mission_control::{Beat, Claimed, Handover, Heard, MissionControl, Shown};
use mission_control_wire::reply::{self, ReportOutcome};
use mission_control_wire::request::{Heartbeat, Report, Reports};
use mission_control_wire::{Json, Lease, Word};
use tokio_util::sync::CancellationToken;

use super::{Services, is_draining};
use crate::http::{Problem, Reply, Request};
use crate::{parse, show};

/// How many missions of one report list are written at a time: what a store takes in one batch.
const REPORTING: usize = 64;

/// How long a heartbeat may wait once the process drains: leases are renewed to the end, but an
/// agent must not come back without a pause.
const DRAINING_WAIT: Duration = Duration::from_secs(1);

/// What endpoints about agents need.
pub(super) struct Workers {
    pub(super) control: MissionControl,
    draining: CancellationToken,
}

pub(super) async fn heartbeat(area: Arc<Workers>, request: Request) -> Result<Reply, Problem> {
    let (scope, id): (_, AgentId) = (request.scope()?, request.param("id")?);
    area.may_act_as(&request, id).await?;
    let body: Heartbeat = request.json()?;
    let wait = parse::wait(&body)?;
    let beats = parse::beats(body)?;
    let control = &area.control;
    let over = request.known()?.over.clone().over();
    let heard = if area.draining.is_cancelled() {
        control.heartbeat(&scope, id, beats, wait.min(DRAINING_WAIT)).await?
    } else {
        tokio::select! {
            heard = control.heartbeat(&scope, id, beats.clone(), wait) => heard?,
            () = area.interrupted(&request) => {
                control.heartbeat(&scope, id, beats, Duration::ZERO).await?
            }
            () = over => return Err(Problem::unauthenticated()),
        }
    };
    let heard = heard.ok_or_else(Problem::not_found)?;
    let cancelled = area.its_own(&scope, id, &heard.renewal.cancelled).await;
    Reply::json(&told(&heard, &cancelled))
}

/// Whoever hangs up leaves what was taken meanwhile to the next one that asks.
pub(super) async fn claim(area: Arc<Workers>, request: Request) -> Result<Reply, Problem> {
    let (scope, id): (_, AgentId) = (request.scope()?, request.param("id")?);
    area.may_act_as(&request, id).await?;
    let want = parse::want(request.json()?)?;
    if area.draining.is_cancelled() {
        return Err(is_draining());
    }
    let over = request.known()?.over.clone().over();
    let Claimed { missions, duty } = tokio::select! {
        claimed = area.control.claim(&scope, id, want) => claimed??,
        () = area.interrupted(&request) => area.nothing(&scope, id).await?,
        // Nothing was given out, and their next request is judged by what they may do now.
        () = over => return Err(Problem::unauthenticated()),
    };
    let (missions, handovers): (Vec<_>, Vec<_>) =
        missions.into_iter().map(|taken| (taken.mission, taken.handover)).unzip();
    let shown = area.shown(missions).await;
    let claimed = shown.iter().zip(&handovers);
    Reply::json(&reply::ClaimReply {
        missions: claimed
            .filter_map(|(shown, handover)| {
                self::claimed(&shown.mission, show::shown(shown), handover)
            })
            .collect(),
        duty: duty.as_str(),
    })
}

/// Being heard of comes with it, and who is not known is not heard.
pub(super) async fn report(area: Arc<Workers>, request: Request) -> Result<Reply, Problem> {
    let (scope, id): (_, AgentId) = (request.scope()?, request.param("id")?);
    area.may_act_as(&request, id).await?;
    let reports = request.json::<Reports>()?.reports.into_vec();
    let named = reports
        .iter()
        .map(|report| HeldLease { mission: report.mission_id, lease: report.lease_id })
        .collect::<HashSet<_>>();
    let beats = named.iter().copied().map(Beat::alive).collect();
    let heard = area.control.heartbeat(&scope, id, beats, Duration::ZERO).await?;
    let renewed = heard.ok_or_else(Problem::not_found)?.renewal.renewed;
    let own = renewed.into_iter().map(|(held, _)| held).collect();
    let confined = request.principal()?.agent.is_some();
    let judged = area.judge(&Reporting { scope, agent: id, own, confined }, reports).await;
    Reply::json(&reply::ReportReply { outcomes: judged.iter().map(Judged::outcome).collect() })
}

impl Workers {
    pub(super) fn new(services: &Services) -> Self {
        Self { control: services.control.clone(), draining: services.draining.clone() }
    }

    /// No missions, and how the agent stands.
    async fn nothing(&self, scope: &Scope, id: AgentId) -> Result<Claimed, Problem> {
        let heard = self.control.heartbeat(scope, id, Vec::new(), Duration::ZERO).await?;
        let duty = heard.ok_or_else(Problem::not_found)?.duty;
        Ok(Claimed { missions: Vec::new(), duty })
    }

    /// Missions that were claimed, of which the agent learns in any case: it holds them. What has been
    /// done below them is left out where nobody can say.
    async fn shown(&self, missions: Vec<Mission>) -> Vec<Shown> {
        self.control.view(missions.clone()).await.unwrap_or_else(|error| {
            tracing::debug!(%error, "claimed missions are told without what is below them");
            missions.into_iter().map(|mission| Shown { mission, progress: 0.0 }).collect()
        })
    }

    /// Waits until there is nobody to wait for any more, or no time.
    async fn interrupted(&self, request: &Request) {
        tokio::select! {
            () = self.draining.cancelled() => {}
            () = request.hung_up().cancelled() => {}
        }
    }

    /// Refuses whoever may act as another agent alone; to them this one is not there.
    async fn may_act_as(&self, request: &Request, id: AgentId) -> Result<(), Problem> {
        let Some(name) = &request.principal()?.agent else { return Ok(()) };
        let known = self.control.registered(&request.scope()?, id).await?;
        known.filter(|agent| agent.name == *name).map(|_| ()).ok_or_else(Problem::not_found)
    }

    /// Those of the cancelled missions that this agent ran: whatever else it names, it learns nothing
    /// about. Where nobody can say, all of them have just been lost, which means the same to it.
    async fn its_own(
        &self,
        scope: &Scope,
        id: AgentId,
        cancelled: &[MissionId],
    ) -> HashSet<MissionId> {
        if cancelled.is_empty() {
            return HashSet::new();
        }
        let missions = self.control.missions(scope, cancelled).await.unwrap_or_else(|error| {
            tracing::debug!(%error, agent = %id, "what was cancelled is told as lost");
            Vec::new()
        });
        let own = missions.into_iter().filter(|mission| mission.agent() == Some(id));
        own.map(|mission| mission.id).collect()
    }

    /// Whether a report may be told to the mission that it names. An attempt that is over is looked
    /// up: its end may be told again by whoever made it.
    async fn may_tell(&self, by: &Reporting, named: HeldLease) -> Result<(), Problem> {
        if by.own.contains(&named) {
            return Ok(());
        }
        let attempts = self.control.attempts(&by.scope, named.mission).await?;
        let attempt = attempts.iter().find(|attempt| attempt.lease == named.lease);
        match attempt.map(|attempt| attempt.agent) {
            Some(Some(agent)) if agent == by.agent => Ok(()),
            _ if by.confined => Err(Refusal::NotFound.into()),
            Some(Some(_)) => Err(Refusal::LeaseLost.into()),
            Some(None) | None => Ok(()),
        }
    }

    /// A verdict for each report, in order. Missions are written side by side, reports about the
    /// same one after each other.
    async fn judge(&self, by: &Reporting, reports: Vec<Report>) -> Vec<Judged> {
        let mut by_mission: HashMap<MissionId, Vec<(usize, Report)>> = HashMap::new();
        for (index, report) in reports.into_iter().enumerate() {
            by_mission.entry(report.mission_id).or_default().push((index, report));
        }
        let mut judged: Vec<(usize, Judged)> = stream::iter(by_mission.into_values())
            .map(|reports| self.judge_in_turn(by, reports))
            .buffer_unordered(REPORTING)
            .flat_map(stream::iter)
            .collect()
            .await;
        judged.sort_by_key(|(index, _)| *index);
        judged.into_iter().map(|(_, judged)| judged).collect()
    }

    async fn judge_in_turn(
        &self,
        by: &Reporting,
        reports: Vec<(usize, Report)>,
    ) -> Vec<(usize, Judged)> {
        let mut judged = Vec::with_capacity(reports.len());
        for (index, report) in reports {
            let (mission, lease) = (report.mission_id, Lease(report.lease_id));
            let verdict = self.write(by, report).await;
            judged.push((index, Judged { mission, lease, verdict }));
        }
        judged
    }

    async fn write(&self, by: &Reporting, report: Report) -> Result<Option<Mission>, Problem> {
        let held = HeldLease { mission: report.mission_id, lease: report.lease_id };
        let command = parse::report(report)?;
        self.may_tell(by, held).await?;
        let (actor, scope) = (Actor::Agent(by.agent), by.scope.clone());
        match self.control.command(actor, scope, held.mission, command, None).await? {
            Verdict::Done(outcome, _) => Ok(outcome.missions.into_iter().next()),
            Verdict::Replayed(_) => Ok(None),
            Verdict::Refused(refusal) => Err(refusal.into()),
        }
    }
}

/// Whose reports are judged.
struct Reporting {
    scope: Scope,
    agent: AgentId,
    /// What the agent holds of all that it names; a lease never changes hands.
    own: HashSet<HeldLease>,
    /// Whether they may come from this agent alone: then a mission that it never had is not there.
    confined: bool,
}

/// One report and what became of it: the mission after it, or why it was refused.
struct Judged {
    mission: MissionId,
    lease: Lease,
    verdict: Result<Option<Mission>, Problem>,
}

impl Judged {
    fn outcome(&self) -> ReportOutcome<'_> {
        let mission = self.verdict.as_ref().ok().and_then(Option::as_ref);
        let problem = self.verdict.as_ref().err();
        ReportOutcome {
            mission_id: Word(self.mission),
            lease_id: self.lease,
            ok: problem.is_none(),
            status: mission.map(|mission| mission.status().as_str()),
            code: problem.map(Problem::code),
            error: problem.map(Problem::detail),
        }
    }
}

/// Nothing for a mission without a lease, which no claim gives.
fn claimed<'a>(
    mission: &'a Mission,
    shape: reply::Mission<'a>,
    handover: &'a Handover,
) -> Option<reply::Claimed<'a>> {
    let lease_expires_at = shape.lease_expires_at?;
    let results = handover.results.iter();
    let results = results.map(|(key, result)| (key.as_str(), result.as_ref().map(Json)));
    let omitted = handover.omitted.iter().map(|(key, mission)| (key.as_str(), Word(*mission)));
    Some(reply::Claimed {
        attempt: mission.attempt,
        lease_id: Lease(mission.lease_id),
        lease_expires_at,
        dependencies: reply::Dependencies(results.collect()),
        dependencies_omitted: reply::Omitted(omitted.collect()),
        mission: shape,
    })
}

/// `cancelled` are those that it may know to be.
fn told(heard: &Heard, cancelled: &HashSet<MissionId>) -> reply::HeartbeatReply {
    let renewal = &heard.renewal;
    let (own, others): (Vec<_>, Vec<_>) =
        renewal.cancelled.iter().copied().partition(|mission| cancelled.contains(mission));
    let leases = renewal.renewed.iter().map(|(held, expires_at)| reply::RenewedLease {
        mission_id: Word(held.mission),
        lease_id: Lease(held.lease),
        lease_expires_at: Word(*expires_at),
    });
    reply::HeartbeatReply {
        leases: leases.collect(),
        cancelled: own.into_iter().map(Word).collect(),
        lost: renewal.lost.iter().copied().chain(others).map(Word).collect(),
        duty: heard.duty.as_str(),
    }
}
