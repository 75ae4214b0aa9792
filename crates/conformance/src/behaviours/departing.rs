//! Missions and lanes leave while others work on them.

use std::collections::HashSet;
use std::time::Duration;

use mission_control::{MissionControl, Walk};
use mission_control_kernel::{MissionId, Scope};
use mission_control_missions::queue::LaneId;
use mission_control_missions::{Command, Edit, FailureClass, Mission, Status};

use super::leaving::{KEPT, counted, grow_old, walk};
use crate::draft::{Draft, text};
use crate::folded::Folded;
use crate::stage::{Stage, cancel, complete, fail, ids, start};

/// Missions that two sides want at once.
const WANTED: usize = 60;
/// Lanes that come and go.
const LANES: usize = 40;
/// A walk along so few lanes has an end.
const STEPS: usize = 1_000;
const DAY: Duration = Duration::from_hours(24);
/// Things that happen in a random story.
const HAPPENINGS: u32 = 400;

/// A sequence of numbers that looks drawn (Marsaglia's xorshift).
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap_or(0)
    }
}

pub(super) async fn what_is_retried_meanwhile_stays(stage: Stage) -> anyhow::Result<()> {
    let mut made = Vec::new();
    for _ in 0..WANTED {
        let id = stage.make_plain().await?.id;
        stage.tell(id, cancel(false)).await?;
        made.push(id);
    }
    grow_old(&stage);
    let retrying = async {
        let retries = made.iter().map(|id| stage.ask(*id, Command::Retry));
        futures::future::try_join_all(retries).await
    };
    let (answers, removed) = tokio::join!(retrying, walk(&stage, 3));
    let retried: HashSet<MissionId> = answers?
        .into_iter()
        .filter_map(Result::ok)
        .flat_map(|outcome| ids(&outcome.missions))
        .collect();
    removed?;
    let there: HashSet<MissionId> = ids(&stage.all().await?).into_iter().collect();
    assert!(retried.is_subset(&there), "a mission was answered and is gone");
    walk(&stage, 3).await?;
    let there: HashSet<MissionId> = ids(&stage.all().await?).into_iter().collect();
    assert_eq!(there, retried, "all others are gone");
    let after = counted(&stage).await?;
    let (present, gone) = (&after.totals.get(&stage.project), &after.removed.get(&stage.project));
    let count = |totals: &Option<&mission_control_missions::Totals>| {
        totals.map_or(0, mission_control_missions::Totals::total)
    };
    assert_eq!(count(present) + count(gone), i64::try_from(WANTED)?);
    Ok(())
}

pub(super) async fn processes_that_remove_missions_at_once_count_each_once(
    stage: Stage,
) -> anyhow::Result<()> {
    let Some(other) = stage.next_door().await? else { return Ok(()) };
    for _ in 0..WANTED {
        let id = stage.make_plain().await?.id;
        stage.tell(id, cancel(false)).await?;
    }
    grow_old(&stage);
    let mut removed = 0;
    while removed < WANTED as u64 {
        let (here, there) = tokio::try_join!(walk(&stage, 4), walk(&other, 4))?;
        removed += here + there;
    }
    assert_eq!(removed, WANTED as u64);
    let after = counted(&other).await?;
    assert_eq!(after.removed[&stage.project].total(), i64::try_from(WANTED)?);
    assert_eq!(after.seq, stage.journal().await?.len() as i64, "each entry has its place");
    Ok(())
}

