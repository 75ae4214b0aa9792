//! Random graphs of missions under kills: two servers, two workers, one PostgreSQL, any of which but
//! the last is killed by turns while the runs go.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use mission_control_tests::kills::four::Member;
use mission_control_tests::kills::four::graphs::{self, Figures, Size, Wiring};
use serde_json::{Value, json};

use crate::creates::say;

const GRAPHS: usize = 2_000;
const KILLS: usize = 100;
const STEPS: (usize, usize) = (1, 40);
/// Enough that both workers always have something to do.
const OPEN: usize = 12;
/// Shorter than a lease at times, and at times longer with what a start takes.
const LONGEST_AWAY: Duration = Duration::from_secs(3);

/// Runs the graphs; the arguments are graphs, kills and seed, and `--control without-edges` for runs
/// whose steps wait for nobody, which must be noticed.
pub(crate) async fn run(arguments: impl Iterator<Item = String>) -> Result<()> {
    let (size, wiring) = wish(arguments)?;
    let figures = graphs::run(size, wiring).await?;
    say(&told(&size, &figures).to_string());
    let checks = [
        ("every run ends", &figures.stuck),
        ("every run ends as its graph says", &figures.unlike),
        ("every step waits for its dependencies", &figures.early),
        ("nothing is lost, doubled or begun twice", &figures.doubled),
        ("the checks see", &figures.blind),
    ];
    for (check, violations) in checks {
        let object = json!({"check": check, "seed": size.seed, "violations": violations});
        say(&object.to_string());
    }
    match (wiring, figures.early.len(), figures.violations().count()) {
        (Wiring::WithoutEdges, 0, _) => {
            bail!("blind: steps that wait for nobody were not noticed")
        }
        (Wiring::WithoutEdges, early, _) => {
            say(&json!({"check": "the control is caught", "violations": early}).to_string());
            Ok(())
        }
        (Wiring::AsDrawn, _, 0) => Ok(()),
        (Wiring::AsDrawn, _, violations) => bail!("{violations} violations"),
    }
}

fn wish(mut arguments: impl Iterator<Item = String>) -> Result<(Size, Wiring)> {
    let (mut numbers, mut wiring) = (Vec::new(), Wiring::AsDrawn);
    while let Some(argument) = arguments.next() {
        if argument != "--control" {
            numbers.push(argument.parse::<u64>().context("graphs, kills and seed")?);
            continue;
        }
        match arguments.next().as_deref() {
            Some("without-edges") => wiring = Wiring::WithoutEdges,
            other => bail!("there is no control {other:?}: say without-edges"),
        }
    }
    let count = |at: usize, usual| numbers.get(at).copied().map_or(Ok(usual), usize::try_from);
    let size = Size {
        graphs: count(0, GRAPHS)?,
        steps: STEPS,
        open: OPEN,
        kills: count(1, KILLS)?,
        longest_away: LONGEST_AWAY,
        seed: numbers.get(2).copied().unwrap_or_else(rand::random),
    };
    Ok((size, wiring))
}

fn told(size: &Size, figures: &Figures) -> Value {
    let kills = |wanted: fn(&Member) -> bool| figures.killed.iter().filter(|it| wanted(it)).count();
    let [completed, failed, cancelled] = figures.ended;
    let [paused, called_off, retried] = figures.asked;
    json!({
        "scenario": "workflows",
        "seed": size.seed,
        "duration_s": figures.took.as_secs(),
        "kills": figures.killed.len(),
        "of_servers": kills(|member| matches!(member, Member::Server(_))),
        "of_workers": kills(|member| matches!(member, Member::Worker(_))),
        "graphs": figures.graphs,
        "steps": figures.steps,
        "edges": figures.edges,
        "widest_join": figures.widest_join,
        "steps_completed": completed,
        "steps_failed": failed,
        "steps_cancelled": cancelled,
        "runs_paused": paused,
        "runs_cancelled": called_off,
        "runs_retried": retried,
        "attempts_again": figures.attempts_again,
        "stuck": figures.stuck.len(),
    })
}
