//! The whole life as a table: `docs/STATES.md` is printed from [`decide`](super::sample::ask).

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use mission_control_kernel::{LeaseId, Timestamp};
use mission_control_missions::queue::ticket;
use mission_control_missions::{
    Command, Decision, Edit, FailureClass, Mission, Phase, Priority, Standing,
};

use crate::sample::{
    LEASE, NOW, after, after_all, ask, cancel, claim, complete, fail, lease, mission_id, pending,
    progress, refusal_code, secs, settle, spec, start, text, waiting_for,
};

/// A place in the life, and the instant at which it is asked.
struct Column {
    name: &'static str,
    mission: Mission,
    now: Timestamp,
}

/// A command; worker writes are made with the lease that they are given.
struct Row {
    name: &'static str,
    command: fn(Option<LeaseId>) -> Command,
}

fn column(name: &'static str, mission: Mission) -> Column {
    Column { name, mission, now: NOW }
}

fn dependency() -> Mission {
    pending(2, spec())
}

fn columns() -> Vec<Column> {
    let new = || pending(1, spec());
    let failed = || after_all(new(), &[claim(), fail(lease(1), FailureClass::InvalidInput)], NOW);
    let mut timed = spec();
    timed.timeout = Some(secs(10));
    let mut expiring = new();
    expiring.expires_at = Some(NOW);
    let blocked = waiting_for(1, &[&dependency()]);
    vec![
        column("pending", new()),
        column("pending, held", after(&new(), &Command::Hold { reason: None }, NOW)),
        column("pending, dependency open", blocked.clone()),
        column("pending, expired", expiring),
        column("pending, run paused", after(&new(), &Command::Pause, NOW)),
        column("running, leased", after(&new(), &claim(), NOW)),
        column("running, from outside", after(&new(), &start(), NOW)),
        Column {
            name: "running, lease and time over",
            mission: after(&pending(1, timed), &claim(), NOW),
            now: NOW.plus(LEASE),
        },
        column("completed", after_all(new(), &[claim(), complete(lease(1))], NOW)),
        column("failed", failed()),
        column("failed, discarded", after(&failed(), &Command::Discard { reason: None }, NOW)),
        column("cancelled", after(&new(), &cancel(), NOW)),
        column(
            "cancelled by a dependency",
            after(&blocked, &settle(&dependency(), Standing::Broken), NOW),
        ),
    ]
}

const LIFE: &[Row] = &[
    Row { name: "start", command: |_| start() },
    Row { name: "claim", command: |_| claim() },
    Row { name: "progress", command: progress },
    Row { name: "heartbeat", command: |lease| Command::Heartbeat { lease: named(lease) } },
    Row { name: "complete", command: complete },
    Row { name: "fail", command: |lease| fail(lease, FailureClass::Transient) },
    Row { name: "fail, class quota", command: |lease| fail(lease, FailureClass::Quota) },
    Row {
        name: "fail, class invalid_input",
        command: |lease| fail(lease, FailureClass::InvalidInput),
    },
    Row { name: "snooze", command: |lease| snooze(named(lease)) },
    Row { name: "release", command: |lease| Command::Release { lease: named(lease) } },
    Row { name: "take back", command: |_| Command::TakeBack },
    Row { name: "lose", command: |lease| Command::Lose { lease: named(lease) } },
    Row { name: "time out", command: |lease| Command::TimeOut { lease: named(lease) } },
    Row { name: "expire", command: |_| Command::Expire },
    Row { name: "cancel", command: |_| cancel() },
    Row { name: "retry", command: |_| Command::Retry },
    Row { name: "discard", command: |_| Command::Discard { reason: None } },
    Row { name: "hold", command: |_| Command::Hold { reason: None } },
    Row { name: "approve", command: |_| Command::Approve },
    Row { name: "its run is paused", command: |_| Command::Pause },
    Row { name: "its run goes on", command: |_| Command::Resume },
    Row { name: "edit the title", command: |_| edit_title() },
    Row { name: "edit the priority", command: |_| edit_priority() },
    Row { name: "settle: open", command: |_| settle(&dependency(), Standing::Open) },
    Row { name: "settle: satisfied", command: |_| settle(&dependency(), Standing::Satisfied) },
    Row { name: "settle: broken", command: |_| settle(&dependency(), Standing::Broken) },
];

/// An attempt without a lease is named by its number alone.
fn named(lease: Option<LeaseId>) -> LeaseId {
    lease.unwrap_or(LeaseId::new(1))
}

