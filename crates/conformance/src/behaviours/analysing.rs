//! What ended missions were like, in groups.

use std::time::Duration;

use mission_control::{Analysis, Group, Grouping};
use mission_control_kernel::{Money, Timestamp};
use mission_control_missions::{Command, FailureClass, UsageReport};

use crate::draft::text;
use crate::stage::{Stage, cancel, fail, start};

const DAY: Duration = Duration::from_hours(24);
const MOST: u32 = 1_000;

async fn analyse(
    stage: &Stage,
    by: Grouping,
    from: Timestamp,
    most: u32,
    groups: u32,
) -> anyhow::Result<Analysis> {
    let history = &stage.store.stores.history;
    let to = stage.now().plus(Duration::from_secs(1));
    Ok(history.analyse(&stage.project, by, (from, to), most, groups).await?)
}

/// A mission that took so many seconds, and as many tokens and dollars, with a model.
async fn ended(stage: &Stage, seconds: u64, model: &str) -> anyhow::Result<()> {
    let made = stage.make_plain().await?;
    let start = Command::Start { agent_type: None, model_used: Some(text(model)) };
    stage.tell(made.id, start).await?;
    stage.pass(seconds);
    let cost = Money::from_nanos(i64::try_from(seconds)? * 1_000_000_000);
    let usage = UsageReport { tokens_used: Some(seconds), cost, ..UsageReport::default() };
    stage.tell(made.id, Command::Complete { lease: None, result: None, usage }).await?;
    Ok(())
}

pub(super) async fn ended_missions_are_told_in_groups(stage: Stage) -> anyhow::Result<()> {
    let from = stage.now();
    assert_eq!(analyse(&stage, Grouping::Model, from, MOST, 9).await?, Analysis::default());
    for seconds in 1..=20 {
        ended(&stage, seconds, "owl").await?;
    }
    ended(&stage, 7, "hare").await?;
    let failed = stage.make_plain().await?;
    stage.tell(failed.id, start()).await?;
    stage.tell(failed.id, fail(None, FailureClass::InvalidInput)).await?;
    let called_off = stage.make_plain().await?;
    stage.tell(called_off.id, cancel(false)).await?;
    stage.make_plain().await?;

    let found = analyse(&stage, Grouping::Model, from, MOST, 9).await?;
    let second = 1_000_000;
    let owls = Group {
        key: Some("owl".to_owned()),
        count: 20,
        completed: 20,
        failed: 0,
        cancelled: 0,
        median_micros: Some(10 * second),
        p95_micros: Some(19 * second),
        tokens: 210,
        cost: Money::from_nanos(210_000_000_000).expect("it is positive"),
        figures: Vec::new(),
    };
    let nameless = Group {
        key: None,
        count: 2,
        completed: 0,
        failed: 1,
        cancelled: 1,
        // What was never begun took no time, not none.
        median_micros: Some(0),
        p95_micros: Some(0),
        tokens: 0,
        cost: Money::default(),
        figures: Vec::new(),
    };
    let hare = Group {
        key: Some("hare".to_owned()),
        count: 1,
        completed: 1,
        median_micros: Some(7 * second),
        p95_micros: Some(7 * second),
        tokens: 7,
        cost: Money::from_nanos(7_000_000_000).expect("it is positive"),
        ..owls.clone()
    };
    let groups = vec![owls, nameless, hare];
    assert_eq!(found, Analysis { groups, looked_at: 23, capped: false });

    let kinds = analyse(&stage, Grouping::Kind, from, MOST, 9).await?;
    assert_eq!((kinds.groups.len(), kinds.groups[0].key.as_deref()), (1, Some("default")));
    let agents = analyse(&stage, Grouping::Agent, from, MOST, 9).await?;
    assert_eq!((agents.groups.len(), &agents.groups[0].key), (1, &None));
    let templates = analyse(&stage, Grouping::Template, from, MOST, 9).await?;
    assert_eq!(templates, Analysis::default(), "none was made from one");
    Ok(())
}

pub(super) async fn a_span_and_its_bounds_hold(stage: Stage) -> anyhow::Result<()> {
    let first = stage.now();
    for model in ["owl", "owl", "hare"] {
        ended(&stage, 1, model).await?;
    }
    stage.pass(DAY.as_secs());
    let second = stage.now();
    ended(&stage, 2, "lynx").await?;
    let days = analyse(&stage, Grouping::Day, first, MOST, 9).await?;
    let told = |found: &Analysis| -> Vec<(Option<String>, u64)> {
        found.groups.iter().map(|group| (group.key.clone(), group.count)).collect()
    };
    let day = |at: Timestamp| Some(at.to_string()[..10].to_owned());
    assert_eq!(told(&days), [(day(first), 3), (day(second), 1)]);
    let late = analyse(&stage, Grouping::Model, second, MOST, 9).await?;
    assert_eq!(told(&late), [(Some("lynx".to_owned()), 1)]);

    let largest = analyse(&stage, Grouping::Model, first, MOST, 1).await?;
    assert_eq!(told(&largest), [(Some("owl".to_owned()), 2)]);
    assert_eq!((largest.looked_at, largest.capped), (4, false), "all are counted");
    assert!(!analyse(&stage, Grouping::Model, first, 4, 9).await?.capped);
    let capped = analyse(&stage, Grouping::Day, first, 3, 9).await?;
    assert!(capped.capped, "{capped:?}");
    let elsewhere = stage.of_project("elsewhere");
    assert_eq!(analyse(&elsewhere, Grouping::Day, first, MOST, 9).await?, Analysis::default());
    Ok(())
}
