//! Plays a step on one store.

use std::fmt::Write as _;
use std::time::Duration;

use mission_control_agents::{Agent, AgentCommand};
use mission_control_kernel::{LeaseId, MissionId, RunId, Scope};
use mission_control_missions::queue::QueueSetting;
use mission_control_missions::{
    Action, Command, Due, Edit, FailureClass, HeldLease, ListQuery, LogLevel, LogLine, Mission,
    Priority, Sort, Step as RunStep,
};

use super::answer;
use super::step::{Named, Step, Traits, What};
use crate::draft::{Draft, text};
use crate::graph::Graph;
use crate::stage::{Stage, cancel, claiming, complete, fail, progress, start};

const KINDS: [&str; 2] = ["default", "survey"];
const NAMES: [&str; 3] = ["atlas", "birch", "cedar"];
/// What each of them may hold: one is soon full, one never.
const CAPACITIES: [u32; 3] = [1, 3, 1_000];
/// How long missions stay that are over.
const OLD: Duration = Duration::from_secs(60);
/// More than one sequence makes.
pub(super) const ALL: u32 = 1_000;

/// One of the two stores, and what has been made in it so far.
pub(super) struct Player {
    pub(super) stage: Stage,
    pub(super) missions: Vec<MissionId>,
    pub(super) runs: Vec<Graph>,
    agents: Vec<Agent>,
}

impl Player {
    pub(super) fn new(stage: &Stage, project: &str) -> Self {
        let stage = stage.of_project(project);
        Self { stage, missions: Vec::new(), runs: Vec::new(), agents: Vec::new() }
    }

    /// What the store answers.
    pub(super) async fn play(&mut self, step: &Step) -> anyhow::Result<String> {
        match step {
            Step::Pass(seconds) => {
                self.stage.pass(*seconds);
                Ok(String::new())
            }
            Step::Create { count, traits, parent, after } => {
                self.create(*count, traits, *parent, after).await
            }
            Step::Ask { mission, what, named, size } => {
                self.ask(*mission, *what, *named, *size).await
            }
            Step::Claim { agent, free } => self.claim(*agent, *free).await,
            Step::Renew { agent } => self.renew(*agent).await,
            Step::Sweep => self.sweep().await,
            Step::FollowUp => self.follow_up().await,
            Step::Launch { shape } => self.launch(*shape).await,
            Step::AskRun { run, command } => self.ask_run(*run, command).await,
            Step::Register { name, able } => self.register(*name, *able).await,
            Step::Agent { agent, command } => self.tell_agent(*agent, command).await,
            Step::SetQueue { kind, setting } => {
                self.stage.set_queue(kind.map(|kind| KINDS[kind]), *setting).await?;
                Ok(String::new())
            }
            Step::Queue => self.queue().await,
            Step::List { statuses, key, descending, limit } => {
                let sort = Sort { key: *key, descending: *descending };
                self.list(ListQuery {
                    statuses: statuses.clone(),
                    sort,
                    limit: *limit,
                    ..ListQuery::default()
                })
                .await
            }
            Step::Look { mission } => self.look(*mission).await,
            Step::Log { mission, named } => self.log(*mission, *named).await,
            Step::Leave { limit } => self.leave(*limit).await,
        }
    }

    /// Everything that the project holds.
    pub(super) async fn everything(&self) -> anyhow::Result<String> {
        let mut text = String::new();
        for mission in 0..self.missions.len() {
            text.push_str(&self.look(mission).await?);
        }
        text.push_str(&self.all_runs().await?);
        let journal = &self.stage.store.stores.journal;
        let mut counted = journal.aggregate().await?;
        for counted in [&mut counted.totals, &mut counted.removed] {
            let totals = counted.remove(&self.stage.project).map(|mut totals| {
                totals.cells.retain(|_, count| *count != 0);
                totals
            });
            write!(text, "\n{totals:?}")?;
        }
        Ok(text)
    }

    /// Removes what has been over for a while, and says which of its missions are left.
    async fn leave(&mut self, limit: u32) -> anyhow::Result<String> {
        let (mut after, mut removed) = (None, 0);
        loop {
            let retention = &self.stage.store.stores.retention;
            let step = retention.remove_missions(OLD, after, limit).await?;
            (after, removed) = (step.reached, removed + step.removed);
            if step.done {
                break;
            }
        }
        let missions = &self.stage.store.stores.missions;
        let there = missions.missions(&Scope::All, &self.missions).await?;
        let stays = |id: &MissionId| there.iter().any(|mission| mission.id == *id);
        let left: Vec<bool> = self.missions.iter().map(stays).collect();
        self.missions.retain(stays);
        Ok(format!("{removed} rows, {left:?}"))
    }

    /// Ends what is open, so that later sequences find no work of this one.
    pub(super) async fn wind_up(&self) -> anyhow::Result<()> {
        for id in &self.missions {
            // What is over already refuses, which is as good.
            let _over = self.stage.ask(*id, cancel(false)).await?;
        }
        self.stage.follow_through().await
    }

