//! A session that is lost in the middle of a commit: whoever asked learns what became of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use futures::future::try_join_all;
use mission_control::{Journal as _, JournalEntry};
use mission_control_conformance::private_postgres::Durability;
use mission_control_kernel::{MissionId, Scope, StoreError};
use mission_control_missions::MissionStore as _;
use mission_control_persistence::postgres::Postgres;
use rand::RngExt as _;
use tokio::sync::watch;
use tokio::time::{interval, timeout};

use crate::stage::{Stage, create};

const CLIENTS: usize = 32;
/// How often a session is ended.
const LOSSES: usize = 30;
/// Creates at least; they go on until the last loss.
const CREATES: usize = 500;
/// How often one looks for a commit under way: several times in each.
const LOOK_EVERY: Duration = Duration::from_millis(1);
/// While creates go on, commits are under way again and again within this.
const PATIENCE: Duration = Duration::from_secs(60);
/// At most this many creates lie between two losses.
const BETWEEN: usize = 30;

/// What creates were answered.
#[derive(Default)]
struct Answers {
    made: Vec<MissionId>,
    not_made: Vec<MissionId>,
    unknown: Vec<MissionId>,
}

impl Answers {
    fn take(&mut self, mission: MissionId, answer: &Result<(), StoreError>) {
        match answer {
            Ok(()) => self.made.push(mission),
            Err(StoreError::OutcomeUnknown) => self.unknown.push(mission),
            Err(_) => self.not_made.push(mission),
        }
    }
}

/// Creates until told to stop.
async fn ask(
    stage: Arc<Stage>,
    handle: Arc<Postgres>,
    answers: Arc<Mutex<Answers>>,
    counted: watch::Sender<usize>,
    stopped: watch::Receiver<bool>,
) {
    while !*stopped.borrow() {
        let draft = stage.draft();
        let mission = draft.id;
        let answer = create(&handle, vec![draft]).await;
        answers.lock().unwrap_or_else(PoisonError::into_inner).take(mission, &answer);
        counted.send_modify(|count| *count += 1);
    }
}

/// Ends sessions in the middle of a batch, at moments that chance decides.
async fn end_sessions(stage: &Stage, mut counted: watch::Receiver<usize>) -> anyhow::Result<()> {
    let session = stage.session().await?;
    let terminate = session.prepare(include_str!("sql/terminate_a_commit.sql")).await?;
    for _ in 0..LOSSES {
        let more = *counted.borrow() + rand::rng().random_range(1..=BETWEEN);
        counted.wait_for(|count| *count >= more).await?;
        let mut looks = interval(LOOK_EVERY);
        let ending = async {
            while session.query(&terminate, &[]).await?.is_empty() {
                looks.tick().await;
            }
            anyhow::Ok(())
        };
        timeout(PATIENCE, ending).await.context("no session commits")??;
    }
    counted.wait_for(|count| *count >= CREATES).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_is_there_exactly_when_it_was_confirmed_whichever_commit_was_lost()
-> anyhow::Result<()> {
    // Commits that take their time are lost in the middle more often.
    let stage = Arc::new(Stage::new(Durability::Full).await?);
    stage.run(include_str!("sql/slow_commits.sql")).await?;
    let handle = stage.handle().await?;
    let answers = Arc::new(Mutex::new(Answers::default()));
    let (counted, count) = watch::channel(0);
    let (stop, stopped) = watch::channel(false);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (stage, handle, answers) = (stage.clone(), handle.clone(), answers.clone());
            tokio::spawn(ask(stage, handle, answers, counted.clone(), stopped.clone()))
        })
        .collect();
    let ended = end_sessions(&stage, count).await;
    stop.send_replace(true);
    try_join_all(clients).await?;
    ended?;

    let answers = std::mem::take(&mut *answers.lock().unwrap_or_else(PoisonError::into_inner));
    let found = handle.missions(&Scope::All, &answers.made).await?;
    assert_eq!(found.len(), answers.made.len(), "what was confirmed is there");
    let found = handle.missions(&Scope::All, &answers.not_made).await?;
    assert!(found.is_empty(), "refused and there all the same: {found:?}");
    let found = handle.missions(&Scope::All, &answers.unknown).await?;
    assert!(!answers.made.is_empty(), "nothing was confirmed");

    let expected = answers.made.len() + found.len();
    let mut told: Vec<MissionId> = journal(&handle).await?;
    assert_eq!(told.len(), expected, "each that is there was told of");
    told.sort_unstable();
    told.dedup();
    assert_eq!(told.len(), expected, "and none twice");
    Ok(())
}

/// The missions of all entries.
async fn journal(handle: &Postgres) -> anyhow::Result<Vec<MissionId>> {
    let head = handle.head().await?;
    let mut told = Vec::new();
    let mut at = 0;
    while at < head {
        for sequenced in handle.read(at, 1_000).await? {
            anyhow::ensure!(sequenced.seq == at + 1, "a hole before {}", sequenced.seq);
            at = sequenced.seq;
            if let JournalEntry::Mission(entry) = sequenced.entry {
                told.push(entry.mission);
            }
        }
    }
    Ok(told)
}