fn snooze(lease: LeaseId) -> Command {
    Command::Snooze { lease, until: NOW.plus(secs(60)) }
}

fn edit_title() -> Command {
    Command::Edit(Edit { title: Some(text("Chart the strait")), ..Edit::default() })
}

fn edit_priority() -> Command {
    Command::Edit(Edit { priority: Some(Priority::High), ..Edit::default() })
}

/// What a worker that holds the current lease would name.
fn current_lease(mission: &Mission) -> Option<LeaseId> {
    let outside = mission.running().is_some_and(|attempt| attempt.driver.agent().is_none());
    let never_begun = mission.lease_id == LeaseId::NONE;
    (!outside && !never_begun).then_some(mission.lease_id)
}

fn cell(column: &Column, command: &Command) -> String {
    match ask(&column.mission, command, column.now) {
        Err(refusal) => format!("`{}`", refusal_code(&refusal)),
        Ok(Decision::Unchanged) => "unchanged".to_owned(),
        Ok(Decision::Renewed(_)) => "lease longer".to_owned(),
        Ok(Decision::Changed(change)) => {
            format!("**{}** · {}", change.mission.status(), change.entry.event)
        }
    }
}

fn table(page: &mut String, rows: &[Row], lease_of: impl Fn(&Mission) -> Option<LeaseId>) {
    let columns = columns();
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    writeln!(page, "| | {} |", names.join(" | ")).unwrap();
    writeln!(page, "|---|{}", "---|".repeat(columns.len())).unwrap();
    for row in rows {
        let cells: Vec<String> = columns
            .iter()
            .map(|column| cell(column, &(row.command)(lease_of(&column.mission))))
            .collect();
        writeln!(page, "| {} | {} |", row.name, cells.join(" | ")).unwrap();
    }
}

const HEAD: &str = "\
# The life of a mission

Printed by a test of `crates/missions` from the function that decides (`UPDATE_GOLDEN=1` writes it
anew). A cell says where a command leads: the status after it and the entry of the journal, or the
code with which it is refused. What is refused or `unchanged` writes nothing.

Every mission of this page has three attempts and waits for nothing but what its column says. Worker
writes name the current lease, and none where the mission is driven from outside.

";

const FENCE_HEAD: &str = "
## The fence

The same writes when they name a lease that is not current, and when they name none.

";

fn page() -> String {
    let mut page = HEAD.to_owned();
    table(&mut page, LIFE, current_lease);
    page.push_str(FENCE_HEAD);
    table(
        &mut page,
        &[
            Row { name: "progress, another lease", command: progress },
            Row { name: "complete, another lease", command: complete },
            Row {
                name: "fail, another lease",
                command: |lease| fail(lease, FailureClass::Transient),
            },
            Row {
                name: "heartbeat, another lease",
                command: |lease| Command::Heartbeat { lease: named(lease) },
            },
            Row { name: "snooze, another lease", command: |lease| snooze(named(lease)) },
            Row {
                name: "release, another lease",
                command: |lease| Command::Release { lease: named(lease) },
            },
            Row {
                name: "lose, another lease",
                command: |lease| Command::Lose { lease: named(lease) },
            },
            Row {
                name: "time out, another lease",
                command: |lease| Command::TimeOut { lease: named(lease) },
            },
            Row { name: "progress, no lease", command: |_| progress(None) },
            Row { name: "complete, no lease", command: |_| complete(None) },
            Row { name: "fail, no lease", command: |_| fail(None, FailureClass::Transient) },
        ],
        |_| lease(9),
    );
    page
}

#[test]
fn the_page_of_states_says_what_the_code_does() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/STATES.md");
    let page = page();
    if updating() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "docs/STATES.md is stale; run this test with UPDATE_GOLDEN=1");
}

#[expect(clippy::disallowed_methods, reason = "a switch for whoever runs the tests, no setting")]
fn updating() -> bool {
    std::env::var("UPDATE_GOLDEN").is_ok_and(|value| value == "1")
}

