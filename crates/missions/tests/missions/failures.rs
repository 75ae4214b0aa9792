//! What follows a failure.

use std::time::Duration;

use mission_control_missions::{
    AttemptOutcome, Backoff, Command, FailureClass, FailureReport, MAX_SNOOZES, Mission, Status,
};

use crate::sample::{NOW, after, change, claim, complete, fail, lease, pending, secs, spec, start};

/// An attempt that ends as `class`, asking for `retryable`.
fn failing(class: FailureClass, retryable: Option<bool>, named: i64) -> Command {
    let Command::Fail { lease, report, usage } = fail(lease(named), class) else {
        unreachable!("it is a failure")
    };
    let report = FailureReport { retryable, ..report };
    Command::Fail { lease, report, usage }
}

fn claimed() -> Mission {
    after(&pending(1, spec()), &claim(), NOW)
}

#[test]
fn the_class_decides_what_follows_a_leased_attempt() {
    use FailureClass::{
        Cancelled, Crashed, InvalidInput, Lost, Quota, TimedOut, Transient, Unknown,
    };
    // class, asked for, status after, attempts used up
    let table = [
        (Transient, None, Status::Pending, 1),
        (Crashed, None, Status::Pending, 1),
        (TimedOut, None, Status::Pending, 1),
        (Lost, None, Status::Pending, 1),
        (Unknown, None, Status::Pending, 1),
        (Quota, None, Status::Pending, 0),
        (InvalidInput, None, Status::Failed, 1),
        (Cancelled, None, Status::Failed, 1),
        (Transient, Some(false), Status::Failed, 1),
        (Quota, Some(false), Status::Failed, 1),
        (InvalidInput, Some(true), Status::Pending, 1),
        (Cancelled, Some(true), Status::Pending, 1),
    ];
    for (class, retryable, status, attempt) in table {
        let next = after(&claimed(), &failing(class, retryable, 1), NOW);
        assert_eq!((next.status(), next.attempt), (status, attempt), "{class} {retryable:?}");
        assert_eq!(next.last_failure.as_ref().map(|failure| failure.class), Some(class));
        assert_eq!(next.is_dead_letter(), status == Status::Failed, "{class} {retryable:?}");
    }
}

#[test]
fn an_attempt_from_outside_fails_for_good_unless_it_asks_for_another() {
    let outside = after(&pending(1, spec()), &start(), NOW);
    for class in FailureClass::ALL {
        let next = after(&outside, &failing(*class, None, 1), NOW);
        assert_eq!(next.status(), Status::Failed, "{class}");
        let next = after(&outside, &failing(*class, Some(true), 1), NOW);
        assert_eq!(next.status(), Status::Pending, "{class}");
    }
}

#[test]
fn a_mission_fails_for_good_with_its_last_attempt() {
    let mut mission = pending(1, spec());
    for attempt in 1..=3_i64 {
        mission = after(&mission, &claim(), mission.scheduled_at.unwrap_or(NOW));
        assert_eq!(i64::from(mission.attempt), attempt);
        mission = after(&mission, &failing(FailureClass::Crashed, None, attempt), NOW);
    }
    assert_eq!((mission.status(), mission.attempt), (Status::Failed, 3));
}

#[test]
fn the_wait_before_the_next_attempt_is_what_the_mission_asks_for() {
    let waits = |backoff: Backoff| -> Vec<u64> {
        let mut asked = spec();
        (asked.max_attempts, asked.backoff) = (6, backoff);
        let mut mission = pending(1, asked);
        let mut waited = Vec::new();
        for attempt in 1..=4 {
            let now = mission.scheduled_at.unwrap_or(NOW);
            mission = after(&mission, &claim(), now);
            mission = after(&mission, &failing(FailureClass::Unknown, None, attempt), now);
            waited.push(mission.scheduled_at.unwrap().since(now).as_secs());
        }
        waited
    };
    assert_eq!(waits(Backoff::Exponential), [1, 2, 4, 8], "with the whole jitter drawn");
    assert_eq!(waits(Backoff::Fixed(vec![secs(7), secs(3)])), [7, 3, 3, 3]);
    assert_eq!(waits(Backoff::None), [0, 0, 0, 0]);
}

#[test]
fn a_failure_may_ask_for_a_longer_wait_and_a_quota_for_its_own() {
    let until = NOW.plus(secs(3_600));
    let asking = |class| match failing(class, None, 1) {
        Command::Fail { lease, report, usage } => {
            let report = FailureReport { retry_after: Some(until), ..report };
            Command::Fail { lease, report, usage }
        }
        other => other,
    };
    let transient = after(&claimed(), &asking(FailureClass::Transient), NOW);
    assert_eq!((transient.scheduled_at, transient.attempt), (Some(until), 1));
    let quota = change(&claimed(), &asking(FailureClass::Quota), NOW);
    assert_eq!((quota.mission.scheduled_at, quota.mission.attempt), (Some(until), 0));
    assert_eq!(quota.entry.outcome, Some(AttemptOutcome::Snoozed));
    let silent = after(&claimed(), &failing(FailureClass::Quota, None, 1), NOW);
    assert_eq!(silent.scheduled_at, Some(NOW.plus(secs(60))), "a quota that says nothing");
}

#[test]
fn the_twenty_first_snooze_in_a_row_is_a_failure() {
    let mut mission = pending(1, spec());
    let mut now = NOW;
    let mut fence = 0;
    let mut snooze = |mission: &Mission| {
        fence += 1;
        let next = after(mission, &claim(), now);
        now = now.plus(Duration::from_secs(1));
        after(&next, &Command::Snooze { lease: next.lease_id, until: now }, now)
    };
    for count in 1..=MAX_SNOOZES {
        mission = snooze(&mission);
        assert_eq!((mission.snoozes, mission.attempt), (count, 0));
    }
    mission = snooze(&mission);
    assert_eq!((mission.snoozes, mission.attempt, mission.status()), (0, 1, Status::Pending));
    assert_eq!(mission.last_failure.as_ref().unwrap().class, FailureClass::Transient);
    assert_eq!(fence, i64::from(MAX_SNOOZES) + 1);
}

#[test]
fn snoozes_are_in_a_row_only_while_nothing_else_ends_an_attempt() {
    let snoozed = |mission: &Mission| {
        let next = after(mission, &claim(), NOW);
        after(&next, &Command::Snooze { lease: next.lease_id, until: NOW }, NOW)
    };
    let once = snoozed(&pending(1, spec()));
    assert_eq!(once.snoozes, 1);
    let given_back = after(&after(&once, &claim(), NOW), &Command::TakeBack, NOW);
    assert_eq!(given_back.snoozes, 0);
}

#[test]
fn a_completed_mission_has_no_error_and_an_ended_one_keeps_its_agent() {
    let failed_once = after(&claimed(), &failing(FailureClass::Crashed, None, 1), NOW);
    assert_eq!(failed_once.agent(), None, "a pending mission has no agent");
    let again = after(&failed_once, &claim(), NOW.plus(secs(1)));
    let done = after(&again, &complete(lease(2)), NOW.plus(secs(5)));
    assert_eq!(done.last_failure, None);
    assert_eq!(done.agent(), again.agent());
    assert_eq!(done.duration(), Some(secs(4)), "of the last attempt alone");
    assert!((done.output().unwrap().progress.percent() - 100.0).abs() < f64::EPSILON);
}
