//! "Exact at the moment of asking": an answer waits until everything durable is folded.

use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::StoreError;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::journal::Journal;
use crate::projection::Projection;

/// The longest that an answer waits for the projection; a projection that is further behind than
/// this is a fault to be seen, not a reason to hang.
const WAIT: Duration = Duration::from_secs(1);

/// How many requests may wait for one look at the journal's head; more wait to be let in.
const ASKING: usize = 1_024;

type Answer = oneshot::Sender<Result<i64, StoreError>>;

/// Makes requests wait until the projection has what was durable when they asked.
pub(crate) struct Barrier {
    asking: mpsc::Sender<Answer>,
    projection: Arc<Projection>,
    nudge: Arc<Notify>,
}

/// Looks up the journal's head, once for all who wait.
pub(crate) struct Gatekeeper {
    asked: mpsc::Receiver<Answer>,
    journal: Arc<dyn Journal>,
}

impl Barrier {
    /// A barrier and the task that serves it; `nudge` makes the tail read at once.
    pub(crate) fn new(
        journal: Arc<dyn Journal>,
        projection: Arc<Projection>,
        nudge: Arc<Notify>,
    ) -> (Self, Gatekeeper) {
        let (asking, asked) = mpsc::channel(ASKING);
        (Self { asking, projection, nudge }, Gatekeeper { asked, journal })
    }

    /// Waits until everything that was durable before the call is folded; says up to where that is
    /// at least.
    ///
    /// # Errors
    /// `Busy` after a second; whatever the journal says.
    pub(crate) async fn pass(&self) -> Result<i64, StoreError> {
        let behind = || StoreError::Busy("the projection is more than a second behind".to_owned());
        timeout(WAIT, self.passed()).await.map_err(|_| behind())?
    }

    async fn passed(&self) -> Result<i64, StoreError> {
        let stopped = || StoreError::Unavailable("the mission control has stopped".to_owned());
        let (answer, head) = oneshot::channel();
        self.asking.send(answer).await.map_err(|_| stopped())?;
        let head = head.await.map_err(|_| stopped())??;
        let mut positions = self.projection.positions();
        if *positions.borrow_and_update() < head {
            self.nudge.notify_one();
            positions.wait_for(|position| *position >= head).await.map_err(|_| stopped())?;
        }
        Ok(head)
    }
}

impl Gatekeeper {
    /// Answers until `stop`. Whoever asks while a look is under way needs the next one: what became
    /// durable in between must be in their answer.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut waiting = Vec::new();
        loop {
            let asked = self.asked.recv_many(&mut waiting, ASKING);
            match stop.run_until_cancelled(asked).await {
                None | Some(0) => return,
                Some(_) => {}
            }
            let head = tokio::select! {
                () = stop.cancelled() => return,
                head = timeout(WAIT, self.journal.head()) => head,
            };
            let head = head.unwrap_or_else(|_| {
                Err(StoreError::Unavailable("the journal did not answer within a second".into()))
            });
            for answer in waiting.drain(..) {
                // Whoever went away needs no answer.
                let _ = answer.send(head.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;

    use super::*;
    use crate::journal::Snapshot;
    use crate::scripted::{ScriptedJournal, Story, project};

    struct Rig {
        barrier: Arc<Barrier>,
        journal: Arc<ScriptedJournal>,
        projection: Arc<Projection>,
        _stop: tokio_util::sync::DropGuard,
    }

    fn rig(journal: ScriptedJournal) -> Rig {
        let journal = Arc::new(journal);
        let projection = Arc::new(Projection::new(Snapshot::default()));
        let (barrier, gatekeeper) =
            Barrier::new(journal.clone(), Arc::clone(&projection), Arc::new(Notify::new()));
        let stop = CancellationToken::new();
        tokio::spawn(gatekeeper.run(stop.clone()));
        Rig { barrier: Arc::new(barrier), journal, projection, _stop: stop.drop_guard() }
    }

    #[tokio::test(start_paused = true)]
    async fn one_look_at_the_journal_serves_all_who_wait_for_it() {
        let rig = rig(ScriptedJournal::with_held_heads());
        let pass = |barrier: &Arc<Barrier>| {
            let barrier = Arc::clone(barrier);
            async move { barrier.pass().await }
        };
        let mut passing = JoinSet::new();
        passing.spawn(pass(&rig.barrier));
        while rig.journal.heads() == 0 {
            tokio::task::yield_now().await;
        }
        for _ in 0..20 {
            passing.spawn(pass(&rig.barrier));
        }
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        rig.journal.allow_heads(2);
        let passed = passing.join_all().await;
        assert_eq!(passed, vec![Ok(0); 21]);
        assert_eq!(rig.journal.heads(), 2, "those who came during the first look share the second");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_waits_until_what_was_durable_is_folded() {
        let rig = rig(ScriptedJournal::default());
        let entries = Story::of(1, &project("red")).sequenced(1);
        rig.journal.append(entries.clone());
        let pass = rig.barrier.pass();
        let fold = async {
            while rig.journal.heads() == 0 {
                tokio::task::yield_now().await;
            }
            rig.projection.fold(&entries);
        };
        let (passed, ()) = tokio::join!(pass, fold);
        assert_eq!(passed, Ok(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_projection_that_does_not_follow_makes_the_answer_busy_after_a_second() {
        let rig = rig(ScriptedJournal::default());
        rig.journal.append(Story::of(1, &project("red")).sequenced(1));
        let begin = tokio::time::Instant::now();
        assert!(matches!(rig.barrier.pass().await, Err(StoreError::Busy(_))));
        assert_eq!(begin.elapsed().as_secs(), 1);
    }
}
