use std::time::Duration;

use anyhow::Result;
use mission_control::Journal as _;
use mission_control::agents::LoadLevel;
use mission_control::kernel::JsonText;
use mission_control::missions::{Actor, AttemptOutcome, Command, LogLevel, Status};

use crate::crew::Crew;
use crate::{App, LONG, everything};

/// How often one looks at what no signal tells.
const LOOK_EVERY: Duration = Duration::from_millis(20);

#[tokio::test]
async fn a_crew_performs_whatever_comes() -> Result<()> {
    let app = App::start().await?;
    let crew = Crew::start(&app, 4);
    let mut drafts: Vec<_> = (0..40).map(|_| app.draft("echo")).collect();
    for draft in &mut drafts {
        let input = JsonText::from_checked(r#"{"said":"hello"}"#)?;
        std::sync::Arc::make_mut(&mut draft.spec).input = Some(input);
    }
    drafts.push(app.draft("fail"));
    let made = app.make(drafts).await?;
    for mission in &made[..40] {
        let ended = app.ended(mission).await?;
        assert_eq!(ended.status(), Status::Completed);
        let result = ended.output().and_then(|output| output.result.clone());
        assert_eq!(result.as_ref().map(JsonText::as_str), Some(r#"{"said":"hello"}"#));
    }
    let failed = app.ended(&made[40]).await?;
    assert_eq!(
        failed.last_failure.map(|failure| failure.message.to_string()).as_deref(),
        Some("as asked")
    );
    let lines = app.control.logs(&everything(), made[0].id, 0, LogLevel::Debug, 10).await?;
    assert_eq!(lines.iter().map(|line| &*line.text).collect::<Vec<_>>(), ["attempt 1"]);
    let tally = crew.end().await?;
    assert_eq!((tally.completed, tally.failed, tally.released, tally.lost), (40, 1, 0, 0));

    let counted = app.totals().await?;
    let tables = app.store.aggregate().await?;
    let truth = &tables.totals[&made[0].project];
    for status in Status::ALL {
        assert_eq!(counted.status(*status), truth.status(*status), "{status}");
    }
    assert_eq!(counted.sums, truth.sums);
    let view = app.agents(&made[0].project).await?.remove(0);
    assert_eq!(tables.standings[&view.agent.id], view.standing);
    app.control.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_crew_runs_as_many_at_a_time_as_it_may_and_the_next_when_one_ends() -> Result<()> {
    let app = App::start().await?;
    let mut crew = Crew::start(&app, 3);
    let made = app.make((0..5).map(|_| app.draft("wait")).collect()).await?;
    crew.runs(3).await?;
    let project = &made[0].project;
    let waiting = async || Ok::<_, anyhow::Error>(app.totals().await?.status(Status::Pending));
    assert_eq!(waiting().await?, 2, "no more than it may");
    let view = app.agents(project).await?.remove(0);
    assert_eq!((view.running, view.load.level()), (3, LoadLevel::Critical));
    let cancel = || Command::Cancel { reason: None, children: false };
    let all = app.control.missions(&everything(), &[made[0].id, made[1].id, made[2].id]).await?;
    assert!(all.iter().all(|mission| mission.status() == Status::Running), "those first made");
    app.control.command(Actor::System, everything(), made[0].id, cancel(), None).await?;
    let ids: Vec<_> = made[1..4].iter().map(|mission| mission.id).collect();
    let mut looks = tokio::time::interval(LOOK_EVERY);
    let all_run = async {
        loop {
            looks.tick().await;
            let missions = app.control.missions(&everything(), &ids).await?;
            if missions.iter().all(|mission| mission.status() == Status::Running) {
                return Ok::<_, anyhow::Error>(());
            }
        }
    };
    tokio::time::timeout(LONG, all_run).await??;
    assert_eq!(waiting().await?, 1);
    crew.end().await?;
    app.control.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_cancelled_mission_is_stopped_in_its_executor() -> Result<()> {
    let app = App::start().await?;
    let mut crew = Crew::start(&app, 4);
    let mission = app.make_one("wait").await?;
    crew.runs(1).await?;
    let cancel = Command::Cancel { reason: None, children: false };
    app.control.command(Actor::System, everything(), mission.id, cancel, None).await?;
    crew.runs(0).await?;
    assert_eq!(crew.end().await?.lost, 1);
    app.control.stop().await;
    Ok(())
}

#[tokio::test]
async fn what_a_draining_crew_gives_back_does_not_count_as_an_attempt() -> Result<()> {
    let app = App::start().await?;
    let mut crew = Crew::start(&app, 2);
    let mission = app.make_one("wait").await?;
    crew.runs(1).await?;
    assert_eq!(crew.end().await?.released, 1);
    // A claim that was under way when the crew drained may take it once more, for nobody; it is
    // given back as soon as that shows.
    let mut looks = tokio::time::interval(LOOK_EVERY);
    let back = async {
        loop {
            looks.tick().await;
            let mission = app.control.mission(&everything(), mission.id).await?;
            let mission = mission.expect("it is there");
            if mission.status() == Status::Pending {
                return Ok::<_, anyhow::Error>(mission);
            }
        }
    };
    let back = tokio::time::timeout(LONG, back).await??;
    assert_eq!(back.attempt, 0);
    let attempts = app.control.attempts(&everything(), mission.id).await?;
    let outcomes: Vec<_> =
        attempts.iter().map(|one| one.ended.map(|(_, outcome)| outcome)).collect();
    assert!(!outcomes.is_empty());
    assert!(outcomes.iter().all(|one| *one == Some(AttemptOutcome::Released)), "{outcomes:?}");
    let view = app.agents(&mission.project).await?.remove(0);
    assert_eq!((view.running, view.standing.completed, view.standing.failed), (0, 0, 0));
    app.control.stop().await;
    Ok(())
}
