//! How many may run.

use mission_control_missions::queue::QueueSetting;

use crate::draft::{Draft, kind, text};
use crate::stage::{Stage, complete, ids, start};

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
