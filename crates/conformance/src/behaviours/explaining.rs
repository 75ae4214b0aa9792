//! An explanation and the next claim say the same.

use std::time::Duration;

use mission_control_agents::Agent;
use mission_control_kernel::MissionId;
use mission_control_missions::queue::{Explanation, Position, QueueSetting};
use mission_control_missions::{Command, Priority};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::draft::{kind, text};
use crate::stage::{Stage, claiming, ids};

/// Queues that are played.
const QUEUES: usize = 40;

const KINDS: [&str; 2] = ["default", "survey"];

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

/// Missions; what is set for the two kinds; whether the project is paused; what agents there are, by
/// whether they can do more than the usual and whether they perform surveys alone; and which of them
/// claims.
type Queue = (Vec<Traits>, [QueueSetting; 2], bool, Vec<(bool, bool)>, usize);

fn some_queues() -> Vec<Queue> {
    let queue = (
        prop::collection::vec(a_mission(), 1..12),
        [a_setting(), a_setting()],
        prop::bool::weighted(0.05),
        prop::collection::vec((any::<bool>(), prop::bool::weighted(0.3)), 1..3),
        0..3_usize,
    );
    let mut runner = TestRunner::deterministic();
    let mut draw = || queue.new_tree(&mut runner).expect("nothing is filtered out").current();
    (0..QUEUES).map(|_| draw()).collect()
}

/// For each kind: what is explained of its missions is what claims for it by any of the agents take.
pub(super) async fn ready_is_what_the_next_claim_takes(stage: Stage) -> anyhow::Result<()> {
    for (round, queue) in some_queues().into_iter().enumerate() {
        for kind in KINDS {
            let stage = stage.of_project(&format!("queue-{round}-{kind}"));
            let agents = prepare(&stage, &queue).await?;
            let mut told = Vec::new();
            for mission in stage.all().await? {
                let explanation = stage.explain(&mission).await?;
                if mission.spec.kind == self::kind(kind) {
                    told.push((mission.id, explanation));
                }
            }
            let able = |agent: &&Agent| {
                let kinds = agent.kinds.as_ref();
                kinds.is_none_or(|kinds| kinds.iter().any(|own| own.as_str() == kind))
            };
            let able: Vec<&Agent> = agents.iter().filter(able).collect();
            let taken = match able.get(queue.4 % able.len().max(1)) {
                Some(agent) => claimed(&stage, agent, kind).await?,
                None => Vec::new(),
            };
            // With one agent the place is exact; with more another one may have a shorter way to it.
            let exact = able.len() <= 1;
            for (id, told) in told {
                let place = taken.iter().position(|one| *one == id);
                let place = place.and_then(|index| u32::try_from(index + 1).ok());
                check(&told, place.map(Position::At), exact)
                    .map_err(|seen| anyhow::anyhow!("round {round}, {kind}: {id} {seen}"))?;
            }
        }
    }
    Ok(())
}

fn check(told: &Explanation, place: Option<Position>, exact: bool) -> Result<(), String> {
    let fits = if exact {
        (told.ready, told.position) == (place.is_some(), place)
    } else {
        place.is_none() || (told.ready && told.position <= place)
    };
    if fits { Ok(()) } else { Err(format!("was taken at {place:?} but told {told:?}")) }
}

async fn prepare(stage: &Stage, queue: &Queue) -> anyhow::Result<Vec<Agent>> {
    let (missions, settings, paused, agents, _) = queue;
    for traits in missions {
        make(stage, *traits).await?;
    }
    for (kind, setting) in KINDS.into_iter().zip(settings) {
        stage.set_queue(Some(kind), *setting).await?;
    }
    let whole = QueueSetting { paused: *paused, ..QueueSetting::default() };
    stage.set_queue(None, whole).await?;
    let mut registered = Vec::new();
    for (n, (gifted, surveys)) in agents.iter().enumerate() {
        let able: &[&str] = if *gifted { &["gpu"] } else { &[] };
        let mut registration = stage.registration(&format!("agent {n}"), able);
        registration.kinds = surveys.then(|| vec![text("survey")]);
        registered.push(stage.store.stores.agents.register(registration).await?.0);
    }
    Ok(registered)
}

/// What an agent takes of a kind, one after another.
async fn claimed(stage: &Stage, agent: &Agent, kind: &str) -> anyhow::Result<Vec<MissionId>> {
    let mut taken = Vec::new();
    loop {
        let mut asked = claiming(agent, 1);
        asked.claimant.agent.kinds = Some(vec![self::kind(kind)]);
        match stage.claim_as(vec![asked]).await?.taken.as_slice() {
            [(_, mission)] => taken.push(mission.id),
            _ => return Ok(taken),
        }
    }
}

pub(super) async fn a_place_is_counted_as_far_as_it_matters(stage: Stage) -> anyhow::Result<()> {
    stage.agent("atlas").await?;
    let urgent = stage.draft().kind("survey").priority(Priority::Critical);
    stage.make(urgent).await?;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.extend(ids(&stage.make_all((0..250).map(|_| stage.draft())).await?));
    }
    stage.pass(1);
    let low = stage.make(stage.draft().priority(Priority::Low)).await?.id;
    let high = stage.make(stage.draft().priority(Priority::High)).await?.id;
    let mut places = Vec::new();
    for id in [high, made[0], made[998], made[999], low] {
        places.push(stage.explain(&stage.mission(id).await?).await?.position);
    }
    let beyond = Some(Position::Beyond(1_000));
    assert_eq!(
        places,
        [1, 2, 1_000]
            .map(|place| Some(Position::At(place)))
            .into_iter()
            .chain([beyond, beyond])
            .collect::<Vec<_>>()
    );
    Ok(())
}

async fn make(stage: &Stage, traits: Traits) -> anyhow::Result<()> {
    let (kind, priority, gpu, fairness, keyed, waited, scheduled, held) = traits;
    stage.pass(waited);
    let at = scheduled.map(|wait| stage.now().plus(Duration::from_secs(wait)));
    let draft = stage
        .draft()
        .kind(KINDS[kind])
        .priority(Priority::ALL[priority])
        .needs(if gpu { &["gpu"] } else { &[] })
        .spec(|spec| {
            spec.fairness_key = [None, Some(text("amber")), Some(text("birch"))][fairness].clone();
            spec.concurrency_key = keyed.then(|| text("gauge"));
        })
        .place(|new| new.scheduled_at = at);
    let made = stage.make(draft).await?;
    if held {
        stage.tell(made.id, Command::Hold { reason: None }).await?;
    }
    Ok(())
}
