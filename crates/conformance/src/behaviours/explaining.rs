//! An explanation and the next claim say the same.

use std::time::Duration;

use mission_control_missions::queue::{Position, QueueSetting, explain};
use mission_control_missions::{Command, Priority};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::draft::text;
use crate::stage::{AGEING, Stage};

/// Queues that are played.
const QUEUES: usize = 30;

/// What is random about one mission.
type Traits = (usize, usize, bool, usize, bool, u64, Option<u64>, bool);

fn a_mission() -> impl Strategy<Value = Traits> {
    (
        0..2_usize,
        0..4_usize,
        any::<bool>(),
        0..3_usize,
        any::<bool>(),
        0..400_u64,
        prop::option::weighted(0.2, 0..900_u64),
        prop::bool::weighted(0.1),
    )
}

fn a_setting() -> impl Strategy<Value = QueueSetting> {
    (prop::bool::weighted(0.1), prop::option::of(0..4_u32), prop::option::of(0..3_u32))
        .prop_map(|(paused, limit, key_limit)| QueueSetting { paused, limit, key_limit })
}

/// Missions, what is set for the two kinds, and whether the agent can do more than the usual.
type Queue = (Vec<Traits>, QueueSetting, QueueSetting, bool);

fn some_queues() -> Vec<Queue> {
    let queue =
        (prop::collection::vec(a_mission(), 1..12), a_setting(), a_setting(), any::<bool>());
    let mut runner = TestRunner::deterministic();
    let mut draw = || queue.new_tree(&mut runner).expect("nothing is filtered out").current();
    (0..QUEUES).map(|_| draw()).collect()
}

pub(super) async fn ready_is_what_the_next_claim_takes(stage: Stage) -> anyhow::Result<()> {
    for (round, (missions, default, survey, gifted)) in some_queues().into_iter().enumerate() {
        let stage = stage.of_project(&format!("queue-{round}"));
        for traits in missions {
            make(&stage, traits).await?;
        }
        stage.set_queue(Some("default"), default).await?;
        stage.set_queue(Some("survey"), survey).await?;
        let able: &[&str] = if gifted { &["gpu"] } else { &[] };
        let agent = stage.able_agent("atlas", able).await?;

        let all = stage.all().await?;
        let view = stage.store.stores.missions.queue_view(&stage.project).await?;
        assert_eq!(view.now, stage.now());
        let turns = stage.turns();
        let mut taken = Vec::new();
        while let [mission] = stage.claim(&agent, 1).await?.as_slice() {
            taken.push(mission.id);
        }
        for mission in &all {
            let told = explain(mission, &view.lanes, &view.facts, &turns, view.now, AGEING);
            let place = taken.iter().position(|id| *id == mission.id);
            let place = place.map(|index| Position::At(u32::try_from(index + 1).unwrap_or(0)));
            assert_eq!(
                (told.ready, told.position),
                (place.is_some(), place),
                "round {round}: {mission:?}\n{told:?}"
            );
        }
    }
    Ok(())
}

async fn make(stage: &Stage, traits: Traits) -> anyhow::Result<()> {
    let (kind, priority, gpu, fairness, keyed, waited, scheduled, held) = traits;
    stage.pass(waited);
    let at = scheduled.map(|wait| stage.now().plus(Duration::from_secs(wait)));
    let draft = stage
        .draft()
        .kind(["default", "survey"][kind])
        .priority(Priority::ALL[priority])
        .needs(if gpu { &["gpu"] } else { &[] })
        .spec(|spec| {
            spec.fairness_key = [None, Some(text("amber")), Some(text("birch"))][fairness].clone();
            spec.concurrency_key = keyed.then(|| text("gauge"));
        })
        .place(|new| new.scheduled_at = at);
    let made = stage.make(draft).await?;
    if held {
        stage.tell(made.id, Command::Hold).await?;
    }
    Ok(())
}