    fn named(&self, mission: usize) -> Option<MissionId> {
        self.missions.get(mission % self.missions.len().max(1)).copied()
    }

    fn acting(&self, agent: usize) -> Option<&Agent> {
        self.agents.get(agent % self.agents.len().max(1))
    }

    async fn create(
        &mut self,
        count: usize,
        traits: &Traits,
        parent: Option<usize>,
        after: &[usize],
    ) -> anyhow::Result<String> {
        let parent = parent.and_then(|parent| self.named(parent));
        let mut after: Vec<MissionId> = after.iter().filter_map(|one| self.named(*one)).collect();
        after.sort_unstable();
        after.dedup();
        let drafts: Vec<Draft> = (0..count)
            .map(|_| self.draft(traits).after(&after).place(|new| new.parent = parent))
            .collect();
        let verdict = self.stage.create(drafts).await?;
        if let Ok(outcome) = &verdict {
            self.missions.extend(outcome.missions.iter().map(|mission| mission.id));
        }
        Ok(answer::of_verdict(&verdict))
    }

    fn draft(&self, traits: &Traits) -> Draft {
        let now = self.stage.now();
        let at = |seconds: Option<u64>| seconds.map(|span| now.plus(Duration::from_secs(span)));
        let run = RunId::new(self.stage.mission_id().uuid());
        self.stage
            .draft()
            .kind(KINDS[traits.kind])
            .priority(traits.priority)
            .needs(if traits.able { &["gpu"] } else { &[] })
            .spec(|spec| {
                spec.fairness_key =
                    traits.fairness.checked_sub(1).map(|one| text(["amber", "birch"][one]));
                spec.concurrency_key = traits.keyed.then(|| text("gauge"));
                spec.max_attempts = traits.attempts;
                spec.timeout = traits.timeout.map(Duration::from_secs);
                spec.step = traits.continues.then(|| RunStep {
                    run,
                    key: text("step"),
                    position: 1,
                    continues_on_failure: true,
                });
            })
            .place(|new| {
                new.held = traits.held;
                new.scheduled_at = at(traits.scheduled);
                new.expires_at = at(traits.expires);
            })
    }

    async fn ask(
        &self,
        mission: usize,
        what: What,
        named: Named,
        size: u64,
    ) -> anyhow::Result<String> {
        let Some(id) = self.named(mission) else { return Ok(String::new()) };
        let lease = self.lease(&self.stage.mission(id).await?, named);
        let command = self.command(what, lease, size);
        Ok(answer::of_verdict(&self.stage.ask(id, command).await?))
    }

    fn lease(&self, mission: &Mission, named: Named) -> Option<LeaseId> {
        let outside = mission.running().is_some_and(|attempt| attempt.driver.agent().is_none());
        match named {
            Named::Current if outside => None,
            Named::Current => Some(mission.lease_id),
            Named::Earlier => Some(LeaseId::new(mission.lease_id.number() - 1)),
            Named::None => None,
        }
    }

    fn command(&self, what: What, lease: Option<LeaseId>, size: u64) -> Command {
        let named = lease.unwrap_or(LeaseId::new(1));
        let index = usize::try_from(size).unwrap_or(0);
        match what {
            What::Start => start(),
            What::Progress => progress(lease, size),
            What::Heartbeat => Command::Heartbeat { lease: named },
            What::Complete => complete(lease),
            What::Fail => fail(lease, FailureClass::ALL[index % FailureClass::ALL.len()]),
            What::Snooze => {
                let until = self.stage.now().plus(Duration::from_secs(size));
                Command::Snooze { lease: named, until }
            }
            What::Release => Command::Release { lease: named },
            What::TakeBack => Command::TakeBack,
            What::Cancel => cancel(size.is_multiple_of(2)),
            What::Retry => Command::Retry,
            What::Discard => Command::Discard { reason: None },
            What::Hold => Command::Hold { reason: None },
            What::Approve => Command::Approve,
            What::Pause => Command::Pause,
            What::Resume => Command::Resume,
            What::Edit => Command::Edit(Edit {
                title: Some(text(&format!("title {size}"))),
                priority: size.is_multiple_of(2).then(|| Priority::ALL[index % 4]),
                ..Edit::default()
            }),
        }
    }

    async fn claim(&self, agent: usize, free: u32) -> anyhow::Result<String> {
        let Some(agent) = self.acting(agent) else { return Ok(String::new()) };
        Ok(answer::of_claims(&self.stage.claim_as(vec![claiming(agent, free)]).await?))
    }

    async fn renew(&self, agent: usize) -> anyhow::Result<String> {
        let Some(agent) = self.acting(agent) else { return Ok(String::new()) };
        let missions = &self.stage.store.stores.missions;
        let known = missions.missions(&self.stage.scope, &self.missions).await?;
        let mut leases: Vec<HeldLease> = known
            .iter()
            .map(|mission| HeldLease { mission: mission.id, lease: mission.lease_id })
            .collect();
        leases.sort_unstable_by_key(|lease| lease.mission);
        Ok(answer::of_renewal(missions.renew(agent.id, &leases).await?))
    }