/// The arrows of the life, by name; no other pair of these commands and places leads anywhere.
const ARROWS: &[(&str, &str, &str)] = &[
    ("pending", "start", "**running** · started"),
    ("pending", "claim", "**running** · started"),
    ("pending", "cancel", "**cancelled** · cancelled"),
    ("pending", "hold", "**pending** · held"),
    ("pending", "approve", "unchanged"),
    ("pending", "expire", "unchanged"),
    ("pending", "edit the title", "**pending** · edited"),
    ("pending", "edit the priority", "**pending** · edited"),
    ("pending, held", "cancel", "**cancelled** · cancelled"),
    ("pending, held", "hold", "unchanged"),
    ("pending, held", "approve", "**pending** · approved"),
    ("pending, held", "expire", "unchanged"),
    ("pending, held", "edit the title", "**pending** · edited"),
    ("pending, held", "edit the priority", "**pending** · edited"),
    ("pending, expired", "start", "**running** · started"),
    ("pending, expired", "expire", "**failed** · failed"),
    ("running, leased", "progress", "**running** · progressed"),
    ("running, leased", "heartbeat", "lease longer"),
    ("running, leased", "complete", "**completed** · completed"),
    ("running, leased", "fail", "**pending** · requeued"),
    ("running, leased", "fail, class quota", "**pending** · requeued"),
    ("running, leased", "fail, class invalid_input", "**failed** · failed"),
    ("running, leased", "snooze", "**pending** · requeued"),
    ("running, leased", "release", "**pending** · requeued"),
    ("running, leased", "take back", "**pending** · requeued"),
    ("running, leased", "lose", "unchanged"),
    ("running, leased", "time out", "unchanged"),
    ("running, leased", "cancel", "**cancelled** · cancelled"),
    ("running, leased", "edit the title", "**running** · edited"),
    ("running, from outside", "progress", "**running** · progressed"),
    ("running, from outside", "complete", "**completed** · completed"),
    ("running, from outside", "fail", "**failed** · failed"),
    ("running, from outside", "fail, class quota", "**failed** · failed"),
    ("running, from outside", "fail, class invalid_input", "**failed** · failed"),
    ("running, from outside", "take back", "**pending** · requeued"),
    ("running, from outside", "time out", "unchanged"),
    ("running, from outside", "cancel", "**cancelled** · cancelled"),
    ("running, from outside", "edit the title", "**running** · edited"),
    ("running, lease and time over", "progress", "**running** · progressed"),
    ("running, lease and time over", "heartbeat", "lease longer"),
    ("running, lease and time over", "complete", "**completed** · completed"),
    ("running, lease and time over", "lose", "**pending** · requeued"),
    ("running, lease and time over", "time out", "**pending** · requeued"),
    ("completed", "edit the title", "**completed** · edited"),
    ("failed", "retry", "**pending** · retried"),
    ("failed", "discard", "**failed** · discarded"),
    ("failed", "edit the title", "**failed** · edited"),
    ("failed, discarded", "retry", "**pending** · retried"),
    ("failed, discarded", "discard", "unchanged"),
    ("failed, discarded", "edit the title", "**failed** · edited"),
    ("cancelled", "cancel", "unchanged"),
    ("cancelled", "retry", "**pending** · retried"),
    ("cancelled", "edit the title", "**cancelled** · edited"),
    ("pending, run paused", "claim", "`not_ready (run_paused)`"),
    ("pending, run paused", "start", "**running** · started"),
    ("pending", "its run is paused", "**pending** · paused"),
    ("pending, held", "its run is paused", "**pending** · paused"),
    ("pending, run paused", "its run is paused", "unchanged"),
    ("pending, run paused", "its run goes on", "**pending** · resumed"),
    ("running, leased", "its run is paused", "**running** · paused"),
    ("running, from outside", "its run is paused", "**running** · paused"),
    ("completed", "its run is paused", "unchanged"),
    ("failed", "its run is paused", "**failed** · paused"),
    ("failed, discarded", "its run is paused", "**failed** · paused"),
    ("cancelled", "its run is paused", "**cancelled** · paused"),
];

#[test]
fn every_arrow_of_the_life_leads_where_it_should() {
    let columns = columns();
    for (place, command, expected) in ARROWS {
        let column = columns.iter().find(|column| column.name == *place).unwrap();
        let row = LIFE.iter().find(|row| row.name == *command).unwrap();
        let found = cell(column, &(row.command)(current_lease(&column.mission)));
        assert_eq!(found, *expected, "{command} on {place}");
    }
}

