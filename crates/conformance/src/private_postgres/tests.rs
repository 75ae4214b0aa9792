use std::error::Error;

use nix::sys::signal::kill;
use nix::unistd::Pid;

use super::*;

type Outcome = Result<(), Box<dyn Error>>;

async fn rows(server: &PrivatePostgres) -> Result<i64, Box<dyn Error>> {
    let row = server.client().await?.query_one("SELECT count(*) FROM kept", &[]).await?;
    Ok(row.try_get(0)?)
}

fn postmaster_in(folder: &std::path::Path) -> Option<Pid> {
    let text = std::fs::read_to_string(folder.join("data/postmaster.pid")).ok()?;
    text.lines().next()?.parse().ok().map(Pid::from_raw)
}

#[tokio::test]
async fn what_was_committed_outlives_both_kinds_of_crash() -> Outcome {
    let mut server = PrivatePostgres::start(Durability::Full).await?;
    let dsn = server.dsn();
    server.run("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)").await?;

    server.kill_hard().await?;
    assert!(server.client().await.is_err(), "a killed server answers nobody");
    server.restart().await?;
    assert_eq!(rows(&server).await?, 1);

    server.run("INSERT INTO kept VALUES (2)").await?;
    server.stop_immediate().await?;
    assert!(server.client().await.is_err(), "a stopped server answers nobody");
    server.restart().await?;
    assert_eq!(rows(&server).await?, 2);
    assert_eq!(server.dsn(), dsn, "a server comes back where it was");
    Ok(())
}

#[tokio::test]
async fn a_kill_is_over_only_when_busy_sessions_are_gone_too() -> Outcome {
    let mut server = PrivatePostgres::start(Durability::Relaxed).await?;
    let client = server.client().await?;
    let asleep = tokio::spawn(async move { client.batch_execute("SELECT pg_sleep(600)").await });
    server.kill_hard().await?;
    assert!(asleep.await?.is_err());
    server.restart().await?;
    server.run("CREATE TABLE kept (n int)").await?;
    assert_eq!(rows(&server).await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_made_database_is_empty_and_reached_over_loopback_with_the_password_only() -> Outcome {
    let server = PrivatePostgres::start(Durability::Relaxed).await?;
    server.run("CREATE TABLE kept (n int)").await?;
    let dsn = server.create_database("an \"odd\" name/100%").await?;
    let mut config: tokio_postgres::Config = dsn.parse()?;

    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    let tables = client.query("SELECT 1 FROM pg_tables WHERE tablename = 'kept'", &[]).await?;
    assert!(tables.is_empty());

    config.password("a guess");
    assert!(config.connect(NoTls).await.is_err());
    Ok(())
}

#[tokio::test]
async fn nobody_else_can_reach_the_socket_that_asks_for_no_password() -> Outcome {
    let server = PrivatePostgres::start(Durability::Relaxed).await?;
    let rights = std::fs::metadata(server.folder.path())?.permissions();
    assert_eq!(rights.mode() & 0o777, 0o700);
    Ok(())
}

#[tokio::test]
async fn durability_is_what_was_asked_for() -> Outcome {
    for (durability, expected) in [(Durability::Full, "on"), (Durability::Relaxed, "off")] {
        let server = PrivatePostgres::start(durability).await?;
        let row = server.client().await?.query_one("SHOW fsync", &[]).await?;
        assert_eq!(row.try_get::<_, String>(0)?, expected, "{durability:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_test_that_dies_takes_its_server_and_folder_along() -> Outcome {
    let mut server = PrivatePostgres::start(Durability::Relaxed).await?;
    let folder = server.folder.path().to_owned();
    let postmaster = postmaster_in(&folder).ok_or("no postmaster.pid")?;
    assert!(kill(postmaster, None).is_ok());

    // The end of the pipe is all that reaches the leash when a test's process is killed; the
    // folder is still held here, so that it is the leash that must remove it.
    drop(server.server.take());
    assert!(kill(postmaster, None).is_err(), "the server has ended");
    assert!(!folder.exists(), "its folder is gone");
    Ok(())
}

#[tokio::test]
async fn a_server_that_dies_at_birth_leaves_its_last_words() {
    let mut command = std::process::Command::new("sh");
    command.args(["-c", postmaster::LEASH, "/nonexistent"]);
    command.args(["sh", "-c", "echo no room >&2; exit 1"]);
    let refused = Postmaster::launch(command).await.unwrap_err();
    assert!(matches!(refused, PostgresError::NotReady { log } if log.contains("no room")));
}
