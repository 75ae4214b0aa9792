//! The registry of agents.

use std::sync::Arc;

use futures::future::try_join_all;
use mission_control::JournalEntry;
use mission_control_agents::{Agent, AgentCommand, AgentEvent, AgentRefusal, Duty, SILENT_AFTER};
use mission_control_kernel::AgentId;

use crate::draft::{capabilities, text};
use crate::stage::{AGEING, Stage, complete};

async fn command(stage: &Stage, id: AgentId, command: AgentCommand) -> anyhow::Result<Agent> {
    let told = stage.store.stores.agents.command(&stage.scope, id, command).await?;
    told?.ok_or_else(|| anyhow::anyhow!("the agent is gone"))
}

/// What the journal tells about agents.
async fn told(stage: &Stage) -> anyhow::Result<Vec<AgentEvent>> {
    let entries = stage.journal().await?.into_iter().filter_map(|one| match one.entry {
        JournalEntry::Agent(entry) => Some(entry.event),
        JournalEntry::Mission(_) | JournalEntry::Removal(_) => None,
    });
    Ok(entries.collect())
}

pub(super) async fn the_same_name_is_the_same_agent(stage: Stage) -> anyhow::Result<()> {
    let agents = Arc::clone(&stage.store.stores.agents);
    let registration = stage.registration("atlas", &["gpu"]);
    let (first, new) = agents.register(registration.clone()).await?;
    assert!(new);
    assert_eq!(first, Agent::enlist(registration, stage.now()));
    stage.pass(9);
    let (again, new) = agents.register(stage.registration("atlas", &["gpu"])).await?;
    assert_eq!((again.id, new), (first.id, false));
    assert_eq!((again.registered_at, again.last_active), (first.registered_at, stage.now()));
    assert_eq!(agents.agent(&stage.scope, first.id).await?, Some(again));
    let (other, new) = agents.register(stage.registration("Atlas", &[])).await?;
    assert!(new && other.id != first.id, "names are compared as written");
    let away = stage.of_project("elsewhere");
    let (theirs, new) = agents.register(away.registration("atlas", &[])).await?;
    assert!(new && theirs.id != first.id, "another project has its own");
    assert_eq!(told(&stage).await?, [AgentEvent::Registered; 3]);
    Ok(())
}

pub(super) async fn what_an_agent_says_anew_is_kept(stage: Stage) -> anyhow::Result<()> {
    let agents = &stage.store.stores.agents;
    let first = stage.agent("atlas").await?;
    let mut registration = stage.registration("atlas", &["gpu", "sonar"]);
    registration.kinds = Some(vec![text("survey")]);
    registration.max_concurrent = 1_000;
    registration.agent_type = text("claude");
    let (changed, _) = agents.register(registration).await?;
    let read = agents.agent(&stage.scope, first.id).await?.expect("it is there");
    assert_eq!(read, changed);
    assert_eq!(read.capabilities, capabilities(&["gpu", "sonar"]));
    assert_eq!((read.kinds, read.max_concurrent), (Some(vec![text("survey")]), 1_000));
    assert_eq!(told(&stage).await?, [AgentEvent::Registered, AgentEvent::Changed]);
    Ok(())
}

pub(super) async fn an_operators_decision_survives_heartbeats(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let agents = &stage.store.stores.agents;
    for (decision, duty) in
        [(AgentCommand::Drain, Duty::Draining), (AgentCommand::Disable, Duty::Disabled)]
    {
        command(&stage, agent.id, decision.clone()).await?;
        stage.pass(1);
        command(&stage, agent.id, AgentCommand::Heartbeat).await?;
        let (again, _) = agents.register(stage.registration("atlas", &[])).await?;
        assert_eq!((again.duty, again.last_active), (duty, stage.now()));
        command(&stage, agent.id, decision).await?;
    }
    let enabled = command(&stage, agent.id, AgentCommand::Enable).await?;
    assert_eq!(enabled.duty, Duty::Active);
    use AgentEvent::{Disabled, Draining, Enabled, Registered};
    assert_eq!(told(&stage).await?, [Registered, Draining, Disabled, Enabled]);
    Ok(())
}

