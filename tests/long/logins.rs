//! S11 and S12: two hundred want to come in again and again while fifty work: how long those wait, how
//! much memory it takes, how many guesses are heard, and whether the clock tells who is known.

mod cpu;
mod door;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use mission_control_tests::http::Client;
use mission_control_tests::server::{ServerCommand, ServerProcess};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use crate::creates::say;
use crate::spread::Spread;
use crate::start::resident_kib;
use cpu::Cpu;
use door::{Asked, Door, Tally};

const WORKERS: usize = 50;
/// What somebody who works asks for: five times a second.
const PACE: Duration = Duration::from_millis(200);
const KNOCKERS: usize = 200;
/// All who have been answered come again at once so often: before they are told to.
const WAVE: Duration = Duration::from_secs(1);
/// With the storm and without it.
const SPAN: Duration = Duration::from_secs(15);
const REST: Duration = Duration::from_secs(5);
const SAMPLED_EVERY: Duration = Duration::from_millis(50);
/// Guesses at known and at unknown names each, ten at a name.
const GUESSES: usize = 500;
const GUESSES_EACH: usize = 10;
/// Guesses at one account, and accounts that are guessed at once.
const MANY: usize = 1_000;
const PASSWORD: &str = "correct horse battery staple";

/// What S11 and S12 promise.
const P99_MS: f64 = 200.0;
const MORE_MIB: f64 = 64.0;
const APART_MS: f64 = 5.0;
/// What the server says of the tries that it lets through: so many at once at one account, and then
/// one in so many seconds; and from one address.
const AT_AN_ACCOUNT: (f64, f64) = (100.0, 9.0);
const FROM_AN_ADDRESS: (f64, f64) = (30.0, 2.0);
/// What may be answered while two hundred come in.
const EXPECTED: &[(u16, &str)] = &[
    (204, ""),
    (401, "wrong_credentials"),
    (413, "body_too_large"),
    (422, "too_large"),
    (503, "too_many_logins"),
];

pub(crate) async fn run() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let command = ServerCommand::new(folder.path())?.arg("--no-worker");
    let command = command.arg("--trusted-proxies=127.0.0.1");
    let mut server = command.arg("--anonymous-rate=0").arg("--principal-rate=0").start().await?;
    let door = Door { address: server.base_url().trim_start_matches("http://").to_owned() };
    let workers = gather(&server, &door).await?;
    let mut violations = storm(&server, &door, &workers, Some(WAVE)).await?;
    violations += storm(&server, &door, &workers, None).await?;
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
        let (asked, text) = knock(door, &body, &from(4, number)).await?;
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

/// Works without a storm and within one, and says what the difference is.
async fn storm(
    server: &ServerProcess,
    door: &Door,
    workers: &[String],
    pause: Option<Duration>,
) -> Result<usize> {
    let pid = server.pid();
    let quiet = Spread::of(work(door, workers, SPAN).await?);
    let before = resident_kib(pid)?;
    let raging = Arc::new(AtomicBool::new(true));
    let watching = tokio::spawn(highest(pid, Arc::clone(&raging)));
    let (cpu, begun) = (Cpu::now(pid)?, Instant::now());
    let mut knocking = JoinSet::new();
    for number in 0..KNOCKERS {
        let (door, raging) = (door.clone(), Arc::clone(&raging));
        knocking.spawn(async move { rage(&door, number, pause, &raging).await });
    }
    let stormy = Spread::of(work(door, workers, SPAN).await?);
    let cores = Cpu::now(pid)?.since(&cpu, begun.elapsed());
    raging.store(false, Ordering::Relaxed);
    let mut answers = Tally::default();
    while let Some(heard) = knocking.join_next().await {
        answers.add(heard??);
    }
    let peak = watching.await??;
    sleep(REST).await;
    let after = resident_kib(pid)?;
    let more = (peak - before) / 1024.0;
    let mut violations = Vec::new();
    if pause.is_some() && stormy.percentile(99) > P99_MS {
        violations.push(format!("p99 of those who work is above {P99_MS} ms"));
    }
    if more > MORE_MIB {
        violations.push(format!("it took more than {MORE_MIB} MiB more"));
    }
    let unexpected = answers.unexpected(EXPECTED);
    if unexpected.all() > 0 {
        violations.push(format!("{} unexpected answers", unexpected.all()));
    }
    let check = match pause {
        Some(_) => "two hundred come in at once, again and again, while fifty work",
        None => "two hundred come in without a pause while fifty work",
    };
    let figures = json!({
        "working_ms": {"alone": percentiles(&quiet), "in_the_storm": percentiles(&stormy)},
        "knocks": answers.all(), "answers": answers.told(), "unexpected": unexpected.told(),
        "cores_in_use": cores,
        "resident_mib": {
            "before": mib(before), "peak": mib(peak), "after": mib(after), "more": round(more),
        },
    });
    told(check, &figures, &violations);
    Ok(violations.len())
}

/// The most memory that was resident while it raged, in KiB.
async fn highest(pid: u32, raging: Arc<AtomicBool>) -> Result<f64> {
    let mut peak = 0_f64;
    while raging.load(Ordering::Relaxed) {
        peak = peak.max(resident_kib(pid)?);
        sleep(SAMPLED_EVERY).await;
    }
    Ok(peak)
}