/// Whatever happens and whenever missions leave, the counters are what the tables say, by the
/// journal alone, after a start, and of a process that was there all along.
pub(super) async fn counters_are_right_whenever_missions_leave(stage: Stage) -> anyhow::Result<()> {
    let control = MissionControl::builder(stage.store.stores.clone());
    let control = control.keep(crate::behaviours::retaining::FOR_EVER).start().await?;
    let mut draws = Draws(0x2545_f491_4f6c_dd1d);
    let agent = stage.agent("atlas").await?;
    for n in 0..HAPPENINGS {
        happen(&stage, &mut draws, &agent).await?;
        if n % 50 == 49 {
            let tables = counted(&stage).await?;
            let journal = stage.journal().await?;
            assert_eq!(tables.totals, Folded::from_journal(&journal).totals, "after {n}");
            assert_eq!(tables.removed, Folded::from_journal(&journal).removed, "after {n}");
            assert_eq!(tables.standings, Folded::from_journal(&journal).standings, "after {n}");
            let mut all = mission_control_missions::Totals::default();
            let both = tables.totals.values().chain(tables.removed.values());
            both.for_each(|totals| all.add(totals));
            let shown = control.totals(&Scope::All).await?;
            for status in Status::ALL {
                assert_eq!(shown.status(*status), all.status(*status), "{status} after {n}");
            }
            assert_eq!(shown.sums, all.sums, "after {n}");
            let listed = control.list(&Scope::All, &Default::default()).await?.total;
            assert_eq!(listed, stage.all().await?.len() as u64, "a list has what is there");
        }
    }
    let (totals, removed) = (control.totals(&Scope::All).await?, counted(&stage).await?.removed);
    assert!(removed[&stage.project].total() > 0, "the story had no old mission");
    control.stop().await;
    let stage = stage.reopened().await?;
    let control = MissionControl::builder(stage.store.stores.clone());
    let control = control.keep(crate::behaviours::retaining::FOR_EVER).start().await?;
    let again = control.totals(&Scope::All).await?;
    assert_eq!((again.total(), again.sums), (totals.total(), totals.sums));
    control.stop().await;
    Ok(())
}

async fn happen(
    stage: &Stage,
    draws: &mut Draws,
    agent: &mission_control_agents::Agent,
) -> anyhow::Result<()> {
    let all = stage.all().await?;
    let some = |draws: &mut Draws| -> Option<&Mission> {
        if all.is_empty() { None } else { Some(&all[draws.below(all.len())]) }
    };
    match draws.below(12) {
        0..4 => {
            let (mut draft, near) = (stage.draft(), some(draws));
            match (draws.below(4), near) {
                (0, Some(near)) => draft = draft.below(near.id),
                (1, Some(near)) => draft = draft.after(&[near.id]),
                _ => {}
            }
            // One below what is over, or behind what has failed, is refused.
            let _refused = stage.create([draft]).await?;
        }
        4..7 => {
            for taken in stage.claim(agent, 2).await? {
                let lease = Some(taken.lease_id);
                let end = match draws.below(3) {
                    0 => fail(lease, FailureClass::InvalidInput),
                    _ => complete(lease),
                };
                stage.tell(taken.id, end).await?;
            }
        }
        7 | 8 => {
            let commands =
                [cancel(true), Command::Retry, Command::Discard { reason: None }, start()];
            if let Some(mission) = some(draws) {
                let command = commands[draws.below(commands.len())].clone();
                // Most of these do not fit the state that it is in.
                let _refused = stage.ask(mission.id, command).await?;
            }
        }
        9 => stage.follow_through().await?,
        10 => stage.store.clock.advance(KEPT / 3),
        _ => {
            let limit = [1, 3, 100][draws.below(3)];
            walk(stage, limit).await?;
        }
    }
    Ok(())
}

/// One lane after the other by a key of its own.
fn keyed(stage: &Stage, n: usize) -> Draft {
    stage.draft().spec(|spec| spec.fairness_key = Some(text(&format!("key-{n}"))))
}

async fn walk_lanes(stage: &Stage, age: Duration, limit: u32) -> anyhow::Result<u64> {
    let (mut after, mut removed) = (None, 0);
    for _ in 0..STEPS {
        let step: Walk<LaneId> =
            stage.store.stores.retention.remove_lanes(age, after, limit).await?;
        removed += step.removed;
        after = step.reached;
        if step.done {
            return Ok(removed);
        }
    }
    anyhow::bail!("a walk in steps of {limit} has no end")
}

pub(super) async fn lanes_leave_when_they_have_long_been_empty(stage: Stage) -> anyhow::Result<()> {
    let atlas = stage.agent("atlas").await?;
    for n in 0..3 {
        stage.make(keyed(&stage, n)).await?;
    }
    assert_eq!(stage.claim(&atlas, 2).await?.len(), 2);
    stage.pass(1);
    assert_eq!(walk_lanes(&stage, DAY, 2).await?, 0, "none has been empty for long");
    stage.store.clock.advance(DAY);
    assert_eq!(walk_lanes(&stage, DAY, 2).await?, 2, "a mission waits in the third");
    assert_eq!(stage.claim(&atlas, 2).await?.len(), 1);
    assert_eq!(walk_lanes(&stage, DAY, 2).await?, 0, "one was seen in it just now");
    stage.store.clock.advance(DAY + DAY);
    assert_eq!(walk_lanes(&stage, DAY, 2).await?, 1);
    let atlas = stage.agent(atlas.name.as_str()).await?;
    for n in 0..3 {
        let made = stage.make(keyed(&stage, n)).await?;
        let told = stage.explain(&made).await?;
        assert!(told.ready, "{told:?}");
        assert_eq!(ids(&stage.claim(&atlas, 2).await?), [made.id], "as if nothing had been");
    }
    Ok(())
}

