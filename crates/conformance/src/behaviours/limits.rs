//! How many may run.

use std::time::Duration;

use mission_control_missions::queue::{
    Many, QueueChange, QueueChanged, QueueLimits, QueueSetting, QueueState,
};
use mission_control_missions::{Actor, Command, Once};

use crate::draft::{Draft, kind, text};
use crate::stage::{Stage, complete, ids, start};

/// What is told sooner, if it is told at all.
const HEARD_WITHIN: Duration = Duration::from_secs(60);

fn keyed(stage: &Stage, key: &str) -> Draft {
    stage.draft().spec(|spec| spec.concurrency_key = Some(text(key)))
}

fn at_most(limit: u32) -> QueueSetting {
    QueueSetting { limit: Some(limit), ..QueueSetting::default() }
}

pub(super) async fn a_kind_runs_no_more_than_its_limit(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    stage.set_queue(Some("survey"), at_most(2)).await?;
    let surveys = ids(&stage.make_all((0..4).map(|_| stage.draft().kind("survey"))).await?);
    let plain = stage.make_plain().await?.id;
    let mut taken = stage.claim(&agent, 9).await?;
    taken.sort_unstable_by_key(|mission| mission.id);
    assert_eq!(ids(&taken), [surveys[0], surveys[1], plain]);
    assert!(stage.claim(&agent, 9).await?.is_empty());
    stage.tell(surveys[0], complete(Some(taken[0].lease_id))).await?;
    assert_eq!(ids(&stage.claim(&agent, 9).await?), [surveys[2]]);
    stage.set_queue(Some("survey"), QueueSetting::default()).await?;
    assert_eq!(ids(&stage.claim(&agent, 9).await?), [surveys[3]], "without a limit");
    Ok(())
}

pub(super) async fn a_concurrency_key_runs_one_at_a_time_by_default(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let drafts = [keyed(&stage, "gauge"), keyed(&stage, "gauge"), keyed(&stage, "buoy")];
    let made = ids(&stage.make_all(drafts).await?);
    let other_kind = stage.make(keyed(&stage, "gauge").kind("survey")).await?.id;
    let mut taken = stage.claim(&agent, 9).await?;
    taken.sort_unstable_by_key(|mission| mission.id);
    assert_eq!(ids(&taken), [made[0], made[2]]);
    stage.tell(made[0], complete(Some(taken[0].lease_id))).await?;
    let next = stage.claim(&agent, 9).await?;
    assert_eq!(ids(&next), [made[1]]);
    stage.tell(made[1], complete(Some(next[0].lease_id))).await?;
    assert_eq!(ids(&stage.claim(&agent, 9).await?), [other_kind], "a key spans kinds");
    Ok(())
}

pub(super) async fn a_queue_may_let_more_of_one_key_run(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let two = QueueSetting { key_limit: Some(2), ..QueueSetting::default() };
    stage.set_queue(Some("default"), two).await?;
    let made = ids(&stage.make_all((0..3).map(|_| keyed(&stage, "gauge"))).await?);
    assert_eq!(ids(&stage.claim(&agent, 9).await?), made[..2]);
    Ok(())
}

pub(super) async fn what_was_started_from_outside_counts(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    stage.set_queue(Some("default"), at_most(1)).await?;
    let [first, second] = [keyed(&stage, "gauge"), keyed(&stage, "gauge")];
    let (first, second) = (stage.make(first).await?.id, stage.make(second).await?.id);
    stage.tell(first, start()).await?;
    assert!(stage.claim(&agent, 9).await?.is_empty());
    let third = stage.make_plain().await?.id;
    stage.tell(third, start()).await?;
    stage.tell(third, complete(None)).await?;
    stage.tell(first, complete(None)).await?;
    assert_eq!(ids(&stage.claim(&agent, 9).await?), [second]);
    Ok(())
}

pub(super) async fn a_paused_kind_or_project_hands_out_nothing(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let paused = QueueSetting { paused: true, ..QueueSetting::default() };
    let plain = stage.make_plain().await?.id;
    let survey = stage.make(stage.draft().kind("survey")).await?.id;
    stage.set_queue(None, paused).await?;
    assert!(stage.claim(&agent, 9).await?.is_empty());
    stage.set_queue(None, QueueSetting::default()).await?;
    stage.set_queue(Some("default"), paused).await?;
    assert_eq!(ids(&stage.claim(&agent, 9).await?), [survey]);
    let away = stage.of_project("elsewhere");
    let stranger = away.agent("birch").await?;
    let theirs = away.make_plain().await?.id;
    assert_eq!(ids(&away.claim(&stranger, 9).await?), [theirs], "a pause is a project's own");
    stage.set_queue(Some("default"), QueueSetting::default()).await?;
    assert_eq!(ids(&stage.claim(&agent, 9).await?), [plain]);
    Ok(())
}

