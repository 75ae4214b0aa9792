//! Projects.

use std::sync::Arc;

use futures::StreamExt as _;
use futures::future::try_join_all;
use mission_control_identity::{MOST_TOLD, Outcome};
use mission_control_kernel::ProjectId;

use crate::draft::project;
use crate::entrance::{doors, patiently};
use crate::stage::Stage;

/// Requests under way at a time while projects are made.
const AT_ONCE: usize = 8;

async fn told(stage: &Stage) -> anyhow::Result<Vec<ProjectId>> {
    let projects = stage.directory().projects().await?;
    Ok(projects.into_iter().map(|project| project.id).collect())
}

pub(super) async fn projects_are_told_in_order_of_their_names(stage: Stage) -> anyhow::Result<()> {
    let default = ProjectId::default_project();
    assert_eq!(told(&stage).await?, std::slice::from_ref(&default), "there is always one");
    stage.pass(60);
    for name in ["lab", "0-dock", "a_pier"] {
        assert_eq!(stage.directory().add_project(&project(name)).await?, Outcome::Done);
    }
    let expected = [project("0-dock"), project("a_pier"), default.clone(), project("lab")];
    assert_eq!(told(&stage).await?, expected);
    let made = stage.directory().projects().await?.pop().expect("there are four");
    assert_eq!(made.created_at, stage.now());
    assert_eq!(stage.directory().add_project(&default).await?, Outcome::Taken);
    assert_eq!(stage.directory().projects().await?.len(), 4);
    Ok(())
}

pub(super) async fn a_project_is_made_once_whoever_asks(stage: Stage) -> anyhow::Result<()> {
    let doors = doors(&stage).await?;
    let adding = (0..16).map(|n| {
        let directory = Arc::clone(&doors[n % 2]);
        tokio::spawn(async move {
            patiently(|| async { directory.add_project(&project("lab")).await }).await
        })
    });
    let mut done = 0;
    for outcome in try_join_all(adding).await? {
        match outcome? {
            Outcome::Done => done += 1,
            outcome => assert_eq!(outcome, Outcome::Taken),
        }
    }
    assert_eq!(done, 1);
    Ok(())
}

pub(super) async fn there_are_as_many_projects_as_may_be(stage: Stage) -> anyhow::Result<()> {
    let directory = stage.directory();
    let add = |n: usize| async move { directory.add_project(&project(&format!("p{n}"))).await };
    let mut made = futures::stream::iter((1..MOST_TOLD).map(add)).buffer_unordered(AT_ONCE);
    while let Some(outcome) = made.next().await {
        assert_eq!(outcome?, Outcome::Done);
    }
    assert_eq!(add(MOST_TOLD).await?, Outcome::Full, "with the one that is always there");
    assert_eq!(add(7).await?, Outcome::Taken, "which is true as well");
    assert_eq!(directory.projects().await?.len(), MOST_TOLD);
    Ok(())
}
