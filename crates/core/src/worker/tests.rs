use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::JsonText;
use mission_control_missions::{
    FailureClass, FailureReport, Kind, LogLevel, Progress, UsageReport,
};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Tally, WorkReport, Worker};
use crate::executor::{Done, Executor, Reporter, Work};
use crate::scripted::{Call, ScriptedSource, assignment};

/// What the executor of these tests does with every mission.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Done,
    Chatters,
    Panics,
    RunsUntilStopped,
    NeverStops,
}

struct Scripted {
    kind: Kind,
    manner: Manner,
    /// When one was told to stop last.
    stopped: watch::Sender<Option<Instant>>,
}

#[async_trait]
impl Executor for Scripted {
    fn kind(&self) -> &Kind {
        &self.kind
    }

    async fn run(
        &self,
        _: Work,
        reporter: Reporter,
        stop: CancellationToken,
    ) -> Result<Done, FailureReport> {
        match self.manner {
            Manner::Done => {}
            Manner::Chatters => chatter(&reporter).await,
            Manner::Panics => panic!("boom"),
            Manner::RunsUntilStopped => {
                stop.cancelled().await;
                self.stopped.send_replace(Some(Instant::now()));
            }
            Manner::NeverStops => std::future::pending().await,
        }
        Ok(Done { result: Some(JsonText::empty_object()), ..Done::default() })
    }
}

async fn chatter(reporter: &Reporter) {
    for n in 0..250_u32 {
        reporter.log(LogLevel::Info, format!("line {n}")).await;
        reporter.progress(Progress::parse(f64::from(n % 100)).unwrap(), None).await;
    }
    let usage = UsageReport { tokens_used: Some(42), ..UsageReport::default() };
    reporter.usage(usage).await;
}

struct Rig {
    source: Arc<ScriptedSource>,
    stopped: watch::Receiver<Option<Instant>>,
    drain: CancellationToken,
    stop: CancellationToken,
    running: JoinHandle<Tally>,
}

impl Rig {
    fn start(manner: Manner) -> Self {
        let source = Arc::new(ScriptedSource::default());
        let (told, stopped) = watch::channel(None);
        let executor = Scripted { kind: Kind::default_kind(), manner, stopped: told };
        let name = mission_control_kernel::Text::parse("atlas").unwrap();
        let worker = Worker::builder(source.clone(), vec![Arc::new(executor)], name, 4).build();
        let (drain, stop) = (CancellationToken::new(), CancellationToken::new());
        let running = tokio::spawn(worker.run(drain.clone(), stop.clone()));
        Self { source, stopped, drain, stop, running }
    }

    /// Waits for the last word about an attempt.
    async fn last_word(&self) -> WorkReport {
        let last = |report: &WorkReport| !matches!(report, WorkReport::Progress { .. });
        self.source.heard(|call| matches!(call, Call::Reported(_, report) if last(report))).await;
        self.source.reports().into_iter().find(last).unwrap()
    }

    async fn executor_stopped(&mut self) -> Instant {
        self.stopped.wait_for(Option::is_some).await.unwrap().unwrap()
    }

