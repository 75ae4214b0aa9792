use std::os::unix::process::ExitStatusExt;

use super::*;

/// A shell that plays the server: the script is its whole life.
fn played(script: &str, folder: &Path) -> Launch {
    Launch::of(Path::new("/bin/sh"), "server", folder, "I am ready: ").arg("-c").arg(script)
}

const READY: &str = "echo I am ready: here and now";

#[tokio::test]
async fn a_server_is_ready_when_it_says_so_and_ends_when_asked() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let script = format!("trap 'exit 7' TERM; {READY}; while :; do read -r _ <fifo; done");
    nix::unistd::mkfifo(&folder.path().join("fifo"), nix::sys::stat::Mode::S_IRWXU)?;
    let (mut server, rest) = played(&script, folder.path()).start().await?;
    assert_eq!(rest, "here and now");
    assert_eq!(server.terminate().await?.code(), Some(7));
    Ok(())
}

#[tokio::test]
async fn a_server_that_refuses_to_start_says_why() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let refused = played("exec >&-; echo no key >&2", folder.path()).start().await;
    let complaint = refused.unwrap_err().to_string();
    assert!(complaint.contains("ended before it was ready:\n  no key"), "{complaint}");
    Ok(())
}

#[tokio::test]
async fn a_server_sees_what_it_was_given_and_nothing_of_our_environment() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let script = format!("env; {READY}; exec cat");
    let (mut server, _) = played(&script, folder.path()).env("ENVIRONMENT", "test").start().await?;
    let log = server.log();
    assert!(log.contains("ENVIRONMENT=test"), "{log}");
    assert!(!log.contains("CARGO"), "{log}");
    assert!(server.ended().await.success());
    Ok(())
}

#[tokio::test]
async fn a_killed_server_is_gone_at_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let script = format!("trap '' TERM; {READY}; exec tail -f /dev/null");
    let (mut server, _) = played(&script, folder.path()).start().await?;
    assert_eq!(server.kill_hard()?.signal(), Some(9));
    Ok(())
}

#[tokio::test]
async fn a_test_that_dies_takes_its_server_along() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let script = format!("{READY}; exec tail -f /dev/null");
    let (mut server, _) = played(&script, folder.path()).start().await?;
    // The end of the pipe is all that reaches the watchdog when a test's process is killed.
    let mut watchdog = server.watchdog.take().context("no watchdog")?;
    drop(watchdog.stdin.take());
    watchdog.wait()?;
    assert_eq!(server.ended().await.signal(), Some(9));
    Ok(())
}
