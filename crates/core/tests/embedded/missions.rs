use std::time::Duration;

use anyhow::Result;
use mission_control::kernel::MAX_JSON_BYTES;
use mission_control::missions::{Actor, Command, EventKind, ListQuery, Refusal, Status};
use mission_control::{Gone, JournalEntry, Want};
use tokio::time::Instant;

use crate::crew::{Agent, complete};
use crate::{App, LONG, caught_up, everything};

#[tokio::test]
async fn totals_know_of_every_write_that_was_answered() -> Result<()> {
    let app = App::start().await?;
    let hand = Agent::register(&app, "hand").await?;
    for n in 1..=25 {
        app.make_one("one").await?;
        assert_eq!(app.totals().await?.total(), n);
    }
    let taken = hand.claim(&app, 5).await?;
    assert_eq!(app.totals().await?.status(Status::Running), 5);
    for mission in &taken {
        complete(&app, mission, "1").await?;
    }
    let totals = app.totals().await?;
    assert_eq!((totals.status(Status::Completed), totals.sums.tokens), (5, 50));
    let listing =
        app.control.list(&everything(), &ListQuery { limit: 10, ..ListQuery::default() }).await?;
    assert_eq!((listing.page.missions.len(), listing.total, listing.total_capped), (10, 25, false));
    let (running, count) = app.control.running(&everything()).await?;
    assert_eq!((running.len(), count), (0, 0));
    assert_eq!(app.control.completions(&everything()).len(), 5);
    app.control.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_restart_loses_neither_counters_nor_the_place_of_a_feed() -> Result<()> {
    let app = App::start().await?;
    let mission = app.make_one("one").await?;
    caught_up(async || app.control.catch_up().await).await?;
    let (place, epoch) = (app.control.position(), app.control.epoch().clone());
    let app = app.restarted().await?;
    assert_eq!(*app.control.epoch(), epoch);
    assert_eq!(app.totals().await?.total(), 1);
    let cancel = Command::Cancel { reason: None, children: false };
    app.control.command(Actor::System, everything(), mission.id, cancel, None).await?;
    let mut feed = app.control.resume(place)?;
    let batch = feed.next().await?;
    assert_eq!(batch[0].seq, place + 1);
    let JournalEntry::Mission(entry) = &batch[0].entry else { anyhow::bail!("not of a mission") };
    assert_eq!((entry.mission, entry.event), (mission.id, EventKind::Cancelled));
    assert_eq!(app.control.resume(place + 1_000).err(), Some(Gone::Future));
    app.control.stop().await;
    Ok(())
}

#[tokio::test]
async fn dependants_are_let_go_or_called_off_by_the_end_of_what_they_wait_for() -> Result<()> {
    let app = App::start().await?;
    let hand = Agent::register(&app, "hand").await?;
    let first = app.draft("first");
    let mut second = app.draft("second");
    second.depends_on = vec![first.id];
    let mut third = app.draft("third");
    third.depends_on = vec![second.id];
    let made = app.make(vec![first]).await?;
    let later = app.make(vec![second]).await?;
    let last = app.make(vec![third]).await?;

    let taken = hand.claim(&app, 5).await?;
    assert_eq!(taken.len(), 1, "the others wait");
    complete(&app, &taken[0], r#"{"n":1}"#).await?;
    let taken = hand.claim(&app, 5).await?;
    assert_eq!(taken[0].id, later[0].id);
    let results = app.control.dependency_results(&taken[0]).await?.results;
    assert_eq!(results[0].0, made[0].id.to_string());
    assert_eq!(results[0].1.as_ref().map(|json| json.as_str()), Some(r#"{"n":1}"#));

    let cancel = Command::Cancel { reason: None, children: false };
    app.control.command(Actor::System, everything(), later[0].id, cancel, None).await?;
    assert_eq!(app.ended(&last[0]).await?.status(), Status::Cancelled);
    app.control.stop().await;
    Ok(())
}

/// Each link is let go by a nudge: by the period of the sweep alone, which is seconds, all of them
/// would take several times as long as they may.
#[tokio::test]
async fn a_chain_of_dependants_is_worked_off_without_waiting_for_a_period() -> Result<()> {
    const LINKS: usize = 24;
    const WITHIN: Duration = Duration::from_secs(30);
    let app = App::start().await?;
    let hand = Agent::register(&app, "hand").await?;
    let mut chain = vec![app.make_one("link").await?];
    for n in 1..LINKS {
        let mut link = app.draft("link");
        link.depends_on = vec![chain[n - 1].id];
        chain.extend(app.make(vec![link]).await?);
    }
    let begin = Instant::now();
    for link in &chain {
        let taken = hand.claim(&app, 5).await?;
        assert_eq!(taken.iter().map(|it| it.id).collect::<Vec<_>>(), [link.id]);
        complete(&app, &taken[0], "1").await?;
        assert!(begin.elapsed() < WITHIN, "{:?}", begin.elapsed());
    }
    app.control.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_cancelled_parent_takes_its_subtree_along_and_shows_the_progress_of_it() -> Result<()> {
    let app = App::start().await?;
    let hand = Agent::register(&app, "hand").await?;
    let parent = app.make_one("parent").await?;
    let taken = hand.claim(&app, 1).await?;
    assert_eq!(taken[0].id, parent.id);
    let children: Vec<_> = (0..4)
        .map(|_| {
            let mut child = app.draft("child");
            child.parent = Some(parent.id);
            child
        })
        .collect();
    let children = app.make(children).await?;
    let mut grandchild = app.draft("grandchild");
    grandchild.parent = Some(children[0].id);
    let grandchild = app.make(vec![grandchild]).await?.remove(0);
    let one = hand.claim(&app, 1).await?;
    complete(&app, &one[0], "1").await?;

    let found = app.control.mission(&everything(), parent.id).await?;
    let shown = app.control.view(found.into_iter().collect()).await?;
    assert!((shown[0].progress - 20.0).abs() < 1e-9, "one of five: {}", shown[0].progress);

    let cancel = Command::Cancel { reason: None, children: true };
    app.control.command(Actor::System, everything(), parent.id, cancel, None).await?;
    assert_eq!(app.ended(&grandchild).await?.status(), Status::Cancelled);
    for child in &children[1..] {
        assert_eq!(app.ended(child).await?.status(), Status::Cancelled);
    }
    app.control.stop().await;
    Ok(())
}

#[tokio::test]
async fn what_is_explained_as_ready_is_what_a_claim_takes() -> Result<()> {
    let app = App::start().await?;
    let mut held = app.draft("held");
    held.held = true;
    let held = app.make(vec![held]).await?.remove(0);
    let scope = everything();
    let explained = |id| app.control.explain(&scope, id);
    let closed = explained(held.id).await?.expect("it is there");
    let names: Vec<_> =
        closed.gates.iter().filter(|gate| gate.closed.is_some()).map(|gate| gate.name).collect();
    assert_eq!((closed.ready, names), (false, vec!["held", "capabilities"]));

    let hand = Agent::register(&app, "hand").await?;
    app.control.command(Actor::System, everything(), held.id, Command::Approve, None).await?;
    assert!(explained(held.id).await?.expect("it is there").ready);
    assert_eq!(hand.claim(&app, 1).await?[0].id, held.id);
    assert!(!explained(held.id).await?.expect("it is there").ready);
    app.control.stop().await;
    Ok(())
}

/// Two that wait for the same nine get sixteen results between them; the rest they read one by one,
/// as long as their attempts go on.
#[tokio::test]
async fn a_claim_hands_over_as_many_results_as_there_is_room_for() -> Result<()> {
    let app = App::start().await?;
    let hand = Agent::register(&app, "hand").await?;
    let first: Vec<_> = (0..9).map(|n| app.draft(&format!("first {n}"))).collect();
    let on: Vec<_> = first.iter().map(|first| first.id).collect();
    app.make(first).await?;
    let large = format!("\"{}\"", "x".repeat(MAX_JSON_BYTES - 2));
    for _ in &on {
        complete(&app, &hand.claim(&app, 1).await?[0], &large).await?;
    }
    let mut second = ["one", "other"].map(|title| app.draft(title));
    second.iter_mut().for_each(|second| second.depends_on.clone_from(&on));
    app.make(second.to_vec()).await?;
    let want = Want { max: 2, wait: LONG, ..Want::default() };
    let taken = app.control.claim(&everything(), hand.id, want).await??.missions;
    let names = |n: usize| on.iter().map(ToString::to_string).take(n).collect::<Vec<_>>();
    let told: Vec<_> = taken
        .iter()
        .map(|taken| {
            let results = taken.handover.results.iter();
            assert!(
                results.clone().all(|(_, it)| it.as_ref().is_some_and(|it| it.as_str() == large))
            );
            (results.map(|(name, _)| name.clone()).collect(), taken.handover.omitted.clone())
        })
        .collect();
    let left: Vec<_> = on[7..].iter().map(|on| (on.to_string(), *on)).collect();
    assert_eq!(told, [(names(9), Vec::new()), (names(7), left)]);

    let other = &taken[1].mission;
    let read =
        async |lease, on| app.control.dependency_result(&everything(), other.id, lease, on).await;
    let result = read(other.lease_id, on[8]).await?;
    assert_eq!(result.map(|it| it.map(|it| it.as_str().len())), Ok(Some(MAX_JSON_BYTES)));
    assert_eq!(read(other.lease_id, taken[0].mission.id).await?, Err(Refusal::NotFound));
    assert_eq!(read(other.lease_id.next(), on[8]).await?, Err(Refusal::LeaseLost));
    app.control.command(Actor::System, everything(), other.id, Command::TakeBack, None).await?;
    assert_eq!(read(other.lease_id, on[8]).await?, Err(Refusal::LeaseLost));
    app.control.stop().await;
    Ok(())
}