/// Everybody asks and makes at their pace, for so long; the milliseconds of each answer.
async fn work(door: &Door, workers: &[String], span: Duration) -> Result<Vec<f64>> {
    let mut working = JoinSet::new();
    for (number, shown) in workers.iter().enumerate() {
        let (door, shown) = (door.clone(), shown.clone());
        working.spawn(async move {
            // Not all of them at the same instant.
            sleep(PACE * u32::try_from(number)? / u32::try_from(WORKERS)?).await;
            let (mut line, begun) = (door.open().await?, Instant::now());
            let (mut pace, mut latencies) = (interval(PACE), Vec::new());
            while begun.elapsed() < span {
                pace.tick().await;
                let (what, body, wanted) = if latencies.len() % 5 == 4 {
                    ("POST /api/missions", r#"{"title":"of somebody who works"}"#, 201)
                } else {
                    ("GET /api/missions?limit=20", "", 200)
                };
                let asked = line.ask(&door.head(what, &shown, body.len()), body).await?;
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

/// Knocks again and again, in each way that there is, each time from another address: all of them
/// at the same instants, or without a `pause` as soon as they were answered.
async fn rage(
    door: &Door,
    number: usize,
    pause: Option<Duration>,
    raging: &AtomicBool,
) -> Result<Tally> {
    let (mut answers, mut kept) = (Tally::default(), None);
    let (long, huge) = ("x".repeat(1_025), "x".repeat(1024 * 1024));
    let mut paces = pause.map(interval);
    for round in 0.. {
        if let Some(pace) = &mut paces {
            pace.tick().await;
        }
        if !raging.load(Ordering::Relaxed) {
            break;
        }
        let known = name((number + round) % WORKERS);
        // What is long is not to cost the load more than it has to.
        let (user, password) = match (number + round) % 5 {
            0 => (known, PASSWORD),
            1 => (known, "a guess that is wrong"),
            2 => (format!("nobody{number}"), PASSWORD),
            3 => (known, &*long),
            _ => (known, &*huge),
        };
        let body = format!(r#"{{"user":"{user}","password":"{password}"}}"#);
        let head = door.knocking(&from(5 + round % 100, number), body.len());
        let mut line = match kept.take() {
            Some(line) => line,
            None => door.open().await?,
        };
        match line.ask(&head, &body).await {
            Ok(asked) => {
                answers.count(asked.status, line.code());
                // Of what is too large the rest is not read, so that nothing can follow it.
                kept = Some(line).filter(|line| asked.status != 413 && !line.is_over());
            }
            // Whoever sends too much may be hung up on before all of it has been taken.
            Err(_) if body.len() > 1024 * 1024 => answers.hung_up(413),
            Err(error) => return Err(error),
        }
    }
    Ok(answers)
}

/// Guesses at names that are known and at others, by turns, and compares how long the answers took.
async fn timing(door: &Door) -> Result<usize> {
    let (mut known, mut unknown, mut bodies) = (Vec::new(), Vec::new(), Vec::new());
    for guess in 0..GUESSES {
        let number = guess / GUESSES_EACH;
        for (user, took) in [(name(number), &mut known), (format!("nemo{number}"), &mut unknown)] {
            let body = json!({"user": user, "password": "a guess that is wrong"}).to_string();
            let (asked, text) = knock(door, &body, &from(110 + guess / 200, guess % 200)).await?;
            if asked.status != 401 {
                bail!("a guess at {user} gave {}: {text}", asked.status);
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
        let (asked, _) = knock(door, &guess, &from(120 + number / 200, number % 200)).await?;
        heard += usize::from(asked.status == 401);
    }
    let right = json!({"user": name(0), "password": PASSWORD}).to_string();
    let (back, _) = door.ask("POST /api/login", victim, &right).await?;
    let at_one = begun.elapsed();
    let (mut from_one, begun) = (0, Instant::now());
    for number in 0..MANY {
        let body = json!({"user": format!("account{number}"), "password": "x"}).to_string();
        from_one += usize::from(knock(door, &body, &from(130, 1)).await?.0.status == 401);
    }
    let mut violations = Vec::new();
    for (what, heard, (at_once, each), span) in [
        ("at one account", heard, AT_AN_ACCOUNT, at_one),
        ("from one address", from_one, FROM_AN_ADDRESS, begun.elapsed()),
    ] {
        let most = at_once + (span.as_secs_f64() / each).ceil();
        if heard as f64 > most {
            violations.push(format!("{heard} tries {what} were heard, {most} at most"));
        }
    }
    if back.status != 204 {
        violations.push(format!("who is in was answered {} on coming in again", back.status));
    }
    told(
        "guesses run out",
        &json!({
            "tries": MANY, "heard_at_one_account": heard, "in_ms": at_one.as_millis() as u64,
            "heard_from_one_address": from_one, "who_is_in_comes_in_again": back.status == 204,
        }),
        &violations,
    );
    Ok(violations.len())
}

/// Knocks on a connection of its own.
async fn knock(door: &Door, body: &str, forwarded: &str) -> Result<(Asked, String)> {
    let headers = format!("Origin: http://{}\r\nX-Forwarded-For: {forwarded}", door.address);
    door.ask("POST /api/login", &headers, body).await
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
