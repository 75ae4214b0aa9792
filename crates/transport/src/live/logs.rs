//! Logs of missions as they grow. They do not stand in the journal, so they have readers of their
//! own.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use mission_control::kernel::{MissionId, Scope};
use mission_control::{LogLevel, Logged};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::press::Press;
use super::print::Print;
use crate::http::Problem;

/// How many lines go out together: what a screen shows twice over.
const LINES: u32 = 100;
/// Each look at a log is a question to the store, so none follows another sooner. A worker sends what
/// a program writes in batches that are further apart: who follows one waits for nothing here.
const WINDOW: Duration = Duration::from_millis(100);
/// How often the log is looked at though nobody tells that it has grown: it may have, through
/// another process.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Pages that are kept for those who are about to ask for them: all who follow want the same.
const KEPT_PAGES: usize = 4;

/// Every log that somebody follows.
pub(super) struct Logs {
    press: Arc<Press>,
    open: Mutex<HashMap<(Scope, MissionId), Weak<Log>>>,
}

/// One mission's log, for all who follow it.
struct Log {
    scope: Scope,
    mission: MissionId,
    press: Arc<Press>,
    /// Counts the times at which it may have grown.
    looks: watch::Sender<u64>,
    pages: tokio::sync::Mutex<Pages>,
    _work: DropGuard,
}

#[derive(Default)]
struct Pages {
    kept: VecDeque<Page>,
    /// Behind which line there was nothing, at which look.
    end: Option<(i64, u64)>,
}

/// The lines behind `after` up to `upto`.
#[derive(Clone)]
struct Page {
    after: i64,
    upto: i64,
    print: Arc<Print>,
}

/// One reader of a log.
pub(super) struct Follower {
    log: Arc<Log>,
    looks: watch::Receiver<u64>,
    after: i64,
    /// Whether there may be more.
    hungry: bool,
}

impl Logs {
    pub(super) fn new(press: Arc<Press>) -> Self {
        Self { press, open: Mutex::default() }
    }

    /// Follows the log of a mission behind line `after`. One that is not there, or not to be seen,
    /// stays empty.
    pub(super) fn follow(&self, scope: &Scope, mission: MissionId, after: i64) -> Follower {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (scope.clone(), mission);
        let log = open.get(&key).and_then(Weak::upgrade).unwrap_or_else(|| {
            open.retain(|_, log| log.strong_count() > 0);
            let log = Log::open(&self.press, scope, mission);
            open.insert(key, Arc::downgrade(&log));
            log
        });
        let looks = log.looks.subscribe();
        Follower { log, looks, after, hungry: true }
    }
}

impl Log {
    fn open(press: &Arc<Press>, scope: &Scope, mission: MissionId) -> Arc<Self> {
        let (unwanted, looks) = (CancellationToken::new(), watch::Sender::new(0));
        let (until, logged, looking) = (unwanted.clone(), press.control().logged(), looks.clone());
        tokio::spawn(async move {
            until.run_until_cancelled(look(logged, mission, &looking)).await;
        });
        Arc::new(Self {
            scope: scope.clone(),
            mission,
            press: Arc::clone(press),
            looks,
            pages: tokio::sync::Mutex::default(),
            _work: unwanted.drop_guard(),
        })
    }

    /// The next lines behind `after`, read once for all who want them.
    async fn page(&self, after: i64) -> Result<Option<Page>, Problem> {
        let look = *self.looks.borrow();
        let mut pages = self.pages.lock().await;
        if let Some(page) = pages.kept.iter().find(|page| page.after == after) {
            return Ok(Some(page.clone()));
        }
        if pages.end == Some((after, look)) {
            return Ok(None);
        }
        let (scope, level) = (&self.scope, LogLevel::Debug);
        let lines = self.press.control().logs(scope, self.mission, after, level, LINES).await?;
        let Some(last) = lines.last() else {
            pages.end = Some((after, look));
            return Ok(None);
        };
        let print = self.press.log(self.mission, &lines)?;
        let page = Page { after, upto: last.n, print };
        pages.kept.push_back(page.clone());
        if pages.kept.len() > KEPT_PAGES {
            pages.kept.pop_front();
        }
        Ok(Some(page))
    }
}

async fn look(mut logged: Logged, mission: MissionId, looks: &watch::Sender<u64>) {
    loop {
        tokio::select! {
            () = logged.of(mission) => {}
            () = sleep(LOOK_EVERY) => {}
        }
        looks.send_modify(|count| *count += 1);
        sleep(WINDOW).await;
    }
}

impl Follower {
    /// Whose log it is.
    pub(super) fn mission(&self) -> MissionId {
        self.log.mission
    }

    /// Waits until there may be more.
    pub(super) async fn moved(&mut self) {
        // The log lives as long as it is held.
        let _ = self.looks.changed().await;
        self.hungry = true;
    }

    /// The next lines, if there are any. Trouble with the store is waited out.
    pub(super) async fn next(&mut self) -> Option<Arc<Print>> {
        self.hungry |= self.looks.has_changed().unwrap_or(false);
        if !self.hungry {
            return None;
        }
        self.looks.borrow_and_update();
        match self.log.page(self.after).await {
            Ok(Some(page)) => {
                self.after = page.upto;
                Some(page.print)
            }
            Ok(None) => {
                self.hungry = false;
                None
            }
            Err(problem) => {
                tracing::debug!(%problem, "a log cannot be read yet");
                None
            }
        }
    }
}
