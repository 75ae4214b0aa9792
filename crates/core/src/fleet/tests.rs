use std::sync::{Arc, Mutex};
use std::time::Duration;

use mission_control_kernel::{AgentId, Capabilities, ProjectId, StoreError};
use mission_control_missions::queue::{AgentFacts, Claimant};
use mission_control_missions::{ClaimingAgent, Command, Mission, MissionStore as _, ShortName};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::dispatcher::{Dispatcher, WAITING, Waiter};
use super::handed::{Handed, Returns};
use super::lookout::{Lookout, Subject};
use crate::scripted::{ScriptedQueue, Story, agent};

struct Rig {
    queue: Arc<ScriptedQueue>,
    waiters: mpsc::Sender<Waiter>,
    stop: CancellationToken,
    running: Vec<JoinHandle<()>>,
}

type Waiting = oneshot::Receiver<Result<Handed, StoreError>>;

impl Rig {
    fn over(queue: ScriptedQueue) -> (Self, Dispatcher) {
        let (waiters, inbox) = mpsc::channel(WAITING);
        let queue = Arc::new(queue);
        let dispatcher = Dispatcher {
            store: queue.clone(),
            ageing: Duration::ZERO,
            turns: Arc::new(Mutex::default()),
            returns: Arc::new(Returns::default()),
            inbox,
            waiting: Vec::new(),
        };
        let stop = CancellationToken::new();
        (Self { queue, waiters, stop, running: Vec::new() }, dispatcher)
    }

    fn start(queue: ScriptedQueue) -> Self {
        let (mut rig, dispatcher) = Self::over(queue);
        rig.run(dispatcher);
        rig
    }

    fn run(&mut self, dispatcher: Dispatcher) {
        let returns = Arc::clone(&dispatcher.returns).run(self.queue.clone(), self.stop.clone());
        self.running.push(tokio::spawn(returns));
        self.running.push(tokio::spawn(dispatcher.run(self.stop.clone())));
    }

    async fn wait_for(&self, who: AgentId, count: u32, wait: Duration) -> Waiting {
        let facts = AgentFacts {
            project: ProjectId::default_project(),
            kinds: None,
            capabilities: Capabilities::default(),
        };
        let ask = ClaimingAgent {
            agent_type: ShortName::parse("worker").unwrap(),
            claimant: Claimant { id: who, agent: facts, free: count },
            lease: Duration::from_secs(15),
        };
        let (reply, waiting) = oneshot::channel();
        let deadline = Instant::now() + wait;
        self.waiters.send(Waiter { ask, deadline, reply }).await.ok().unwrap();
        waiting
    }
}

async fn missions(waiting: Waiting) -> Vec<Mission> {
    waiting.await.unwrap().unwrap().accept()
}

const LONG: Duration = Duration::from_secs(30);

#[tokio::test(start_paused = true)]
async fn one_claim_serves_all_agents_that_wait() {
    let (mut rig, dispatcher) = Rig::over(ScriptedQueue::default());
    let mut waiting = Vec::new();
    for n in 1..=3 {
        waiting.push(rig.wait_for(agent(n), 2, LONG).await);
    }
    (1..=6).for_each(|n| rig.queue.arrive(n));
    rig.run(dispatcher);
    for waiting in waiting {
        assert_eq!(missions(waiting).await.len(), 2);
    }
    assert_eq!(rig.queue.claims(), [3]);
}

