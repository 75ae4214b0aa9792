//! Workflows are as many as there may be, and a list walks from name to name.

use mission_control_kernel::{ProjectId, Text};
use mission_control_missions::{Kind, Once};
use mission_control_workflows::{
    Definition, MOST_VERSIONS, MOST_WORKFLOWS, NoRoom, SavedAs, StepDefinition, WorkflowStore as _,
};
use rusqlite::{Connection, StatementStatus};

use super::Home;

/// Steps of SQLite's machine for each name of a page: some dozens for two looks into an index and a row.
const STEPS_OF_A_NAME: i32 = 150;

/// As many workflows, and versions of `reef`, as this.
fn filled(home: &Home, workflows: u32, versions: u32) -> Connection {
    let connection = Connection::open(home.path()).unwrap();
    let fill = include_str!("sql/fill_workflows.sql");
    connection.execute(fill, (workflows, versions)).unwrap();
    connection
}

fn definition(name: &str, step: &str) -> Definition {
    let (key, title) = (Text::parse(step).unwrap(), Text::parse(step).unwrap());
    let step = StepDefinition::new(key, title, Kind::default_kind());
    Definition::parse(name.parse().unwrap(), Text::parse("").unwrap(), vec![step]).unwrap()
}

async fn save(home: &Home, project: &str, name: &str, step: &str) -> Result<SavedAs, NoRoom> {
    let project: ProjectId = project.parse().unwrap();
    let (definition, by) = (definition(name, step), Text::parse("ada").unwrap());
    match home.store().save_workflow(&project, &definition, &by, None).await.unwrap() {
        Once::Now(saved) => saved.map(|saved| saved.how),
        other => panic!("there is no key: {other:?}"),
    }
}

#[tokio::test]
async fn there_is_room_for_so_many_workflows_and_so_many_versions() {
    let home = Home::new();
    drop(filled(&home, MOST_WORKFLOWS, MOST_VERSIONS - 1));
    assert_eq!(save(&home, "default", "other", "a").await, Err(NoRoom::Workflows));
    assert_eq!(save(&home, "elsewhere", "other", "a").await, Ok(SavedAs::New));
    assert_eq!(save(&home, "default", "reef", "a").await, Ok(SavedAs::NewVersion));
    assert_eq!(save(&home, "default", "reef", "a").await, Ok(SavedAs::Same));
    assert_eq!(save(&home, "default", "reef", "b").await, Err(NoRoom::Versions));
    assert_eq!(save(&home, "default", "w1", "b").await, Ok(SavedAs::NewVersion));
}

#[test]
fn a_page_of_workflows_looks_at_one_version_of_each() {
    let home = Home::new();
    let connection = filled(&home, MOST_WORKFLOWS, MOST_VERSIONS);
    for (name, after, limit) in
        [("workflows", "", 5), ("workflows", "reef", 5), ("count_workflows", "", MOST_WORKFLOWS)]
    {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let sql = std::fs::read_to_string(path.join(format!("sql/sqlite/{name}.sql"))).unwrap();
        let mut statement = connection.prepare(&sql).unwrap();
        let rows = match name {
            "workflows" => statement.query(("default", after, limit)),
            _ => statement.query(("default", limit)),
        };
        let mut rows = rows.unwrap();
        let mut many = 0;
        while rows.next().unwrap().is_some() {
            many += 1;
        }
        drop(rows);
        assert_eq!(many, if name == "workflows" { limit } else { 1 });
        let steps = statement.get_status(StatementStatus::VmStep);
        let bound = STEPS_OF_A_NAME * i32::try_from(limit).unwrap();
        assert!(steps < bound, "{name} behind {after:?} takes {steps} steps, not {bound}");
    }
}
