//! Ticks of schedules: decided about once, settled once.

use std::time::Duration;

use futures::future::try_join_all;
use mission_control::Perishable;
use mission_control_kernel::{Ids as _, MissionId, RunId, SeededIds, Timestamp};
use mission_control_missions::{Action, Actor, Receipt, Rendered, Request, Verdict};
use mission_control_workflows::schedule::{
    Decided, Decision, FAILURES_BEFORE_PAUSE, Fired, Paused, Schedule, ScheduleChange, SkipReason,
    TICKS_KEPT, Tick, TickOutcome,
};
use mission_control_workflows::template::Changed;

use super::scheduling::{changed, every_ten, one, store};
use crate::draft::text;
use crate::stage::Stage;

/// All of them are to be fired, and the schedule goes on behind the last one.
fn all_due(schedule: &Schedule, many: usize) -> Decision {
    let first = schedule.next.expect("it has a next tick");
    let cadence = &schedule.spec.cadence;
    let mut ticks = vec![first];
    ticks.extend(cadence.upcoming(first, many - 1));
    let next = ticks.last().and_then(|last| cadence.next_after(*last));
    let due = |at| Decided { at, outcome: TickOutcome::Due };
    Decision { ticks: ticks.into_iter().map(due).collect(), next }
}

pub(super) async fn a_tick_is_decided_about_once(stage: Stage) -> anyhow::Result<()> {
    let seen = every_ten(&stage, "dive").await?;
    let decision = all_due(&seen, 3);
    let other = stage.next_door().await?;
    let doors: Vec<&Stage> = std::iter::once(&stage).chain(&other).collect();
    let deciding = (0..16).map(|n| store(doors[n % doors.len()]).decide_ticks(&seen, &decision));
    let decided: Vec<Vec<i64>> =
        try_join_all(deciding).await?.into_iter().filter_map(numbers).collect();
    assert_eq!(decided, [[1, 2, 3]], "one of them decides");
    let after = one(&stage, "dive").await?;
    assert_eq!((after.next, after.decided), (decision.next, 3));
    assert_eq!(after.revision, seen.revision, "nobody has changed it");
    assert_eq!(store(&stage).decide_ticks(&seen, &decision).await?, None);

    let first = after.next.expect("it goes on");
    let skipped = |reason, at, covers| Decided {
        at,
        outcome: TickOutcome::Skipped { reason, since: first, covers },
    };
    let behind = after.spec.cadence.upcoming(first, 2);
    let decision = Decision {
        ticks: vec![
            skipped(SkipReason::Missed, first, Some(1)),
            skipped(SkipReason::Overlap, behind[0], None),
        ],
        next: None,
    };
    let written = store(&stage).decide_ticks(&after, &decision).await?;
    assert_eq!(numbers(written), Some(vec![4, 5]));
    let ticks = store(&stage).ticks(seen.id, None, 10).await?;
    assert_eq!(ticks.iter().map(|tick| tick.n).collect::<Vec<_>>(), [5, 4, 3, 2, 1]);
    assert_eq!(
        (&ticks[0].outcome, &ticks[1].outcome),
        (&decision.ticks[1].outcome, &decision.ticks[0].outcome)
    );
    assert!(ticks[2..].iter().all(|tick| tick.outcome == TickOutcome::Due));
    assert!(ticks.iter().all(|tick| tick.decided_at == stage.now() && tick.settled_at.is_none()));
    let page = store(&stage).ticks(seen.id, Some(4), 2).await?;
    assert_eq!(page, ticks[2..4]);
    Ok(())
}

pub(super) async fn what_was_changed_meanwhile_is_not_decided_about(
    stage: Stage,
) -> anyhow::Result<()> {
    let seen = every_ten(&stage, "dive").await?;
    let decision = all_due(&seen, 1);
    let asked = ScheduleChange { next: Some(seen.next), ..ScheduleChange::default() };
    changed(&stage, "dive", asked).await?;
    assert_eq!(store(&stage).decide_ticks(&seen, &decision).await?, None, "another revision");
    let seen = one(&stage, "dive").await?;
    let paused = Paused { at: stage.now(), by: None, reason: text("") };
    let asked = ScheduleChange { paused: Some(Some(paused)), ..ScheduleChange::default() };
    let Changed::Done(rests) = changed(&stage, "dive", asked).await? else {
        anyhow::bail!("it is there")
    };
    assert_eq!(store(&stage).decide_ticks(&rests, &decision).await?, None, "it rests");
    assert!(store(&stage).ticks(seen.id, None, 10).await?.is_empty());
    let asked = ScheduleChange { paused: Some(None), ..ScheduleChange::default() };
    changed(&stage, "dive", asked).await?;
    let seen = one(&stage, "dive").await?;
    let written = store(&stage).decide_ticks(&seen, &decision).await?;
    assert_eq!(written, Some(store(&stage).ticks(seen.id, None, 10).await?));
    // A clock that was set back brings the same tick again: it stays as it was.
    let asked =
        ScheduleChange { next: Some(Some(decision.ticks[0].at)), ..ScheduleChange::default() };
    changed(&stage, "dive", asked).await?;
    let again = one(&stage, "dive").await?;
    let written = store(&stage).decide_ticks(&again, &decision).await?;
    assert_eq!(written, Some(Vec::new()), "nothing is to be fired again");
    assert_eq!(store(&stage).ticks(seen.id, None, 10).await?.len(), 1);
    Ok(())
}

