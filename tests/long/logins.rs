//! S11 and S12: two hundred want to come in again and again while fifty work: how long those wait, how
//! much memory it takes, how many guesses are heard, and whether the clock tells who is known.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use mission_control_tests::http::Client;
use mission_control_tests::server::{ServerCommand, ServerProcess};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep, timeout};

use crate::creates::say;
use crate::load::answer;
use crate::spread::Spread;
use crate::start::resident_kib;

const WORKERS: usize = 50;
/// What somebody who works asks for: five times a second.
const PACE: Duration = Duration::from_millis(200);
const KNOCKERS: usize = 200;
/// With the storm and without it.
const SPAN: Duration = Duration::from_secs(15);
const REST: Duration = Duration::from_secs(5);
const SAMPLED_EVERY: Duration = Duration::from_millis(50);
/// Guesses at known and at unknown names each, ten at a name.
const GUESSES: usize = 500;
const GUESSES_EACH: usize = 10;
/// Guesses at one account, and accounts that are guessed at once.
const MANY: usize = 1_000;
/// A server that is silent for so long has hung.
const PATIENCE: Duration = Duration::from_secs(60);
const PASSWORD: &str = "correct horse battery staple";

/// What S11 and S12 promise.
const P99_MS: f64 = 200.0;
const MORE_MIB: f64 = 64.0;
const APART_MS: f64 = 5.0;

/// A server, and who comes to it from which address.
#[derive(Clone)]
struct Door {
    address: String,
}

/// A request as it is sent, and what came of it.
struct Asked {
    status: u16,
    took: f64,
}

pub(crate) async fn run() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let command = ServerCommand::new(folder.path())?.arg("--no-worker");
    let command = command.arg("--trusted-proxies=127.0.0.1");
    let mut server = command.arg("--anonymous-rate=0").arg("--principal-rate=0").start().await?;
    let door = Door { address: server.base_url().trim_start_matches("http://").to_owned() };
    let workers = gather(&server, &door).await?;
    let mut violations = storm(&server, &door, &workers).await?;
    violations += timing(&door).await?;
    violations += guessing(&door, &workers[0]).await?;
    server.terminate().await?;
    if violations > 0 {
        bail!("{violations} violations");
    }
    Ok(())
}

/// Fifty people who are signed in; every second one works with a token.
async fn gather(server: &ServerProcess, door: &Door) -> Result<Vec<String>> {
    let admin: Client = server.administrator();
    let mut workers = Vec::new();
    for number in 0..WORKERS {
        let user = json!({"login": name(number), "password": PASSWORD, "role": "operator"});
        admin.post("/api/users", &user).await?.expect(http::StatusCode::CREATED)?;
        let body = json!({"user": name(number), "password": PASSWORD}).to_string();
        let (asked, text) = door.knock(&body, &from(4, number)).await?;
        let cookie = text.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        let cookie = cookie.and_then(|line| line.split(';').next());
        let cookie = cookie.with_context(|| format!("{}: {text}", asked.status))?.to_owned();
        let shown = format!("Cookie: {cookie}\r\nOrigin: http://{}", door.address);
        if number % 2 == 0 {
            workers.push(shown);
            continue;
        }
        let wish = r#"{"name":"a program","role":"operator"}"#;
        let (_, text) = door.ask("POST /api/tokens", &shown, wish).await?;
        let body: Value = serde_json::from_str(text.split("\r\n\r\n").nth(1).context("a body")?)?;
        let token = body["token"].as_str().with_context(|| text.clone())?;
        workers.push(format!("Authorization: Bearer {token}"));
    }
    Ok(workers)
}

