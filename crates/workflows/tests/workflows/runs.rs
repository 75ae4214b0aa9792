//! How a run stands follows from how its missions stand.

use mission_control_missions::Status;
use mission_control_workflows::{RunState, Tally};
use proptest::prelude::*;

fn tally([pending, running, completed, failed, tolerated, cancelled]: [u32; 6]) -> Tally {
    Tally { pending, running, completed, failed, tolerated, cancelled, ..Tally::default() }
}

#[test]
fn a_run_is_the_first_that_fits() {
    use RunState::{Cancelled, Completed, Failed, Pending, Running};
    // Pending, running, completed, failed, tolerated, cancelled.
    let table = [
        ([3, 0, 0, 0, 0, 0], Pending, 0),
        ([2, 1, 0, 0, 0, 0], Running, 0),
        ([2, 0, 1, 0, 0, 0], Running, 33),
        ([1, 0, 1, 1, 0, 0], Running, 33),
        ([0, 1, 0, 1, 0, 1], Running, 0),
        ([1, 0, 0, 0, 0, 2], Running, 0),
        ([0, 0, 3, 0, 0, 0], Completed, 100),
        ([0, 0, 2, 0, 1, 0], Completed, 100),
        ([0, 0, 0, 0, 3, 0], Completed, 100),
        ([0, 0, 2, 1, 0, 0], Failed, 66),
        ([0, 0, 1, 1, 0, 1], Failed, 33),
        ([0, 0, 2, 0, 0, 1], Cancelled, 66),
        ([0, 0, 0, 0, 1, 2], Cancelled, 33),
        ([0, 0, 0, 0, 0, 3], Cancelled, 0),
        ([1, 0, 999, 0, 0, 0], Running, 99),
    ];
    for (counts, state, progress) in table {
        let tally = tally(counts);
        assert_eq!((tally.state(), tally.progress()), (state, progress), "{counts:?}");
    }
}

proptest! {
    #[test]
    fn the_state_says_what_the_page_of_the_domain_says(counts: [u8; 6]) {
        let tally = tally(counts.map(u32::from));
        let [pending, running, completed, failed, tolerated, cancelled] = counts.map(|n| n > 0);
        let ended = completed || failed || tolerated || cancelled;
        let expected = [
            (running || (ended && pending), RunState::Running),
            (pending, RunState::Pending),
            (failed, RunState::Failed),
            (cancelled, RunState::Cancelled),
            (true, RunState::Completed),
        ];
        let first = expected.into_iter().find_map(|(fits, state)| fits.then_some(state));
        prop_assert_eq!(Some(tally.state()), first);

        let steps = tally.steps();
        let by_status: u32 = Status::ALL.iter().map(|status| tally.with_status(*status)).sum();
        prop_assert_eq!(by_status, steps);
        let progress = tally.progress();
        prop_assert!(progress <= 100);
        prop_assert_eq!(progress == 100, steps > 0 && tally.done() == steps, "100 means all");
        if steps > 0 {
            prop_assert!(progress * steps <= 100 * tally.done());
            prop_assert!((progress + 1) * steps > 100 * tally.done(), "rounded down, not further");
        }
        let over = matches!(tally.state(), RunState::Completed | RunState::Failed | RunState::Cancelled);
        prop_assert_eq!(over, !pending && !running);
    }
}
