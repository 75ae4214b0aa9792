//! Schedules on three servers that are killed by turns: each tick is fired once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use http::StatusCode;
use serde_json::{Value, json};

use super::ground::{Ground, text};
use super::{Findings, LONG};
use crate::eventually;
use crate::http::Client;

/// Servers on one store.
const SERVERS: usize = 3;
/// Periods go from one second to so many.
const LONGEST_PERIOD: usize = 7;
/// Zones in which schedules are read; a second is the same in all of them.
const ZONES: [&str; 4] = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"];
/// The longest run, in seconds: a schedule keeps its last thousand ticks.
const LONGEST_RUN: i64 = 900;
/// A page of a list.
const PAGE: usize = 200;

/// How much is done.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Schedules, with periods of 1 to 7 seconds.
    pub schedules: usize,
    /// Servers that are killed with SIGKILL, by turns, and started again at once.
    pub kills: usize,
    /// Seconds from one kill to the next, as ticks of the schedule that comes every second.
    pub ticks_between: i64,
}

/// Lets schedules fire while servers are killed, then compares what each has made with what was due.
///
/// # Errors
/// When a server does not start or answers with something else than it should.
pub async fn run(size: Size) -> Result<Findings> {
    let seconds = size.ticks_between.saturating_mul(i64::try_from(size.kills)?);
    ensure!(
        seconds <= LONGEST_RUN,
        "{seconds} s are too long: a schedule forgets its oldest ticks"
    );
    let mut ground = Ground::on_postgres(SERVERS).await?;
    let dsn = ground.database.as_ref().context("its database")?.dsn();
    let periods = schedule_all(&ground.doors[0], size.schedules).await?;
    let mut findings = Findings::default();
    let first = fired_behind(&ground.doors[0], i64::MIN).await;
    for kill in 0..size.kills {
        let due = first + size.ticks_between * i64::try_from(kill + 1)?;
        fired_behind(&ground.doors[(kill + 1) % SERVERS], due).await;
        ground.restart_server(kill % SERVERS, &dsn).await?;
        findings.count("kills", 1);
    }
    let door = &ground.doors[0];
    for name in periods.keys() {
        let path = format!("/api/schedules/{name}/pause");
        door.post(&path, &json!({})).await?.expect(StatusCode::OK)?;
    }
    let mut told = Vec::new();
    for (name, period) in &periods {
        told.push((name, *period, settled(door, name).await));
    }
    let mut made = made_by_title(door).await?;
    for (name, period, ticks) in &told {
        let missions = made.remove(*name).unwrap_or_default();
        check(&mut findings, name, *period, ticks, &missions)?;
    }
    ensure!(findings.counted("fired") > size.schedules as u64, "hardly anything was due");
    Ok(findings)
}

/// Makes the schedules; gives their periods, in seconds, by name.
async fn schedule_all(door: &Client, schedules: usize) -> Result<BTreeMap<String, i64>> {
    let mut periods = BTreeMap::new();
    for n in 0..schedules {
        let (name, period) = (format!("s{n}"), n % LONGEST_PERIOD + 1);
        // However late a busy machine is, all of them are to be fired.
        let body = json!({
            "name": name, "cron": format!("*/{period} * * * * *"),
            "time_zone": ZONES[n % ZONES.len()], "overlap": "queue", "catch_up": "all",
            "mission": {"title": name, "kind": "external"},
        });
        door.post("/api/schedules", &body).await?.expect(StatusCode::CREATED)?;
        periods.insert(name, i64::try_from(period)?);
    }
    Ok(periods)
}

/// The second of a tick of `s0` that was fired at `second` or later, once there is one.
async fn fired_behind(door: &Client, second: i64) -> i64 {
    eventually("a later tick is fired", LONG, async || {
        let got = door.get(&format!("/api/schedules/s0/ticks?limit={PAGE}")).await;
        let got = got.and_then(|it| it.expect(StatusCode::OK));
        let got = got.map_err(|error| format!("{error:#}"))?;
        let ticks = got["ticks"].as_array().cloned().unwrap_or_default();
        let fired = ticks.iter().filter(|it| it["outcome"] == "fired");
        let newest = fired.filter_map(|it| micros_of(&it["at"]).ok()).max();
        let newest = newest.map(|micros| micros / 1_000_000);
        newest.filter(|newest| *newest >= second).ok_or_else(|| got.to_string())
    })
    .await
}

/// All ticks of a schedule, once none is open.
async fn settled(door: &Client, name: &str) -> Vec<Value> {
    eventually(&format!("every tick of {name} is settled"), LONG, async || {
        let ticks = whole(door, &format!("/api/schedules/{name}/ticks"), "ticks").await;
        let ticks = ticks.map_err(|error| format!("{error:#}"))?;
        let open = ticks.iter().find(|it| it["outcome"] == "due");
        open.map_or_else(|| Ok(ticks.clone()), |open| Err(open.to_string()))
    })
    .await
}

/// Missions by their title, which is the name of the schedule that has made them.
async fn made_by_title(door: &Client) -> Result<BTreeMap<String, Vec<Value>>> {
    let mut made = BTreeMap::<String, Vec<Value>>::new();
    for mission in whole(door, "/api/missions", "missions").await? {
        made.entry(text(&mission["title"])?).or_default().push(mission);
    }
    Ok(made)
}

