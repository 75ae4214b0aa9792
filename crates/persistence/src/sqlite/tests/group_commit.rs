use std::sync::mpsc::{Sender, channel};

use futures::future::{join, join_all};
use mission_control::{Journal as _, JournalEntry};
use mission_control_kernel::{ProjectId, Scope, StoreError};
use mission_control_missions::{
    Action, Actor, Command, MissionStore as _, NewMission, Outcome, Receipt, Refusal, Rendered,
    Request, Verdict,
};

use super::Home;
use crate::sqlite::job::Turn;

fn creation(draft: NewMission) -> Request {
    Request { action: Action::Create(vec![draft]), by: Actor::System, receipt: None }
}

fn keyed(
    draft: NewMission,
    digest: u8,
    render: impl Fn(&Outcome) -> Rendered + Send + Sync + 'static,
) -> Request {
    let receipt = Receipt {
        project: ProjectId::default_project(),
        principal: "operator".to_owned(),
        key: "the one key".to_owned(),
        request_digest: [digest; 32],
        render: Box::new(render),
    };
    Request { action: Action::Create(vec![draft]), by: Actor::System, receipt: Some(receipt) }
}

fn numbered(number: u8) -> impl Fn(&Outcome) -> Rendered + Send + Sync + 'static {
    move |_| Rendered { status: 201, body: vec![number] }
}

/// Carries out requests in one batch: the writer is kept busy until all of them wait.
async fn together(home: &Home, requests: Vec<Request>) -> Vec<Result<Verdict, StoreError>> {
    let (held, holding) = channel::<()>();
    let (release, released): (Sender<()>, _) = channel();
    let blocked = home.store().write(Turn::Plain, move |_| {
        held.send(()).unwrap();
        released.recv().unwrap();
        Ok(())
    });
    let store = std::sync::Arc::clone(home.store());
    let all = async {
        tokio::task::spawn_blocking(move || holding.recv().unwrap()).await.unwrap();
        let answers = join_all(requests.into_iter().map(|request| store.apply(request)));
        // Joined behind them, so it goes first only when each of them has been put in the queue.
        join(answers, async { release.send(()).unwrap() }).await.0
    };
    let (blocked, answers) = join(blocked, all).await;
    blocked.unwrap();
    answers
}

#[tokio::test]
async fn everyone_of_a_flood_is_answered_and_the_journal_has_no_hole() {
    let home = Home::new();
    let requests = (0..1_500).map(|n| creation(home.draft(&format!("mission {n}"))));
    let answers = join_all(requests.map(|request| home.store().apply(request))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(Verdict::Done(..)))));
    let entries = mission_control::Journal::read(&**home.store(), 0, 2_000).await.unwrap();
    let places: Vec<i64> = entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(places, (1..=1_500).collect::<Vec<i64>>());
    assert!(entries.iter().all(|entry| matches!(entry.entry, JournalEntry::Mission(_))));
}

#[tokio::test]
async fn a_request_that_cannot_be_stored_fails_alone() {
    let home = Home::new();
    let taken = home.draft("the first of its id");
    home.make(taken.clone()).await;
    let mut requests: Vec<Request> =
        (0..20).map(|n| creation(home.draft(&format!("neighbour {n}")))).collect();
    requests.insert(13, creation(taken));
    let answers = together(&home, requests).await;
    for (n, answer) in answers.iter().enumerate() {
        match answer {
            Ok(Verdict::Done(..)) => assert_ne!(n, 13),
            Err(StoreError::Defect(_)) => assert_eq!(n, 13),
            other => panic!("request {n}: {other:?}"),
        }
    }
    assert_eq!(home.store().head().await.unwrap(), 21);
}

#[tokio::test]
async fn a_row_that_is_no_mission_is_told_as_such_and_harms_no_neighbour() {
    let home = Home::new();
    let broken = home.make(home.draft("to be broken")).await.id;
    let whole = home.make(home.draft("whole")).await.id;
    let other = rusqlite::Connection::open(home.path()).unwrap();
    other.busy_timeout(std::time::Duration::from_secs(60)).unwrap();
    other
        .execute("UPDATE missions SET max_attempts = -1 WHERE id = ?1", [broken.to_string()])
        .unwrap();
    let hold = |mission| Request {
        action: Action::Command {
            scope: Scope::All,
            mission,
            command: Command::Hold { reason: None },
        },
        by: Actor::System,
        receipt: None,
    };
    let answers = together(&home, vec![hold(broken), hold(whole)]).await;
    let corrupt =
        StoreError::Corrupt { table: "missions", column: "max_attempts", row: broken.to_string() };
    assert!(matches!(
        answers.as_slice(),
        [Err(error), Ok(Verdict::Done(..))] if *error == corrupt
    ));
}

#[tokio::test]
async fn a_request_that_panics_fails_alone_and_the_store_goes_on() {
    let home = Home::new();
    let panicking = keyed(home.draft("a mine"), 1, |_| panic!("the renderer is broken"));
    let requests = vec![creation(home.draft("before")), panicking, creation(home.draft("after"))];
    let answers = together(&home, requests).await;
    assert!(matches!(
        answers.as_slice(),
        [Ok(Verdict::Done(..)), Err(StoreError::Defect(_)), Ok(Verdict::Done(..))]
    ));
    home.make(home.draft("later")).await;
    assert_eq!(home.store().head().await.unwrap(), 3);
}

#[tokio::test]
async fn a_key_that_comes_twice_in_one_batch_is_carried_out_once() {
    let home = Home::new();
    let requests = vec![
        keyed(home.draft("first"), 1, numbered(1)),
        keyed(home.draft("again"), 1, numbered(2)),
        keyed(home.draft("other"), 2, numbered(3)),
    ];
    let answers = together(&home, requests).await;
    let first = Rendered { status: 201, body: vec![1] };
    match answers.as_slice() {
        [
            Ok(Verdict::Done(_, Some(kept))),
            Ok(Verdict::Replayed(replayed)),
            Ok(Verdict::Refused(Refusal::KeyReused)),
        ] => assert_eq!([kept, replayed], [&first, &first]),
        other => panic!("{other:?}"),
    }
    assert_eq!(home.store().head().await.unwrap(), 1);
}

#[tokio::test]
async fn who_waits_for_the_journal_or_for_work_is_woken_by_the_commit() {
    let home = Home::new();
    let seen = home.store().arrivals();
    let waiting = join(home.store().wait_past(0), home.store().wait_for_arrivals(seen));
    let ((), made) = join(async { _ = waiting.await }, home.make(home.draft("a knock"))).await;
    assert_eq!(made.version, 1);
}
