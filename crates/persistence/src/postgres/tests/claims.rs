//! A claim costs the same whatever waits, and so does an explanation.

use std::sync::Arc;
use std::time::Duration;

use mission_control_agents::{AgentStore as _, MAX_CONCURRENT, Registration};
use mission_control_kernel::{
    AgentId, Capabilities, Clock as _, Ids as _, MissionId, ProjectId, Scope, SystemClock,
    SystemIds, Text,
};
use mission_control_missions::queue::{AgentFacts, Claimant, LISTED, POSITION_LIMIT, Turns};
use mission_control_missions::{ClaimRequest, ClaimingAgent, MissionStore as _};

use super::plenty::Database;
use crate::postgres::Postgres;

/// Claims of one measurement, enough that connecting and what runs beside them hardly counts.
const CLAIMS: u32 = 40;
/// Buffers of one explanation: the lanes in use, a few probes each, and as many entries as one lists.
const MOST_BUFFERS: i64 = 2_000;
/// Buffers of one look at the queues: a probe for each lane, and as many entries as it counts.
const MOST_FOR_QUEUES: i64 = 3_000;
/// Buffers of one look at the dead letter: some probes for each of a thousand different failures, and
/// as many entries as it counts of those that it shows.
const MOST_FOR_DEAD_LETTER: i64 = 30_000;
/// Missions of one claim.
const OF: u32 = 10;

async fn request(handle: &Postgres) -> ClaimRequest {
    let agent = AgentFacts {
        project: ProjectId::default_project(),
        kinds: None,
        capabilities: Capabilities::default(),
    };
    let registration = Registration {
        id: AgentId::new(SystemIds::default().next(SystemClock.now())),
        project: ProjectId::default_project(),
        name: Text::parse("atlas").unwrap(),
        agent_type: Text::parse("worker").unwrap(),
        capabilities: Capabilities::default(),
        kinds: None,
        max_concurrent: MAX_CONCURRENT,
    };
    let id = handle.register(registration).await.unwrap().0.id;
    let claiming = ClaimingAgent {
        agent_type: Text::parse("worker").unwrap(),
        claimant: Claimant { id, agent, free: OF },
        lease: Duration::from_secs(600),
    };
    ClaimRequest {
        claimants: vec![claiming],
        turns: Turns::default(),
        ageing: Duration::from_secs(600),
    }
}

async fn claim(handle: Arc<Postgres>, claims: u32) {
    let request = request(&handle).await;
    for _ in 0..claims {
        let taken = handle.claim(request.clone()).await.unwrap().taken;
        assert_eq!(u32::try_from(taken.len()), Ok(OF), "there is more to take");
    }
}

/// Explains the last mission that waits, which more stand before than before any other.
async fn explain(handle: Arc<Postgres>, last: MissionId, times: u32) {
    let mission = handle.mission(&Scope::All, last).await.unwrap().expect("it waits");
    for _ in 0..times {
        let view = handle.queue_view(&mission, Duration::from_secs(600)).await.unwrap();
        let listed: usize = view.lanes.iter().map(|lane| lane.ranks.len()).sum();
        assert!(listed <= LISTED + POSITION_LIMIT as usize, "{listed} are listed");
        assert!(listed > 100, "only {listed} are listed");
    }
}

async fn look_at_queues(handle: Arc<Postgres>, times: u32) {
    let kinds = ["default", "paint", "research"].map(|kind| kind.parse().unwrap());
    for _ in 0..times {
        let lines = handle.queue_lines(&ProjectId::default_project(), &kinds).await.unwrap();
        assert!(lines.iter().all(|line| line.ready.count > 100), "{lines:?}");
    }
}

async fn look_at_dead_letter(handle: Arc<Postgres>, times: u32) {
    for _ in 0..times {
        let letter = handle.dead_letter(&ProjectId::default_project(), 50).await.unwrap();
        assert_eq!((letter.groups.len(), letter.more), (50, true));
        let most = letter.groups.iter().map(|group| group.count.count).max();
        assert!(most > Some(1_000), "one of the failures is frequent: {most:?}");
    }
}

/// Buffers that one claim touches.
async fn buffers(database: &Database) -> i64 {
    measured(database, claim).await
}

async fn measured<Done: Future<Output = ()>>(
    database: &Database,
    act: impl Fn(Arc<Postgres>, u32) -> Done,
) -> i64 {
    let session = database.session().await;
    let touched = async || -> i64 {
        let row = session.query_one(include_str!("sql/blocks_touched.sql"), &[]).await.unwrap();
        row.get(0)
    };
    database.after(|handle| act(handle, 1)).await;
    let before = touched().await;
    database.after(|handle| act(handle, 0)).await;
    let idle = touched().await - before;
    database.after(|handle| act(handle, CLAIMS)).await;
    (touched().await - before - 2 * idle) / i64::from(CLAIMS)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_touches_as_many_buffers_among_very_many_missions_as_among_a_thousand() {
    let few = Database::empty("few").await;
    few.fill(1_000, 1_000).await;
    let (few, many) = (buffers(&few).await, buffers(&*Database::plenty_alone().await).await);
    assert!(few > i64::from(OF), "{few} buffers are too few to be true");
    assert!(many <= 2 * few, "{many} buffers among very many, {few} among a thousand");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_touches_few_buffers_among_very_many_missions() {
    let plenty = Database::plenty_alone().await;
    let session = plenty.session().await;
    let row = session.query_one(include_str!("sql/last_ready.sql"), &[]).await.unwrap();
    let last: MissionId = row.get::<_, &str>(0).parse().unwrap();
    let touched = measured(&plenty, |handle, times| explain(handle, last, times)).await;
    assert!(touched <= MOST_BUFFERS, "{touched} buffers for one explanation");
}

#[tokio::test(flavor = "multi_thread")]
async fn queues_and_the_dead_letter_are_told_by_index_among_very_many_missions() {
    let plenty = Database::plenty_alone().await;
    let touched = measured(&plenty, look_at_queues).await;
    assert!(touched <= MOST_FOR_QUEUES, "{touched} buffers for the queues");
    let touched = measured(&plenty, look_at_dead_letter).await;
    assert!(touched <= MOST_FOR_DEAD_LETTER, "{touched} buffers for the dead letter");
}