pub(super) async fn queues_tell_what_is_set_and_how_many_run(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let setting = QueueSetting { paused: false, limit: Some(7), key_limit: Some(2) };
    stage.set_queue(Some("survey"), setting).await?;
    stage.make_all((0..3).map(|_| stage.draft().kind("survey"))).await?;
    stage.claim(&agent, 2).await?;
    let outside = stage.make_plain().await?.id;
    stage.tell(outside, start()).await?;
    let queues = stage.store.stores.missions.queues(&stage.project).await?;
    let of = |name: &str| queues.iter().find(|queue| queue.kind == Some(kind(name)));
    let survey = of("survey").expect("it is set and runs");
    assert_eq!((survey.setting, survey.running), (setting, 2));
    assert_eq!(of("default").map(|queue| queue.running), Some(1));
    let paused = QueueSetting { paused: true, ..QueueSetting::default() };
    stage.set_queue(None, paused).await?;
    let queues = stage.store.stores.missions.queues(&stage.project).await?;
    let whole = queues.iter().find(|queue| queue.kind.is_none()).expect("it is set");
    assert_eq!((whole.setting, whole.running), (paused, 3), "of every kind together");
    Ok(())
}

/// The queue of surveys.
async fn surveys(stage: &Stage) -> anyhow::Result<QueueState> {
    let queues = stage.store.stores.missions.queues(&stage.project).await?;
    let found = queues.into_iter().find(|queue| queue.kind == Some(kind("survey")));
    found.ok_or_else(|| anyhow::anyhow!("nothing is set for surveys"))
}

pub(super) async fn a_change_of_a_queue_leaves_the_rest_and_says_whose_it_is(
    stage: Stage,
) -> anyhow::Result<()> {
    let missions = &stage.store.stores.missions;
    let survey = kind("survey");
    let change = async |change: QueueChange, by: &str| {
        let by = Actor::Principal(text(by));
        missions.change_queue(&stage.project, Some(&survey), change, &by, None).await
    };
    let pause = QueueChange { paused: Some(true), ..QueueChange::default() };
    let limits = QueueLimits { running: Some(3), of_key: None };
    let limit = QueueChange { limits: Some(limits), ..QueueChange::default() };
    let by = |name: &str| Some(QueueChanged { at: stage.now(), by: Some(text(name)) });

    let told = change(pause, "ada").await?;
    let paused = QueueSetting { paused: true, ..QueueSetting::default() };
    let state = surveys(&stage).await?;
    assert_eq!((state.setting, &state.changed), (paused, &by("ada")));
    assert_eq!(told, Once::Now(state.into()), "it is told as it is set");
    stage.pass(1);
    change(limit, "grace").await?;
    let limited = surveys(&stage).await?;
    let both = QueueSetting { limit: Some(3), ..paused };
    assert_eq!((limited.setting, &limited.changed), (both, &by("grace")));
    stage.pass(1);
    for same in [pause, limit, QueueChange::default()] {
        change(same, "eve").await?;
        assert_eq!(surveys(&stage).await?, limited, "it was so already");
    }
    change(QueueChange { limits: Some(QueueLimits::default()), ..QueueChange::default() }, "ada")
        .await?;
    let state = surveys(&stage).await?;
    assert_eq!((state.setting, state.changed), (paused, by("ada")));
    Ok(())
}

