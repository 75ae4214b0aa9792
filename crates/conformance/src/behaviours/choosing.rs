//! What was chosen and shown is carried out as it was shown, or left alone.

use std::time::Duration;

use mission_control::{Perishable, Preview};
use mission_control_kernel::{MissionId, Revision};
use mission_control_missions::{
    Action, Actor, Bulk, Chosen, Command, Edit, FailureClass, Mission, Outcome, Priority, Receipt,
    Refusal, Rendered, Request, Seen, Status, Verdict,
};

use crate::draft::{project, text};
use crate::stage::{Stage, cancel, fail, progress, start};

const LIFE: Duration = Duration::from_mins(15);

fn preview(stage: &Stage, chosen: Vec<Chosen>) -> Preview {
    Preview {
        id: stage.mission_id().to_string(),
        project: stage.project.clone(),
        principal: "ada".to_owned(),
        action: Bulk::Priority(Priority::Critical),
        chosen,
    }
}

/// Asks for something of a mission as it was seen.
async fn select(
    stage: &Stage,
    seen: &Mission,
    command: Command,
) -> anyhow::Result<Result<Outcome, Refusal>> {
    let (scope, mission, seen) = (stage.scope.clone(), seen.id, Seen::of(seen));
    stage.apply(Action::Selected { scope, mission, seen, command }).await
}

pub(super) async fn a_preview_names_just_what_was_chosen(stage: Stage) -> anyhow::Result<()> {
    let previews = &stage.store.stores.previews;
    let mut all: Vec<Chosen> = Status::ALL
        .iter()
        .map(|status| Chosen {
            mission: stage.mission_id(),
            seen: Seen { status: *status, revision: Revision::new(7), moves: i64::MAX },
        })
        .collect();
    all.reverse();
    for (action, chosen) in [
        (Bulk::Cancel { reason: None }, all.clone()),
        (Bulk::Retry, Vec::new()),
        (Bulk::Discard { reason: Some(text("too \u{1f9ed} late")) }, all.clone()),
        (Bulk::Priority(Priority::Low), all),
        (Bulk::Approve, Vec::new()),
    ] {
        let kept = Preview { action, ..preview(&stage, chosen) };
        let until = previews.keep_preview(kept.clone(), LIFE).await?;
        assert_eq!(until, stage.now().plus(LIFE));
        let found = previews.preview(&stage.project, "ada", &kept.id).await?;
        assert_eq!(found, Some(kept));
    }
    Ok(())
}

pub(super) async fn a_preview_is_found_by_nobody_else_and_not_for_long(
    stage: Stage,
) -> anyhow::Result<()> {
    let previews = &stage.store.stores.previews;
    let kept = preview(&stage, Vec::new());
    previews.keep_preview(kept.clone(), LIFE).await?;
    let elsewhere = project("elsewhere");
    for (project, principal, id) in [
        (&elsewhere, "ada", &kept.id),
        (&stage.project, "bob", &kept.id),
        (&stage.project, "ada", &stage.mission_id().to_string()),
    ] {
        assert_eq!(previews.preview(project, principal, id).await?, None, "{principal} {id}");
    }
    stage.pass(LIFE.as_secs() - 1);
    assert!(previews.preview(&stage.project, "ada", &kept.id).await?.is_some());
    stage.pass(1);
    assert_eq!(previews.preview(&stage.project, "ada", &kept.id).await?, None, "it is over");
    Ok(())
}

pub(super) async fn old_previews_leave(stage: Stage) -> anyhow::Result<()> {
    let (previews, retention) = (&stage.store.stores.previews, &stage.store.stores.retention);
    for _ in 0..3 {
        previews.keep_preview(preview(&stage, Vec::new()), LIFE).await?;
    }
    stage.pass(LIFE.as_secs() + 1);
    let young = preview(&stage, Vec::new());
    previews.keep_preview(young.clone(), LIFE).await?;
    for removed in [2, 1, 0] {
        assert_eq!(retention.remove(Perishable::Previews, LIFE, 2).await?, removed);
    }
    assert!(previews.preview(&stage.project, "ada", &young.id).await?.is_some());
    Ok(())
}

pub(super) async fn what_has_changed_since_it_was_seen_is_left_alone(
    stage: Stage,
) -> anyhow::Result<()> {
    let started = stage.make_plain().await?;
    let held = stage.make_plain().await?;
    let edited = stage.make_plain().await?;
    stage.tell(started.id, start()).await?;
    for command in [Command::Hold { reason: None }, Command::Approve] {
        stage.tell(held.id, command).await?;
    }
    let edit = Edit { priority: Some(Priority::High), ..Edit::default() };
    stage.tell(edited.id, Command::Edit(edit)).await?;
    for (seen, status) in
        [(&started, Status::Running), (&held, Status::Pending), (&edited, Status::Pending)]
    {
        let before = stage.mission(seen.id).await?;
        let refused = select(&stage, seen, cancel(false)).await?;
        assert_eq!(refused, Err(Refusal::Changed { status }));
        assert_eq!(stage.mission(seen.id).await?, before, "it is left alone");
    }
    // An attempt that ended and a later one are two, though both are running.
    let seen = stage.mission(started.id).await?;
    for command in [fail(None, FailureClass::Unknown), Command::Retry, start()] {
        stage.tell(seen.id, command).await?;
    }
    let refused = select(&stage, &seen, cancel(false)).await?;
    assert_eq!(refused, Err(Refusal::Changed { status: Status::Running }));
    Ok(())
}

pub(super) async fn what_only_reports_progress_has_not_changed(stage: Stage) -> anyhow::Result<()> {
    let made = stage.make_plain().await?;
    let seen = stage.tell(made.id, start()).await?;
    stage.tell(made.id, progress(None, 5)).await?;
    let done = select(&stage, &seen, cancel(false)).await??;
    assert!(done.changed);
    assert_eq!(stage.mission(made.id).await?.status(), Status::Cancelled);
    let away = stage.of_project("elsewhere");
    assert_eq!(select(&away, &seen, cancel(false)).await?, Err(Refusal::NotFound));
    Ok(())
}

pub(super) async fn what_was_chosen_is_done_once(stage: Stage) -> anyhow::Result<()> {
    let seen = stage.make_plain().await?;
    let request = |mission: MissionId| Request {
        action: Action::Selected {
            scope: stage.scope.clone(),
            mission,
            seen: Seen::of(&seen),
            command: cancel(false),
        },
        by: Actor::System,
        receipt: Some(Receipt {
            project: stage.project.clone(),
            principal: "ada".to_owned(),
            key: format!(" bulk/preview/{mission}"),
            request_digest: [0; 32],
            render: Box::new(|_| Rendered { status: 200, body: Vec::new() }),
        }),
    };
    let missions = &stage.store.stores.missions;
    let first = missions.apply(request(seen.id)).await?;
    assert!(matches!(first, Verdict::Done(..)), "{first:?}");
    let version = stage.mission(seen.id).await?.version;
    for _ in 0..2 {
        let again = missions.apply(request(seen.id)).await?;
        assert_eq!(again, Verdict::Replayed(Rendered { status: 200, body: Vec::new() }));
    }
    assert_eq!(stage.mission(seen.id).await?.version, version);
    Ok(())
}
