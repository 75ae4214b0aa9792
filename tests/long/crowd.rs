//! Viewers that cost little: they count bytes, and a few of them read what they get.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// A viewer that has heard nothing for so long was forgotten.
const PATIENCE: Duration = Duration::from_secs(60);
/// Connections from one address of this machine; a server may limit them.
const PER_ADDRESS: usize = 4_000;
/// Time for everybody to listen before the first update.
const LEAD: Duration = Duration::from_millis(300);
/// How many connections are being opened at a time.
const AT_ONCE: usize = 256;
/// Every so many viewers one reads what it gets.
const READS: usize = 50;
/// What an update is known by.
const MARK: &[u8] = b"\"title\":\"u";

/// When each update is to be sent: receipt is measured from there, so that a sender which is held up
/// hides nothing.
pub(crate) struct Schedule {
    begin: Instant,
    rate: usize,
}

/// What one viewer has got.
#[derive(Default)]
struct Got {
    updates: usize,
    latencies: Vec<f64>,
}

/// Viewers that are connected.
pub(crate) struct Crowd(Vec<TcpStream>);

impl Schedule {
    /// `rate` updates per second, from a moment on that leaves time to be ready.
    pub(crate) fn new(rate: usize) -> Self {
        Self { begin: Instant::now() + LEAD, rate }
    }

    /// When the first is sent.
    pub(crate) const fn begin(&self) -> Instant {
        self.begin
    }

    /// When update `n` is sent.
    pub(crate) fn at(&self, n: usize) -> Instant {
        self.begin + Duration::from_secs_f64(n as f64 / self.rate as f64)
    }
}

impl Crowd {
    /// `count` viewers that say `opening` and wait until `ready` is in what they get.
    pub(crate) async fn gather(
        address: &str,
        opening: &str,
        ready: &'static str,
        count: usize,
    ) -> Result<Self> {
        let address: SocketAddr = address.parse()?;
        let (mut opening_now, mut open) = (JoinSet::new(), Vec::with_capacity(count));
        for n in 0..count {
            if opening_now.len() >= AT_ONCE {
                open.push(opening_now.join_next().await.context("a viewer")???);
            }
            let opening = opening.to_owned();
            opening_now.spawn(async move {
                let socket = TcpSocket::new_v4()?;
                let host = format!("127.0.0.{}:0", 1 + n / PER_ADDRESS);
                socket.bind(host.parse()?)?;
                let mut stream = socket.connect(address).await?;
                stream.set_nodelay(true)?;
                stream.write_all(opening.as_bytes()).await?;
                let mut got = Vec::new();
                while !ready.is_empty() && find(&got, ready.as_bytes()).is_none() {
                    let read = tokio::time::timeout(PATIENCE, stream.read_buf(&mut got));
                    if read.await?? == 0 {
                        bail!("let go: {}", String::from_utf8_lossy(&got));
                    }
                }
                Ok(stream)
            });
        }
        while let Some(opened) = opening_now.join_next().await {
            open.push(opened??);
        }
        Ok(Self(open))
    }

    /// Waits until everyone has got `count` updates. Gives the milliseconds from the sending of an
    /// update to its receipt by those who read.
    pub(crate) async fn watch(self, count: usize, schedule: &Arc<Schedule>) -> Result<Vec<f64>> {
        let mut viewers = JoinSet::new();
        for (n, stream) in self.0.into_iter().enumerate() {
            let schedule = Arc::clone(schedule);
            viewers.spawn(async move { receive(stream, count, n % READS == 0, &schedule).await });
        }
        let mut latencies = Vec::new();
        while let Some(got) = viewers.join_next().await {
            let got = got??;
            if got.updates != count {
                bail!("a viewer got {} updates of {count}", got.updates);
            }
            latencies.extend(got.latencies);
        }
        Ok(latencies)
    }
}

async fn receive(
    mut stream: TcpStream,
    count: usize,
    reads: bool,
    schedule: &Schedule,
) -> Result<Got> {
    let mut got = Got::default();
    let mut bytes = Vec::with_capacity(64 * 1024);
    while got.updates < count {
        let read = tokio::time::timeout(PATIENCE, stream.read_buf(&mut bytes)).await;
        if read.with_context(|| format!("nothing behind {} updates", got.updates))?? == 0 {
            bail!("let go behind {} updates", got.updates);
        }
        let now = Instant::now();
        let mut from = 0;
        while let Some(at) = find(&bytes[from..], MARK) {
            let begin = from + at + MARK.len();
            let Some(end) = bytes[begin..].iter().position(|byte| *byte == b'"') else { break };
            if reads {
                let n: usize = std::str::from_utf8(&bytes[begin..begin + end])?.parse()?;
                let took = now.saturating_duration_since(schedule.at(n));
                got.latencies.push(took.as_secs_f64() * 1e3);
            }
            got.updates += 1;
            from = begin + end;
        }
        // What may be the begin of a mark stays.
        let keep = from.max(bytes.len().saturating_sub(MARK.len() + 16));
        bytes.drain(..keep);
    }
    Ok(got)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, wanted)
}
