//! What is logged, and what never is.

use std::path::Path;

use anyhow::{Context, Result};
use http::header::AUTHORIZATION;
use http::{HeaderName, Method, StatusCode};
use mission_control_tests::eventually;
use mission_control_tests::http::Client;
use mission_control_tests::server::ServerCommand;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::house::{House, LONG};

const TOKEN: &str = "canary-of-the-administrator-0123456789abcdef";
const KEY: &str = "canary-of-the-signing-key-0123456789abcdef";
const STRANGER: &str = "canary-of-a-stranger-0123456789abcdef";

fn bearing(client: Client, token: &str) -> Result<Client> {
    Ok(client.with(AUTHORIZATION, format!("Bearer {token}").parse()?))
}

/// The lines of a JSON log that tell of requests.
fn requests(log: &Path) -> Result<Vec<Value>> {
    let text = std::fs::read_to_string(log)?;
    let lines: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    Ok(lines.into_iter().filter(|line| line["target"] == "requests").collect())
}

#[tokio::test]
async fn a_request_is_one_line_that_names_it() -> Result<()> {
    let house = House::new()?;
    let log = house.data().join("server.log");
    let file = format!("--log-file={}", log.display());
    let flags = [&file, "--log-format=json", "--log-filter=info,requests=debug"];
    let control = house.start_with(&flags).await?;
    let name = HeaderName::from_static("x-request-id");
    let named = control.server.client().with(name, "order-4711".parse()?);
    named.get("/api/missions/nothing?q=word").await?.expect(StatusCode::UNAUTHORIZED)?;
    control.create(&json!({"title": "one"})).await?;

    let lines = eventually("both requests are logged", LONG, async || match requests(&log) {
        Ok(lines) if lines.len() >= 2 => Ok(lines),
        other => Err(other.map_err(|error| format!("{error:#}"))),
    })
    .await;
    let fields = |line: &Value| line["fields"].clone();
    let stranger = lines.iter().map(fields).find(|it| it["request_id"] == "order-4711");
    let stranger = stranger.context("the id that the client chose")?;
    assert_eq!(stranger["route"], "/api/missions/{id}", "a pattern, and no more");
    assert_eq!((&stranger["status"], &stranger["method"]), (&json!(401), &json!("GET")));
    assert_eq!(stranger.get("principal"), None);
    let created = lines.iter().map(fields).find(|it| it["method"] == "POST");
    let created = created.context("the creation")?;
    assert_eq!((&created["status"], &created["route"]), (&json!(201), &json!("/api/missions")));
    assert!(created["milliseconds"].as_f64() > Some(0.0), "{created}");
    assert!(created["principal"].as_str().is_some_and(|it| !it.is_empty()), "{created}");
    assert!(!std::fs::read_to_string(&log)?.contains("q=word"), "no query is logged");
    Ok(())
}

#[tokio::test]
async fn no_secret_is_ever_logged_however_much_is() -> Result<()> {
    let house = House::new()?;
    let log = house.data().join("server.log");
    let command = ServerCommand::new(house.data())?
        .env("MISSION_CONTROL_ADMIN_TOKEN", TOKEN)
        .env("MISSION_DASHBOARD_SECRET_KEY", KEY)
        .arg(format!("--log-file={}", log.display()))
        .arg("--log-filter=trace");
    let mut server = command.start().await?;
    let admin = bearing(server.client(), TOKEN)?;
    let body = json!({"title": "one", "input": {"words": "two three"}});
    admin.post("/api/missions", &body).await?.expect(StatusCode::CREATED)?;
    admin.get("/api/missions?cursor=none").await?;
    let stranger = bearing(server.client(), STRANGER)?;
    stranger.get("/api/missions").await?.expect(StatusCode::UNAUTHORIZED)?;
    let mut stream =
        admin.request(Method::GET, "/api/live/stream?topics=missions").events().await?;
    stream.next().await?.context("a greeting")?;
    drop(stream);
    let answers = admin.get("/metrics").await?;
    assert_eq!(server.terminate().await?.code(), Some(0));

    let text = std::fs::read_to_string(&log)?;
    assert!(text.contains("DEBUG requests"), "everything is logged: {text}");
    let seen = [text, server.log(), String::from_utf8_lossy(&answers.body).into_owned()];
    for canary in [TOKEN, KEY, STRANGER] {
        for sink in &seen {
            let line = sink.lines().find(|line| line.contains(canary));
            assert_eq!(line, None, "{canary} is shown");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_log_that_was_moved_away_begins_anew_at_a_hangup() -> Result<()> {
    let house = House::new()?;
    let log = house.data().join("server.log");
    let moved = house.data().join("server.log.1");
    let flags = [&*format!("--log-file={}", log.display()), "--log-filter=info,requests=debug"];
    let control = house.start_with(&flags).await?;
    std::fs::rename(&log, &moved)?;
    kill(Pid::from_raw(i32::try_from(control.server.pid())?), Signal::SIGHUP)?;
    eventually("the file is there again", LONG, async || {
        control.server.client().get("/livez").await.map_err(|error| format!("{error:#}"))?;
        let text = std::fs::read_to_string(&log).map_err(|error| error.to_string())?;
        if text.contains("/livez") { Ok(()) } else { Err(text) }
    })
    .await;
    Ok(())
}
