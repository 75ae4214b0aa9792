use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use mission_control_agents::{Agent, Registration};
use mission_control_kernel::{Capabilities, ProjectId, Text, Timestamp};
use mission_control_persistence::Options;
use mission_control_persistence::sqlite::{Durability, Sqlite};
use tempfile::TempDir;

use super::*;
use crate::fleet::Want;
use crate::scripted::{
    ScriptedAgents, ScriptedJournal, ScriptedQueue, ScriptedUpkeep, Story, agent, mission, project,
};
use crate::stores::Stores;

/// A wait that no test sits through.
const LONG: Duration = Duration::from_secs(25);

struct Rig {
    control: MissionControl,
    queue: Arc<ScriptedQueue>,
    agents: Arc<ScriptedAgents>,
    story: Story,
    _folder: TempDir,
}

impl Rig {
    /// An agent that runs one mission.
    async fn start() -> Self {
        let registration = Registration {
            id: agent(1),
            project: project("red"),
            name: Text::parse("hand").unwrap(),
            agent_type: Text::parse("hand").unwrap(),
            capabilities: Capabilities::default(),
            kinds: None,
            max_concurrent: 1,
        };
        let hand = Agent::enlist(registration, Timestamp::MIN);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("missions.db");
        let (queue, upkeep) = (Arc::<ScriptedQueue>::default(), Arc::<ScriptedUpkeep>::default());
        let agents = Arc::new(ScriptedAgents::of(hand));
        let directory = Sqlite::open(&file, Durability::Off, Options::default()).unwrap();
        let stores = Stores {
            missions: queue.clone(),
            workflows: directory.clone(),
            templates: directory.clone(),
            schedules: directory.clone(),
            agents: agents.clone(),
            journal: Arc::new(ScriptedJournal::default()),
            history: upkeep.clone(),
            previews: upkeep.clone(),
            retention: upkeep,
            directory,
        };
        let control = MissionControl::builder(stores).start().await.unwrap();
        let story = Story::of(1, &ProjectId::default_project()).claimed_by(agent(1));
        Self { control, queue, agents, story, _folder: folder }
    }

    fn lease(&self) -> HeldLease {
        HeldLease { mission: self.story.mission.id, lease: self.story.mission.lease_id }
    }

    async fn beat(&self, beat: Beat, wait: Duration) -> Result<Option<Heard>, StoreError> {
        self.control.heartbeat(&Scope::All, agent(1), vec![beat], wait).await
    }

    /// That the lease goes on, whatever else has failed.
    fn assert_renewed(&self, heard: Result<Option<Heard>, StoreError>) {
        let heard = heard.unwrap().expect("the agent is there");
        let renewed: Vec<HeldLease> = heard.renewal.renewed.iter().map(|(held, _)| *held).collect();
        assert_eq!((renewed, heard.duty), (vec![self.lease()], Duty::Active));
    }
}

#[tokio::test]
async fn renewed_leases_are_told_though_the_agents_row_cannot_be_written() {
    let rig = Rig::start().await;
    rig.agents.lose("command");
    rig.assert_renewed(rig.beat(Beat::alive(rig.lease()), Duration::ZERO).await);
    let idle = rig.control.heartbeat(&Scope::All, agent(1), Vec::new(), Duration::ZERO).await;
    assert!(idle.is_err(), "without a lease there is nothing else to tell");
}

#[tokio::test]
async fn renewed_leases_are_told_though_what_is_said_about_them_is_not_taken() {
    let rig = Rig::start().await;
    rig.queue.lose("apply");
    let progress = Some(Progress::parse(30.0).unwrap());
    let beat = Beat { progress, ..Beat::alive(rig.lease()) };
    rig.assert_renewed(rig.beat(beat, Duration::ZERO).await);
}

#[tokio::test]
async fn what_is_said_about_one_mission_is_taken_though_that_about_another_is_not() {
    let rig = Rig::start().await;
    let other = Story::of(2, &ProjectId::default_project()).claimed_by(agent(1)).mission;
    rig.queue.set_stuck(rig.lease().mission);
    let beats = [rig.lease(), HeldLease { mission: other.id, lease: other.lease_id }]
        .map(|lease| Beat { progress: Some(Progress::parse(30.0).unwrap()), ..Beat::alive(lease) });
    let heard = rig.control.heartbeat(&Scope::All, agent(1), beats.into(), Duration::ZERO).await;
    assert_eq!(heard.unwrap().expect("the agent is there").renewal.renewed.len(), 2);
    assert!(rig.queue.applied().contains(&format!("progress {}", other.id)));
}

#[tokio::test]
async fn renewed_leases_are_told_though_nobody_can_say_what_has_happened_meanwhile() {
    let rig = Rig::start().await;
    let cancel = Command::Cancel { reason: None, children: false };
    let told = Story::of(1, &ProjectId::default_project()).claimed_by(agent(1)).then(&cancel);
    let beat = rig.beat(Beat::alive(rig.lease()), LONG);
    let trouble = async {
        rig.agents.commanded().await;
        rig.queue.lose("renew");
        rig.control.inner.lookout.tell(&told.sequenced(1));
    };
    let (heard, ()) = tokio::join!(beat, trouble);
    rig.assert_renewed(heard);
}

#[tokio::test]
async fn where_no_lease_was_renewed_trouble_is_told() {
    let unknown = Rig::start().await;
    unknown.agents.lose("agent");
    let silent = Rig::start().await;
    silent.queue.lose("renew");
    for rig in [unknown, silent] {
        assert!(rig.beat(Beat::alive(rig.lease()), Duration::ZERO).await.is_err());
    }
}

#[tokio::test]
async fn an_agent_without_leases_waits_until_it_takes_a_mission() {
    let rig = Rig::start().await;
    let begin = Instant::now();
    let told = AtomicBool::new(false);
    let heard = async {
        let heard = rig.control.heartbeat(&Scope::All, agent(1), Vec::new(), LONG).await;
        assert!(told.load(Ordering::Relaxed), "answered before there was anything to tell");
        heard.unwrap().expect("the agent is there")
    };
    let claim = async {
        rig.agents.commanded().await;
        told.store(true, Ordering::Relaxed);
        rig.control.inner.lookout.tell(&rig.story.sequenced(1));
    };
    let (heard, ()) = tokio::join!(heard, claim);
    assert_eq!(heard, Heard { renewal: Renewal::default(), duty: Duty::Active });
    assert!(begin.elapsed() < LONG, "the mission's lease would be over by then");
}

#[tokio::test]
async fn what_cannot_be_handed_over_goes_back() {
    let rig = Rig::start().await;
    rig.queue.set_related(vec![mission(9).id]);
    rig.queue.lose("results");
    rig.queue.arrive(1);
    let claimed = rig.control.claim(&Scope::All, agent(1), Want::default()).await;
    assert!(claimed.is_err(), "{claimed:?}");
    let released = timeout(LONG, rig.queue.has_applied(1)).await;
    assert!(released.is_ok(), "its lease runs on, and its agent does not know of it");
    assert_eq!(rig.queue.applied(), [format!("release {}", rig.story.mission.id)]);
}
