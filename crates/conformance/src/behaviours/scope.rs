//! What lies outside the scope does not exist.

use mission_control_agents::{AgentCommand, AgentRefusal};
use mission_control_kernel::Scope;
use mission_control_missions::{ListQuery, LogLevel, LogLine, Refusal};

use crate::draft::project;
use crate::stage::{AGEING, Stage, cancel};

fn line(stage: &Stage) -> LogLine {
    LogLine { n: 0, at: stage.now(), level: LogLevel::Info, text: "sounding".into(), lease: None }
}

pub(super) async fn another_project_finds_nothing(stage: Stage) -> anyhow::Result<()> {
    let mission = stage.make_plain().await?;
    let child = stage.make(stage.draft().below(mission.id)).await?;
    let agent = stage.agent("atlas").await?;
    let missions = &stage.store.stores.missions;
    let written = missions.append_logs(&stage.scope, mission.id, None, vec![line(&stage)]).await?;
    assert!(written.is_ok());

    let away = stage.of_project("elsewhere");
    let scope = &away.scope;
    assert_eq!(missions.mission(scope, mission.id).await?, None);
    assert!(missions.missions(scope, &[mission.id, child.id]).await?.is_empty());
    let query = ListQuery { limit: 10, ..ListQuery::default() };
    assert!(missions.list(scope, &query).await?.missions.is_empty());
    assert_eq!(missions.count(scope, &query, 10).await?, 0);
    assert!(missions.descendants(scope, mission.id, 10).await?.is_empty());
    assert!(missions.events(scope, mission.id, 0, 10).await?.is_empty());
    assert!(missions.attempts(scope, mission.id).await?.is_empty());
    assert!(missions.logs(scope, mission.id, 0, LogLevel::Debug, 10).await?.is_empty());
    let refused = missions.append_logs(scope, mission.id, None, vec![line(&stage)]).await?;
    assert_eq!(refused, Err(Refusal::NotFound));
    assert_eq!(away.refused(mission.id, cancel(false)).await?, Refusal::NotFound);

    let agents = &stage.store.stores.agents;
    assert_eq!(agents.agent(scope, agent.id).await?, None);
    assert!(agents.agents(&away.project).await?.is_empty());
    let refused = agents.command(scope, agent.id, AgentCommand::Disable).await?;
    assert_eq!(refused, Err(AgentRefusal::NotFound));
    let stranger = away.agent("atlas").await?;
    assert!(away.claim(&stranger, 10).await?.is_empty(), "an agent works in its own project");

    let theirs = away.make_plain().await?;
    let view = missions.queue_view(&theirs, AGEING).await?;
    let ready: usize = view.lanes.iter().map(|lane| lane.ranks.len()).sum();
    assert_eq!((ready, view.facts.agents.len()), (1, 1), "a queue is a project's own");

    assert_eq!(stage.mission(mission.id).await?.status().as_str(), "pending");
    assert_eq!(agents.agent(&stage.scope, agent.id).await?, Some(agent));
    Ok(())
}

pub(super) async fn the_process_itself_sees_every_project(stage: Stage) -> anyhow::Result<()> {
    let here = stage.make_plain().await?;
    let there = stage.of_project("elsewhere").make_plain().await?;
    stage.of_project("nowhere").make_plain().await?;
    let missions = &stage.store.stores.missions;
    let query = ListQuery { limit: 10, ..ListQuery::default() };
    assert_eq!(missions.list(&Scope::All, &query).await?.missions.len(), 3);
    assert_eq!(missions.count(&Scope::All, &query, 10).await?, 3);
    let two = Scope::Projects(vec![stage.project.clone(), project("elsewhere")]);
    let mut found: Vec<_> =
        missions.list(&two, &query).await?.missions.iter().map(|mission| mission.id).collect();
    found.sort_unstable();
    assert_eq!(found, [here.id, there.id]);
    let nobody = Scope::Projects(Vec::new());
    assert!(missions.list(&nobody, &query).await?.missions.is_empty());
    assert_eq!(missions.mission(&Scope::All, there.id).await?, Some(there));
    Ok(())
}
