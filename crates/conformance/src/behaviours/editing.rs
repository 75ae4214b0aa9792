//! What a person may change.

use mission_control_kernel::Revision;
use mission_control_missions::{Command, Edit, Priority, Refusal, Status};

use crate::draft::{json, text};
use crate::json::canonical;
use crate::stage::{Stage, ids, progress, start};

pub(super) async fn an_edit_names_the_revision_it_has_seen(stage: Stage) -> anyhow::Result<()> {
    let made = stage.make_plain().await?;
    let edit = Edit {
        if_match: Some(made.revision),
        title: Some(text("Chart the strait")),
        description: Some(text("and its currents")),
        metadata: Some(json(r#"{"depth":7}"#)),
        labels: Some(vec![text("strait")]),
        priority: None,
    };
    let edited = stage.tell(made.id, Command::Edit(edit.clone())).await?;
    assert_eq!(edited.revision, made.revision.next());
    assert_eq!(edited.spec.labels, [text("strait")]);
    assert_eq!(canonical(&stage.mission(made.id).await?), canonical(&edited));
    let stale = Edit { title: Some(text("Chart the bay")), ..edit };
    let refusal = stage.refused(made.id, Command::Edit(stale)).await?;
    assert_eq!(refusal, Refusal::Stale { current: edited.revision });
    assert_eq!(stage.mission(made.id).await?.spec.title, text("Chart the strait"));
    Ok(())
}

pub(super) async fn progress_is_no_edit(stage: Stage) -> anyhow::Result<()> {
    let id = stage.make_plain().await?.id;
    stage.tell(id, start()).await?;
    stage.tell(id, progress(None, 5)).await?;
    let edit = Edit {
        if_match: Some(Revision::FIRST),
        labels: Some(vec![text("reef")]),
        ..Edit::default()
    };
    let edited = stage.tell(id, Command::Edit(edit)).await?;
    assert_eq!((edited.status(), edited.usage().tokens_used), (Status::Running, 5));
    let urgent = Edit { priority: Some(Priority::High), ..Edit::default() };
    let refusal = stage.refused(id, Command::Edit(urgent)).await?;
    assert!(matches!(refusal, Refusal::InvalidTransition { .. }), "{refusal}");
    Ok(())
}

pub(super) async fn a_held_mission_is_not_claimed_until_it_is_approved(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let born_held = stage.make(stage.draft().place(|new| new.held = true)).await?.id;
    let held_later = stage.make_plain().await?.id;
    stage.tell(held_later, Command::Hold { reason: None }).await?;
    assert!(stage.claim(&agent, 9).await?.is_empty());
    let refusal = stage.refused(born_held, start()).await?;
    assert_eq!(refusal, Refusal::NotReady { gates: vec!["held"] });
    for id in [held_later, born_held] {
        stage.tell(id, Command::Approve).await?;
        assert_eq!(ids(&stage.claim(&agent, 9).await?), [id]);
    }
    Ok(())
}

pub(super) async fn a_new_priority_moves_a_mission_to_another_lane(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let first = stage.make_plain().await?.id;
    let second = stage.make_plain().await?.id;
    let third = stage.make_plain().await?.id;
    let edit = |priority| Command::Edit(Edit { priority: Some(priority), ..Edit::default() });
    stage.tell(third, edit(Priority::Critical)).await?;
    stage.tell(first, edit(Priority::Low)).await?;
    let mut taken = Vec::new();
    for _ in 0..3 {
        taken.push(stage.claim_one(&agent).await?.id);
    }
    assert_eq!(taken, [third, second, first]);
    assert!(stage.claim(&agent, 1).await?.is_empty(), "nothing stands in two lanes");
    Ok(())
}
