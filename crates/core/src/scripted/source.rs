//! A source of work that gives what it is told to give and notes what it hears.

use std::collections::{HashSet, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::{AgentId, MissionId, ProjectId, Timestamp};
use mission_control_missions::{HeldLease, LogLine, Renewal};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::story::{Story, agent};
use crate::executor::Work;
use crate::worker::{Answer, Ask, Assignment, Badge, SourceError, WorkReport, WorkSource};

/// What a source has heard.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Call {
    Registered,
    Renewed(Vec<MissionId>),
    Reported(MissionId, WorkReport),
    Logged(MissionId, Vec<String>),
}

#[derive(Default)]
struct State {
    ready: VecDeque<Assignment>,
    cancelled: HashSet<MissionId>,
    calls: Vec<(Instant, Call)>,
    asks: Vec<u32>,
}

pub(crate) struct ScriptedSource {
    state: Mutex<State>,
    changes: watch::Sender<u64>,
    away: AtomicBool,
    failing_reports: AtomicU32,
    refusing_lines: AtomicBool,
    removed: AtomicBool,
}

impl Default for ScriptedSource {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            changes: watch::Sender::new(0),
            away: AtomicBool::new(false),
            failing_reports: AtomicU32::new(0),
            refusing_lines: AtomicBool::new(false),
            removed: AtomicBool::new(false),
        }
    }
}

/// The mission with this number, leased for 15 s.
pub(crate) fn assignment(n: u32) -> Assignment {
    let story = Story::of(n, &ProjectId::default_project()).claimed_by(agent(1));
    let mission = story.mission;
    let work = Work {
        mission: mission.id,
        project: mission.project.clone(),
        lease: mission.lease_id,
        attempt: mission.attempt,
        kind: mission.spec.kind.clone(),
        title: mission.spec.title.clone(),
        description: mission.spec.description.clone(),
        input: None,
        metadata: mission.spec.metadata.clone(),
        dependencies: Vec::new(),
        dependencies_omitted: Vec::new(),
        timeout: None,
        document: "{}".into(),
    };
    Assignment { work, lease: Duration::from_secs(15) }
}

impl ScriptedSource {
    pub(crate) fn give(&self, assignment: Assignment) {
        self.state.lock().unwrap().ready.push_back(assignment);
        self.changed();
    }

    pub(crate) fn cancel(&self, id: MissionId) {
        self.state.lock().unwrap().cancelled.insert(id);
        self.changed();
    }

    /// From now on nothing is answered.
    pub(crate) fn go_away(&self) {
        self.away.store(true, Ordering::SeqCst);
        self.changed();
    }

    /// The next final reports are taken, but their answers are lost.
    pub(crate) fn lose_answers(&self, count: u32) {
        self.failing_reports.store(count, Ordering::SeqCst);
    }

    /// Lines are not taken, or taken again; everything else is.
    pub(crate) fn refuse_lines(&self, refuses: bool) {
        self.refusing_lines.store(refuses, Ordering::SeqCst);
    }

    /// The agent is removed.
    pub(crate) fn forget_agent(&self) {
        self.removed.store(true, Ordering::SeqCst);
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.state.lock().unwrap().calls.iter().map(|(_, call)| call.clone()).collect()
    }

    /// Every report, in order.
    pub(crate) fn reports(&self) -> Vec<WorkReport> {
        let reports = self.calls().into_iter().filter_map(|call| match call {
            Call::Reported(_, report) => Some(report),
            Call::Registered | Call::Renewed(_) | Call::Logged(..) => None,
        });
        reports.collect()
    }

    pub(crate) fn asks(&self) -> Vec<u32> {
        self.state.lock().unwrap().asks.clone()
    }

    /// Waits until a call like this was heard; says when that was.
    pub(crate) async fn heard(&self, like: impl Fn(&Call) -> bool) -> Instant {
        let found = || {
            let state = self.state.lock().unwrap();
            state.calls.iter().find(|(_, call)| like(call)).map(|(at, _)| *at)
        };
        self.changes.subscribe().wait_for(|_| found().is_some()).await.unwrap();
        found().unwrap()
    }

