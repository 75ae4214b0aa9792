//! P9 to P13 and P18: updates to a thousand sockets beside a writer of bare bytes and a lean one of a
//! WebSocket library, memory at rest and the return of five thousand, and the counters over HTTP
//! beside a bare answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use mission_control_tests::server::{ServerCommand, ServerProcess};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until};

use crate::creates::say;
use crate::crowd::{Crowd, Schedule};
use crate::load;
use crate::raw::Peer;
use crate::spread::Spread;
use crate::start::resident_kib;

const TOKEN: &str = "a-token-of-this-run-only-0123456789abcdef";
/// Updates per second.
const RATES: [usize; 2] = [10, 1_000];
/// Connections that send them: each is durable before it is answered.
const SENDERS: usize = 16;
/// Viewers at rest.
const AT_REST: usize = 5_000;
/// Memory is read after the server has settled.
const SETTLE: Duration = Duration::from_secs(5);
/// How large an update is on the wire: what our own have, so that both move the same bytes.
const UPDATE_BYTES: usize = 1_350;
/// How large the counters are.
const METRICS_BYTES: usize = 380;
const TICKS_PER_SECOND: f64 = 100.0;

/// How large the run is.
struct Size {
    sockets: usize,
    span: Duration,
    rounds: usize,
    at_rest: usize,
}

/// Something that delivers and does nothing else, in a process of its own.
struct Floor {
    scenario: &'static str,
    /// What a viewer says, and what it then waits for.
    opening: &'static str,
    ready: &'static str,
}

const RAW: Floor = Floor { scenario: "raw-writer", opening: "w", ready: "" };
const LEAN: Floor = Floor {
    scenario: "lean-writer",
    opening: "GET / HTTP/1.1\r\nHost: lean\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
              Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    ready: r#""type":"snapshot""#,
};

impl Floor {
    async fn crowd(&self, address: &str, count: usize) -> Result<Crowd> {
        Crowd::gather(address, self.opening, self.ready, count).await
    }
}

/// What came of one burst.
struct Burst {
    rate: f64,
    latencies: Vec<f64>,
    micros_per_delivery: f64,
}

/// Ours, fresh, so that a snapshot shows nothing.
struct Ours {
    server: ServerProcess,
    address: String,
    _folder: TempDir,
}

/// Runs all of it; the arguments are sockets, seconds, rounds and viewers at rest.
pub(crate) async fn run(mut arguments: impl Iterator<Item = String>) -> Result<()> {
    let mut number = |usual: usize| match arguments.next() {
        Some(text) => text.parse().context("a number"),
        None => Ok(usual),
    };
    let (sockets, seconds, rounds) = (number(1_000)?, number(5)?, number(5)?);
    let (span, at_rest) = (Duration::from_secs(seconds as u64), number(AT_REST)?);
    let size = Size { sockets, span, rounds, at_rest };
    // The server is a child and inherits it.
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    if most < 2 * at_rest as u64 {
        bail!("{most} descriptors are too few: ulimit -n {}", 4 * at_rest);
    }
    for rate in RATES {
        bursts(&size, rate).await?;
    }
    rest(&size).await?;
    counters(&size).await
}

async fn bursts(size: &Size, rate: usize) -> Result<()> {
    let mut table: [Vec<Burst>; 3] = Default::default();
    for _ in 0..size.rounds {
        for (bursts, floor) in table.iter_mut().zip([RAW, LEAN]) {
            let peer = Peer::start(floor.scenario, &UPDATE_BYTES.to_string()).await?;
            let crowd = floor.crowd(&peer.address, size.sockets).await?;
            let sender = Sender::Raw(peer.address.clone());
            bursts.push(burst(size, rate, crowd, peer.pid()?, sender).await?);
        }
        let mut ours = Ours::start().await?;
        let crowd = ours.crowd(size.sockets).await?;
        let pid = ours.server.pid().to_string().parse()?;
        table[2].push(burst(size, rate, crowd, pid, Sender::Ours(ours.address.clone())).await?);
        ours.server.terminate().await?;
    }
    say(&format!("{} sockets, {rate} updates/s of {UPDATE_BYTES} bytes", size.sockets));
    let mut names = ["raw", "lean", "ours"].into_iter();
    let medians = table.map(|bursts| {
        let of = |figure: fn(&Burst) -> f64| Spread::of(bursts.iter().map(figure).collect());
        let (rates, cpu) = (of(|it| it.rate), of(|it| it.micros_per_delivery));
        let latencies = bursts.iter().flat_map(|it| it.latencies.iter().copied());
        let latencies = Spread::of(latencies.collect());
        let (p50, p99) = (latencies.percentile(50), latencies.percentile(99));
        say(&format!(
            "  {:4} {rates} deliveries/s, p50 {p50:.1} ms, p99 {p99:.1} ms, {:.2} µs each",
            names.next().unwrap_or_default(),
            cpu.median()
        ));
        (rates.median(), p50, p99)
    });
    let [raw, lean, (ours, p50, p99)] = medians;
    for (name, floor) in [("raw", raw), ("lean", lean)] {
        say(&format!(
            "  ours ÷ {name}: deliveries {:.3}, p50 {:.2}, p99 {:.2}",
            ours / floor.0,
            p50 / floor.1,
            p99 / floor.2
        ));
    }
    Ok(())
}

/// Where updates come from.
enum Sender {
    Raw(String),
    Ours(String),
}

