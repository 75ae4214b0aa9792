//! Two stores, one story: random sequences of operations on both at once, compared answer by
//! answer.

mod answer;
mod following;
mod player;
mod step;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context as _;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::stage::Stage;
use crate::subject::Subject;

use player::Player;
use step::Step;

/// Sequences that are played.
const SEQUENCES: u32 = 200;
/// Steps of a sequence, at most.
const STEPS: usize = 60;
/// A failing sequence is made shorter by at most so many trials.
const SHRINKS: u32 = 2_000;

/// Plays random sequences, each in a project of its own, on one store of each subject.
///
/// # Errors
/// The shortest sequence found on which their answers differ, with both answers.
pub async fn run(one: Arc<dyn Subject>, other: Arc<dyn Subject>) -> anyhow::Result<()> {
    let twins = [Stage::fresh(one).await?, Stage::fresh(other).await?];
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        let config = Config {
            cases: SEQUENCES,
            max_shrink_iters: SHRINKS,
            failure_persistence: None,
            ..Config::default()
        };
        let mut runner =
            TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let played = AtomicU32::new(0);
        let sequences = proptest::collection::vec(step::a_step(), 20..STEPS);
        let outcome = runner.run(&sequences, |steps| {
            // A project of its own, so that no sequence sees what an earlier one has left.
            let project = format!("twins-{}", played.fetch_add(1, Ordering::SeqCst));
            let same = runtime.block_on(play(&twins, &project, &steps));
            same.map_err(|difference| TestCaseError::fail(format!("{difference:#}")))
        });
        outcome.map_err(|failed| match failed {
            TestError::Fail(reason, steps) => {
                let told: Vec<String> = steps.iter().map(|step| format!("\n- {step:?}")).collect();
                anyhow::anyhow!("{reason}\nThe whole sequence:{}", told.concat())
            }
            TestError::Abort(reason) => anyhow::anyhow!("{reason}"),
        })
    })
    .await?
}

async fn play(twins: &[Stage; 2], project: &str, steps: &[Step]) -> anyhow::Result<()> {
    let mut players = [Player::new(&twins[0], project), Player::new(&twins[1], project)];
    let same = compare(&mut players, steps).await;
    // Also when they differ: what is left over would colour the shorter sequences that are tried.
    for player in &players {
        player.wind_up().await?;
    }
    same
}

async fn compare(players: &mut [Player; 2], steps: &[Step]) -> anyhow::Result<()> {
    let [one, other] = players;
    for (index, step) in steps.iter().enumerate() {
        let doing = || format!("step {index}: {step:?}");
        let answers = futures::join!(one.play(step), other.play(step));
        let answers = [answers.0.with_context(doing)?, answers.1.with_context(doing)?];
        anyhow::ensure!(
            answers[0] == answers[1],
            "{}\none store answers {}\nthe other {}",
            doing(),
            answers[0],
            answers[1],
        );
    }
    let ends = futures::join!(one.everything(), other.everything());
    let ends = [ends.0?, ends.1?];
    anyhow::ensure!(ends[0] == ends[1], "at the end\none holds {}\nthe other {}", ends[0], ends[1]);
    Ok(())
}
