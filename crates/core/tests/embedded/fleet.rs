use std::time::Duration;

use anyhow::Result;
use mission_control::agents::{AgentCommand, AgentRefusal, AgentStatus, Duty, LoadLevel};
use mission_control::kernel::{ProjectId, Scope};
use mission_control::missions::{Actor, Command, Progress, Status};
use mission_control::{Beat, Claimed, LONGEST_LEASE, Want};
use tokio::time::Instant;

use crate::crew::{Agent, complete, lease_of};
use crate::{App, caught_up, everything};

/// A wait that no test sits through.
const LONG: Duration = Duration::from_secs(25);

#[tokio::test]
async fn an_agent_that_waits_gets_what_arrives_at_once() -> Result<()> {
    let app = App::start().await?;
    let hand = Agent::register(&app, "hand").await?;
    let begin = Instant::now();
    let (claimed, made) = tokio::join!(hand.claim(&app, 1), app.make_one("late"));
    assert_eq!(claimed?[0].id, made?.id);
    assert!(begin.elapsed() < Duration::from_secs(15), "{:?}", begin.elapsed());
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
    // A heartbeat waits no longer than a third of the lease.
    let want = Want { max: 2, lease: LONGEST_LEASE, ..Want::default() };
    let taken = app.control.claim(&everything(), hand.id, want).await??.missions;
    let mut beats: Vec<Beat> =
        taken.iter().map(|taken| Beat::alive(lease_of(&taken.mission))).collect();
    beats[0].progress = Some(Progress::parse(30.0)?);
    let scope = everything();
    let cancel = Command::Cancel { reason: None, children: false };
    let (renewal, _) = tokio::join!(
        app.control.heartbeat(&scope, hand.id, beats, LONG),
        app.control.command(Actor::System, everything(), cancelled.id, cancel, None),
    );
    let renewal = renewal?.expect("the agent is there").renewal;
    assert_eq!((renewal.cancelled, renewal.lost), (vec![cancelled.id], vec![]));
    assert_eq!(renewal.renewed[0].0.mission, kept.id);
    let told = app.control.mission(&everything(), taken[0].mission.id).await?.expect("it is there");
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
    let look = async || app.control.agent(&everything(), hand.id).await;
    let view = caught_up(look).await?.expect("it is there");
    assert_eq!((view.running, view.status), (5, AgentStatus::Busy));
    assert_eq!((view.load.level(), view.tier.as_str()), (LoadLevel::Optimal, "STANDARD"));
    let early = app.control.agent_command(&everything(), hand.id, AgentCommand::Remove).await?;
    assert_eq!(early.err(), Some(AgentRefusal::RunsMissions { running: 5 }));
    for mission in &taken {
        complete(&app, mission, "1").await?;
    }
    let view = app.agents(&ProjectId::default_project()).await?.remove(0);
    assert_eq!((view.running, view.status, view.tier.as_str()), (0, AgentStatus::Idle, "ELITE"));
    app.control.stop().await;
    Ok(())
}

#[tokio::test]
async fn an_order_to_drain_ends_the_wait_and_nothing_is_handed_out_after_it() -> Result<()> {
    let app = App::start().await?;
    let hand = Agent::register(&app, "hand").await?;
    let scope = everything();
    let want = || Want { wait: LONG, ..Want::default() };
    let begin = Instant::now();
    // Whether the order comes before the agent is looked at, between or after, the answer is one.
    let (claimed, drained) = tokio::join!(
        app.control.claim(&scope, hand.id, want()),
        app.control.agent_command(&scope, hand.id, AgentCommand::Drain)
    );
    drained??;
    assert_eq!(claimed??, Claimed { missions: Vec::new(), duty: Duty::Draining });
    // The order is answered: from here on no claim that is still under way may take anything.
    let mission = app.make_one("for others").await?;
    let now = app.control.claim(&scope, hand.id, Want::default()).await??;
    assert_eq!(now, Claimed { missions: Vec::new(), duty: Duty::Draining });
    let found = app.control.mission(&scope, mission.id).await?.expect("it is there");
    assert_eq!((found.status(), found.version), (Status::Pending, mission.version));
    // Taken on again while it waits, it is told so, and gets the mission when it asks.
    let (claimed, enabled) = tokio::join!(
        app.control.claim(&scope, hand.id, want()),
        app.control.agent_command(&scope, hand.id, AgentCommand::Enable)
    );
    enabled??;
    let claimed = claimed??;
    assert_eq!(claimed.duty, Duty::Active);
    if claimed.missions.is_empty() {
        assert_eq!(hand.claim(&app, 1).await?[0].id, mission.id);
    }
    assert!(begin.elapsed() < LONG, "{:?}", begin.elapsed());
    app.control.stop().await;
    Ok(())
}

