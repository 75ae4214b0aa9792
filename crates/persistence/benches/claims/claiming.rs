//! Claims of ten.

use std::sync::Arc;
use std::time::Duration;

use futures::future::try_join_all;
use mission_control_agents::{AgentStore as _, Registration};
use mission_control_kernel::{
    AgentId, Capabilities, Clock as _, Ids as _, ProjectId, Scope, SystemClock, SystemIds, Text,
};
use mission_control_missions::queue::{AgentFacts, Claimant, Turns};
use mission_control_missions::{
    Action, Actor, ClaimRequest, ClaimingAgent, Command, Mission, MissionStore as _, Request,
    UsageReport, Verdict,
};
use mission_control_persistence::postgres::Postgres;
use tokio::time::Instant;

use crate::database::Database;
use crate::figures::{Times, median};

/// Missions of one claim.
const OF: u32 = 10;
/// Claims of one size in one round: three rounds of the small one leave a few.
const CLAIMS: usize = 30;

/// Claims among few and among many, in turns.
pub(crate) async fn compare(few: &Database, many: &Database, rounds: usize) -> anyhow::Result<()> {
    let mut figures = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (database, figures) in [few, many].into_iter().zip(&mut figures) {
            figures.push(round(database).await?);
        }
    }
    println!(
        "claim of {OF}      {:>10} {:>10} {:>10} {:>10}",
        "p50 ms", "p99 ms", "per s", "buffers"
    );
    for (name, figures) in ["10^3 pending", "10^6 pending"].iter().zip(&figures) {
        let of = |figure: fn(&[f64; 4]) -> f64| median(figures.iter().map(figure));
        println!(
            "{name:<15} {:>10.2} {:>10.2} {:>10.0} {:>10.0}",
            of(|all| all[0]),
            of(|all| all[1]),
            of(|all| all[2]),
            of(|all| all[3]),
        );
    }
    Ok(())
}

/// Claims and completions, first without a snapshot and then while one is held.
pub(crate) async fn under_a_snapshot(database: &Database, span: Duration) -> anyhow::Result<()> {
    let handle = database.handle().await?;
    let free = cycle(&handle, span).await?;
    let session = database.session().await?;
    session.batch_execute(include_str!("../journal_order/sql/hold_snapshot.sql")).await?;
    let held = cycle(&handle, span).await?;
    drop(session);
    println!("\nclaim of {OF} at 10^6, claimed and completed for {span:?}");
    for (name, times) in [("no snapshot", &free), ("snapshot held", &held)] {
        println!("{name:<15} {:>10.2} {:>10.2}", times.percentile(0.5), times.percentile(0.99));
    }
    println!(
        "ratio           {:>10.2} {:>10.2}",
        held.percentile(0.5) / free.percentile(0.5),
        held.percentile(0.99) / free.percentile(0.99)
    );
    Ok(())
}

/// p50, p99, claims per second, buffers per claim.
async fn round(database: &Database) -> anyhow::Result<[f64; 4]> {
    let idle = database
        .buffers(|handle| async move { claim(&handle, register(&handle).await?).await.map(drop) })
        .await?;
    let mut times = Vec::new();
    let all = database
        .buffers(|handle| {
            let times = &mut times;
            async move {
                let agent = register(&handle).await?;
                for _ in 0..CLAIMS {
                    let since = Instant::now();
                    claim(&handle, agent).await?;
                    times.push(since.elapsed());
                }
                Ok(())
            }
        })
        .await?;
    let took: Duration = times.iter().sum();
    let times = Times::of(times);
    let claims = f64::from(u32::try_from(CLAIMS)?);
    let buffers = f64::from(i32::try_from(all - idle)?) / (claims - 1.0);
    Ok([times.percentile(0.5), times.percentile(0.99), claims / took.as_secs_f64(), buffers])
}

/// Times of claims, each followed by the completion of what it took.
async fn cycle(handle: &Arc<Postgres>, span: Duration) -> anyhow::Result<Times> {
    let agent = register(handle).await?;
    let until = Instant::now() + span;
    let mut times = Vec::new();
    while Instant::now() < until {
        let since = Instant::now();
        let taken = claim(handle, agent).await?;
        times.push(since.elapsed());
        try_join_all(taken.iter().map(|mission| complete(handle, mission))).await?;
    }
    Ok(Times::of(times))
}

/// An agent that may hold all that the claims of one measurement take.
async fn register(handle: &Postgres) -> anyhow::Result<AgentId> {
    let registration = Registration {
        id: AgentId::new(SystemIds::default().next(SystemClock.now())),
        project: ProjectId::default_project(),
        name: Text::parse("atlas")?,
        agent_type: Text::parse("worker")?,
        capabilities: Capabilities::default(),
        kinds: None,
        max_concurrent: u32::MAX >> 1,
    };
    Ok(handle.register(registration).await?.0.id)
}

async fn claim(handle: &Postgres, id: AgentId) -> anyhow::Result<Vec<Mission>> {
    let agent = AgentFacts {
        project: ProjectId::default_project(),
        kinds: None,
        capabilities: Capabilities::default(),
    };
    let claiming = ClaimingAgent {
        agent_type: Text::parse("worker")?,
        claimant: Claimant { id, agent, free: OF },
        lease: Duration::from_secs(3_600),
    };
    let request = ClaimRequest {
        claimants: vec![claiming],
        turns: Turns::default(),
        ageing: Duration::from_secs(600),
    };
    let taken = handle.claim(request).await?.taken;
    anyhow::ensure!(taken.len() == OF as usize, "only {} were there", taken.len());
    Ok(taken.into_iter().map(|(_, mission)| mission).collect())
}

async fn complete(handle: &Postgres, mission: &Mission) -> anyhow::Result<()> {
    let command = Command::Complete {
        lease: Some(mission.lease_id),
        result: None,
        usage: UsageReport::default(),
    };
    let action = Action::Command { scope: Scope::All, mission: mission.id, command };
    let verdict = handle.apply(Request { action, by: Actor::System, receipt: None }).await?;
    anyhow::ensure!(matches!(verdict, Verdict::Done(..)), "{verdict:?}");
    Ok(())
}