    async fn end(self) -> Tally {
        self.drain.cancel();
        self.running.await.unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_mission_is_performed_and_its_result_reported() {
    let rig = Rig::start(Manner::Done);
    rig.source.give(assignment(1));
    let WorkReport::Completed(done) = rig.last_word().await else { panic!("not completed") };
    assert_eq!(done.result, Some(JsonText::empty_object()));
    assert_eq!(rig.end().await, Tally { completed: 1, ..Tally::default() });
}

#[tokio::test(start_paused = true)]
async fn lines_are_told_in_order_before_the_end_and_progress_in_few_words() {
    let rig = Rig::start(Manner::Chatters);
    rig.source.give(assignment(1));
    let WorkReport::Completed(done) = rig.last_word().await else { panic!("not completed") };
    assert_eq!(done.usage.tokens_used, Some(42), "what was used is told with the end");
    let calls = rig.source.calls();
    let end =
        calls.iter().position(|call| matches!(call, Call::Reported(_, WorkReport::Completed(_))));
    let batches: Vec<Vec<String>> = calls[..end.unwrap()]
        .iter()
        .filter_map(|call| match call {
            Call::Logged(_, lines) => Some(lines.clone()),
            Call::Registered | Call::Renewed(_) | Call::Reported(..) => None,
        })
        .collect();
    assert!(batches.iter().all(|batch| batch.len() <= 100));
    assert_eq!(batches.concat(), (0..250).map(|n| format!("line {n}")).collect::<Vec<_>>());
    let progress = rig.source.reports().len() - 1;
    assert!(progress <= 2, "{progress} reports of progress within no time");
    rig.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_crash_and_the_worker_goes_on() {
    let rig = Rig::start(Manner::Panics);
    for n in 1..=2 {
        rig.source.give(assignment(n));
    }
    let WorkReport::Failed { report, .. } = rig.last_word().await else { panic!("not failed") };
    assert_eq!(report.failure.class, FailureClass::Crashed);
    assert_eq!(report.failure.message.as_str(), "the executor panicked: boom");
    rig.source.asked(4).await;
    assert_eq!(rig.end().await, Tally { failed: 2, ..Tally::default() });
}

#[tokio::test(start_paused = true)]
async fn an_attempt_over_its_timeout_is_stopped_and_fails_as_timed_out() {
    for manner in [Manner::RunsUntilStopped, Manner::NeverStops] {
        let rig = Rig::start(manner);
        let mut slow = assignment(1);
        slow.work.timeout = Some(Duration::from_secs(60));
        let begin = Instant::now();
        rig.source.give(slow);
        let WorkReport::Failed { report, .. } = rig.last_word().await else { panic!("not failed") };
        assert_eq!(report.failure.class, FailureClass::TimedOut);
        let took = begin.elapsed().as_secs();
        assert!((60..=64).contains(&took), "after {took} s");
        rig.end().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_mission_is_stopped_within_two_seconds_and_not_reported() {
    let mut rig = Rig::start(Manner::RunsUntilStopped);
    let (first, second) = (assignment(1), assignment(2));
    let ids = [first.work.mission, second.work.mission];
    rig.source.give(first);
    rig.source.heard(|call| matches!(call, Call::Renewed(held) if *held == ids[..1])).await;
    // It begins while a heartbeat waits that does not know of it.
    rig.source.give(second);
    rig.source.asked(2).await;
    let begin = Instant::now();
    rig.source.cancel(ids[1]);
    assert!(rig.executor_stopped().await - begin <= Duration::from_secs(2));
    rig.source.asked(3).await;
    assert_eq!(rig.source.reports(), []);
    rig.stop.cancel();
    let tally = rig.end().await;
    assert_eq!((tally.lost, tally.released), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_executor_is_stopped_before_a_lease_that_cannot_be_renewed_is_over() {
    let mut rig = Rig::start(Manner::RunsUntilStopped);
    rig.source.give(assignment(1));
    let renewed = rig.source.heard(|call| matches!(call, Call::Renewed(held) if !held.is_empty()));
    let renewed = renewed.await;
    rig.source.go_away();
    let stopped = rig.executor_stopped().await;
    let (earliest, latest) = (renewed + Duration::from_secs(13), renewed + Duration::from_secs(15));
    assert!(stopped >= earliest && stopped < latest, "{:?}", stopped - renewed);
    rig.stop.cancel();
    assert_eq!(rig.end().await.lost, 1);
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_kept_alive_for_as_long_as_the_attempt_takes() {
    let mut rig = Rig::start(Manner::RunsUntilStopped);
    for n in 1..=3 {
        rig.source.give(assignment(n));
    }
    let begin = Instant::now();
    rig.source.heard_times(300, |call| matches!(call, Call::Renewed(_))).await;
    let took = begin.elapsed().as_secs();
    assert!((250..=320).contains(&took), "300 heartbeats in {took} s");
    assert_eq!(*rig.stopped.borrow_and_update(), None, "nobody was stopped");
    let heartbeats = rig.source.calls().into_iter().filter_map(|call| match call {
        Call::Renewed(held) => Some(held.len()),
        Call::Registered | Call::Reported(..) | Call::Logged(..) => None,
    });
    let held: Vec<usize> = heartbeats.collect();
    assert!(held[2..].iter().all(|count| *count == 3), "one call renews all");
    rig.stop.cancel();
    assert_eq!(rig.end().await.released, 3);
}

#[tokio::test(start_paused = true)]
async fn an_end_whose_answer_was_lost_is_told_again_in_the_same_words() {
    let rig = Rig::start(Manner::Done);
    rig.source.lose_answers(3);
    rig.source.give(assignment(1));
    rig.last_word().await;
    let source = Arc::clone(&rig.source);
    assert_eq!(rig.end().await, Tally { completed: 1, ..Tally::default() });
    let reports = source.reports();
    assert_eq!(reports.len(), 4);
    assert!(reports.iter().all(|report| *report == reports[0]));
}

#[tokio::test(start_paused = true)]
async fn a_draining_worker_waits_for_its_grace_then_gives_back_what_still_runs() {
    let rig = Rig::start(Manner::RunsUntilStopped);
    rig.source.give(assignment(1));
    rig.source.asked(3).await;
    let begin = Instant::now();
    let source = Arc::clone(&rig.source);
    let tally = rig.end().await;
    assert_eq!(tally, Tally { released: 1, ..Tally::default() });
    assert_eq!(begin.elapsed().as_secs(), 10);
    assert_eq!(source.reports(), [WorkReport::Released]);
    assert_eq!(source.asks().last(), Some(&3), "nothing was claimed after the drain began");
}

#[tokio::test(start_paused = true)]
async fn a_worker_ends_soon_even_while_its_source_is_away_and_an_executor_does_not_stop() {
    let rig = Rig::start(Manner::NeverStops);
    rig.source.give(assignment(1));
    rig.source.asked(3).await;
    rig.source.go_away();
    let begin = Instant::now();
    rig.stop.cancel();
    assert_eq!(rig.end().await.lost, 1);
    assert!(begin.elapsed() <= Duration::from_secs(8), "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_mission_for_which_there_is_no_executor_fails_with_a_sentence() {
    let rig = Rig::start(Manner::Done);
    let mut strange = assignment(1);
    strange.work.kind = "strange".parse().unwrap();
    rig.source.give(strange);
    let WorkReport::Failed { report, .. } = rig.last_word().await else { panic!("not failed") };
    assert_eq!(report.failure.message.as_str(), "this worker has no executor for strange");
    rig.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_removed_agent_registers_again() {
    let rig = Rig::start(Manner::Done);
    rig.source.heard(|call| *call == Call::Registered).await;
    rig.source.forget_agent();
    rig.source.heard_times(2, |call| *call == Call::Registered).await;
    rig.end().await;
}

#[tokio::test(start_paused = true)]
async fn an_end_that_is_never_taken_is_given_up_and_the_worker_goes_on() {
    let rig = Rig::start(Manner::Done);
    rig.source.lose_answers(u32::MAX);
    rig.source.give(assignment(1));
    rig.source.asked(3).await;
    let begin = Instant::now();
    // The slot is free again.
    rig.source.asked(4).await;
    let took = begin.elapsed().as_secs();
    assert!((600..=620).contains(&took), "{took} s");
    assert_eq!(rig.end().await, Tally { lost: 1, ..Tally::default() });
}

#[tokio::test(start_paused = true)]
async fn work_is_not_held_up_for_ever_by_lines_that_are_not_taken() {
    let rig = Rig::start(Manner::Chatters);
    rig.source.refuse_lines(true);
    rig.source.give(assignment(1));
    rig.source.heard(|call| matches!(call, Call::Logged(..))).await;
    let begin = Instant::now();
    let WorkReport::Completed(done) = rig.last_word().await else { panic!("not completed") };
    assert_eq!(done.usage.tokens_used, Some(42));
    let took = begin.elapsed().as_secs();
    assert!((120..=130).contains(&took), "{took} s, and not that for each batch");
    rig.end().await;
}

#[tokio::test(start_paused = true)]
async fn lines_that_were_lost_are_told_of_once_lines_are_taken_again() {
    let rig = Rig::start(Manner::Chatters);
    rig.source.refuse_lines(true);
    rig.source.give(assignment(1));
    let second = |call: &Call| matches!(call, Call::Logged(_, lines) if lines[0].contains("could"));
    rig.source.heard(second).await;
    rig.source.refuse_lines(false);
    rig.last_word().await;
    let calls = rig.source.calls();
    let last = calls.iter().rev().find_map(|call| match call {
        Call::Logged(_, lines) => Some(lines.clone()),
        Call::Registered | Call::Renewed(_) | Call::Reported(..) => None,
    });
    assert_eq!(last.unwrap()[0], "200 lines before this one could not be stored");
    rig.end().await;
}
