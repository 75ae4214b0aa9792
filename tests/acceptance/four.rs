//! The small form of two servers and two workers that are killed by turns; `tests/long` has the full
//! one.

use std::time::Duration;

use anyhow::Result;
use mission_control_tests::kills::four::{self, Member, Resumption, Size};

/// A server and a worker, both while missions are created and performed.
const SMALL: Size = Size {
    missions: 60,
    kills: 2,
    writers: 2,
    viewers: 1,
    longest_away: Duration::from_secs(1),
    seed: 1,
};

/// Where nothing happens while a viewer moves, it begins where it was by chance; not so often.
const TRIES: u64 = 5;

#[tokio::test]
async fn a_server_and_a_worker_are_killed_and_nothing_is_lost_doubled_or_seen_twice() -> Result<()>
{
    let figures = four::run(SMALL, Resumption::ByCursor).await?;
    assert_eq!(figures.violations().collect::<Vec<_>>(), [""; 0], "{figures:#?}");
    assert!(matches!(figures.killed[..], [Member::Server(_), Member::Worker(_)]), "{figures:#?}");
    assert_eq!(figures.accepted, SMALL.missions);
    assert_ne!(figures.resumed, [Duration::ZERO; 0], "a viewer has changed servers");
    Ok(())
}

#[tokio::test]
async fn a_viewer_that_forgets_where_it_was_is_noticed() -> Result<()> {
    for seed in 1..=TRIES {
        let size = Size { missions: 24, kills: 1, seed, ..SMALL };
        let figures = four::run(size, Resumption::WithoutCursor).await?;
        assert_ne!(figures.moved, [0; 0], "{figures:#?}");
        assert_eq!(figures.violations().count(), figures.inexact.len(), "{figures:#?}");
        // Where the next server stands may lie beyond what was seen, or behind it: a viewer that
        // begins there misses entries or sees some again.
        let mut inexact: Vec<_> = figures.inexact.iter().filter_map(|it| viewer_of(it)).collect();
        inexact.dedup();
        if !inexact.is_empty() {
            assert_eq!(inexact, figures.moved, "{figures:#?}");
            return Ok(());
        }
    }
    panic!("{TRIES} viewers began anew, each just where it was");
}

/// Of whom "viewer 1 missed: …" tells.
fn viewer_of(complaint: &str) -> Option<usize> {
    complaint.strip_prefix("viewer ")?.split(' ').next()?.parse().ok()
}