#[tokio::test(start_paused = true)]
async fn an_arrival_reaches_a_waiting_agent_at_once() {
    let rig = Rig::start(ScriptedQueue::default());
    let waiting = rig.wait_for(agent(1), 5, LONG).await;
    rig.queue.claimed(1).await;
    let begin = Instant::now();
    rig.queue.arrive(1);
    assert_eq!(missions(waiting).await.len(), 1);
    assert_eq!(begin.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn what_arrives_while_a_claim_is_under_way_is_not_slept_over() {
    let rig = Rig::start(ScriptedQueue::with_held_claims());
    let first = rig.wait_for(agent(1), 1, LONG).await;
    rig.queue.claimed(1).await;
    let second = rig.wait_for(agent(2), 1, LONG).await;
    rig.queue.arrive(1);
    rig.queue.arrive(2);
    let begin = Instant::now();
    rig.queue.allow_claims(10);
    assert_eq!((missions(first).await.len(), missions(second).await.len()), (1, 1));
    assert_eq!(begin.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_does_not_wait_is_asked_for_once() {
    let rig = Rig::start(ScriptedQueue::default());
    assert_eq!(missions(rig.wait_for(agent(1), 1, Duration::ZERO).await).await, []);
    rig.queue.arrive(1);
    assert_eq!(missions(rig.wait_for(agent(1), 1, Duration::ZERO).await).await.len(), 1);
    assert_eq!(rig.queue.claims(), [1, 1]);
}

#[tokio::test(start_paused = true)]
async fn calls_of_one_agent_are_served_by_one_claim_in_their_order() {
    let (mut rig, dispatcher) = Rig::over(ScriptedQueue::default());
    let first = rig.wait_for(agent(1), 1, Duration::ZERO).await;
    let second = rig.wait_for(agent(1), 2, Duration::ZERO).await;
    let third = rig.wait_for(agent(1), 1, Duration::ZERO).await;
    (1..=2).for_each(|n| rig.queue.arrive(n));
    rig.run(dispatcher);
    let got = [missions(first).await, missions(second).await, missions(third).await];
    assert_eq!(got.map(|missions| missions.len()), [1, 1, 0]);
    assert_eq!(rig.queue.claims(), [3]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_when_it_is_over_and_looks_once_a_second_meanwhile() {
    let rig = Rig::start(ScriptedQueue::default());
    let begin = Instant::now();
    let waiting = rig.wait_for(agent(1), 1, Duration::from_secs(10)).await;
    assert_eq!(missions(waiting).await, []);
    assert_eq!(begin.elapsed().as_secs(), 10);
    let claims = rig.queue.claims().len();
    assert!((9..=15).contains(&claims), "{claims} claims in ten seconds");
}

#[tokio::test(start_paused = true)]
async fn a_mission_that_waits_for_its_time_is_claimed_in_time() {
    let rig = Rig::start(ScriptedQueue::default());
    rig.queue.set_next_at(rig.queue.now().plus(Duration::from_millis(200)));
    let begin = Instant::now();
    let waiting = rig.wait_for(agent(1), 1, LONG).await;
    rig.queue.claimed(1).await;
    rig.queue.become_ready(1);
    assert_eq!(missions(waiting).await.len(), 1);
    assert_eq!(begin.elapsed().as_millis(), 200);
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_for_an_agent_that_went_away_is_released_at_once() {
    let rig = Rig::start(ScriptedQueue::with_held_claims());
    let waiting = rig.wait_for(agent(1), 2, LONG).await;
    rig.queue.claimed(1).await;
    drop(waiting);
    let ids = [1, 2].map(|n| {
        rig.queue.arrive(n);
        Story::of(n, &ProjectId::default_project()).mission.id
    });
    rig.queue.allow_claims(1);
    rig.queue.has_applied(2).await;
    let mut expected = ids.map(|id| format!("release {id}"));
    expected.sort();
    assert_eq!(rig.queue.applied(), expected);
}

#[tokio::test(start_paused = true)]
async fn what_is_delivered_but_never_looked_at_is_released_too() {
    let rig = Rig::start(ScriptedQueue::default());
    rig.queue.arrive(1);
    let waiting = rig.wait_for(agent(1), 1, LONG).await;
    let second = rig.wait_for(agent(2), 1, Duration::ZERO).await;
    assert_eq!(missions(second).await, [], "by now the first one has been served");
    drop(waiting);
    rig.queue.has_applied(1).await;
}

#[tokio::test(start_paused = true)]
async fn at_the_end_everybody_goes_away_empty_handed_and_nothing_runs_on() {
    let rig = Rig::start(ScriptedQueue::default());
    let waiting = rig.wait_for(agent(1), 1, LONG).await;
    rig.queue.claimed(1).await;
    rig.stop.cancel();
    assert_eq!(missions(waiting).await, []);
    for task in rig.running {
        task.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_is_told_of_its_own_missions_end_and_of_no_other() {
    let lookout = Arc::new(Lookout::default());
    let story = |n| Story::of(n, &ProjectId::default_project()).claimed_by(agent(1));
    let (mine, other) = (story(1), story(2));
    let watch = lookout.watch(vec![Subject::Mission(mine.mission.id)]);
    let told = |watch| async move { tokio::time::timeout(LONG, watch).await.is_ok() };

    lookout.tell(&other.completed(0).sequenced(1));
    assert!(!told(watch.told()).await, "another mission");
    let cancel = Command::Cancel { reason: None, children: false };
    let entries = mine.then(&cancel).sequenced(1);
    lookout.tell(&entries[2..]);
    assert!(told(watch.told()).await, "its own");
}