/// Works without a storm and with one, and says what the difference is.
async fn storm(server: &ServerProcess, door: &Door, workers: &[String]) -> Result<usize> {
    let quiet = Spread::of(work(door, workers, SPAN).await?);
    let before = resident_kib(server.pid())?;
    let (raging, pid) = (Arc::new(AtomicBool::new(true)), server.pid());
    let watching = {
        let raging = Arc::clone(&raging);
        tokio::spawn(async move {
            let mut peak = 0_f64;
            while raging.load(Ordering::Relaxed) {
                peak = peak.max(resident_kib(pid)?);
                sleep(SAMPLED_EVERY).await;
            }
            anyhow::Ok(peak)
        })
    };
    let mut knocking = JoinSet::new();
    for number in 0..KNOCKERS {
        let (door, raging) = (door.clone(), Arc::clone(&raging));
        knocking.spawn(async move { rage(&door, number, &raging).await });
    }
    let stormy = Spread::of(work(door, workers, SPAN).await?);
    raging.store(false, Ordering::Relaxed);
    let mut statuses: Vec<u16> = Vec::new();
    while let Some(heard) = knocking.join_next().await {
        statuses.extend(heard??);
    }
    let peak = watching.await??;
    sleep(REST).await;
    let after = resident_kib(server.pid())?;
    let more = (peak - before) / 1024.0;
    let mut violations = Vec::new();
    if stormy.percentile(99) > P99_MS {
        violations.push(format!("p99 of those who work is above {P99_MS} ms"));
    }
    if more > MORE_MIB {
        violations.push(format!("it took more than {MORE_MIB} MiB more"));
    }
    let unexpected = statuses.iter().filter(|it| ![204, 401, 413, 422, 503].contains(*it)).count();
    if unexpected > 0 {
        violations.push(format!("{unexpected} unexpected answers"));
    }
    let of = |status: u16| statuses.iter().filter(|it| **it == status).count();
    told(
        "two hundred come in while fifty work",
        &json!({
            "working_ms": {"alone": percentiles(&quiet), "in_the_storm": percentiles(&stormy)},
            "knocks": statuses.len(),
            "came_in": of(204), "refused": of(401), "too_much": of(413), "too_long": of(422),
            "sent_away": of(503),
            "resident_mib": {
                "before": mib(before), "peak": mib(peak), "after": mib(after), "more": round(more),
            },
        }),
        &violations,
    );
    Ok(violations.len())
}