pub(super) async fn a_silent_agent_is_told_of_and_comes_back(stage: Stage) -> anyhow::Result<()> {
    let agents = Arc::clone(&stage.store.stores.agents);
    let quiet = stage.agent("atlas").await?;
    let elsewhere = stage.of_project("elsewhere").agent("atlas").await?;
    stage.pass(30);
    let lively = stage.agent("birch").await?;
    stage.store.clock.advance(SILENT_AFTER - std::time::Duration::from_secs(30));
    let mut silent = agents.silent(10).await?;
    silent.sort_unstable();
    assert_eq!(silent, [quiet.id, elsewhere.id]);
    assert_eq!(agents.silent(1).await?.len(), 1);
    let fallen = command(&stage, quiet.id, AgentCommand::FallSilent).await?;
    assert!(!fallen.online);
    let kept = command(&stage, lively.id, AgentCommand::FallSilent).await?;
    assert!(kept.online, "it was heard of meanwhile");
    assert_eq!(agents.silent(10).await?, [elsewhere.id], "it is told of once");
    let any = stage.make_plain().await?;
    let view = stage.store.stores.missions.queue_view(&any, AGEING).await?;
    assert_eq!(view.facts.agents.len(), 1, "a silent agent takes nothing");
    let back = command(&stage, quiet.id, AgentCommand::Heartbeat).await?;
    assert_eq!((back.online, back.connected_at), (true, stage.now()));
    use AgentEvent::{Offline, Online, Registered};
    assert_eq!(told(&stage).await?, [Registered, Registered, Registered, Offline, Online]);
    Ok(())
}

pub(super) async fn an_agent_that_runs_missions_is_not_removed(stage: Stage) -> anyhow::Result<()> {
    let agents = Arc::clone(&stage.store.stores.agents);
    let agent = stage.agent("atlas").await?;
    let held = stage.make_and_claim(&agent, stage.draft()).await?;
    let remove = || agents.command(&stage.scope, agent.id, AgentCommand::Remove);
    assert_eq!(remove().await?, Err(AgentRefusal::RunsMissions { running: 1 }));
    assert!(agents.agent(&stage.scope, agent.id).await?.is_some());
    stage.tell(held.id, complete(Some(held.lease_id))).await?;
    assert_eq!(remove().await?, Ok(None));
    assert_eq!(agents.agent(&stage.scope, agent.id).await?, None);
    assert_eq!(remove().await?, Err(AgentRefusal::NotFound));
    let again = stage.agent("atlas").await?;
    assert_ne!(again.id, agent.id, "a name that is free begins anew");
    use AgentEvent::{Registered, Removed};
    assert_eq!(told(&stage).await?, [Registered, Removed, Registered]);
    Ok(())
}

pub(super) async fn agents_of_a_project_come_by_name(stage: Stage) -> anyhow::Result<()> {
    for name in ["cedar", "amber", "birch 2", "birch 10", "Zinnia"] {
        stage.agent(name).await?;
    }
    let agents = stage.store.stores.agents.agents(&stage.project).await?;
    let names: Vec<_> = agents.iter().map(|agent| agent.name.as_str()).collect();
    assert_eq!(names, ["Zinnia", "amber", "birch 10", "birch 2", "cedar"], "byte by byte");
    Ok(())
}

pub(super) async fn many_at_once_register_one_agent(stage: Stage) -> anyhow::Result<()> {
    let next_door = stage.next_door().await?;
    let doors = [&stage, next_door.as_ref().unwrap_or(&stage)];
    let registered = (0..16).map(|n| {
        let agents = Arc::clone(&doors[n % 2].store.stores.agents);
        let registration = stage.registration("atlas", &[]);
        tokio::spawn(async move { agents.register(registration).await })
    });
    let mut found = Vec::new();
    for one in try_join_all(registered).await? {
        found.push(one?);
    }
    assert!(found.iter().all(|(agent, _)| agent.id == found[0].0.id));
    assert_eq!(found.iter().filter(|(_, new)| *new).count(), 1);
    Ok(())
}