pub(super) async fn nothing_is_lost_while_lanes_come_and_go(stage: Stage) -> anyhow::Result<()> {
    let other = match stage.next_door().await? {
        Some(other) => other,
        None => stage.of_project("default"),
    };
    let atlas = stage.agent("atlas").await?;
    let over = std::sync::atomic::AtomicBool::new(false);
    let removing = async {
        let mut removed = 0;
        while !over.load(std::sync::atomic::Ordering::SeqCst) {
            // Whatever is empty has been so for long.
            stage.store.clock.advance(Duration::from_micros(1));
            removed += walk_lanes(&other, Duration::ZERO, 7).await?;
            tokio::task::yield_now().await;
        }
        anyhow::Ok(removed)
    };
    let working = async {
        let mut made = HashSet::new();
        let mut ended = HashSet::new();
        for round in 0..6 {
            let makers = [&stage, &other].into_iter().flat_map(|side| {
                (0..LANES).map(move |n| side.make(keyed(side, (n + round) % LANES)))
            });
            made.extend(ids(&futures::future::try_join_all(makers).await?));
            while let taken = stage.claim(&atlas, 50).await?
                && !taken.is_empty()
            {
                let ends = taken.iter().map(|it| stage.tell(it.id, complete(Some(it.lease_id))));
                ended.extend(ids(&futures::future::try_join_all(ends).await?));
            }
        }
        over.store(true, std::sync::atomic::Ordering::SeqCst);
        anyhow::Ok((made, ended))
    };
    let working = async {
        let worked = working.await;
        over.store(true, std::sync::atomic::Ordering::SeqCst);
        worked
    };
    let ((made, ended), removed) = tokio::try_join!(working, removing)?;
    assert_eq!(made.len(), 6 * 2 * LANES);
    assert_eq!(ended, made, "what was made was found, in whatever lane");
    assert!(removed > 0, "no lane was removed meanwhile");
    Ok(())
}

pub(super) async fn a_mission_moves_out_of_a_lane_that_has_another_number(
    stage: Stage,
) -> anyhow::Result<()> {
    let Some(other) = stage.next_door().await? else { return Ok(()) };
    let atlas = stage.agent("atlas").await?;
    stage.make_and_claim(&atlas, keyed(&stage, 1)).await?;
    stage.pass(1);
    assert_eq!(walk_lanes(&other, Duration::ZERO, 9).await?, 1);
    let made = other.make(keyed(&other, 1)).await?;
    // This process remembers the lane by its first number.
    let told = stage.explain(&made).await?;
    assert!(told.ready, "{told:?}");
    assert_eq!(stage.tell(made.id, cancel(false)).await?.status(), Status::Cancelled);
    stage.pass(1);
    assert_eq!(walk_lanes(&other, Duration::ZERO, 9).await?, 1);
    let again = stage.make(keyed(&stage, 1)).await?;
    assert_eq!(ids(&other.claim(&atlas, 1).await?), [again.id]);
    Ok(())
}

pub(super) async fn an_edit_leaves_a_mission_in_a_lane_that_has_another_number(
    stage: Stage,
) -> anyhow::Result<()> {
    let Some(other) = stage.next_door().await? else { return Ok(()) };
    let atlas = stage.agent("atlas").await?;
    let first = stage.make_and_claim(&atlas, keyed(&stage, 1)).await?;
    stage.tell(first.id, complete(Some(first.lease_id))).await?;
    stage.pass(1);
    assert_eq!(walk_lanes(&other, Duration::ZERO, 9).await?, 1);
    let made = other.make(keyed(&other, 1)).await?;
    // This process remembers the lane by its first number.
    let edit = Edit { title: Some(text("Chart the strait")), ..Edit::default() };
    stage.tell(made.id, Command::Edit(edit)).await?;
    // Nor does it know the number when another mission begins to depend on one.
    let held_up = other.make(keyed(&other, 1)).await?;
    stage.make(stage.draft().after(&[held_up.id])).await?;
    assert_eq!(ids(&other.claim(&atlas, 2).await?), [made.id, held_up.id]);
    Ok(())
}