    async fn sweep(&self) -> anyhow::Result<String> {
        let mut due = self.stage.store.stores.missions.due(ALL).await?;
        due.retain(|due| self.missions.contains(&due.mission));
        due.sort_by_key(|due| (due.mission, due.command.name()));
        let mut text = format!("{due:?}");
        for Due { mission, command } in due {
            let action = Action::Command { scope: Scope::All, mission, command };
            text.push_str(&answer::of_verdict(&self.stage.apply(action).await?));
        }
        Ok(text)
    }

    async fn register(&mut self, name: usize, able: bool) -> anyhow::Result<String> {
        let able: &[&str] = if able { &["gpu"] } else { &[] };
        let mut registration = self.stage.registration(NAMES[name], able);
        registration.max_concurrent = CAPACITIES[name];
        let (agent, new) = self.stage.store.stores.agents.register(registration).await?;
        let text = format!("{new} {agent:?}");
        self.agents.retain(|known| known.id != agent.id);
        self.agents.push(agent);
        Ok(text)
    }

    async fn tell_agent(&mut self, agent: usize, command: &AgentCommand) -> anyhow::Result<String> {
        let Some(id) = self.acting(agent).map(|agent| agent.id) else { return Ok(String::new()) };
        let agents = &self.stage.store.stores.agents;
        let told = agents.command(&self.stage.scope, id, command.clone()).await?;
        if told == Ok(None) {
            self.agents.retain(|known| known.id != id);
        }
        let left = agents.agents(&self.stage.project).await?;
        Ok(format!("{told:?}\n{left:?}"))
    }

    async fn queue(&self) -> anyhow::Result<String> {
        let missions = &self.stage.store.stores.missions;
        let mut queues = missions.queues(&self.stage.project).await?;
        queues.sort_unstable_by_key(|queue| queue.kind.clone());
        queues.retain(|queue| queue.running > 0 || queue.setting != QueueSetting::default());
        let mut told = format!("{queues:?}");
        let kinds = KINDS.map(crate::draft::kind);
        let lines = missions.queue_lines(&self.stage.project, &kinds).await?;
        let letter = missions.dead_letter(&self.stage.project, 3).await?;
        told.push_str(&format!("\n{lines:?}\n{letter:?}"));
        for mission in sorted(missions.missions(&self.stage.scope, &self.missions).await?) {
            told.push_str(&format!("\n{} {:?}", mission.id, self.stage.explain(&mission).await?));
        }
        Ok(told)
    }

    async fn list(&self, query: ListQuery) -> anyhow::Result<String> {
        let missions = &self.stage.store.stores.missions;
        let page = missions.list(&self.stage.scope, &query).await?;
        let count = missions.count(&self.stage.scope, &query, ALL).await?;
        let rest = ListQuery { after: page.next, ..query };
        let next = missions.list(&self.stage.scope, &rest).await?;
        Ok(format!(
            "{count} {:?}\n{}{}",
            page.next,
            answer::of_missions(&page.missions),
            answer::of_missions(&next.missions)
        ))
    }

    async fn look(&self, mission: usize) -> anyhow::Result<String> {
        let Some(id) = self.named(mission) else { return Ok(String::new()) };
        let missions = &self.stage.store.stores.missions;
        let scope = &self.stage.scope;
        let found = self.stage.mission(id).await?;
        let story = self.stage.story(id).await?;
        let attempts = missions.attempts(scope, id).await?;
        let logs = missions.logs(scope, id, 0, LogLevel::Debug, ALL).await?;
        let below = missions.descendants(scope, id, ALL).await?;
        let mut progress = missions.tree_progress(&[id]).await?;
        progress.sort_unstable();
        Ok(format!(
            "{}{story:?}\n{}\n{}\n{progress:?}\n{}",
            answer::of_missions(&[found]),
            answer::of_attempts(&attempts),
            answer::of_logs(&logs),
            answer::of_missions(&below),
        ))
    }

    async fn log(&self, mission: usize, named: Named) -> anyhow::Result<String> {
        let Some(id) = self.named(mission) else { return Ok(String::new()) };
        let lease = self.lease(&self.stage.mission(id).await?, named);
        let at = self.stage.now();
        let line =
            LogLine { n: 0, at, level: LogLevel::Warn, text: "sounding".into(), lease: None };
        let missions = &self.stage.store.stores.missions;
        let told = missions.append_logs(&self.stage.scope, id, lease, vec![line]).await?;
        Ok(format!("{:?}", told.map(|_| ())))
    }
}

fn sorted(mut missions: Vec<Mission>) -> Vec<Mission> {
    missions.sort_unstable_by_key(|mission| mission.id);
    missions
}
