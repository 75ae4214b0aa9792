//! Nothing that an attempt started outlives it.

use std::time::{Duration, Instant};

use mission_control::missions::FailureClass;

use crate::bench::{Bench, begin, eventually, gone, is_alive, run, work};

/// A cancelled mission's process is gone within two seconds; a machine that is busy with other tests
/// gets some more.
const CANCEL_BOUND: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_stopped_program_may_tidy_up() {
    for bench in Bench::each() {
        // A shell obeys at once while it waits; while a program runs, only after that one.
        let script = "trap 'echo bye > tidied; exit 0' TERM; echo ready; sleep 300 & wait";
        let probe = bench.script(script, "");
        let mut running = begin(probe, work("probe"));
        assert_eq!(running.line().await, "ready");
        running.stop.cancel();
        let outcome = running.task.await.unwrap();
        assert_eq!(outcome.unwrap_err().failure.class, FailureClass::Cancelled);
        assert_eq!(std::fs::read_to_string(bench.folder().join("tidied")).unwrap(), "bye\n");
    }
}

#[tokio::test]
async fn a_program_that_ignores_sigterm_and_its_grandchildren_are_killed_in_time() {
    for bench in Bench::each() {
        let script = "trap '' TERM
            sh -c 'sh -c \"echo \\$\\$; exec sleep 300\" & wait' &
            echo $$; wait; sleep 300";
        let mut running = begin(bench.script(script, ""), work("probe"));
        let processes = [running.line().await, running.line().await];
        let since = Instant::now();
        running.stop.cancel();
        let outcome = running.task.await.unwrap();
        for process in &processes {
            gone(process).await;
        }
        assert!(since.elapsed() < CANCEL_BOUND, "{:?}", since.elapsed());
        assert_eq!(outcome.unwrap_err().failure.class, FailureClass::Cancelled);
    }
}

#[tokio::test]
async fn a_stop_is_obeyed_while_nobody_listens() {
    for bench in Bench::each() {
        let mut running = begin(bench.script("echo $$; exec yes", ""), work("probe"));
        let process = running.line().await;
        eventually("the inbox is full", || running.inbox.capacity() == 0).await;
        let since = Instant::now();
        running.stop.cancel();
        running.task.await.unwrap().unwrap_err();
        assert!(since.elapsed() < CANCEL_BOUND, "{:?}", since.elapsed());
        gone(&process).await;
    }
}

#[tokio::test]
async fn a_background_child_does_not_survive_its_program() {
    for bench in Bench::each() {
        let script = "
            sh -c 'echo $$; echo up > up; exec sleep 300' &
            while [ ! -s up ]; do sleep 0.01; done";
        let attempt = bench.run_script(script).await;
        gone(attempt.log()[0].1).await;
        assert!(attempt.outcome.is_ok());
    }
}

#[tokio::test]
async fn a_daemon_in_a_session_of_its_own_does_not_survive_either() {
    for bench in Bench::each() {
        let script = "
            (setsid sh -c 'trap \"\" TERM HUP; echo $$; echo up > up; exec sleep 300' &)
            while [ ! -s up ]; do sleep 0.01; done";
        let probe = bench.script(script, "");
        let attempt = run(&*probe, work("probe")).await;
        gone(attempt.log()[0].1).await;
        assert!(attempt.outcome.is_ok());
    }
}

#[tokio::test]
async fn without_a_keeper_a_stranger_who_holds_the_pipe_is_not_waited_for() {
    let script = "
        (env -i setsid sh -c 'echo $$; echo up > up; exec sleep 25' &)
        while [ ! -s up ]; do sleep 0.01; done; echo done";
    let bench = Bench::loose();
    let probe = bench.script(script, "");
    let attempt = run(&*probe, work("probe")).await;
    let stranger = attempt.log()[0].1;
    assert!(is_alive(stranger), "what hides its environment takes a keeper");
    assert_eq!(attempt.result(), r#"{"exit_code":0,"last_line":"done"}"#);
    let stranger = nix::unistd::Pid::from_raw(stranger.parse().unwrap());
    nix::sys::signal::kill(stranger, nix::sys::signal::Signal::SIGKILL).unwrap();
}

#[tokio::test]
async fn an_attempt_that_is_dropped_takes_its_processes_with_it() {
    for bench in Bench::each() {
        let script = "trap '' TERM; setsid sh -c 'echo $$; exec sleep 300' & echo $$; wait";
        let mut running = begin(bench.script(script, ""), work("probe"));
        let processes = [running.line().await, running.line().await];
        running.task.abort();
        assert!(running.task.await.unwrap_err().is_cancelled());
        for process in &processes {
            gone(process).await;
        }
    }
}