/// Everybody asks and makes at their pace, for so long; the milliseconds of each answer.
async fn work(door: &Door, workers: &[String], span: Duration) -> Result<Vec<f64>> {
    let mut working = JoinSet::new();
    for (number, shown) in workers.iter().enumerate() {
        let (door, shown) = (door.clone(), shown.clone());
        working.spawn(async move {
            // Not all of them at the same instant.
            sleep(PACE * u32::try_from(number)? / u32::try_from(WORKERS)?).await;
            let (mut line, begun) = (Line::to(&door.address).await?, Instant::now());
            let (mut pace, mut latencies) = (interval(PACE), Vec::new());
            while begun.elapsed() < span {
                pace.tick().await;
                let (what, body, wanted) = if latencies.len() % 5 == 4 {
                    ("POST /api/missions", r#"{"title":"of somebody who works"}"#, 201)
                } else {
                    ("GET /api/missions?limit=20", "", 200)
                };
                let asked = line.ask(&door.text(what, &shown, body)).await?;
                if asked.status != wanted {
                    bail!("{what} gave {}", asked.status);
                }
                latencies.push(asked.took);
            }
            Ok(latencies)
        });
    }
    let mut all = Vec::new();
    while let Some(latencies) = working.join_next().await {
        all.extend(latencies??);
    }
    Ok(all)
}

/// Knocks again and again, in each way that there is, each time from another address.
async fn rage(door: &Door, number: usize, raging: &AtomicBool) -> Result<Vec<u16>> {
    let mut statuses = Vec::new();
    while raging.load(Ordering::Relaxed) {
        let round = statuses.len();
        let known = name((number + round) % WORKERS);
        let (user, password) = match (number + round) % 5 {
            0 => (known, PASSWORD.to_owned()),
            1 => (known, "a guess that is wrong".to_owned()),
            2 => (format!("nobody{number}"), PASSWORD.to_owned()),
            3 => (known, "x".repeat(1_025)),
            _ => (known, "x".repeat(1024 * 1024)),
        };
        let body = json!({"user": user, "password": password}).to_string();
        match door.knock(&body, &from(5 + round % 100, number)).await {
            Ok((asked, _)) => statuses.push(asked.status),
            // Whoever sends too much may be hung up on before all of it has been taken.
            Err(_) if body.len() > 1024 * 1024 => statuses.push(413),
            Err(error) => return Err(error),
        }
    }
    Ok(statuses)
}

/// Guesses at names that are known and at others, by turns, and compares how long the answers took.
async fn timing(door: &Door) -> Result<usize> {
    let (mut known, mut unknown, mut bodies) = (Vec::new(), Vec::new(), Vec::new());
    for guess in 0..GUESSES {
        let number = guess / GUESSES_EACH;
        for (user, took) in [(name(number), &mut known), (format!("nemo{number}"), &mut unknown)] {
            let body = json!({"user": user, "password": "a guess that is wrong"}).to_string();
            let (asked, text) = door.knock(&body, &from(110 + guess / 200, guess % 200)).await?;
            if asked.status != 401 {
                bail!("a guess at {user} gave {}", asked.status);
            }
            took.push(asked.took);
            let body = text.split("\r\n\r\n").nth(1).unwrap_or_default();
            let mut body: Value = serde_json::from_str(body)?;
            body["request_id"] = Value::Null;
            bodies.push(body);
        }
    }
    bodies.dedup();
    let (known, unknown) = (Spread::of(known), Spread::of(unknown));
    let apart = (known.median() - unknown.median()).abs();
    let mut violations = Vec::new();
    if apart >= APART_MS {
        violations.push(format!("the medians are {apart:.1} ms apart"));
    }
    if bodies.len() != 1 {
        violations.push(format!("{} different bodies", bodies.len()));
    }
    told(
        "the clock does not tell who is known",
        &json!({
            "guesses": GUESSES,
            "known_ms": percentiles(&known), "unknown_ms": percentiles(&unknown),
            "medians_apart_ms": (apart * 1e3).round() / 1e3,
        }),
        &violations,
    );
    Ok(violations.len())
}

/// A thousand guesses at one account from everywhere, then one at each of a thousand from one address;
/// and whether somebody who is in comes in again meanwhile.
async fn guessing(door: &Door, victim: &str) -> Result<usize> {
    let begun = Instant::now();
    let mut heard = 0;
    let guess = json!({"user": name(0), "password": "a guess that is wrong"}).to_string();
    for number in 0..MANY {
        let (asked, _) = door.knock(&guess, &from(120 + number / 200, number % 200)).await?;
        heard += usize::from(asked.status == 401);
    }
    let right = json!({"user": name(0), "password": PASSWORD}).to_string();
    let (back, _) = door.ask("POST /api/login", victim, &right).await?;
    let at_one_ms = begun.elapsed().as_millis() as u64;
    let mut from_one = 0;
    for number in 0..MANY {
        let body = json!({"user": format!("account{number}"), "password": "x"}).to_string();
        from_one += usize::from(door.knock(&body, &from(130, 1)).await?.0.status == 401);
    }
    let mut violations = Vec::new();
    if back.status != 204 {
        violations.push(format!("who is in was answered {} on coming in again", back.status));
    }
    told(
        "guesses run out",
        &json!({
            "tries": MANY, "heard_at_one_account": heard, "in_ms": at_one_ms,
            "heard_from_one_address": from_one, "who_is_in_comes_in_again": back.status == 204,
        }),
        &violations,
    );
    Ok(violations.len())
}

impl Door {
    fn text(&self, line: &str, headers: &str, body: &str) -> String {
        let (address, length) = (&self.address, body.len());
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        format!(
            "{line} HTTP/1.1\r\nHost: {address}\r\n{kind}{headers}\r\nContent-Length: {length}\r\n\r\n\
             {body}"
        )
    }

    /// A request on a connection of its own, and the whole answer.
    async fn ask(&self, line: &str, headers: &str, body: &str) -> Result<(Asked, String)> {
        let mut open = Line::to(&self.address).await?;
        let asked = open.ask(&self.text(line, headers, body)).await?;
        Ok((asked, String::from_utf8_lossy(&open.buffer).into_owned()))
    }

    async fn knock(&self, body: &str, forwarded: &str) -> Result<(Asked, String)> {
        let headers = format!("Origin: http://{}\r\nX-Forwarded-For: {forwarded}", self.address);
        self.ask("POST /api/login", &headers, body).await
    }
}

/// A connection that is kept.
struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    async fn to(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("connecting to the server")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    async fn ask(&mut self, text: &str) -> Result<Asked> {
        let sent = Instant::now();
        self.stream.write_all(text.as_bytes()).await?;
        let status = timeout(PATIENCE, answer(&mut self.stream, &mut self.buffer)).await??;
        Ok(Asked { status, took: sent.elapsed().as_secs_f64() * 1e3 })
    }
}

fn name(number: usize) -> String {
    format!("user{number}")
}

/// An address beyond the proxy, of one of 256 networks.
fn from(network: usize, host: usize) -> String {
    format!("198.{}.{}.{}", 18 + network / 256, network % 256, host % 256)
}

/// Prints what was found, as one object.
fn told(check: &str, figures: &Value, violations: &[String]) {
    say(&json!({"check": check, "figures": figures, "violations": violations}).to_string());
}

fn percentiles(spread: &Spread) -> Value {
    let of = |percent| round(spread.percentile(percent));
    json!({"p50": of(50), "p99": of(99), "max": of(100)})
}

fn mib(kib: f64) -> f64 {
    round(kib / 1024.0)
}

fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
