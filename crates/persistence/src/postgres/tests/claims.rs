//! A claim costs the same whatever waits.

use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::{
    AgentId, Capabilities, Clock as _, Ids as _, ProjectId, SystemClock, SystemIds, Text,
};
use mission_control_missions::queue::{AgentFacts, Claimant, Turns};
use mission_control_missions::{ClaimRequest, ClaimingAgent, MissionStore as _};

use super::plenty::Database;
use crate::postgres::Postgres;

/// Claims of one measurement, enough that connecting and what runs beside them hardly counts.
const CLAIMS: u32 = 40;
/// Missions of one claim.
const OF: u32 = 10;

fn request() -> ClaimRequest {
    let agent = AgentFacts {
        project: ProjectId::default_project(),
        kinds: None,
        capabilities: Capabilities::default(),
    };
    let claiming = ClaimingAgent {
        agent: AgentId::new(SystemIds::default().next(SystemClock.now())),
        agent_type: Text::parse("worker").unwrap(),
        claimant: Claimant { agent, free: OF },
        lease: Duration::from_secs(600),
    };
    ClaimRequest {
        claimants: vec![claiming],
        turns: Turns::default(),
        ageing: Duration::from_secs(600),
    }
}

async fn claim(handle: Arc<Postgres>, claims: u32) {
    for _ in 0..claims {
        let taken = handle.claim(request()).await.unwrap().taken;
        assert_eq!(u32::try_from(taken.len()), Ok(OF), "there is more to take");
    }
}

/// Buffers that one claim touches.
async fn buffers(database: &Database) -> i64 {
    let session = database.session().await;
    let touched = async || -> i64 {
        let row = session.query_one(include_str!("sql/blocks_touched.sql"), &[]).await.unwrap();
        row.get(0)
    };
    database.after(|handle| claim(handle, 1)).await;
    let before = touched().await;
    database.after(|handle| claim(handle, 0)).await;
    let idle = touched().await - before;
    database.after(|handle| claim(handle, CLAIMS)).await;
    (touched().await - before - 2 * idle) / i64::from(CLAIMS)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_touches_as_many_buffers_among_a_million_missions_as_among_a_thousand() {
    let few = Database::empty("few").await;
    few.fill(1_000, 1_000).await;
    let (few, many) = (buffers(&few).await, buffers(Database::plenty().await).await);
    assert!(few > i64::from(OF), "{few} buffers are too few to be true");
    assert!(many <= 2 * few, "{many} buffers among a million, {few} among a thousand");
}
