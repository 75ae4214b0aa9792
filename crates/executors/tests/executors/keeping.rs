//! What a keeper sees to, and what is found without one.

use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use mission_control::missions::FailureClass;
use mission_control_executors::Custody;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::bench::{Bench, KEEPER, Running, begin, gone, is_alive, run, work};

/// A daemon that hides: forked twice, in a session of its own, without a variable, deaf to SIGTERM.
const HIDDEN_DAEMON: &str = "
    (env -i setsid sh -c 'trap \"\" TERM HUP; echo $$; exec sleep 300' &)
    echo $$; exec sleep 300";

/// The parent of a process: of a program, its keeper.
fn parent(process: &str) -> Pid {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let (_, rest) = stat.rsplit_once(") ").unwrap();
    Pid::from_raw(rest.split(' ').nth(1).unwrap().parse().unwrap())
}

async fn two_lines(running: &mut Running) -> [String; 2] {
    [running.line().await, running.line().await]
}

/// Only a program that nobody ends lasts for longer.
const ENDED_WITHIN: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_program_whose_attempt_is_dropped_while_it_starts_does_not_stay() {
    let (mut ours, theirs) = UnixStream::pair().unwrap();
    let mut keeper = tokio::process::Command::new(KEEPER)
        .args(["__keep-a-mission-program", "", "/bin/sleep", "300"])
        .stdin(OwnedFd::from(theirs))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = keeper.stdout.take().unwrap();
    // The keeper knows what to start, and has nobody to tell that it has.
    ours.write_all(b"errand 0\n").unwrap();
    drop(ours);
    // The program holds the pipe as well: it ends when both of them are gone.
    let mut nowhere = tokio::io::sink();
    let ended = tokio::io::copy(&mut output, &mut nowhere);
    tokio::time::timeout(ENDED_WITHIN, ended).await.expect("the program goes on").unwrap();
    assert!(!keeper.wait().await.unwrap().success());
}

#[tokio::test]
async fn a_daemon_that_hides_its_environment_ends_with_its_program() {
    let script = "
        (env -i setsid sh -c 'trap \"\" TERM HUP; echo $$; echo up > up; exec sleep 300' &)
        while [ ! -s up ]; do sleep 0.01; done; echo done";
    let bench = Bench::new();
    let attempt = run(&*bench.script(script, ""), work("probe")).await;
    gone(attempt.log()[0].1).await;
    assert_eq!(attempt.result(), r#"{"exit_code":0,"last_line":"done"}"#);
}

#[tokio::test]
async fn a_daemon_that_hides_its_environment_ends_with_an_attempt_that_is_dropped() {
    let bench = Bench::new();
    let mut running = begin(bench.script(HIDDEN_DAEMON, ""), work("probe"));
    let processes = two_lines(&mut running).await;
    running.task.abort();
    assert!(running.task.await.unwrap_err().is_cancelled());
    for process in &processes {
        gone(process).await;
    }
}

#[tokio::test]
async fn an_attempt_whose_keeper_was_killed_fails_and_its_program_is_found_by_its_marks() {
    let bench = Bench::new();
    let script = "(setsid sh -c 'echo $$; exec sleep 300' &) ; echo $$; exec sleep 300";
    let mut running = begin(bench.script(script, ""), work("probe"));
    let processes = two_lines(&mut running).await;
    // The daemon may be the first to speak, and its parent is the keeper too.
    kill(parent(&processes[0]), Signal::SIGKILL).unwrap();
    for process in &processes {
        gone(process).await;
    }
    let failure = running.task.await.unwrap().unwrap_err().failure;
    assert_eq!(failure.class, FailureClass::Unknown);
    assert!(failure.message.as_str().contains("its keeper was killed"), "{failure:?}");
}

#[tokio::test]
async fn a_keeper_whose_worker_died_before_it_said_what_to_do_starts_nothing() {
    let bench = Bench::new();
    let started = bench.folder().join("started");
    let mut keeper = Command::new(KEEPER);
    keeper.args(["__keep-a-mission-program", "", "touch"]).arg(&started).stdin(Stdio::piped());
    let mut keeper = keeper.spawn().unwrap();
    drop(keeper.stdin.take());
    assert!(!keeper.wait().unwrap().success());
    assert!(!started.exists());
}

#[tokio::test]
async fn a_keeper_that_is_not_there_is_named() {
    let bench = Bench::with(Custody::new().kept_by("/nowhere/keeper"));
    let attempt = bench.run_script("true").await;
    let (_, message) = attempt.failure();
    assert!(message.starts_with("cannot start the keeper /nowhere/keeper: "), "{message}");
}

#[tokio::test]
async fn a_keeper_carries_none_of_the_variables_and_hands_on_all_of_them() {
    let bench = Bench::with(Custody::new().kept_by(KEEPER).named("the-worker"));
    let probe = bench.script("echo $$; echo $MISSION_WORKER_ID; exec sleep 300", "");
    let mut running = begin(probe, work("probe"));
    let [process, worker] = two_lines(&mut running).await;
    assert_eq!(worker, "the-worker");
    let environment = std::fs::read(format!("/proc/{}/environ", parent(&process))).unwrap();
    assert_eq!(String::from_utf8_lossy(&environment), "");
    running.stop.cancel();
    running.task.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn a_sweep_kills_what_carries_the_workers_name_and_nobody_else() {
    let name = |number: u8| format!("sweep-{}-{number}", std::process::id());
    let start = |name: String| {
        let mut command = Command::new("sh");
        // It ends by itself when this test does, since nobody can write to it any more.
        command.args(["-c", "echo up; read _"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.env("MISSION_WORKER_ID", name).spawn().unwrap();
        let mut line = String::new();
        let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
        child
    };
    let (mut ours, mut theirs) = (start(name(1)), start(name(11)));
    assert_eq!(Custody::new().sweep(), 0, "a worker without a name has nothing to find");
    assert_eq!(Custody::new().named("").sweep(), 0);
    assert_eq!(Custody::new().named(&name(1)).sweep(), 1);
    gone(&ours.id().to_string()).await;
    assert!(is_alive(&theirs.id().to_string()));
    ours.wait().unwrap();
    theirs.kill().unwrap();
    theirs.wait().unwrap();
}
