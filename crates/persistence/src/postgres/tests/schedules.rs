//! A schedule that cannot be read keeps no other one from its ticks.

use std::sync::Arc;

use mission_control_kernel::{JsonText, ProjectId, Text, Timestamp};
use mission_control_missions::Once;
use mission_control_workflows::schedule::{
    Cadence, CatchUp, Decided, Decision, NewSchedule, Overlap, ScheduleSpec, ScheduleStore, Target,
    TickOutcome,
};
use mission_control_workflows::template::{Kept, ScheduleName};

use super::plenty::Database;

fn name(text: &str) -> ScheduleName {
    text.parse().unwrap()
}

/// A schedule whose tick has come.
fn due(name: &str, id: u32, now: Timestamp) -> NewSchedule {
    let spec = ScheduleSpec {
        cadence: Cadence::of("* * * * * *", "UTC").unwrap(),
        target: Target::Template {
            name: "dive".parse().unwrap(),
            parameters: JsonText::empty_object(),
        },
        overlap: Overlap::Queue,
        catch_up: CatchUp::None,
    };
    NewSchedule {
        id: format!("00000000-0000-7000-8000-{id:012}").parse().unwrap(),
        project: ProjectId::default_project(),
        name: self::name(name),
        spec: Arc::new(spec),
        paused: None,
        next: Some(now),
        created_by: Text::parse("ada").unwrap(),
    }
}

/// The names of what is due, and of what was decided and not fired.
async fn told(store: &dyn ScheduleStore, later: Timestamp) -> [Vec<String>; 2] {
    let due = store.due_schedules(10).await.unwrap();
    let undone = store.undone_ticks(later, 10).await.unwrap();
    let mut names = [
        due.iter().map(|it| it.name.to_string()).collect::<Vec<_>>(),
        undone.iter().map(|it| it.schedule.name.to_string()).collect(),
    ];
    names.iter_mut().for_each(|names| names.sort());
    names
}

/// Three schedules that are due, with a tick each that was decided and not fired.
async fn three(store: &dyn ScheduleStore, now: Timestamp) {
    for (id, name) in [(1, "a"), (2, "b"), (3, "c")] {
        let new = due(name, id, now);
        let Once::Now(Ok(Kept::Made(made))) = store.add_schedule(new, None).await.unwrap() else {
            panic!("{name} is there already")
        };
        let ticks = vec![Decided { at: now, outcome: TickOutcome::Due }];
        let decision = Decision { ticks, next: Some(now) };
        assert!(store.decide_ticks(&made, &decision).await.unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_passed_over() {
    let database = Database::empty("spoiled").await;
    let session = database.session().await;
    let spoiling = |handle: Arc<crate::postgres::Postgres>| async move {
        let store = &*handle;
        let now = Timestamp::from_micros(1_760_000_000_000_000);
        three(store, now).await;
        let later = Timestamp::from_micros(4_000_000_000_000_000);
        let all = ["a", "b", "c"].map(String::from);
        assert_eq!(told(store, later).await, [all.clone(), all]);
        let spoil = include_str!("sql/spoil_schedule.sql");
        assert_eq!(session.execute(spoil, &[&"b"]).await.unwrap(), 1);
        let others = ["a", "c"].map(String::from);
        assert_eq!(told(store, later).await, [others.clone(), others]);
        let error = store.schedule(&ProjectId::default_project(), &name("b")).await.unwrap_err();
        assert!(error.to_string().contains("schedules"), "whoever asks for it is told: {error}");
    };
    database.after(spoiling).await;
}
