//! Schedules over the public API, and their ticks while servers are killed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use http::{Method, StatusCode};
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use mission_control_tests::eventually;
use serde_json::{Value, json};

use crate::house::{Control, House, LONG, text};

/// Nobody performs missions.
const ALONE: &[&str] = &["--no-worker"];

async fn schedule(control: &Control, name: &str) -> Result<Value> {
    let got = control.admin.get(&format!("/api/schedules/{name}")).await?;
    Ok(got.expect(StatusCode::OK)?["schedule"].clone())
}

/// The ticks of a schedule with an outcome, newest first, once there are so many.
async fn ticks(control: &Control, name: &str, outcome: &str, many: usize) -> Vec<Value> {
    eventually(&format!("{name} has {many} ticks that are {outcome}"), LONG, async || {
        let path = format!("/api/schedules/{name}/ticks?limit=200");
        let got = control.admin.get(&path).await.and_then(|it| it.expect(StatusCode::OK));
        let got = got.map_err(|error| format!("{error:#}"))?;
        let told = got["ticks"].as_array().cloned().unwrap_or_default();
        let told: Vec<Value> = told.into_iter().filter(|it| it["outcome"] == outcome).collect();
        if told.len() >= many { Ok(told) } else { Err(got.to_string()) }
    })
    .await
}

async fn fires(control: &Control) -> Result<()> {
    let body = json!({
        "name": "often", "cron": "* * * * * *", "overlap": "queue",
        "mission": {"title": "Look {{around}}", "kind": "external", "labels": ["often"]},
    });
    let made = control.admin.post("/api/schedules", &body).await?;
    assert_eq!(made.header("location"), Some("/api/schedules/often"));
    let told = made.expect(StatusCode::CREATED)?["schedule"].clone();
    assert_eq!((&told["time_zone"], &told["catch_up"]), (&json!("UTC"), &json!("latest")));
    assert_eq!(told["next_ticks"].as_array().map(Vec::len), Some(10));
    control.admin.post("/api/schedules", &body).await?.expect(StatusCode::OK)?;

    let fired = ticks(control, "often", "fired", 2).await;
    let mission = control.mission(&text(&fired[0]["mission_id"])?).await?;
    assert_eq!(mission["title"], "Look {{around}}", "a mission is made as it stands");
    assert_eq!(mission["created_by"], "schedule:often");
    let told = schedule(control, "often").await?;
    assert!(told["last_ticks"].as_array().is_some_and(|it| !it.is_empty()));

    let pause = json!({"reason": "enough"});
    let rests = control.admin.post("/api/schedules/often/pause", &pause).await?;
    let rests = rests.expect(StatusCode::OK)?["schedule"].clone();
    assert_eq!((&rests["paused"], &rests["pause"]["reason"]), (&json!(true), &json!("enough")));
    assert_eq!(rests["next_ticks"], json!([]));
    let again = control.admin.post("/api/schedules/often/pause", &json!({})).await?;
    assert_eq!(again.expect(StatusCode::OK)?["schedule"]["pause"], rests["pause"]);
    let goes_on = control.admin.request(Method::POST, "/api/schedules/often/resume");
    let goes_on = goes_on.send().await?.expect(StatusCode::OK)?["schedule"].clone();
    assert_eq!(goes_on["paused"], false);
    ticks(control, "often", "fired", fired.len() + 1).await;

    let removed = control.admin.request(Method::DELETE, "/api/schedules/often").send().await?;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    let gone = control.admin.get("/api/schedules/often").await?;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    Ok(())
}

async fn launches_runs(control: &Control) -> Result<()> {
    let steps = json!([{"key": "scan", "kind": "external"}]);
    let workflow = json!({"name": "survey", "steps": steps});
    control.admin.post("/api/workflows", &workflow).await?.expect(StatusCode::CREATED)?;
    let body = json!({
        "name": "surveys", "cron": "* * * * * *", "workflow": "survey", "input": {"depth": 3},
        "overlap": "skip",
    });
    control.admin.post("/api/schedules", &body).await?.expect(StatusCode::CREATED)?;
    let fired = ticks(control, "surveys", "fired", 1).await;
    let run = control.admin.get(&format!("/api/runs/{}", text(&fired[0]["run_id"])?)).await?;
    let run = run.expect(StatusCode::OK)?["run"].clone();
    assert_eq!((&run["workflow"], &run["input"]), (&json!("survey"), &json!({"depth": 3})));
    let skipped = ticks(control, "surveys", "skipped", 1).await;
    assert_eq!(skipped[0]["reason"], "overlap", "the run is not over");

    let path = "/api/schedules/surveys";
    let said = json!({
        "cron": "* * * * * *", "template": "system-monitoring",
        "parameters": {"target": "reef"}, "overlap": "queue",
    });
    let put = control.admin.request(Method::PUT, path).json(&said).send().await?;
    assert_eq!(put.status, StatusCode::PRECONDITION_REQUIRED);
    let put = control.admin.request(Method::PUT, path).header("if-match", "*").json(&said);
    put.send().await?.expect(StatusCode::OK)?;
    eventually("a tick makes a mission now", LONG, async || {
        let fired = ticks(control, "surveys", "fired", 1).await;
        if fired[0]["mission_id"].is_string() { Ok(()) } else { Err(format!("{fired:?}")) }
    })
    .await;
    let removed = control.admin.request(Method::DELETE, path).send().await?;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    Ok(())
}