async fn burst(size: &Size, rate: usize, crowd: Crowd, pid: u32, sender: Sender) -> Result<Burst> {
    let count = (rate as f64 * size.span.as_secs_f64()) as usize;
    let cpu = cpu_seconds(pid)?;
    let schedule = Arc::new(Schedule::new(rate));
    let watching = tokio::spawn({
        let schedule = Arc::clone(&schedule);
        async move { crowd.watch(count, &schedule).await }
    });
    match sender {
        Sender::Raw(address) => send_raw(&address, count, &schedule).await?,
        Sender::Ours(address) => send_ours(&address, count, &schedule).await?,
    }
    let latencies = watching.await??;
    let took = schedule.begin().elapsed().as_secs_f64();
    let deliveries = (count * size.sockets) as f64;
    let micros_per_delivery = (cpu_seconds(pid)? - cpu) * 1e6 / deliveries;
    Ok(Burst { rate: deliveries / took, latencies, micros_per_delivery })
}

async fn send_raw(address: &str, count: usize, schedule: &Schedule) -> Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    stream.write_all(b"u").await?;
    for n in 0..count {
        sleep_until(schedule.at(n)).await;
        stream.write_all(format!("{n}\n").as_bytes()).await?;
    }
    Ok(())
}

async fn send_ours(address: &str, count: usize, schedule: &Arc<Schedule>) -> Result<()> {
    let mut senders = JoinSet::new();
    for first in 0..SENDERS {
        let (address, schedule) = (address.to_owned(), Arc::clone(schedule));
        senders.spawn(async move {
            let mut stream = TcpStream::connect(&address).await?;
            stream.set_nodelay(true)?;
            let mut buffer = Vec::with_capacity(4 * 1024);
            for n in (first..count).step_by(SENDERS) {
                sleep_until(schedule.at(n)).await;
                let body = format!(r#"{{"title":"u{n}","kind":"external"}}"#);
                let text = format!(
                    "POST /api/missions HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer \
                     {TOKEN}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(text.as_bytes()).await?;
                let status = load::answer(&mut stream, &mut buffer).await?;
                if status != 201 {
                    bail!("{status}: {}", String::from_utf8_lossy(&buffer));
                }
            }
            Ok(())
        });
    }
    while let Some(sender) = senders.join_next().await {
        sender??;
    }
    Ok(())
}

/// Memory of viewers at rest, and their return.
async fn rest(size: &Size) -> Result<()> {
    let (mut memory, mut bare, mut returns) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..size.rounds {
        let peer = Peer::start(LEAN.scenario, &UPDATE_BYTES.to_string()).await?;
        let begin = Instant::now();
        let crowd = LEAN.crowd(&peer.address, size.at_rest).await?;
        bare.push(begin.elapsed().as_secs_f64() * 1e3);
        drop((crowd, peer));
        let mut ours = Ours::start().await?;
        // What a first viewer makes is there for all.
        drop(ours.crowd(1).await?);
        sleep(SETTLE).await;
        let before = resident_kib(ours.server.pid())?;
        let crowd = ours.crowd(size.at_rest).await?;
        sleep(SETTLE).await;
        let after = resident_kib(ours.server.pid())?;
        memory.push((after - before) * 1024.0 / size.at_rest as f64);
        drop(crowd);
        let begin = Instant::now();
        drop(ours.crowd(size.at_rest).await?);
        returns.push(begin.elapsed().as_secs_f64() * 1e3);
        ours.server.terminate().await?;
    }
    let (bare, returns) = (Spread::of(bare), Spread::of(returns));
    say(&format!("{} viewers at rest", size.at_rest));
    say(&format!("  {} bytes of memory each", Spread::of(memory)));
    say(&format!("  lean connections {bare} ms, return to ours with a snapshot {returns} ms"));
    say(&format!("  P12 = {:.2}", returns.median() / bare.median()));
    Ok(())
}

/// `GET /api/metrics` beside a bare answer of the same size.
async fn counters(size: &Size) -> Result<()> {
    let mut table: [Vec<f64>; 2] = Default::default();
    let peer = Peer::start("bare-json", &METRICS_BYTES.to_string()).await?;
    let mut ours = Ours::start().await?;
    for _ in 0..size.rounds {
        for (rates, address) in table.iter_mut().zip([&peer.address, &ours.address]) {
            let text = format!(
                "GET /api/metrics HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
            );
            rates.push(load::run(address, &text, 200, 64, size.span).await?.rate);
        }
    }
    ours.server.terminate().await?;
    let [bare, metrics] = table.map(Spread::of);
    say(&format!("bare hyper {bare} /s, GET /api/metrics {metrics} /s"));
    say(&format!("  P13 = {:.2}", metrics.median() / bare.median()));
    Ok(())
}

impl Ours {
    async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let command = ServerCommand::new(folder.path())?
            .env("MISSION_CONTROL_ADMIN_TOKEN", TOKEN)
            .arg("--principal-rate=0")
            .arg("--no-worker");
        let server = command.start().await?;
        let address = server.base_url().trim_start_matches("http://").to_owned();
        Ok(Self { server, address, _folder: folder })
    }

    async fn crowd(&self, count: usize) -> Result<Crowd> {
        let opening = format!(
            "GET /api/live?topics=missions,agents HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer \
             {TOKEN}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
            self.address
        );
        Crowd::gather(&self.address, &opening, r#""type":"snapshot""#, count).await
    }
}

fn cpu_seconds(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, rest) = stat.rsplit_once(')').context("a name")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).context("a field")?.parse::<f64>().context("ticks");
    Ok((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
}