#[test]
fn what_is_no_arrow_of_the_life_is_refused() {
    // Columns that stand for others with the same arrows are spelled out above only where they
    // differ; these are the places that the domain's table names.
    let places = [
        "pending",
        "pending, held",
        "running, leased",
        "running, from outside",
        "completed",
        "failed",
        "failed, discarded",
        "cancelled",
    ];
    for column in columns().iter().filter(|column| places.contains(&column.name)) {
        // What others are to be told changes nothing where it is so already.
        let asked =
            |row: &&Row| !row.name.starts_with("settle") && !row.name.starts_with("its run");
        for row in LIFE.iter().filter(asked) {
            if ARROWS.iter().any(|arrow| (arrow.0, arrow.1) == (column.name, row.name)) {
                continue;
            }
            let found = cell(column, &(row.command)(current_lease(&column.mission)));
            assert!(found.starts_with('`'), "{} on {}: {found}", row.name, column.name);
        }
    }
}

#[test]
fn a_new_attempt_raises_the_fence_and_begins_at_nothing() {
    let first = after(&pending(1, spec()), &claim(), NOW);
    assert_eq!((first.attempt, first.lease_id.number()), (1, 1));
    let given_back = after(&first, &Command::Release { lease: first.lease_id }, NOW);
    assert_eq!((given_back.attempt, given_back.lease_id.number()), (0, 1));
    let second = after(&given_back, &start(), NOW);
    assert_eq!((second.attempt, second.lease_id.number()), (1, 2));
    assert_eq!(second.output().unwrap(), &mission_control_missions::Output::default());
}

#[test]
fn a_retry_clears_the_clockwork_and_keeps_the_fence_and_the_hold() {
    let mut mission =
        after_all(pending(1, spec()), &[Command::Hold { reason: None }, cancel()], NOW);
    mission.scheduled_at = Some(NOW.plus(secs(60)));
    mission.expires_at = Some(NOW.plus(secs(90)));
    let again = after(&mission, &Command::Retry, NOW.plus(secs(1)));
    assert_eq!((again.attempt, again.scheduled_at, again.expires_at), (0, None, None));
    assert_eq!((again.held, again.lease_id), (true, mission.lease_id));
    assert_eq!(again.phase, Phase::Pending { since: NOW.plus(secs(1)) });
}

#[test]
fn a_mission_of_a_paused_run_stays_out_of_the_queue_whatever_happens_to_it() {
    let paused = after(&pending(1, spec()), &Command::Pause, NOW);
    assert!(ticket(&paused).is_none());
    let later = [start(), Command::TakeBack, cancel(), Command::Retry];
    let mission = after_all(paused, &later, NOW);
    assert!(mission.run_paused && ticket(&mission).is_none(), "{mission:?}");
    let running = after_all(pending(1, spec()), &[claim(), Command::Pause], NOW);
    assert!(running.running().is_some(), "what runs goes on");
    let done = after(&running, &complete(lease(1)), NOW);
    assert!(!done.run_paused, "what is done keeps no flag");
    let again = after(&running, &fail(lease(1), FailureClass::Transient), NOW);
    assert_eq!(
        ask(&again, &claim(), NOW.plus(secs(900))).map_err(|it| refusal_code(&it)),
        Err("not_ready (run_paused)".to_owned())
    );
    let resumed = after(&again, &Command::Resume, NOW);
    assert_eq!(ticket(&resumed).unwrap().rank, again.scheduled_at.unwrap(), "its wait is not over");
}

#[test]
fn an_edit_names_the_revision_that_its_editor_saw() {
    let mission = after(&pending(1, spec()), &edit_title(), NOW);
    assert_eq!(mission.revision.number(), 2);
    let stale = Edit {
        if_match: Some(mission_control_kernel::Revision::FIRST),
        title: Some(text("Chart the bay")),
        ..Edit::default()
    };
    let refusal = ask(&mission, &Command::Edit(stale.clone()), NOW).unwrap_err();
    assert_eq!(refusal_code(&refusal), "stale");
    let seen = Edit { if_match: Some(mission.revision), ..stale };
    assert_eq!(after(&mission, &Command::Edit(seen.clone()), NOW).revision.number(), 3);
    // Saying what is so already is no edit, and progress is none either.
    let same = Edit { title: Some(mission.spec.title.clone()), ..Edit::default() };
    assert_eq!(ask(&mission, &Command::Edit(same), NOW), Ok(Decision::Unchanged));
    let running = after_all(mission, &[start(), progress(None)], NOW);
    assert!(ask(&running, &Command::Edit(seen), NOW).is_ok());
    assert!(Arc::ptr_eq(&running.spec, &after(&running, &progress(None), NOW).spec));
    assert_eq!(running.id, mission_id(1));
}
