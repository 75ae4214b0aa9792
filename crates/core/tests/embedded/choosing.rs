//! One thing for many missions: what one preview holds, and what becomes of it.

use anyhow::{Context as _, Result};
use mission_control::kernel::ProjectId;
use mission_control::missions::{Actor, Bulk, Priority, Status};
use mission_control::{Asker, Choice, Fate, MOST_PREVIEWED};

use crate::{App, everything};

/// Missions that one transaction makes.
const BATCH: usize = 1_000;

fn ada() -> Asker {
    Asker {
        project: ProjectId::default_project(),
        principal: "ada".to_owned(),
        actor: Actor::System,
    }
}

#[tokio::test]
async fn a_preview_holds_so_many_missions_and_says_when_there_are_more() -> Result<()> {
    let app = App::start().await?;
    let all = || Choice::Filter(Box::default());
    for _ in 0..MOST_PREVIEWED / BATCH {
        app.make((0..BATCH).map(|_| app.draft("one of many")).collect()).await?;
    }
    let whole = app.control.choose(ada(), Bulk::Cancel { reason: None }, all()).await?;
    assert!(!whole.more, "they just fit");
    app.make_one("one too many").await?;
    let part = app.control.choose(ada(), Bulk::Priority(Priority::Low), all()).await?;
    assert!(part.more);
    let chosen: u64 = part.breakdown.iter().map(|(_, count)| count).sum();
    assert_eq!((chosen, part.sample.len()), (MOST_PREVIEWED as u64, 5));
    Ok(())
}

#[tokio::test]
async fn what_was_carried_out_in_part_is_carried_on_and_answered_alike() -> Result<()> {
    let app = App::start().await?;
    let made = app.make((0..600).map(|_| app.draft("one of some")).collect()).await?;
    let ids: Vec<_> = made.iter().map(|mission| mission.id).collect();
    let chosen =
        app.control.choose(ada(), Bulk::Cancel { reason: None }, Choice::Ids(ids.clone())).await?;
    // Whoever asks goes away in the middle.
    let asking = app.control.carry_out(ada(), &chosen.id);
    assert!(futures::FutureExt::now_or_never(asking).is_none());
    let mut before = None;
    for _ in 0..2 {
        let fates = app.control.carry_out(ada(), &chosen.id).await?.context("it is not over")?;
        assert!(fates.iter().all(|(_, fate)| *fate == Fate::Done), "{fates:?}");
        assert!(fates.iter().map(|(id, _)| id).eq(&ids), "in their order");
        let after = app.control.missions(&everything(), &ids).await?;
        assert!(after.iter().all(|mission| mission.status() == Status::Cancelled));
        let versions: Vec<i64> = after.iter().map(|mission| mission.version).collect();
        assert_eq!(*before.get_or_insert(versions.clone()), versions, "done once");
    }
    Ok(())
}