/// All pages of a list.
async fn whole(door: &Client, path: &str, member: &str) -> Result<Vec<Value>> {
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let after = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
        let got = door.get(&format!("{path}?limit={PAGE}{after}")).await?.expect(StatusCode::OK)?;
        all.extend(got[member].as_array().context("a list")?.iter().cloned());
        cursor = got["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return Ok(all);
        }
    }
}

/// Notes what is wrong with a schedule, and shows that a lost tick and a mission too many would be seen.
fn check(
    findings: &mut Findings,
    name: &str,
    period: i64,
    ticks: &[Value],
    missions: &[Value],
) -> Result<()> {
    let named = |wrongs: Vec<String>| wrongs.into_iter().map(|wrong| format!("{name}: {wrong}"));
    findings.violate_all(named(wrongs(period, ticks, missions)?).collect::<Vec<_>>());
    findings.count("ticks", ticks.len());
    findings.count("fired", ticks.iter().filter(|it| it["outcome"] == "fired").count());
    findings.count("missions", missions.len());
    let made: BTreeMap<&str, i64> = missions
        .iter()
        .filter_map(|it| Some((it["id"].as_str()?, micros_of(&it["created_at"]).ok()?)))
        .collect();
    for tick in ticks {
        let made = tick["mission_id"].as_str().and_then(|id| made.get(id));
        let late = made.map(|made| micros_of(&tick["at"]).map(|at| made - at)).transpose()?;
        if let Some(late) = late {
            findings.span("late", Duration::from_micros(u64::try_from(late).unwrap_or(0)));
        }
    }
    if ticks.len() > 2 {
        let without_one = [&ticks[..1], &ticks[2..]].concat();
        findings.control("a tick that is not told", wrongs(period, &without_one, missions)?.len());
        let lost = missions.get(1..).unwrap_or_default();
        findings.control("a mission that is lost", wrongs(period, ticks, lost)?.len());
    }
    Ok(())
}

/// What is wrong with the ticks of a schedule: seconds between the first and the last that nobody
/// knows of, and missions that no tick has made or that several have.
fn wrongs(period: i64, ticks: &[Value], missions: &[Value]) -> Result<Vec<String>> {
    let mut seconds = ticks
        .iter()
        .map(|it| micros_of(&it["at"]).map(|at| at / 1_000_000))
        .collect::<Result<Vec<_>>>()?;
    seconds.sort_unstable();
    let mut wrongs = Vec::new();
    for pair in seconds.windows(2) {
        // A star and a step begin anew with each minute.
        let minute_ends = pair[0] / 60 < pair[1] / 60;
        let fits = pair[1] - pair[0] == period || (minute_ends && pair[1] - pair[0] < period);
        if !fits {
            wrongs.push(format!("{} and then {}", pair[0] % 3_600, pair[1] % 3_600));
        }
    }
    let unfired = ticks.iter().filter(|it| it["outcome"] != "fired");
    wrongs.extend(unfired.map(|it| format!("{it} was not fired")));
    let told: Vec<&str> = ticks.iter().filter_map(|it| it["mission_id"].as_str()).collect();
    let known: BTreeSet<&str> = told.iter().copied().collect();
    if known.len() != told.len() {
        wrongs.push("two ticks made one mission".to_owned());
    }
    let made: BTreeSet<&str> = missions.iter().filter_map(|it| it["id"].as_str()).collect();
    wrongs.extend(made.difference(&known).map(|id| format!("{id} is one too many")));
    wrongs.extend(known.difference(&made).map(|id| format!("{id} is lost")));
    Ok(wrongs)
}

/// Microseconds of an instant since a day before it: `YYYY-MM-DDTHH:MM:SS.ffffffZ` has each part at a
/// known place, and no run lasts until another month.
fn micros_of(at: &Value) -> Result<i64> {
    let at = text(at)?;
    let number = |from: usize, to: usize| {
        at.get(from..to)
            .with_context(|| format!("{at} is no instant"))?
            .parse::<i64>()
            .context("digits")
    };
    let seconds = ((number(8, 10)? * 24 + number(11, 13)?) * 60 + number(14, 16)?) * 60;
    Ok((seconds + number(17, 19)?) * 1_000_000 + number(20, 26)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_sees_what_is_lost_and_what_is_double() {
        let tick = |second: u32, id: &str| {
            json!({"at": format!("2026-01-01T00:00:{second:02}.000000Z"), "outcome": "fired",
                "mission_id": id})
        };
        let missions = ["a", "b", "c", "d"].map(|id| json!({"id": id}));
        let good = [tick(6, "c"), tick(4, "b"), tick(2, "a")];
        let found = |ticks: &[Value], missions: &[Value]| wrongs(2, ticks, missions).unwrap().len();
        assert_eq!(found(&good, &missions[..3]), 0);
        assert_eq!(found(&[tick(6, "c"), tick(2, "a")], &missions[..3]), 2, "it and its mission");
        assert_eq!(found(&good, &missions[..2]), 1, "a mission is lost");
        assert_eq!(found(&good, &missions), 1, "a mission too many");
        assert_eq!(found(&[tick(4, "a"), tick(2, "a")], &missions[..1]), 1, "two made one");
    }
}