pub(super) async fn a_kind_for_which_nothing_is_set_is_not_kept(
    stage: Stage,
) -> anyhow::Result<()> {
    let missions = &stage.store.stores.missions;
    let by = Actor::Principal(text("ada"));
    let (pause, resume) = (paused(true), paused(false));
    let unlimited = QueueChange { limits: Some(QueueLimits::default()), ..QueueChange::default() };
    let limit = QueueLimits { running: None, of_key: Some(2) };
    let limited = QueueChange { limits: Some(limit), ..QueueChange::default() };
    let survey = kind("survey");
    for (changes, kept) in [
        (&[resume][..], false),
        (&[QueueChange::default()], false),
        (&[unlimited], false),
        (&[pause, resume], false),
        (&[limited, resume], true),
        (&[unlimited], false),
        (&[limited, pause, unlimited], true),
        (&[resume, resume], false),
    ] {
        for change in changes {
            missions.change_queue(&stage.project, Some(&survey), *change, &by, None).await?;
        }
        assert_eq!(surveys(&stage).await.is_ok(), kept, "{changes:?}");
    }
    // Of a project there is one: who let it go on is worth it, but not who changed nothing.
    missions.change_queue(&stage.project, None, resume, &by, None).await?;
    assert_eq!(missions.queues(&stage.project).await?, []);
    for change in [pause, resume] {
        missions.change_queue(&stage.project, None, change, &by, None).await?;
    }
    let told = missions.queues(&stage.project).await?;
    let who = told.first().and_then(|whole| whole.changed.as_ref()?.by.clone());
    assert_eq!((told.len(), who), (1, Some(text("ada"))));
    Ok(())
}

const fn paused(paused: bool) -> QueueChange {
    QueueChange { paused: Some(paused), limits: None }
}

pub(super) async fn a_changed_queue_wakes_whoever_waits(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    stage.set_queue(None, QueueSetting { paused: true, ..QueueSetting::default() }).await?;
    let waiting = stage.make_plain().await?.id;
    let next_door = stage.next_door().await?;
    let seen = stage.store.stores.missions.arrivals();
    let seen_there = next_door.as_ref().map(|there| there.store.stores.missions.arrivals());
    assert!(stage.claim(&agent, 1).await?.is_empty());
    stage.set_queue(None, QueueSetting::default()).await?;
    let woken = stage.store.stores.missions.wait_for_arrivals(seen);
    tokio::time::timeout(HEARD_WITHIN, woken).await?;
    // Another process is told too, and what it reads is what was set.
    if let (Some(there), Some(seen)) = (next_door, seen_there) {
        let woken = there.store.stores.missions.wait_for_arrivals(seen);
        tokio::time::timeout(HEARD_WITHIN, woken).await?;
        assert_eq!(ids(&there.claim(&agent, 1).await?), [waiting]);
    } else {
        assert_eq!(ids(&stage.claim(&agent, 1).await?), [waiting]);
    }
    Ok(())
}

pub(super) async fn what_waits_is_told_apart(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let survey = || stage.draft().kind("survey");
    let since = stage.now();
    let first = stage.make(survey()).await?.id;
    stage.pass(5);
    stage.make_all((0..3).map(|n| survey().needs(&["sonar"][..n % 2]))).await?;
    let later = stage.now().plus(Duration::from_secs(60));
    stage.make(survey().place(|new| new.scheduled_at = Some(later))).await?;
    stage.make(survey().after(&[first])).await?;
    let held = stage.make(survey().place(|new| new.held = true)).await?.id;
    stage.make(stage.draft().kind("external")).await?;
    stage
        .of_project("elsewhere")
        .make(stage.of_project("elsewhere").draft().kind("survey"))
        .await?;

    let look = async || -> anyhow::Result<_> {
        let kinds = [kind("survey"), kind("nothing"), kind("external")];
        let lines = stage.store.stores.missions.queue_lines(&stage.project, &kinds).await?;
        let told = lines.iter().map(|line| {
            let all = [line.ready, line.scheduled, line.blocked];
            assert!(all.iter().all(|many| many.whole), "{line:?}");
            (line.kind.clone(), all.map(|Many { count, .. }| count), line.ready_since)
        });
        Ok(told.collect::<Vec<_>>())
    };
    assert_eq!(
        look().await?,
        [
            (kind("survey"), [4, 1, 1], Some(since)),
            (kind("nothing"), [0, 0, 0], None),
            (kind("external"), [0, 0, 1], None),
        ]
    );
    let taken = stage.claim_one(&agent).await?;
    assert_eq!(taken.id, first);
    stage.tell(first, complete(Some(taken.lease_id))).await?;
    stage.follow_through().await?;
    stage.tell(held, Command::Approve).await?;
    stage.pass(60);
    assert_eq!(look().await?[0].1, [6, 0, 0], "with what was scheduled, blocked and held");
    Ok(())
}
