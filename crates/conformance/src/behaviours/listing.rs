//! Lists show what they are asked for, in the order that they are asked for.

use std::time::Duration;

use mission_control_agents::Agent;
use mission_control_kernel::{MissionId, Money, RunId, Timestamp};
use mission_control_missions::{
    Command, Complexity, FailureClass, ListQuery, Mission, Priority, Sort, SortKey, Status, Step,
    UsageReport,
};

use crate::draft::{kind, text};
use crate::stage::{Stage, cancel, complete, fail, ids, start};

/// A page smaller than any list here, so that every list is walked.
const PAGE: u32 = 7;

/// What the missions of [`a_colourful_project`] have to do with.
struct Cast {
    agent: Agent,
    root: MissionId,
    run: RunId,
    middle: Timestamp,
}

/// Forty-eight missions that differ in everything that a list can be asked for.
async fn a_colourful_project(stage: &Stage) -> anyhow::Result<Cast> {
    let agent = stage.agent("atlas").await?;
    let root = stage.make(stage.draft().titled("root")).await?.id;
    let run = RunId::new(stage.mission_id().uuid());
    let middle = stage.now().plus(Duration::from_secs(20));
    for n in 1..48_usize {
        stage.pass(1);
        let draft = stage
            .draft()
            .titled(&format!("part {n}"))
            .priority(Priority::ALL[n % 4])
            .kind(["default", "survey", "chart"][n % 3])
            .spec(|spec| {
                spec.labels = (0..n % 3).map(|label| text(["reef", "tide"][label])).collect();
                spec.complexity = (n % 2 == 0).then(|| Complexity::ALL[n % 5]);
                spec.template = (n % 5 == 0).then(|| text("coast-survey"));
                spec.step = (n % 6 == 0).then(|| Step {
                    run,
                    key: text(&format!("step {n}")),
                    position: 1,
                    continues_on_failure: false,
                });
            })
            .place(|new| {
                new.held = n % 8 == 7;
                new.parent = (n % 4 == 1).then_some(root);
                new.model_used = (n % 3 == 0).then(|| text("model-7b"));
            });
        let id = stage.make(draft).await?.id;
        lead(stage, &agent, id, n).await?;
    }
    Ok(Cast { agent, root, run, middle })
}

/// Takes a new mission to some place of its life.
async fn lead(stage: &Stage, agent: &Agent, id: MissionId, n: usize) -> anyhow::Result<()> {
    if n % 8 >= 6 {
        return Ok(());
    }
    let used = u64::try_from(n * 7 % 23)?;
    let usage = UsageReport {
        tokens_used: Some(used * 10),
        cost: Money::from_nanos(i64::try_from(used * 1_001)?),
        ..UsageReport::default()
    };
    let mission = if n.is_multiple_of(2) {
        stage.tell(id, start()).await?
    } else {
        stage
            .tell(id, Command::Start { agent_type: Some(text("claude")), model_used: None })
            .await?
    };
    stage.pass(u64::try_from(n % 5)?);
    let note =
        Command::Progress { lease: None, progress: None, message: None, result: None, usage };
    stage.tell(id, note).await?;
    match n % 8 {
        1 => stage.tell(id, complete(None)).await?,
        2 => stage.tell(id, fail(None, FailureClass::InvalidInput)).await?,
        3 => {
            stage.tell(id, fail(None, FailureClass::Unknown)).await?;
            stage.tell(id, Command::Discard { reason: None }).await?
        }
        4 => stage.tell(id, cancel(false)).await?,
        5 => {
            stage.tell(id, Command::TakeBack).await?;
            let mut asked = crate::stage::claiming(agent, 1);
            asked.claimant.agent.kinds = Some(vec![mission.spec.kind.clone()]);
            stage.claim_as(vec![asked]).await?;
            mission
        }
        _ => mission,
    };
    Ok(())
}

/// A filter of lists, and what it must keep.
struct Filter {
    name: &'static str,
    query: ListQuery,
    keeps: Box<dyn Fn(&Mission) -> bool + Send + Sync>,
}

fn filter(
    name: &'static str,
    say: impl FnOnce(&mut ListQuery),
    keeps: impl Fn(&Mission) -> bool + Send + Sync + 'static,
) -> Filter {
    let mut query = ListQuery { limit: PAGE, ..ListQuery::default() };
    say(&mut query);
    Filter { name, query, keeps: Box::new(keeps) }
}

fn filters(cast: &Cast) -> Vec<Filter> {
    let mut all = by_words(cast);
    all.extend(by_place(cast));
    all.extend(by_state(cast));
    all
}

fn by_words(cast: &Cast) -> Vec<Filter> {
    let agent = cast.agent.id;
    vec![
        filter("everything", |_| {}, |_| true),
        filter(
            "priority",
            |query| query.priorities = vec![Priority::High],
            |one| one.spec.priority == Priority::High,
        ),
        filter(
            "kind",
            |query| query.kinds = vec![kind("survey"), kind("chart")],
            |one| one.spec.kind != kind("default"),
        ),
        filter(
            "the usual kind",
            |query| query.kinds = vec![kind("default")],
            |one| one.spec.kind == kind("default"),
        ),
        filter(
            "agent type",
            |query| query.agent_types = vec![text("claude")],
            |one| one.agent_type == Some(text("claude")),
        ),
        filter("agent", |query| query.agents = vec![agent], move |one| one.agent() == Some(agent)),
        filter(
            "model",
            |query| query.models = vec![text("model-7b")],
            |one| one.model_used == Some(text("model-7b")),
        ),
        filter(
            "complexity",
            |query| query.complexities = vec![Complexity::Simple, Complexity::Expert],
            |one| matches!(one.spec.complexity, Some(Complexity::Simple | Complexity::Expert)),
        ),
        filter(
            "label",
            |query| query.labels = vec![text("tide"), text("absent")],
            |one| one.spec.labels.contains(&text("tide")),
        ),
        filter(
            "text",
            |query| query.text = Some(text("PART 1")),
            |one| one.spec.title.as_str().starts_with("part 1"),
        ),
    ]
}

