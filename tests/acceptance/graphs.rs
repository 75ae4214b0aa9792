//! The small form of random graphs under kills; `tests/long` has the full one.

use std::time::Duration;

use anyhow::Result;
use mission_control_tests::kills::four::Member;
use mission_control_tests::kills::four::graphs::{self, Size, Wiring};

/// A server and a worker are killed while the runs of some graphs go.
const SMALL: Size = Size {
    graphs: 10,
    steps: (4, 24),
    open: 5,
    kills: 2,
    longest_away: Duration::from_secs(1),
    seed: 4,
};

#[tokio::test]
async fn every_run_of_a_random_graph_ends_as_it_must_whoever_is_killed() -> Result<()> {
    let figures = graphs::run(SMALL, Wiring::AsDrawn).await?;
    assert_eq!(figures.violations().collect::<Vec<_>>(), [""; 0], "{figures:#?}");
    assert!(matches!(figures.killed[..], [Member::Server(_), Member::Worker(_)]), "{figures:#?}");
    assert_eq!(figures.ended.iter().sum::<usize>(), figures.steps);
    assert!(figures.ended.iter().chain(&figures.asked).all(|count| *count > 0), "{figures:#?}");
    Ok(())
}

#[tokio::test]
async fn steps_that_wait_for_nobody_are_noticed() -> Result<()> {
    let size = Size { graphs: 4, kills: 0, ..SMALL };
    let figures = graphs::run(size, Wiring::WithoutEdges).await?;
    assert_ne!(figures.early, [""; 0], "{figures:#?}");
    assert_eq!((&figures.stuck, &figures.doubled), (&Vec::new(), &Vec::new()), "{figures:#?}");
    Ok(())
}
