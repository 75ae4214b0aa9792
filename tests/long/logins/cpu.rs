//! What a server and its load take of the cores that they share.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// Of Linux, on every machine that this runs on.
const TICKS_A_SECOND: f64 = 100.0;

/// Seconds on cores, up to now.
pub(super) struct Cpu {
    server: f64,
    load: f64,
}

impl Cpu {
    pub(super) fn now(server: u32) -> Result<Self> {
        Ok(Self { server: seconds(&server.to_string())?, load: seconds("self")? })
    }

    /// How many cores each of them kept busy since then.
    pub(super) fn since(&self, then: &Self, span: Duration) -> Value {
        let of = |now: f64, then: f64| ((now - then) / span.as_secs_f64() * 100.0).round() / 100.0;
        json!({"server": of(self.server, then.server), "load": of(self.load, then.load)})
    }
}

/// In user and in system mode, of all its threads, also of those that have ended.
fn seconds(process: &str) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name of the program may hold anything but ends with the last parenthesis.
    let behind_name = stat.rsplit_once(") ").context("a name")?.1;
    let mut fields = behind_name.split(' ').skip(11).take(2);
    let mut ticks = || anyhow::Ok(fields.next().context("ticks")?.parse::<f64>()?);
    Ok((ticks()? + ticks()?) / TICKS_A_SECOND)
}
