//! A load generator that costs little: raw HTTP/1.1 on kept connections, one request at a time on
//! each.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that has said nothing for this long has hung.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came of a run.
pub(crate) struct Load {
    /// Requests answered as wanted, per second.
    pub(crate) rate: f64,
    /// Milliseconds of each answer.
    pub(crate) latencies: Vec<f64>,
}

/// Sends the request that `text` is again and again on `connections` connections for `span`; every
/// answer must have the status `wanted`.
pub(crate) async fn run(
    address: &str,
    text: &str,
    wanted: u16,
    connections: usize,
    span: Duration,
) -> Result<Load> {
    let begin = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            let (address, text) = (address.to_owned(), text.to_owned());
            tokio::spawn(async move { connection(&address, &text, wanted, begin + span).await })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await??);
    }
    let rate = latencies.len() as f64 / begin.elapsed().as_secs_f64();
    Ok(Load { rate, latencies })
}

async fn connection(address: &str, text: &str, wanted: u16, until: Instant) -> Result<Vec<f64>> {
    let mut stream = TcpStream::connect(address).await.context("connecting to the server")?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(16 * 1024);
    let mut latencies = Vec::new();
    while Instant::now() < until {
        let sent = Instant::now();
        stream.write_all(text.as_bytes()).await?;
        let status = tokio::time::timeout(PATIENCE, answer(&mut stream, &mut buffer)).await??;
        if status != wanted {
            bail!("the server answered {status}: {}", String::from_utf8_lossy(&buffer));
        }
        latencies.push(sent.elapsed().as_secs_f64() * 1e3);
    }
    Ok(latencies)
}

/// Reads one answer with a content length; leaves it in `buffer`.
pub(crate) async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<u16> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&buffer[..head])?;
        let status = text.get(9..12).context("a status line")?.parse()?;
        let length: usize = text
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(Ok(0), |(_, value)| value.trim().parse())?;
        while buffer.len() < head + 4 + length {
            if stream.read_buf(buffer).await? == 0 {
                bail!("the server closed the connection within an answer");
            }
        }
        return Ok(status);
    }
}
