//! Two servers, two workers, one PostgreSQL: how soon the one server shows what the other took, and
//! what is left when any of them is killed by turns while missions flow.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use mission_control_tests::kills::four::lag::{self, Lags};
use mission_control_tests::kills::four::{self, Figures, Member, Resumption, Size};
use serde_json::{Value, json};

use crate::creates::say;
use crate::spread::Spread;

const MISSIONS: usize = 2_000;
const KILLS: usize = 12;
const WRITERS: usize = 8;
/// At each server.
const VIEWERS: usize = 4;
/// Shorter than a lease at times, and at times longer with what a start takes.
const LONGEST_AWAY: Duration = Duration::from_secs(3);
/// Missions that are watched one by one, at rest.
const WATCHED: usize = 200;
/// What is promised of a change that one server takes, until it shows at another.
const SHOWN_WITHIN: Duration = Duration::from_millis(500);

/// What is asked for.
struct Wish {
    size: Size,
    resumption: Resumption,
}

/// Runs both; the arguments are missions, kills and seed, and `--control skip-cursor` for a viewer
/// that forgets where it was, which must be noticed.
pub(crate) async fn run(arguments: impl Iterator<Item = String>) -> Result<()> {
    let Wish { size, resumption } = Wish::parse(arguments)?;
    let is_control = resumption == Resumption::WithoutCursor;
    let mut violations = 0;
    if !is_control {
        violations += told_lags(&lag::run(WATCHED).await?);
    }
    let figures = four::run(size, resumption).await?;
    told_kills(&size, &figures);
    violations += told("nothing lost", &size, &figures.lost, &flow(&figures));
    violations += told("nothing doubled", &size, &figures.doubled, &repeated(&figures));
    let inexact =
        told("every entry seen once, in order", &size, &figures.inexact, &watched(&figures));
    violations += told("the checks see", &size, &figures.blind, &json!({}));
    match (is_control, inexact) {
        (true, 0) => bail!("blind: a viewer without its cursor was not noticed"),
        (true, _) => {
            say(&json!({"check": "the control is caught", "violations": inexact}).to_string());
        }
        (false, _) => violations += inexact,
    }
    if violations > 0 {
        bail!("{violations} violations");
    }
    Ok(())
}

impl Wish {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let (mut numbers, mut resumption) = (Vec::new(), Resumption::ByCursor);
        while let Some(argument) = arguments.next() {
            if argument != "--control" {
                numbers.push(argument.parse::<u64>().context("missions, kills and seed")?);
                continue;
            }
            match arguments.next().as_deref() {
                Some("skip-cursor") => resumption = Resumption::WithoutCursor,
                other => bail!("there is no control {other:?}: say skip-cursor"),
            }
        }
        let number = |at: usize| numbers.get(at).copied();
        let count = |at, usual| number(at).map_or(Ok(usual), usize::try_from);
        let (missions, kills) = (count(0, MISSIONS)?, count(1, KILLS)?);
        let seed = number(2).unwrap_or_else(rand::random);
        let (writers, viewers, longest_away) = (WRITERS, VIEWERS, LONGEST_AWAY);
        let size = Size { missions, kills, writers, viewers, longest_away, seed };
        Ok(Self { size, resumption })
    }
}

/// Prints how soon changes were seen; gives how many were not seen soon enough.
fn told_lags(lags: &Lags) -> usize {
    let all = lags.created.iter().chain(&lags.changed);
    let late = all.filter(|lag| **lag >= SHOWN_WITHIN).count();
    let object = json!({
        "check": "seen at the other server",
        "within_ms": SHOWN_WITHIN.as_millis() as u64,
        "missions": lags.created.len(),
        "created_ms": milliseconds(&lags.created),
        "changes": lags.changed.len(),
        "changed_ms": milliseconds(&lags.changed),
        "violations": late,
    });
    say(&object.to_string());
    late
}

fn told_kills(size: &Size, figures: &Figures) {
    let kills = |wanted: fn(&Member) -> bool| figures.killed.iter().filter(|it| wanted(it)).count();
    let object = json!({
        "scenario": "four",
        "seed": size.seed,
        "kills": figures.killed.len(),
        "of_servers": kills(|member| matches!(member, Member::Server(_))),
        "of_workers": kills(|member| matches!(member, Member::Worker(_))),
        "in_order": figures.killed.iter().map(Member::to_string).collect::<Vec<_>>(),
    });
    say(&object.to_string());
}

/// Prints what was checked with its figures; gives the number of violations.
fn told(check: &str, size: &Size, violations: &[String], figures: &Value) -> usize {
    let object = json!({
        "check": check, "seed": size.seed, "figures": figures, "violations": violations,
    });
    say(&object.to_string());
    violations.len()
}

fn flow(figures: &Figures) -> Value {
    json!({
        "accepted": figures.accepted,
        "flowed_s": figures.flowed.as_secs(),
        "refused": figures.refused,
        "unanswered": figures.unanswered,
        "slowest_answer_ms": figures.slowest_answer.as_millis() as u64,
    })
}

fn repeated(figures: &Figures) -> Value {
    json!({"attempts_again": figures.attempts_again, "programs_again": figures.programs_again})
}

fn watched(figures: &Figures) -> Value {
    json!({
        "entries": figures.entries,
        "seen": figures.seen,
        "resumptions": figures.resumed.len(),
        "resumed_ms": milliseconds(&figures.resumed),
    })
}

/// The middle, the hundredth from above and the largest; null of none.
fn milliseconds(spans: &[Duration]) -> Value {
    if spans.is_empty() {
        return Value::Null;
    }
    let spread = Spread::of(spans.iter().map(|span| span.as_secs_f64() * 1e3).collect());
    let rounded = |percent| (spread.percentile(percent) * 10.0).round() / 10.0;
    json!({"p50": rounded(50), "p99": rounded(99), "max": rounded(100)})
}
