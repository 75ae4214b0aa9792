//! The kill scenarios at full size: each twenty times, on both stores, while eight writers create
//! missions.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use mission_control_tests::kills::Engine;
use mission_control_tests::kills::scenario::{self, Figures, Size};
use serde_json::{Value, json};

use crate::creates::say;
use crate::spread::Spread;

const ROUNDS: usize = 20;
const WRITERS: usize = 8;

/// Runs all of them; the seed of an earlier run repeats its choices.
pub(crate) async fn run(seed: Option<String>) -> Result<()> {
    let seed = match seed {
        Some(seed) => seed.parse().context("the seed is a number")?,
        None => rand::random(),
    };
    let size = Size { rounds: ROUNDS, writers: WRITERS, seed };
    let mut violations = 0;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let begin = Instant::now();
        let figures = scenario::killed_after_acceptance(engine, size).await?;
        violations += told("server killed after 201", engine, size, begin, &figures);
        let begin = Instant::now();
        let figures = scenario::killed_while_running(engine, size).await?;
        violations += told("server killed while running", engine, size, begin, &figures);
        let begin = Instant::now();
        let figures = scenario::reported_late(engine, size).await?;
        violations += told("late report", engine, size, begin, &figures);
    }
    let begin = Instant::now();
    let figures = scenario::database_killed(size).await?;
    violations += told("database killed", Engine::Postgres, size, begin, &figures);
    if violations > 0 {
        bail!("{violations} violations");
    }
    Ok(())
}

/// Prints the figures of one scenario; gives the number of violations.
fn told(scenario: &str, engine: Engine, size: Size, begin: Instant, figures: &Figures) -> usize {
    let object = json!({
        "scenario": scenario,
        "store": engine.to_string(),
        "seed": size.seed,
        "rounds": size.rounds,
        "duration_s": begin.elapsed().as_secs(),
        "accepted": figures.accepted,
        "lost": figures.lost,
        "completed_twice": figures.completed_twice,
        "unstarted": figures.unstarted,
        "rerun_ms": milliseconds(&figures.rerun),
        "recovery_ms": milliseconds(&figures.recovery),
        "noticed_ms": milliseconds(&figures.noticed),
        "late_reports": figures.late_reports,
        "late_refused": figures.late_refused,
        "orphans": figures.orphans,
        "refused": figures.refused,
        "unanswered": figures.unanswered,
        "slowest_answer_ms": figures.slowest_answer.as_millis() as u64,
        "violations": figures.violations,
    });
    say(&object.to_string());
    figures.violations.len()
}

/// The middle and the largest; null of none.
fn milliseconds(spans: &[Duration]) -> Value {
    if spans.is_empty() {
        return Value::Null;
    }
    let spread = Spread::of(spans.iter().map(|span| span.as_secs_f64() * 1e3).collect());
    json!({"p50": spread.median().round(), "max": spread.percentile(100).round()})
}