#[tokio::test]
async fn an_agent_that_is_full_gets_the_next_mission_when_one_of_its_own_ends() -> Result<()> {
    let app = App::start().await?;
    let hand = Agent::register(&app, "hand").await?;
    app.make((0..9).map(|_| app.draft("one")).collect()).await?;
    let held = hand.claim(&app, 5).await?;
    let (scope, begin) = (everything(), Instant::now());
    let now = || app.control.claim(&scope, hand.id, Want { max: 3, ..Want::default() });
    let (more, others) = tokio::join!(now(), now());
    // It may hold eight: one of the two calls took the rest.
    let mut sizes = [more??.missions.len(), others??.missions.len()];
    sizes.sort_unstable();
    assert_eq!(sizes, [0, 3]);
    let (next, ended) = tokio::join!(hand.claim(&app, 3), complete(&app, &held[0], "1"));
    ended?;
    assert_eq!(next?.len(), 1);
    assert!(begin.elapsed() < LONG, "{:?}", begin.elapsed());
    app.control.stop().await;
    Ok(())
}

/// What it has just taken it could not name yet.
#[tokio::test]
async fn an_agent_that_names_none_of_its_missions_is_not_kept_waiting() -> Result<()> {
    let app = App::start().await?;
    let hand = Agent::register(&app, "hand").await?;
    app.make_one("one").await?;
    let begin = Instant::now();
    hand.claim(&app, 1).await?;
    // From here on nobody tells that it has taken something.
    caught_up(async || app.control.agent(&everything(), hand.id).await).await?;
    let heard = app.control.heartbeat(&everything(), hand.id, Vec::new(), LONG).await?;
    assert_eq!(heard.map(|heard| heard.duty), Some(Duty::Active));
    assert!(begin.elapsed() < LONG, "{:?}", begin.elapsed());
    app.control.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_heartbeat_tells_what_an_operator_decided() -> Result<()> {
    let app = App::start().await?;
    let hand = Agent::register(&app, "hand").await?;
    app.make_one("one").await?;
    let (scope, begin) = (everything(), Instant::now());
    // A heartbeat waits no longer than a third of the lease.
    let want = Want { lease: LONGEST_LEASE, ..Want::default() };
    let held = app.control.claim(&scope, hand.id, want).await??.missions;
    let beats = || held.iter().map(|taken| Beat::alive(lease_of(&taken.mission))).collect();
    let quiet = app.control.heartbeat(&scope, hand.id, beats(), Duration::ZERO).await?;
    assert_eq!(quiet.map(|heard| heard.duty), Some(Duty::Active));
    let (heard, drained) = tokio::join!(
        app.control.heartbeat(&scope, hand.id, beats(), LONG),
        app.control.agent_command(&scope, hand.id, AgentCommand::Drain),
    );
    drained??;
    let heard = heard?.expect("the agent is there");
    assert_eq!((heard.duty, heard.renewal.renewed.len()), (Duty::Draining, 1));
    assert!(begin.elapsed() < LONG, "{:?}", begin.elapsed());
    app.control.stop().await;
    Ok(())
}

#[tokio::test]
async fn what_lies_outside_the_scope_does_not_exist() -> Result<()> {
    let app = App::start().await?;
    let hand = Agent::register(&app, "hand").await?;
    let elsewhere = Scope::one("elsewhere".parse()?);
    let seen = caught_up(async || app.control.agent(&elsewhere, hand.id).await).await?;
    assert_eq!(seen, None);
    let claim = app.control.claim(&elsewhere, hand.id, Want::default()).await?;
    assert_eq!(claim, Err(AgentRefusal::NotFound));
    let beat = app.control.heartbeat(&elsewhere, hand.id, Vec::new(), Duration::ZERO).await?;
    assert_eq!(beat, None);
    let mission = app.make_one("here").await?;
    assert_eq!(app.control.mission(&elsewhere, mission.id).await?, None);
    assert_eq!(app.control.explain(&elsewhere, mission.id).await?, None);
    let totals = caught_up(async || app.control.totals(&elsewhere).await).await?;
    assert_eq!(totals.total(), 0);
    app.control.stop().await;
    Ok(())
}
