//! Missions to begin with.

use std::time::Duration;

use mission_control_kernel::{
    AgentId, Capabilities, Chance, JsonText, LeaseId, MissionId, ProjectId, Text, Timestamp,
};
use mission_control_missions::{
    Backoff, Change, Command, DEFAULT_ATTEMPTS, Decision, Failure, FailureClass, FailureReport,
    Kind, Mission, NewMission, Priority, Refusal, Spec, Standing, UsageReport, decide,
};

/// When every story begins.
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);
/// The lease that agents ask for.
pub(crate) const LEASE: Duration = Duration::from_secs(15);

pub(crate) fn mission_id(n: u64) -> MissionId {
    format!("019b7653-0000-7000-8000-{n:012x}").parse().unwrap()
}

pub(crate) fn agent(n: u64) -> AgentId {
    format!("019b7653-0000-7000-9000-{n:012x}").parse().unwrap()
}

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) fn text<const MIN: usize, const MAX: usize>(text: &str) -> Text<MIN, MAX> {
    Text::parse(text).unwrap()
}

pub(crate) fn capabilities(names: &[&str]) -> Capabilities {
    Capabilities::new(names.iter().map(|name| text(name))).unwrap()
}

pub(crate) fn spec() -> Spec {
    Spec {
        title: text("Chart the reef"),
        description: text(""),
        priority: Priority::Medium,
        kind: Kind::default_kind(),
        metadata: JsonText::empty_object(),
        input: None,
        labels: Vec::new(),
        complexity: None,
        required_capabilities: Capabilities::default(),
        fairness_key: None,
        concurrency_key: None,
        max_attempts: DEFAULT_ATTEMPTS,
        backoff: Backoff::Exponential,
        timeout: None,
        step: None,
        template: None,
        created_by: text("ada"),
    }
}

pub(crate) fn new_mission(n: u64, spec: Spec) -> NewMission {
    NewMission {
        id: mission_id(n),
        project: ProjectId::default_project(),
        spec: spec.into(),
        parent: None,
        under: None,
        depends_on: Vec::new(),
        held: false,
        scheduled_at: None,
        expires_at: None,
        agent_type: None,
        model_used: None,
    }
}

/// A new mission that waits for nothing.
pub(crate) fn pending(n: u64, spec: Spec) -> Mission {
    new_mission(n, spec).create(|_| None, NOW).unwrap().mission
}

/// A new mission that waits for others.
pub(crate) fn waiting_for(n: u64, others: &[&Mission]) -> Mission {
    let depends_on = others.iter().map(|other| other.id).collect();
    let new = NewMission { depends_on, ..new_mission(n, spec()) };
    new.create(|id| others.iter().find(|other| other.id == id).copied(), NOW).unwrap().mission
}

/// A decision in which the whole back-off is drawn.
pub(crate) fn ask(
    mission: &Mission,
    command: &Command,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    decide(mission, command, now, Chance::new(1.0))
}

/// What a command changes that must change something.
pub(crate) fn change(mission: &Mission, command: &Command, now: Timestamp) -> Change {
    match ask(mission, command, now) {
        Ok(Decision::Changed(change)) => *change,
        other => panic!("{} changes nothing: {other:?}", command.name()),
    }
}

/// The mission after a command that must change something.
pub(crate) fn after(mission: &Mission, command: &Command, now: Timestamp) -> Mission {
    change(mission, command, now).mission
}

/// The mission after several commands at one instant.
pub(crate) fn after_all(mission: Mission, commands: &[Command], now: Timestamp) -> Mission {
    commands.iter().fold(mission, |mission, command| after(&mission, command, now))
}

pub(crate) fn claim() -> Command {
    Command::Claim { agent: agent(1), agent_type: text("worker"), length: LEASE }
}

pub(crate) fn start() -> Command {
    Command::Start { agent_type: None, model_used: None }
}

pub(crate) fn progress(lease: Option<LeaseId>) -> Command {
    Command::Progress {
        lease,
        progress: None,
        message: Some(text("half way")),
        result: None,
        usage: UsageReport::default(),
    }
}

pub(crate) fn complete(lease: Option<LeaseId>) -> Command {
    Command::Complete { lease, result: None, usage: UsageReport::default() }
}

pub(crate) fn fail(lease: Option<LeaseId>, class: FailureClass) -> Command {
    let failure = Failure { class, message: text("the tide came in") };
    let report = FailureReport { failure, retryable: None, retry_after: None };
    Command::Fail { lease, report, usage: UsageReport::default() }
}

pub(crate) fn cancel() -> Command {
    Command::Cancel { reason: None, children: false }
}

pub(crate) fn settle(dependency: &Mission, standing: Standing) -> Command {
    Command::Settle { dependency: dependency.id, standing }
}

pub(crate) const fn lease(number: i64) -> Option<LeaseId> {
    Some(LeaseId::new(number))
}

/// The word for a refusal that a table shows.
pub(crate) fn refusal_code(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotFound | Refusal::UnknownRun => "not_found".to_owned(),
        Refusal::InvalidTransition { .. } => "invalid_transition".to_owned(),
        Refusal::NotReady { gates } => format!("not_ready ({})", gates.join(", ")),
        Refusal::LeaseLost => "lease_lost".to_owned(),
        Refusal::LeaseRequired => "lease_required".to_owned(),
        Refusal::NotLeased => "not_leased".to_owned(),
        Refusal::Stale { .. } => "stale".to_owned(),
        Refusal::ParentFinished { .. } => "parent_finished".to_owned(),
        Refusal::UnknownParent { .. } => "unknown_parent".to_owned(),
        Refusal::TreeTooDeep => "tree_too_deep".to_owned(),
        Refusal::UnknownDependency { .. } => "unknown_dependency".to_owned(),
        Refusal::DependencyFailed { .. } => "dependency_failed".to_owned(),
        Refusal::DependencyBroken { .. } => "dependency_broken".to_owned(),
        Refusal::Changed { .. } => "changed".to_owned(),
        Refusal::KeyReused => "key_reused".to_owned(),
        Refusal::Busy => "busy".to_owned(),
    }
}
