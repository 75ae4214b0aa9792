//! How many missions an agent holds.

use std::sync::Arc;
use std::time::Duration;

use futures::future::try_join_all;
use mission_control_agents::{Agent, AgentCommand};
use mission_control_missions::queue::QueueSetting;
use mission_control_missions::{Command, Mission, Status};

use crate::stage::{Stage, cancel, claiming, complete, ids};

/// No signal takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// An agent that holds at most so many.
async fn agent_of(stage: &Stage, name: &str, capacity: u32) -> anyhow::Result<Agent> {
    let mut registration = stage.registration(name, &[]);
    registration.max_concurrent = capacity;
    Ok(stage.store.stores.agents.register(registration).await?.0)
}

async fn order(stage: &Stage, agent: &Agent, command: AgentCommand) -> anyhow::Result<()> {
    stage.store.stores.agents.command(&stage.scope, agent.id, command).await??;
    Ok(())
}

async fn held_by(stage: &Stage, agent: &Agent) -> anyhow::Result<Vec<Mission>> {
    let mut all = stage.all().await?;
    all.retain(|one| one.status() == Status::Running && one.agent() == Some(agent.id));
    Ok(all)
}

pub(super) async fn an_agent_never_holds_more_than_it_may(stage: Stage) -> anyhow::Result<()> {
    let agent = agent_of(&stage, "atlas", 3).await?;
    let made = ids(&stage.make_all((0..9).map(|_| stage.draft())).await?);
    let mut held = stage.claim(&agent, 2).await?;
    held.extend(stage.claim(&agent, 9).await?);
    assert_eq!(ids(&held), made[..3], "the second claim fills what the first has left");
    let full = stage.claim_as(vec![claiming(&agent, 9)]).await?;
    assert!(full.taken.is_empty() && full.next_at.is_none(), "{full:?}");
    stage.tell(made[0], complete(Some(held[0].lease_id))).await?;
    assert_eq!(ids(&stage.claim(&agent, 9).await?), [made[3]], "one ended");
    stage.tell(made[1], cancel(false)).await?;
    stage.pass(1);
    stage.tell(made[2], Command::TakeBack).await?;
    assert_eq!(ids(&stage.claim(&agent, 1).await?), [made[4]]);
    let more = agent_of(&stage, "atlas", 5).await?;
    assert_eq!(ids(&stage.claim(&more, 9).await?), made[5..8], "three of five are held");
    let fewer = agent_of(&stage, "atlas", 1).await?;
    assert!(stage.claim(&fewer, 9).await?.is_empty());
    assert_eq!(held_by(&stage, &agent).await?.len(), 5, "what it has it keeps");
    let others = stage.agent("birch").await?;
    assert_eq!(ids(&stage.claim(&others, 9).await?), [made[8], made[2]]);
    Ok(())
}

pub(super) async fn calls_of_one_agent_share_its_capacity(stage: Stage) -> anyhow::Result<()> {
    let agent = agent_of(&stage, "atlas", 3).await?;
    let other = agent_of(&stage, "birch", 1).await?;
    let made = ids(&stage.make_all((0..9).map(|_| stage.draft())).await?);
    let calls = [(&agent, 2), (&other, 2), (&agent, 2), (&agent, 2)];
    let asked = calls.iter().map(|(agent, free)| claiming(agent, *free)).collect();
    let claims = stage.claim_as(asked).await?;
    let shown: Vec<_> = claims.taken.iter().map(|(place, one)| (*place, one.id)).collect();
    assert_eq!(shown, [(0, made[0]), (0, made[1]), (1, made[2]), (2, made[3])]);
    assert_eq!(claims.next_at, None, "nobody has room left");
    Ok(())
}

pub(super) async fn claims_at_once_do_not_exceed_an_agents_capacity(
    stage: Stage,
) -> anyhow::Result<()> {
    let agents = [agent_of(&stage, "atlas", 5).await?, agent_of(&stage, "birch", 2).await?];
    stage.make_all((0..250).map(|_| stage.draft())).await?;
    // With a limit, so that the locks of agents and of limits meet in every order.
    let wide = QueueSetting { limit: Some(100), ..QueueSetting::default() };
    stage.set_queue(Some("default"), wide).await?;
    let next_door = stage.next_door().await?;
    let doors = [&stage, next_door.as_ref().unwrap_or(&stage)];
    for _ in 0..20 {
        // Both agents in every claim, each time in the other order.
        let claims = (0..8).map(|n| {
            let asked = [&agents[n % 2], &agents[(n + 1) % 2]].map(|agent| claiming(agent, 3));
            doors[n / 2 % 2].claim_as(asked.to_vec())
        });
        let heartbeats = agents.iter().map(|agent| order(&stage, agent, AgentCommand::Heartbeat));
        let (claims, _) = tokio::try_join!(try_join_all(claims), try_join_all(heartbeats))?;
        let told: usize = claims.iter().map(|claims| claims.taken.len()).sum();
        let mut held = Vec::new();
        for (agent, most) in agents.iter().zip([5, 2]) {
            let own = held_by(&stage, agent).await?;
            assert!((1..=most).contains(&own.len()), "{} of at most {most} are held", own.len());
            held.extend(own);
        }
        assert_eq!(told, held.len(), "what is held is what was handed out");
        for mission in held {
            stage.tell(mission.id, complete(Some(mission.lease_id))).await?;
        }
    }
    Ok(())
}

