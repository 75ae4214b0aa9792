//! Missions below missions.

use mission_control_kernel::LeaseId;
use mission_control_missions::{Command, Driver, MAX_DEPTH, Place, Refusal, Status};

use crate::stage::{LEASE, Stage, cancel, complete, ids, start};

pub(super) async fn a_child_knows_its_place(stage: Stage) -> anyhow::Result<()> {
    let root = stage.make_plain().await?;
    assert_eq!(root.place, Place { parent: None, root: root.id, depth: 0 });
    assert!(!root.has_children);
    let child = stage.make(stage.draft().below(root.id)).await?;
    stage.tell(child.id, start()).await?;
    let leaf = stage.make(stage.draft().below(child.id)).await?;
    let place = Place { parent: Some(child.id), root: root.id, depth: 2 };
    assert_eq!(stage.mission(leaf.id).await?.place, place);
    let flags = [root.id, child.id, leaf.id];
    let mut children = Vec::new();
    for id in flags {
        children.push(stage.mission(id).await?.has_children);
    }
    assert_eq!(children, [true, true, false]);
    assert_eq!(stage.story(root.id).await?.len(), 1, "no entry tells of a child");
    Ok(())
}

pub(super) async fn descendants_come_nearest_first(stage: Stage) -> anyhow::Result<()> {
    let root = stage.make_plain().await?;
    let elder = stage.make(stage.draft().below(root.id)).await?;
    let grandchild = stage.make(stage.draft().below(elder.id)).await?;
    let younger = stage.make(stage.draft().below(root.id)).await?;
    stage.make_plain().await?;
    let missions = &stage.store.stores.missions;
    let below = missions.descendants(&stage.scope, root.id, 10).await?;
    assert_eq!(ids(&below), [elder.id, younger.id, grandchild.id]);
    let below = missions.descendants(&stage.scope, root.id, 2).await?;
    assert_eq!(ids(&below), [elder.id, younger.id]);
    let below = missions.descendants(&stage.scope, elder.id, 10).await?;
    assert_eq!(ids(&below), [grandchild.id]);
    assert!(missions.descendants(&stage.scope, grandchild.id, 10).await?.is_empty());
    Ok(())
}

pub(super) async fn progress_of_a_tree_counts_what_is_below(stage: Stage) -> anyhow::Result<()> {
    let root = stage.make_plain().await?;
    let elder = stage.make(stage.draft().below(root.id)).await?;
    let leaf = stage.make(stage.draft().below(elder.id)).await?;
    let younger = stage.make(stage.draft().below(root.id)).await?;
    for id in [leaf.id, root.id] {
        stage.tell(id, start()).await?;
        stage.tell(id, complete(None)).await?;
    }
    stage.tell(younger.id, cancel(false)).await?;
    let asked = [root.id, elder.id];
    let mut told = stage.store.stores.missions.tree_progress(&asked).await?;
    told.sort_unstable();
    assert_eq!(told, [(root.id, 1, 3), (elder.id, 1, 1)], "itself not counted");
    Ok(())
}

pub(super) async fn a_finished_parent_takes_no_child(stage: Stage) -> anyhow::Result<()> {
    let parent = stage.make_plain().await?.id;
    stage.tell(parent, cancel(false)).await?;
    let refusal = stage.create([stage.draft().below(parent)]).await?;
    assert_eq!(refusal, Err(Refusal::ParentFinished { parent }));
    Ok(())
}

/// What an attempt makes below its mission, it makes while it is current: never by an attempt that
/// somebody else has begun anew, nor by one that is over.
pub(super) async fn a_child_is_made_by_the_attempt_that_runs(stage: Stage) -> anyhow::Result<()> {
    let parent = stage.make_plain().await?.id;
    let lost = Err(Refusal::LeaseLost);
    let child = |lease| {
        let draft = stage.draft().below(parent).under(lease);
        draft.place(|new| new.held = true)
    };
    let make = async |lease| stage.create([child(lease)]).await;
    assert_eq!(make(LeaseId::NONE).await?, lost, "nobody runs it yet");
    let atlas = stage.agent("atlas").await?;
    let first = stage.claim_one(&atlas).await?;
    stage.pass(5);
    let made = make(first.lease_id).await?;
    assert!(made.is_ok(), "{made:?}");
    let running = stage.mission(parent).await?;
    let lease = running.running().map(|attempt| &attempt.driver);
    let until = stage.now().plus(LEASE);
    let longer =
        |it: &Driver| matches!(it, Driver::Leased { expires_at, .. } if *expires_at == until);
    assert!(lease.is_some_and(longer), "as any write it extends the lease: {lease:?}");
    assert_eq!(make(first.lease_id.next()).await?, lost);
    stage.tell(parent, Command::TakeBack).await?;
    assert_eq!(make(first.lease_id).await?, lost, "the attempt is over");
    let second = stage.claim_one(&atlas).await?;
    assert_eq!(second.id, parent);
    assert_eq!(make(first.lease_id).await?, lost, "somebody else has begun it anew");
    let made = make(second.lease_id).await?;
    assert!(made.is_ok(), "{made:?}");
    stage.tell(parent, complete(Some(second.lease_id))).await?;
    assert_eq!(make(second.lease_id).await?, lost, "whatever its state");
    let below = stage.store.stores.missions.descendants(&stage.scope, parent, 10).await?;
    assert_eq!(below.len(), 2, "nothing was made by what was refused");
    Ok(())
}

pub(super) async fn a_tree_is_at_most_sixteen_deep(stage: Stage) -> anyhow::Result<()> {
    let mut lowest = stage.make_plain().await?;
    for depth in 1..=MAX_DEPTH {
        lowest = stage.make(stage.draft().below(lowest.id)).await?;
        assert_eq!(lowest.place.depth, depth);
    }
    let refusal = stage.create([stage.draft().below(lowest.id)]).await?;
    assert_eq!(refusal, Err(Refusal::TreeTooDeep));
    Ok(())
}

pub(super) async fn a_cancel_takes_the_subtree_when_asked(stage: Stage) -> anyhow::Result<()> {
    for (children, expected) in [(false, Status::Running), (true, Status::Cancelled)] {
        let root = stage.make_plain().await?;
        let child = stage.make(stage.draft().below(root.id)).await?;
        let leaf = stage.make(stage.draft().below(child.id)).await?;
        let done = stage.make(stage.draft().below(root.id)).await?;
        for id in [child.id, leaf.id, done.id] {
            stage.tell(id, start()).await?;
        }
        stage.tell(done.id, complete(None)).await?;
        stage.tell(root.id, cancel(children)).await?;
        stage.follow_through().await?;
        for id in [child.id, leaf.id] {
            assert_eq!(stage.mission(id).await?.status(), expected, "children: {children}");
        }
        assert_eq!(stage.mission(done.id).await?.status(), Status::Completed);
    }
    Ok(())
}

pub(super) async fn open_children_come_in_pages(stage: Stage) -> anyhow::Result<()> {
    let root = stage.make_plain().await?;
    let drafts: Vec<_> = (0..5).map(|_| stage.draft().below(root.id)).collect();
    let children = ids(&stage.make_all(drafts).await?);
    stage.tell(children[1], cancel(false)).await?;
    stage.tell(children[3], start()).await?;
    let missions = &stage.store.stores.missions;
    let first = missions.open_children(root.id, None, 2).await?;
    assert_eq!(first, [children[0], children[2]]);
    let second = missions.open_children(root.id, Some(children[2]), 10).await?;
    assert_eq!(second, [children[3], children[4]]);
    Ok(())
}
