//! Missions and the journal entries that their real life leaves.

use std::time::Duration;

use mission_control_kernel::{
    AgentId, Capabilities, Chance, Ids, JsonText, MissionId, ProjectId, SeededIds, Timestamp,
};
use mission_control_missions::{
    Backoff, Change, Command, DEFAULT_ATTEMPTS, Decision, Entry, ErrorText, Failure, FailureClass,
    FailureReport, Kind, Mission, NewMission, Priority, ShortName, Spec, Title, UsageReport,
    decide,
};

use crate::journal::{JournalEntry, Sequenced};

const BEGIN: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

pub(crate) fn project(name: &str) -> ProjectId {
    name.parse().unwrap()
}

pub(crate) fn agent(n: u8) -> AgentId {
    format!("0190a5e2-7c1f-7000-8000-0000000000{n:02x}").parse().unwrap()
}

/// A pending mission of the default project.
pub(crate) fn mission(n: u32) -> Mission {
    Story::of(n, &ProjectId::default_project()).mission
}

/// A mission, and what the journal tells about it so far.
pub(crate) struct Story {
    pub(crate) mission: Mission,
    pub(crate) entries: Vec<Entry>,
    now: Timestamp,
}

impl Story {
    /// It is made.
    pub(crate) fn of(n: u32, project: &ProjectId) -> Self {
        let ids = SeededIds::default();
        let id = (0..=n).map(|_| ids.next(BEGIN)).last().unwrap();
        let change = new_mission(MissionId::new(id), n, project);
        Self { mission: change.mission, entries: vec![change.entry], now: BEGIN }
    }

    /// Some time passes.
    pub(crate) fn after(mut self, span: Duration) -> Self {
        self.now = self.now.plus(span);
        self
    }

    /// A command is carried out.
    pub(crate) fn then(mut self, command: &Command) -> Self {
        match decide(&self.mission, command, self.now, Chance::new(0.0)).unwrap() {
            Decision::Changed(change) => {
                self.mission = change.mission;
                self.entries.push(change.entry);
            }
            Decision::Renewed(mission) => self.mission = *mission,
            Decision::Unchanged => {}
        }
        self
    }

    pub(crate) fn claimed_by(self, agent: AgentId) -> Self {
        let agent_type = ShortName::parse("worker").unwrap();
        self.then(&Command::Claim { agent, agent_type, length: Duration::from_secs(15) })
    }

    pub(crate) fn completed(self, tokens: u64) -> Self {
        let lease = Some(self.mission.lease_id);
        let usage = UsageReport { tokens_used: Some(tokens), ..UsageReport::default() };
        self.then(&Command::Complete { lease, result: None, usage })
    }

    pub(crate) fn failed_for_good(self) -> Self {
        let lease = Some(self.mission.lease_id);
        let failure =
            Failure { class: FailureClass::InvalidInput, message: ErrorText::cleaned("no") };
        let report = FailureReport { failure, retryable: None, retry_after: None };
        self.then(&Command::Fail { lease, report, usage: UsageReport::default() })
    }

    /// Its entries as the journal has them from `seq` on.
    pub(crate) fn sequenced(&self, seq: i64) -> Vec<Sequenced> {
        let places = seq..;
        let entries = self.entries.iter().cloned().map(JournalEntry::Mission);
        places.zip(entries).map(|(seq, entry)| Sequenced { seq, entry }).collect()
    }
}

fn new_mission(id: MissionId, n: u32, project: &ProjectId) -> Change {
    let spec = Spec {
        title: Title::parse(&format!("mission {n}")).unwrap(),
        description: mission_control_kernel::Text::cleaned(""),
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
        backoff: Backoff::None,
        timeout: None,
        step: None,
        template: None,
        created_by: ShortName::parse("tester").unwrap(),
    };
    let new = NewMission {
        id,
        project: project.clone(),
        spec: spec.into(),
        parent: None,
        under: None,
        depends_on: Vec::new(),
        held: false,
        scheduled_at: None,
        expires_at: None,
        agent_type: None,
        model_used: None,
    };
    new.create(|_| None, BEGIN).unwrap()
}
