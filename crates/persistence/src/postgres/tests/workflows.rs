//! Workflows are as many as there may be.

use std::sync::Arc;

use mission_control_kernel::{ProjectId, Text};
use mission_control_missions::{Kind, Once};
use mission_control_workflows::{
    Definition, MOST_VERSIONS, MOST_WORKFLOWS, NoRoom, SavedAs, StepDefinition, WorkflowStore as _,
};

use super::explained::Plan;
use super::plenty::Database;
use super::statements::{READER_SETUP, statement};
use crate::postgres::Postgres;

fn definition(name: &str, step: &str) -> Definition {
    let (key, title) = (Text::parse(step).unwrap(), Text::parse(step).unwrap());
    let step = StepDefinition::new(key, title, Kind::default_kind());
    Definition::parse(name.parse().unwrap(), Text::parse("").unwrap(), vec![step]).unwrap()
}

async fn save(
    store: &Arc<Postgres>,
    project: &str,
    name: &str,
    step: &str,
) -> Result<SavedAs, NoRoom> {
    let project: ProjectId = project.parse().unwrap();
    let (definition, by) = (definition(name, step), Text::parse("ada").unwrap());
    match store.save_workflow(&project, &definition, &by, None).await.unwrap() {
        Once::Now(saved) => saved.map(|saved| saved.how),
        other => panic!("there is no key: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_room_for_so_many_workflows_and_so_many_versions() {
    let database = Database::empty("workflows").await;
    let session = database.session().await;
    let many = [i64::from(MOST_WORKFLOWS), i64::from(MOST_VERSIONS) - 1];
    let fill = include_str!("sql/fill_workflows.sql");
    session.execute(fill, &[&many[0], &many[1]]).await.unwrap();
    let saving = |store: Arc<Postgres>| async move {
        assert_eq!(save(&store, "default", "other", "a").await, Err(NoRoom::Workflows));
        assert_eq!(save(&store, "elsewhere", "other", "a").await, Ok(SavedAs::New));
        assert_eq!(save(&store, "default", "reef", "a").await, Ok(SavedAs::NewVersion));
        assert_eq!(save(&store, "default", "reef", "a").await, Ok(SavedAs::Same));
        assert_eq!(save(&store, "default", "reef", "b").await, Err(NoRoom::Versions));
        assert_eq!(save(&store, "default", "w1", "b").await, Ok(SavedAs::NewVersion));
    };
    database.after(saving).await;

    session.batch_execute(READER_SETUP).await.unwrap();
    let plan =
        Plan::carried_out(&session, &statement("workflows"), &[&"default", &"", &5_i64]).await;
    // Of each a look for its name and one for its newest version, and one name ahead.
    assert!(plan.looked_at("workflows") <= 11, "{plan}");
}
