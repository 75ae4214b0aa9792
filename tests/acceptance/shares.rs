//! What several programs of one person may do together, on each of several servers.

use anyhow::{Context, Result};
use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, StreamExt, TryStreamExt};
use http::header::COOKIE;
use http::{HeaderValue, Request, StatusCode};
use http_body_util::Full;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use mission_control_tests::browser::sign_in;
use mission_control_tests::http::Client;
use mission_control_tests::raw;
use mission_control_tests::server::{ServerCommand, ServerProcess};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::Instant;

const KEY: &str = "a-secret-key-of-thirty-two-characters-and-more";
const PASSWORD: &str = "correct horse battery staple";
/// Of one person, in a minute, at one server.
const RATE: usize = 60;
const TOKENS: usize = 3;
/// Requests under way at a time: so few that nobody waits for a turn to be looked up.
const AT_ONCE: usize = 16;
/// How often each line is sent with each credential.
const TIMES: usize = 8;
/// The same and something else, in many spellings.
const LINES: [&str; 8] = [
    "GET /api/missions",
    "HEAD /api/missions",
    "GET //api/missions",
    "GET /api/./missions",
    "GET /API/missions",
    "GET /api/%6dissions/",
    "GET /nowhere",
    "POST /api/missions",
];

/// What says who asks: a line of a head.
async fn credentials(ada: &Client) -> Result<Vec<(&'static str, HeaderValue)>> {
    let mut all = vec![("Cookie", ada.header(&COOKIE).context("a cookie")?.clone())];
    for number in 0..TOKENS {
        let body = json!({"name": format!("program {number}"), "role": "viewer"});
        let made = ada.post("/api/tokens", &body).await?.expect(StatusCode::CREATED)?;
        let token = made["token"].as_str().context("a token")?;
        all.push(("Authorization", HeaderValue::try_from(format!("Bearer {token}"))?));
    }
    Ok(all)
}

/// The statuses of many requests to one server, with each of these.
async fn burst<'a>(
    server: &'a ServerProcess,
    credentials: &'a [(&'static str, HeaderValue)],
) -> Result<Vec<BoxFuture<'a, Result<u16>>>> {
    let address = server.base_url().trim_start_matches("http://");
    let mut calls: Vec<BoxFuture<'_, Result<u16>>> = Vec::new();
    let stream = TokioIo::new(TcpStream::connect(address).await?);
    let (sender, connection) = http2::handshake(TokioExecutor::new(), stream).await?;
    tokio::spawn(connection);
    for (name, value) in credentials {
        let shown = format!("{name}: {}", value.to_str()?);
        for line in LINES.iter().cycle().take(LINES.len() * TIMES) {
            let (host, origin) =
                (format!("Host: {address}"), format!("Origin: {}", server.base_url()));
            let (line, shown) = (format!("{line} HTTP/1.1"), shown.clone());
            let call = async move {
                Ok(raw::send(address, &[&line, &host, &origin, &shown]).await?.status)
            };
            calls.push(call.boxed());
        }
        for _ in 0..TIMES {
            let mut sender = sender.clone();
            let request = Request::get(format!("{}/api/missions", server.base_url()));
            let request = request.header(*name, value).body(Full::<Bytes>::default())?;
            let call = async move {
                sender.ready().await?;
                Ok(sender.send_request(request).await?.status().as_u16())
            };
            calls.push(call.boxed());
        }
    }
    Ok(calls)
}

#[tokio::test]
async fn one_person_has_one_budget_at_each_server_whatever_they_come_with() -> Result<()> {
    let database = PrivatePostgres::start(Durability::Relaxed).await?;
    let folders = [tempfile::tempdir()?, tempfile::tempdir()?];
    let start = async |folder: &tempfile::TempDir| {
        let command = ServerCommand::new(folder.path())?
            .env("POSTGRES_DSN", database.dsn())
            .env("MISSION_DASHBOARD_SECRET_KEY", KEY);
        let command = command.arg("--no-worker").arg("--anonymous-rate=0");
        command.arg(format!("--principal-rate={RATE}")).start().await
    };
    let (here, there) = (start(&folders[0]).await?, start(&folders[1]).await?);
    for login in ["ada", "bob"] {
        let body = json!({"login": login, "password": PASSWORD, "role": "operator"});
        here.administrator().post("/api/users", &body).await?.expect(StatusCode::CREATED)?;
    }
    let enter = async |login: &str| {
        sign_in(&here.client(), &json!({"user": login, "password": PASSWORD})).await
    };
    let (ada, bob) = (enter("ada").await?, enter("bob").await?);
    let credentials = credentials(&ada).await?;
    let mut calls = burst(&here, &credentials).await?;
    calls.extend(burst(&there, &credentials).await?);
    let begun = Instant::now();
    let statuses: Vec<u16> = stream::iter(calls).buffer_unordered(AT_ONCE).try_collect().await?;
    let come_back = begun.elapsed().as_secs_f64() * (2 * RATE) as f64 / 60.0;
    let limited = StatusCode::TOO_MANY_REQUESTS.as_u16();
    let let_in = statuses.iter().filter(|status| **status != limited).count();
    let most = 2 * RATE + come_back.ceil() as usize;
    // What was spent on making the tokens may not have come back.
    assert!(2 * RATE - TOKENS <= let_in && let_in <= most, "{let_in} of {most} at most");
    bob.get("/api/missions").await?.expect(StatusCode::OK)?;
    Ok(())
}
