use std::time::Duration;

use anyhow::Result;
use mission_control::agents::{AgentCommand, AgentRefusal, AgentStatus, LoadLevel};
use mission_control::kernel::{ProjectId, Scope};
use mission_control::missions::{Command, Progress, Status};
use mission_control::{Beat, Want};
use tokio::time::Instant;

use crate::crew::{Agent, complete, lease_of};
use crate::{App, everything};

#[tokio::test]
async fn an_agent_that_waits_gets_what_arrives_at_once() -> Result<()> {
    let app = App::start().await?;
    let hand = Agent::register(&app, "hand").await?;
    let begin = Instant::now();
    let (claimed, made) = tokio::join!(hand.claim(&app, 1), app.make_one("late"));
    assert_eq!(claimed?[0].id, made?.id);
    assert!(begin.elapsed() < Duration::from_secs(5));
    app.control.stop().await;
    Ok(())
}

#[tokio::test]
async fn many_waiting_agents_share_the_missions_and_none_is_given_twice() -> Result<()> {
    let app = App::start().await?;
    let mut hands = Vec::new();
    for n in 0..12 {
        hands.push(Agent::register(&app, &format!("hand {n}")).await?);
    }
    let claims = futures::future::join_all(hands.iter().map(|hand| hand.claim(&app, 3)));
    let drafts = (0..36).map(|_| app.draft("one")).collect();
    let (claims, made) = tokio::join!(claims, app.make(drafts));
    made?;
    let mut ids = Vec::new();
    for claim in claims {
        ids.extend(claim?.into_iter().map(|mission| mission.id));
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), count), (36, 36));
    app.control.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_heartbeat_that_waits_tells_of_a_cancellation_at_once() -> Result<()> {
    let app = App::start().await?;
    let hand = Agent::register(&app, "hand").await?;
    let kept = app.make_one("kept").await?;
    let cancelled = app.make_one("cancelled").await?;
    let taken = hand.claim(&app, 2).await?;
    let mut beats: Vec<Beat> = taken.iter().map(|mission| Beat::alive(lease_of(mission))).collect();
    beats[0].progress = Some(Progress::parse(30.0)?);
    let (begin, scope) = (Instant::now(), everything());
    let cancel = Command::Cancel { reason: None, children: false };
    let (renewal, _) = tokio::join!(
        app.control.heartbeat(&scope, hand.id, beats, Duration::from_secs(4)),
        app.control.command(everything(), cancelled.id, cancel, None),
    );
    let renewal = renewal?.expect("the agent is there");
    assert_eq!((renewal.cancelled, renewal.lost), (vec![cancelled.id], vec![]));
    assert_eq!(renewal.renewed[0].0.mission, kept.id);
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    let told = app.control.mission(&everything(), taken[0].id).await?.expect("it is there");
    assert!(told.output().is_some_and(|output| output.progress.percent() == 30.0));
    app.control.stop().await;
    Ok(())
}

#[tokio::test]
async fn an_agent_shows_what_it_runs_and_what_its_results_have_earned() -> Result<()> {
    let app = App::start().await?;
    let hand = Agent::register(&app, "hand").await?;
    for _ in 0..5 {
        app.make_one("one").await?;
    }
    let taken = hand.claim(&app, 5).await?;
    let view = app.control.agent(&everything(), hand.id).await?.expect("it is there");
    assert_eq!((view.running, view.status), (5, AgentStatus::Busy));
    assert_eq!((view.load.level(), view.tier.as_str()), (LoadLevel::Optimal, "STANDARD"));
    let early = app.control.agent_command(&everything(), hand.id, AgentCommand::Remove).await?;
    assert_eq!(early.err(), Some(AgentRefusal::RunsMissions { running: 5 }));
    for mission in &taken {
        complete(&app, mission, "1").await?;
    }
    let view = app.control.agents(&ProjectId::default_project()).await?.remove(0);
    assert_eq!((view.running, view.status, view.tier.as_str()), (0, AgentStatus::Idle, "ELITE"));
    app.control.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_drained_agent_that_waits_goes_away_empty_handed() -> Result<()> {
    let app = App::start().await?;
    let hand = Agent::register(&app, "hand").await?;
    let scope = everything();
    let drain = async {
        // The claim is polled first, so it watches the agent by now.
        app.control.agent_command(&scope, hand.id, AgentCommand::Drain).await
    };
    let begin = Instant::now();
    let want = Want { wait: Duration::from_secs(25), ..Want::default() };
    let (claimed, drained) = tokio::join!(app.control.claim(&scope, hand.id, want), drain);
    drained??;
    assert_eq!(claimed??, []);
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    let mission = app.make_one("for others").await?;
    let now = app.control.claim(&scope, hand.id, Want::default()).await??;
    assert_eq!(now, []);
    let found = app.control.mission(&scope, mission.id).await?.expect("it is there");
    assert_eq!(found.status(), Status::Pending);
    app.control.stop().await;
    Ok(())
}

#[tokio::test]
async fn what_lies_outside_the_scope_does_not_exist() -> Result<()> {
    let app = App::start().await?;
    let hand = Agent::register(&app, "hand").await?;
    let elsewhere = Scope::one("elsewhere".parse()?);
    assert_eq!(app.control.agent(&elsewhere, hand.id).await?, None);
    let claim = app.control.claim(&elsewhere, hand.id, Want::default()).await?;
    assert_eq!(claim, Err(AgentRefusal::NotFound));
    let beat = app.control.heartbeat(&elsewhere, hand.id, Vec::new(), Duration::ZERO).await?;
    assert_eq!(beat, None);
    let mission = app.make_one("here").await?;
    assert_eq!(app.control.mission(&elsewhere, mission.id).await?, None);
    assert_eq!(app.control.explain(&elsewhere, mission.id).await?, None);
    assert_eq!(app.control.totals(&elsewhere).await?.total(), 0);
    app.control.stop().await;
    Ok(())
}
