//! The life of a mission, through the store.

use std::time::Duration;

use mission_control_kernel::Money;
use mission_control_missions::{
    Command, EventKind, FailureClass, Progress, Refusal, Status, Usage, UsageReport,
};

use crate::draft::{json, text};
use crate::json::canonical;
use crate::stage::{Stage, cancel, complete, fail, progress, start};

async fn told(
    stage: &Stage,
    mission: mission_control_kernel::MissionId,
) -> anyhow::Result<Vec<EventKind>> {
    Ok(stage.story(mission).await?.iter().map(|entry| entry.event).collect())
}

pub(super) async fn an_attempt_shows_at_every_step_what_it_has_done(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let running = stage.make_and_claim(&agent, stage.draft()).await?;
    let id = running.id;
    assert_eq!((running.status(), running.agent()), (Status::Running, Some(agent.id)));
    assert_eq!(canonical(&stage.mission(id).await?), canonical(&running));

    stage.pass(5);
    let half = Command::Progress {
        lease: Some(running.lease_id),
        progress: Some(Progress::parse(42.125)?),
        message: Some(text("half of the reef")),
        result: Some(json(r#"{"depth":[12]}"#)),
        usage: UsageReport {
            tokens_in: Some(1_000),
            tokens_out: Some(234),
            cost: Money::from_nanos(1_500_000_001),
            ..UsageReport::default()
        },
    };
    let shown = stage.tell(id, half).await?;
    let output = shown.output().expect("it runs");
    assert!((output.progress.percent() - 42.125).abs() < f64::EPSILON);
    assert_eq!(output.message, Some(text("half of the reef")));
    let used = Usage {
        tokens_used: 1_234,
        tokens_in: 1_000,
        tokens_out: 234,
        cost: Money::from_nanos(1_500_000_001).expect("not negative"),
    };
    assert_eq!(shown.usage(), used);
    assert_eq!(canonical(&stage.mission(id).await?), canonical(&shown));

    stage.pass(7);
    let done = stage.tell(id, complete(Some(running.lease_id))).await?;
    assert_eq!(
        (done.status(), done.duration()),
        (Status::Completed, Some(Duration::from_secs(12)))
    );
    assert_eq!((done.usage(), done.agent()), (used, Some(agent.id)));
    assert!(done.output().is_some_and(|output| output.result.is_some()), "what progress gave");
    assert_eq!(canonical(&stage.mission(id).await?), canonical(&done));
    use EventKind::{Completed, Created, Progressed, Started};
    assert_eq!(told(&stage, id).await?, [Created, Started, Progressed, Completed]);
    Ok(())
}

pub(super) async fn a_mission_driven_from_outside_needs_no_lease(
    stage: Stage,
) -> anyhow::Result<()> {
    let id = stage.make(stage.draft().kind("external")).await?.id;
    let begin =
        Command::Start { agent_type: Some(text("claude")), model_used: Some(text("model-7b")) };
    let running = stage.tell(id, begin).await?;
    assert_eq!(
        (running.agent_type.clone(), running.model_used.clone()),
        (Some(text("claude")), Some(text("model-7b")))
    );
    assert_eq!((running.agent(), running.attempt, running.lease_id.number()), (None, 1, 1));
    stage.pass(3_600);
    assert!(
        stage.store.stores.missions.due(10).await?.is_empty(),
        "it is never silent for too long"
    );
    stage.tell(id, progress(None, 10)).await?;
    let failed = stage.tell(id, fail(None, FailureClass::Transient)).await?;
    assert_eq!((failed.status(), failed.is_dead_letter()), (Status::Failed, true));
    assert_eq!(canonical(&stage.mission(id).await?), canonical(&failed));
    Ok(())
}

pub(super) async fn failures_use_up_attempts_until_the_last(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let id = stage.make_plain().await?.id;
    for attempt in 1..=3_u32 {
        let running = stage.claim_one(&agent).await?;
        assert_eq!((running.attempt, running.lease_id.number()), (attempt, i64::from(attempt)));
        stage.tell(id, progress(Some(running.lease_id), 100)).await?;
        let next = stage.tell(id, fail(Some(running.lease_id), FailureClass::Crashed)).await?;
        assert_eq!(canonical(&stage.mission(id).await?), canonical(&next));
        assert_eq!(next.usage().tokens_used, 100 * u64::from(attempt), "the sum over attempts");
        stage.pass(600);
    }
    let failed = stage.mission(id).await?;
    assert_eq!((failed.status(), failed.attempt), (Status::Failed, 3));
    assert!(stage.claim(&agent, 1).await?.is_empty());
    Ok(())
}

pub(super) async fn what_is_given_back_costs_no_attempt(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let id = stage.make_plain().await?.id;
    for lease_id in 1..=3 {
        let running = stage.claim_one(&agent).await?;
        assert_eq!((running.attempt, running.lease_id.number()), (1, lease_id));
        let lease = running.lease_id;
        let back = match lease_id {
            1 => Command::Release { lease },
            2 => Command::TakeBack,
            _ => Command::Snooze { lease, until: stage.now().plus(Duration::from_secs(30)) },
        };
        let waiting = stage.tell(id, back).await?;
        assert_eq!(
            (waiting.status(), waiting.attempt, waiting.agent()),
            (Status::Pending, 0, None)
        );
        assert_eq!(canonical(&stage.mission(id).await?), canonical(&waiting));
    }
    assert!(stage.claim(&agent, 1).await?.is_empty(), "it sleeps");
    stage.pass(30);
    assert_eq!(stage.claim_one(&agent).await?.lease_id.number(), 4);
    Ok(())
}

pub(super) async fn a_dead_letter_is_discarded_or_retried(stage: Stage) -> anyhow::Result<()> {
    let id = stage.make_plain().await?.id;
    stage.tell(id, start()).await?;
    stage.tell(id, fail(None, FailureClass::InvalidInput)).await?;
    let discarded = stage.tell(id, Command::Discard { reason: None }).await?;
    assert!(!stage.mission(id).await?.is_dead_letter());
    assert_eq!(discarded.status(), Status::Failed);
    stage.pass(1);
    let again = stage.tell(id, Command::Retry).await?;
    assert_eq!((again.status(), again.attempt, again.lease_id.number()), (Status::Pending, 0, 1));
    assert_eq!(canonical(&stage.mission(id).await?), canonical(&again));
    let agent = stage.agent("atlas").await?;
    assert_eq!(stage.claim_one(&agent).await?.lease_id.number(), 2);
    Ok(())
}

pub(super) async fn what_was_so_already_writes_nothing(stage: Stage) -> anyhow::Result<()> {
    let id = stage.make_plain().await?.id;
    for (command, changes) in [
        (Command::Approve, false),
        (Command::Hold { reason: None }, true),
        (Command::Hold { reason: None }, false),
        (cancel(false), true),
        (cancel(false), false),
    ] {
        let before = stage.journal().await?.len();
        let name = command.name();
        let outcome = stage.ask(id, command).await??;
        assert_eq!(outcome.changed, changes, "{name}");
        assert_eq!(stage.journal().await?.len() - before, usize::from(changes), "{name}");
    }
    let refusal = stage.refused(id, Command::Discard { reason: None }).await?;
    let expected = Refusal::InvalidTransition { command: "discard", status: Status::Cancelled };
    assert_eq!(refusal, expected);
    Ok(())
}

pub(super) async fn a_journal_is_read_in_pages(stage: Stage) -> anyhow::Result<()> {
    let id = stage.make_plain().await?.id;
    stage.tell(id, start()).await?;
    for tokens in 0..8 {
        stage.tell(id, progress(None, tokens)).await?;
    }
    let whole = stage.story(id).await?;
    assert_eq!(whole.iter().map(|entry| entry.version).collect::<Vec<_>>(), Vec::from_iter(1..=10));
    let missions = &stage.store.stores.missions;
    let mut pages = Vec::new();
    while let Some(page) =
        Some(missions.events(&stage.scope, id, pages.len().try_into()?, 3).await?)
            .filter(|page| !page.is_empty())
    {
        assert!(page.len() <= 3);
        pages.extend(page.into_iter().map(|event| event.entry));
    }
    assert_eq!(pages, whole);
    Ok(())
}