async fn rests(control: &Control) -> Result<()> {
    let template = json!({"name": "dive", "mission": {"title": "Dive", "kind": "external"}});
    control.admin.post("/api/templates", &template).await?.expect(StatusCode::CREATED)?;
    let body = json!({"name": "dives", "cron": "* * * * * *", "template": "dive",
        "overlap": "queue"});
    control.admin.post("/api/schedules", &body).await?.expect(StatusCode::CREATED)?;
    let gone = control.admin.request(Method::DELETE, "/api/templates/dive").send().await?;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    ticks(control, "dives", "failed", 5).await;
    eventually("it rests", LONG, async || {
        let told = schedule(control, "dives").await.map_err(|error| format!("{error:#}"))?;
        let reason = told["pause"]["reason"].as_str().unwrap_or_default();
        if reason.contains("no template of this name") { Ok(()) } else { Err(told.to_string()) }
    })
    .await;
    Ok(())
}

async fn refusals(control: &Control) -> Result<()> {
    for (member, value, code) in [
        ("cron", json!("* * * *"), "invalid_cron"),
        ("cron", json!("0 0 30 2 *"), "never_due"),
        ("time_zone", json!("Mars/Olympus"), "invalid_time_zone"),
        ("overlap", json!("both"), "invalid_overlap"),
        ("catch_up", json!("some"), "invalid_catch_up"),
        ("template", json!("nothing"), "unknown_template"),
        ("name", json!("A"), "invalid_schedule_name"),
    ] {
        let mut body = json!({"name": "s", "cron": "0 3 * * *", "template": "system-monitoring",
            "parameters": {"target": "reef"}});
        body[member] = value;
        let refused = control.admin.post("/api/schedules", &body).await?;
        let problem = refused.expect(StatusCode::UNPROCESSABLE_ENTITY)?;
        let got = (&problem["code"], &problem["errors"][0]["field"]);
        assert_eq!(got, (&json!(code), &json!(member)));
    }
    for (rest, field) in [
        (json!({}), "template"),
        (json!({"workflow": "nothing"}), "workflow"),
        (json!({"template": "system-monitoring"}), "parameters.target"),
    ] {
        let mut body = json!({"name": "s", "cron": "0 3 * * *"});
        for (member, value) in rest.as_object().into_iter().flatten() {
            body[member] = value.clone();
        }
        let refused = control.admin.post("/api/schedules", &body).await?;
        let problem = refused.expect(StatusCode::UNPROCESSABLE_ENTITY)?;
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    Ok(())
}

async fn all(control: &Control) -> Result<()> {
    refusals(control).await?;
    fires(control).await?;
    rests(control).await?;
    launches_runs(control).await
}

#[tokio::test]
async fn schedules_fire_rest_and_are_refused_by_name_on_sqlite() -> Result<()> {
    all(&House::new()?.start_with(ALONE).await?).await
}

#[tokio::test]
async fn schedules_fire_rest_and_are_refused_by_name_on_postgres() -> Result<()> {
    let database = PrivatePostgres::start(Durability::Relaxed).await?;
    all(&House::new()?.start_on(database.dsn(), ALONE).await?).await
}

/// How many schedules there are, with periods of 1 to 7 seconds.
const SCHEDULES: usize = 20;
/// How many servers are killed, each after some ticks of the schedule that comes every second.
const KILLS: usize = 8;
/// So many.
const TICKS_BETWEEN: usize = 2;

/// Instants of a period, in microseconds: `YYYY-MM-DDTHH:MM:SS.ffffffZ` has its seconds at a known place.
fn second_of(at: &Value) -> Result<i64> {
    let at = text(at)?;
    let number = |from: usize, to: usize| at[from..to].parse::<i64>();
    // Days since a day that lies before all of them are enough: no test lasts until another month.
    Ok(((number(8, 10)? * 24 + number(11, 13)?) * 60 + number(14, 16)?) * 60 + number(17, 19)?)
}

/// What is wrong with the ticks of a schedule: seconds between the first and the last that nobody knows
/// of, and missions that no tick has made or that several have.
fn wrongs(period: i64, ticks: &[Value], missions: &[String]) -> Result<Vec<String>> {
    let mut seconds = ticks.iter().map(|it| second_of(&it["at"])).collect::<Result<Vec<_>>>()?;
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
    let told: Vec<String> =
        ticks.iter().filter_map(|it| it["mission_id"].as_str().map(str::to_owned)).collect();
    let known: BTreeSet<&String> = told.iter().collect();
    if known.len() != told.len() {
        wrongs.push("two ticks made one mission".to_owned());
    }
    let doubles = missions.iter().filter(|id| !known.contains(id));
    wrongs.extend(doubles.map(|id| format!("{id} is one too many")));
    wrongs
        .extend(told.iter().filter(|id| !missions.contains(id)).map(|id| format!("{id} is lost")));
    Ok(wrongs)
}

#[test]
fn the_check_sees_what_is_lost_and_what_is_double() -> Result<()> {
    let tick = |second: u32, id: &str| {
        json!({"at": format!("2026-01-01T00:00:{second:02}.000000Z"), "outcome": "fired",
            "mission_id": id})
    };
    let ids = ["a", "b", "c"].map(str::to_owned);
    let good = [tick(6, "c"), tick(4, "b"), tick(2, "a")];
    assert_eq!(wrongs(2, &good, &ids)?, [""; 0]);
    assert_eq!(wrongs(2, &[tick(6, "c"), tick(2, "a")], &ids)?.len(), 2, "lost, and its mission");
    assert_eq!(wrongs(2, &good, &ids[..2])?.len(), 1, "a mission is lost");
    let double = ["a", "b", "c", "d"].map(str::to_owned);
    assert_eq!(wrongs(2, &good, &double)?.len(), 1, "a mission too many");
    Ok(())
}

#[tokio::test]
async fn each_tick_is_fired_once_while_servers_are_killed() -> Result<()> {
    let database = PrivatePostgres::start(Durability::Full).await?;
    let mut servers = Vec::new();
    for _ in 0..3 {
        let house = House::new()?;
        let control = house.start_on(database.dsn(), ALONE).await?;
        servers.push((house, control));
    }
    let mut periods = BTreeMap::new();
    for n in 0..SCHEDULES {
        let (name, period) = (format!("s{n}"), n % 7 + 1);
        // However late a busy machine is, all of them are to be fired.
        let body = json!({"name": name, "cron": format!("*/{period} * * * * *"),
            "overlap": "queue", "catch_up": "all", "mission": {"title": name, "kind": "external"}});
        let made = servers[0].1.admin.post("/api/schedules", &body).await?;
        made.expect(StatusCode::CREATED)?;
        periods.insert(name, i64::try_from(period)?);
    }
    for kill in 0..KILLS {
        let witness = &servers[(kill + 1) % 3].1;
        ticks(witness, "s0", "fired", (kill + 1) * TICKS_BETWEEN).await;
        let (house, control) = &mut servers[kill % 3];
        control.server.kill_hard()?;
        *control = house.start_on(database.dsn(), ALONE).await?;
    }
    let control = &servers[0].1;
    for name in periods.keys() {
        let path = format!("/api/schedules/{name}/pause");
        control.admin.post(&path, &json!({})).await?.expect(StatusCode::OK)?;
    }
    let mut told = 0;
    for (name, period) in &periods {
        let ticks = eventually(&format!("every tick of {name} is settled"), LONG, async || {
            let path = format!("/api/schedules/{name}/ticks");
            let ticks = whole(control, &path, "ticks").await;
            let ticks = ticks.map_err(|error| format!("{error:#}"))?;
            let open = ticks.iter().find(|it| it["outcome"] == "due");
            open.map_or_else(|| Ok(ticks.clone()), |open| Err(open.to_string()))
        })
        .await;
        told += ticks.len();
        assert_eq!(wrongs(*period, &ticks, &made_by(control, name).await?)?, [""; 0], "{name}");
    }
    assert!(told > SCHEDULES, "only {told} ticks came");
    Ok(())
}

/// The missions that a schedule has made: their title is its name.
async fn made_by(control: &Control, schedule: &str) -> Result<Vec<String>> {
    let missions = whole(control, "/api/missions", "missions").await?;
    let own = missions.iter().filter(|mission| mission["title"] == schedule);
    own.map(|mission| text(&mission["id"])).collect()
}

/// All pages of a list.
async fn whole(control: &Control, path: &str, member: &str) -> Result<Vec<Value>> {
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let after = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
        let got = control.admin.get(&format!("{path}?limit=200{after}")).await?;
        let got = got.expect(StatusCode::OK)?;
        all.extend(got[member].as_array().context("a list")?.iter().cloned());
        cursor = got["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return Ok(all);
        }
    }
}