pub(super) async fn a_tick_is_settled_once_and_fired_wins(stage: Stage) -> anyhow::Result<()> {
    let seen = every_ten(&stage, "dive").await?;
    store(&stage).decide_ticks(&seen, &all_due(&seen, 3)).await?;
    assert!(store(&stage).undone_ticks(stage.now(), 10).await?.is_empty(), "somebody is at it");
    stage.pass(1);
    let undone = store(&stage).undone_ticks(stage.now(), 10).await?;
    assert_eq!(undone.iter().map(|it| it.tick.n).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(undone[0].schedule, one(&stage, "dive").await?);
    assert_eq!(store(&stage).undone_ticks(stage.now(), 2).await?.len(), 2);

    let fired = |seed: u64| TickOutcome::Fired(Fired::Mission(stage_id(seed)));
    let run = TickOutcome::Fired(Fired::Run(RunId::new(stage_id(9).uuid())));
    let failed = TickOutcome::Failed(text("the reef is gone"));
    let settle = async |n, outcome: &TickOutcome| {
        anyhow::Ok(store(&stage).settle_tick(seen.id, n, outcome).await?)
    };
    for outcome in [&fired(1), &fired(2), &failed] {
        assert_eq!(settle(1, outcome).await?, None);
    }
    for outcome in [&failed, &TickOutcome::Failed(text("another")), &run, &failed] {
        assert_eq!(settle(2, outcome).await?, None);
    }
    let superseded = |since| {
        let reason = SkipReason::Superseded;
        TickOutcome::Skipped { reason, since, covers: Some(1) }
    };
    assert_eq!(settle(3, &superseded(seen.next.expect("it has one"))).await?, None);
    assert_eq!(settle(3, &failed).await?, None, "it was passed over");
    assert_eq!(one(&stage, "dive").await?.failures, 0, "which is no failure");
    assert_eq!(settle(4, &failed).await?, None, "there is no such tick");
    let told: Vec<TickOutcome> =
        store(&stage).ticks(seen.id, None, 10).await?.into_iter().map(|it| it.outcome).collect();
    assert_eq!(told, [superseded(seen.next.expect("it has one")), run, fired(1)]);
    assert!(store(&stage).undone_ticks(stage.now(), 10).await?.is_empty());
    Ok(())
}

fn numbers(written: Option<Vec<Tick>>) -> Option<Vec<i64>> {
    Some(written?.iter().map(|tick| tick.n).collect())
}

fn stage_id(seed: u64) -> MissionId {
    let ids = SeededIds::default();
    for _ in 0..seed {
        let _ = ids.next(Timestamp::MIN);
    }
    MissionId::new(ids.next(Timestamp::MIN))
}

pub(super) async fn what_keeps_failing_comes_to_rest(stage: Stage) -> anyhow::Result<()> {
    let seen = every_ten(&stage, "dive").await?;
    let many = usize::try_from(FAILURES_BEFORE_PAUSE)?;
    store(&stage).decide_ticks(&seen, &all_due(&seen, 2 * many)).await?;
    let failed = TickOutcome::Failed(text("the reef is gone"));
    let fired = TickOutcome::Fired(Fired::Mission(stage_id(1)));
    let settle = async |n: usize, outcome: &TickOutcome| {
        anyhow::Ok(store(&stage).settle_tick(seen.id, i64::try_from(n)?, outcome).await?)
    };
    for n in 1..many {
        assert_eq!(settle(n, &failed).await?, None);
    }
    assert_eq!(settle(many, &fired).await?, None, "it works again");
    assert_eq!(one(&stage, "dive").await?.failures, 0);
    for n in many + 1..2 * many {
        assert_eq!(settle(n, &failed).await?, None);
    }
    stage.pass(3);
    let paused = settle(2 * many, &failed).await?.expect("that is too often");
    assert_eq!((paused.at, &paused.by), (stage.now(), &None));
    assert!(paused.reason.as_str().ends_with("the reef is gone"), "{paused:?}");
    let rests = one(&stage, "dive").await?;
    assert_eq!((rests.paused.as_ref(), rests.failures), (Some(&paused), FAILURES_BEFORE_PAUSE));
    let asked = ScheduleChange { paused: Some(None), ..ScheduleChange::default() };
    changed(&stage, "dive", asked).await?;
    assert_eq!(one(&stage, "dive").await?.failures, 0, "that is forgotten");
    Ok(())
}

pub(super) async fn old_ticks_leave_but_not_what_is_to_be_fired(
    stage: Stage,
) -> anyhow::Result<()> {
    let seen = every_ten(&stage, "dive").await?;
    let kept = usize::try_from(TICKS_KEPT)?;
    let mut decision = all_due(&seen, kept + 5);
    for tick in &mut decision.ticks[2..] {
        let since = tick.at;
        tick.outcome = TickOutcome::Skipped { reason: SkipReason::Missed, since, covers: Some(1) };
    }
    store(&stage).decide_ticks(&seen, &decision).await?;
    let seen = one(&stage, "dive").await?;
    store(&stage).decide_ticks(&seen, &all_due(&seen, 1)).await?;
    let all = store(&stage).ticks(seen.id, None, u32::try_from(2 * kept)?).await?;
    let oldest: Vec<i64> = all.iter().rev().take(3).map(|tick| tick.n).collect();
    assert_eq!((oldest, all.len()), (vec![1, 2, 7], kept + 2));
    let fired = TickOutcome::Fired(Fired::Mission(stage_id(1)));
    for n in [1, 2] {
        store(&stage).settle_tick(seen.id, n, &fired).await?;
    }
    let seen = one(&stage, "dive").await?;
    store(&stage).decide_ticks(&seen, &all_due(&seen, 1)).await?;
    let all = store(&stage).ticks(seen.id, None, u32::try_from(2 * kept)?).await?;
    let oldest: Vec<i64> = all.iter().rev().take(2).map(|tick| tick.n).collect();
    assert_eq!(oldest, [2, 8], "what was fired last may not be over");
    let last = i64::try_from(kept)? + 7;
    let made = store(&stage).made_ticks(seen.id, None, 10).await?;
    assert_eq!(made.iter().map(|tick| tick.n).collect::<Vec<_>>(), [last, last - 1, 2]);
    let made = store(&stage).made_ticks(seen.id, Some(last), 1).await?;
    assert_eq!(made.iter().map(|tick| tick.n).collect::<Vec<_>>(), [last - 1]);
    store(&stage).remove_schedule(&stage.project, &seen.name).await?;
    assert!(store(&stage).ticks(seen.id, None, 10).await?.is_empty());
    assert!(store(&stage).undone_ticks(Timestamp::MAX, 10).await?.is_empty());
    Ok(())
}

pub(super) async fn a_receipt_stays_while_its_tick_is_to_be_fired(
    stage: Stage,
) -> anyhow::Result<()> {
    let seen = every_ten(&stage, "dive").await?;
    store(&stage).decide_ticks(&seen, &all_due(&seen, 1)).await?;
    let send = async || {
        let receipt = Receipt {
            project: stage.project.clone(),
            principal: format!("schedule:{}", seen.id),
            key: "a tick".to_owned(),
            request_digest: [0; 32],
            render: Box::new(|_| Rendered { status: 201, body: Vec::new() }),
        };
        let action = Action::Create(vec![stage.draft().into_new()]);
        let request = Request { action, by: Actor::System, receipt: Some(receipt) };
        let verdict = stage.store.stores.missions.apply(request).await?;
        anyhow::Ok(matches!(verdict, Verdict::Replayed(_)))
    };
    let remove = async || {
        let retention = &stage.store.stores.retention;
        anyhow::Ok(retention.remove(Perishable::Receipts, Duration::from_secs(60), 10).await?)
    };
    assert!(!send().await?);
    stage.pass(3_600);
    assert_eq!(remove().await?, 0);
    assert!(send().await?, "whoever fires the tick now learns that it was");
    let fired = TickOutcome::Fired(Fired::Mission(stage_id(1)));
    store(&stage).settle_tick(seen.id, 1, &fired).await?;
    assert_eq!(remove().await?, 1);
    Ok(())
}