    /// Waits until so many calls like this were heard.
    pub(crate) async fn heard_times(&self, count: usize, like: impl Fn(&Call) -> bool) {
        let heard = || self.calls().iter().filter(|call| like(call)).count();
        self.changes.subscribe().wait_for(|_| heard() >= count).await.unwrap();
    }

    /// Waits until so many missions were asked for.
    pub(crate) async fn asked(&self, free: u32) {
        self.changes.subscribe().wait_for(|_| self.asks().last() == Some(&free)).await.unwrap();
    }

    fn hear(&self, call: Call) -> Result<(), SourceError> {
        if self.away.load(Ordering::SeqCst) {
            return Err(SourceError::Away("scripted".to_owned()));
        }
        self.state.lock().unwrap().calls.push((Instant::now(), call));
        self.changed();
        Ok(())
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    fn renewal(&self, held: &[HeldLease]) -> Renewal {
        let state = self.state.lock().unwrap();
        let (over, kept): (Vec<HeldLease>, Vec<HeldLease>) =
            held.iter().copied().partition(|held| state.cancelled.contains(&held.mission));
        Renewal {
            renewed: kept.into_iter().map(|held| (held, Timestamp::MAX)).collect(),
            cancelled: over.into_iter().map(|held| held.mission).collect(),
            lost: Vec::new(),
        }
    }
}

#[async_trait]
impl WorkSource for ScriptedSource {
    async fn register(&self, _: &Badge) -> Result<AgentId, SourceError> {
        self.hear(Call::Registered)?;
        self.removed.store(false, Ordering::SeqCst);
        Ok(agent(1))
    }

    async fn claim(&self, _: AgentId, ask: Ask) -> Result<Vec<Assignment>, SourceError> {
        self.state.lock().unwrap().asks.push(ask.free);
        self.changed();
        let mut changes = self.changes.subscribe();
        let more = changes.wait_for(|_| {
            self.away.load(Ordering::SeqCst) || !self.state.lock().unwrap().ready.is_empty()
        });
        // The wait is over with or without work.
        let _ = timeout(ask.wait, more).await;
        if self.away.load(Ordering::SeqCst) {
            return Err(SourceError::Away("scripted".to_owned()));
        }
        let mut state = self.state.lock().unwrap();
        let count = state.ready.len().min(ask.free as usize);
        Ok(state.ready.drain(..count).collect())
    }

    async fn renew(
        &self,
        _: AgentId,
        held: &[HeldLease],
        wait: Duration,
    ) -> Result<Renewal, SourceError> {
        self.hear(Call::Renewed(held.iter().map(|held| held.mission).collect()))?;
        if self.removed.load(Ordering::SeqCst) {
            return Err(SourceError::UnknownAgent);
        }
        let mut changes = self.changes.subscribe();
        let over = changes.wait_for(|_| !self.renewal(held).cancelled.is_empty());
        let _ = timeout(wait, over).await;
        Ok(self.renewal(held))
    }

    async fn report(
        &self,
        _: AgentId,
        held: HeldLease,
        report: WorkReport,
    ) -> Result<Answer, SourceError> {
        let goes_on = matches!(report, WorkReport::Progress { .. });
        self.hear(Call::Reported(held.mission, report))?;
        let fails = |left: u32| left.checked_sub(1);
        if !goes_on
            && self.failing_reports.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fails).is_ok()
        {
            return Err(SourceError::Away("the answer was lost".to_owned()));
        }
        Ok(Answer::Taken)
    }

    async fn log(
        &self,
        _: AgentId,
        held: HeldLease,
        lines: Vec<LogLine>,
    ) -> Result<Answer, SourceError> {
        let lines = lines.into_iter().map(|line| line.text.to_string()).collect();
        self.hear(Call::Logged(held.mission, lines))?;
        if self.refusing_lines.load(Ordering::SeqCst) {
            return Err(SourceError::Away("lines are refused".to_owned()));
        }
        Ok(Answer::Taken)
    }
}