pub(super) async fn an_agent_that_is_not_on_duty_gets_nothing(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let made = ids(&stage.make_all((0..3).map(|_| stage.draft())).await?);
    let held = stage.claim_one(&agent).await?;
    for decision in [AgentCommand::Drain, AgentCommand::Disable] {
        order(&stage, &agent, decision).await?;
        assert!(stage.claim(&agent, 5).await?.is_empty());
        order(&stage, &agent, AgentCommand::Heartbeat).await?;
        assert!(stage.claim(&agent, 5).await?.is_empty(), "a heartbeat changes nothing");
    }
    order(&stage, &agent, AgentCommand::Enable).await?;
    stage.tell(held.id, complete(Some(held.lease_id))).await?;
    assert_eq!(ids(&stage.claim(&agent, 1).await?), [made[1]]);
    let gone = stage.agent("birch").await?;
    order(&stage, &gone, AgentCommand::Remove).await?;
    assert!(stage.claim(&gone, 5).await?.is_empty(), "it is not there any more");
    // One that nobody has heard of for long speaks up by claiming.
    stage.pass(3_600);
    assert_eq!(ids(&stage.claim(&agent, 1).await?), [made[2]]);
    Ok(())
}

pub(super) async fn nothing_is_handed_out_once_a_drain_is_answered(
    stage: Stage,
) -> anyhow::Result<()> {
    stage.make_all((0..200).map(|_| stage.draft())).await?;
    let next_door = stage.next_door().await?;
    let doors = [&stage, next_door.as_ref().unwrap_or(&stage)];
    for n in 0..20 {
        let agent = stage.agent(&format!("agent {n}")).await?;
        let claims = (0..6).map(|n| doors[n % 2].claim(&agent, 1));
        let drain = async {
            order(doors[n % 2], &agent, AgentCommand::Drain).await?;
            held_by(&stage, &agent).await
        };
        let (claims, held) = tokio::try_join!(try_join_all(claims), drain)?;
        let mut begun: Vec<_> = claims.iter().flat_map(ids).collect();
        begun.sort_unstable();
        let at_the_answer = ids(&held);
        for mission in held_by(&stage, &agent).await? {
            assert!(at_the_answer.contains(&mission.id), "{} began after the answer", mission.id);
        }
        assert_eq!(begun, at_the_answer);
    }
    Ok(())
}

pub(super) async fn an_ended_lease_wakes_whoever_waits(stage: Stage) -> anyhow::Result<()> {
    let agent = agent_of(&stage, "atlas", 1).await?;
    let made = ids(&stage.make_all((0..4).map(|_| stage.draft())).await?);
    let next_door = stage.next_door().await?;
    let elsewhere = next_door.as_ref().unwrap_or(&stage);
    let missions = Arc::clone(&stage.store.stores.missions);
    for (n, ends) in [Ends::Completed, Ends::Cancelled, Ends::Lost].into_iter().enumerate() {
        let held = stage.claim_one(&agent).await?;
        assert_eq!(held.id, made[n]);
        let seen = missions.arrivals();
        assert!(stage.claim(&agent, 1).await?.is_empty(), "it holds all that it may");
        let waiting = missions.wait_for_arrivals(seen);
        let end = end(elsewhere, &held, ends);
        let ((), ended) =
            tokio::time::timeout(PATIENCE, async { tokio::join!(waiting, end) }).await?;
        ended?;
    }
    assert_eq!(ids(&stage.claim(&agent, 1).await?), [made[3]]);
    Ok(())
}

#[derive(Clone, Copy)]
enum Ends {
    Completed,
    Cancelled,
    Lost,
}

async fn end(stage: &Stage, held: &Mission, ends: Ends) -> anyhow::Result<()> {
    let command = match ends {
        Ends::Completed => complete(Some(held.lease_id)),
        Ends::Cancelled => cancel(false),
        Ends::Lost => {
            stage.pass(3_600);
            Command::Lose { lease: held.lease_id }
        }
    };
    stage.tell(held.id, command).await.map(|_| ())
}