fn by_place(cast: &Cast) -> Vec<Filter> {
    let (root, run, middle) = (cast.root, cast.run, cast.middle);
    vec![
        filter(
            "parent",
            |query| query.parents = vec![root],
            move |one| one.place.parent == Some(root),
        ),
        filter("root", |query| query.roots = vec![root], move |one| one.place.root == root),
        filter("roots alone", |query| query.only_roots = true, |one| one.place.parent.is_none()),
        filter(
            "run",
            |query| query.runs = vec![run],
            move |one| one.spec.step.as_ref().is_some_and(|step| step.run == run),
        ),
        filter(
            "template",
            |query| query.templates = vec![text("coast-survey")],
            |one| one.spec.template == Some(text("coast-survey")),
        ),
        filter(
            "made from",
            |query| query.created_from = Some(middle),
            move |one| one.created_at >= middle,
        ),
        filter(
            "made until",
            |query| query.created_until = Some(middle),
            move |one| one.created_at < middle,
        ),
    ]
}

fn by_state(cast: &Cast) -> Vec<Filter> {
    let middle = cast.middle;
    vec![
        filter(
            "status",
            |query| query.statuses = vec![Status::Failed, Status::Running],
            |one| matches!(one.status(), Status::Failed | Status::Running),
        ),
        filter("dead letter", |query| query.dead_letter = Some(true), Mission::is_dead_letter),
        filter(
            "no dead letter",
            |query| query.dead_letter = Some(false),
            |one| !one.is_dead_letter(),
        ),
        filter("held", |query| query.held = Some(true), |one| one.held),
        filter("not held", |query| query.held = Some(false), |one| !one.held),
        filter(
            "several at once",
            |query| {
                query.statuses = vec![Status::Failed];
                query.only_roots = true;
                query.labels = vec![text("reef")];
                query.created_from = Some(middle);
            },
            move |one| {
                one.status() == Status::Failed
                    && one.place.parent.is_none()
                    && one.spec.labels.contains(&text("reef"))
                    && one.created_at >= middle
            },
        ),
    ]
}

pub(super) async fn every_filter_keeps_what_it_names(stage: Stage) -> anyhow::Result<()> {
    let cast = a_colourful_project(&stage).await?;
    let all = stage.all().await?;
    assert_eq!(all.len(), 48);
    for Filter { name, query, keeps } in filters(&cast) {
        let mut expected: Vec<MissionId> =
            all.iter().filter(|mission| keeps(mission)).map(|mission| mission.id).collect();
        assert!(!expected.is_empty(), "{name}: the project shows nothing of it");
        expected.reverse();
        assert_eq!(ids(&stage.walk(query.clone()).await?), expected, "{name}");
        let count = stage.store.stores.missions.count(&stage.scope, &query, 1_000).await?;
        assert_eq!(usize::try_from(count)?, expected.len(), "{name}, counted");
    }
    Ok(())
}

pub(super) async fn every_order_is_total_both_ways(stage: Stage) -> anyhow::Result<()> {
    let cast = a_colourful_project(&stage).await?;
    let all = stage.all().await?;
    for Filter { name, query, keeps } in filters(&cast) {
        for key in SortKey::ALL {
            let mut expected: Vec<&Mission> = all.iter().filter(|one| keeps(one)).collect();
            expected.sort_by_key(|mission| (key.value(mission), mission.id));
            for descending in [false, true] {
                let sort = Sort { key: *key, descending };
                let query = ListQuery { sort, ..query.clone() };
                let shown = ids(&stage.walk(query).await?);
                assert_eq!(shown, ids(expected.iter().copied()), "{name} by {key}, {descending}");
                expected.reverse();
            }
        }
    }
    Ok(())
}

pub(super) async fn a_count_stops_at_its_cap(stage: Stage) -> anyhow::Result<()> {
    stage.make_all((0..30).map(|_| stage.draft())).await?;
    let missions = &stage.store.stores.missions;
    for (cap, expected) in [(0, 0), (10, 10), (29, 29), (30, 30), (31, 30)] {
        let count = missions.count(&stage.scope, &ListQuery::default(), cap).await?;
        assert_eq!(count, expected, "up to {cap}");
    }
    Ok(())
}

pub(super) async fn several_missions_are_read_at_once(stage: Stage) -> anyhow::Result<()> {
    let made = stage.make_all((0..5).map(|_| stage.draft())).await?;
    let missions = &stage.store.stores.missions;
    let asked = [made[3].id, stage.mission_id(), made[0].id, made[3].id];
    let mut found = ids(&missions.missions(&stage.scope, &asked).await?);
    found.sort_unstable();
    found.dedup();
    assert_eq!(found, [made[0].id, made[3].id]);
    assert!(missions.missions(&stage.scope, &[]).await?.is_empty());
    Ok(())
}
