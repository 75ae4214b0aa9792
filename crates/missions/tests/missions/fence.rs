//! A worker's write names the current lease, and only that.

use mission_control_kernel::LeaseId;
use mission_control_missions::{Command, FailureClass, Mission, UsageReport, holds};

use crate::sample::{
    LEASE, NOW, after, after_all, ask, cancel, claim, complete, fail, lease, pending, progress,
    refusal_code, secs, spec, start,
};

/// Every write that a worker makes, when it names a lease.
fn worker_writes(named: LeaseId) -> [Command; 6] {
    [
        progress(Some(named)),
        complete(Some(named)),
        fail(Some(named), FailureClass::Transient),
        Command::Heartbeat { lease: named },
        Command::Snooze { lease: named, until: NOW },
        Command::Release { lease: named },
    ]
}

fn code(mission: &Mission, command: &Command) -> String {
    ask(mission, command, NOW).map_or_else(|refusal| refusal_code(&refusal), |_| "ok".to_owned())
}

#[test]
fn a_lease_that_is_not_current_is_lost_whatever_the_state() {
    let new = || pending(1, spec());
    let leased = after(&new(), &claim(), NOW);
    let places = [
        new(),
        leased.clone(),
        after(&new(), &start(), NOW),
        after(&leased, &complete(lease(1)), NOW),
        after(&leased, &fail(lease(1), FailureClass::InvalidInput), NOW),
        after(&leased, &cancel(), NOW),
        after(&leased, &Command::TakeBack, NOW),
    ];
    for mission in &places {
        for command in worker_writes(LeaseId::new(2)) {
            let status = mission.status();
            assert_eq!(code(mission, &command), "lease_lost", "{} on {status}", command.name());
        }
    }
}

#[test]
fn an_attempt_that_is_over_has_no_current_lease() {
    let leased = after(&pending(1, spec()), &claim(), NOW);
    for ending in [complete(lease(1)), cancel(), Command::TakeBack] {
        let over = after(&leased, &ending, NOW);
        assert!(!holds(&over, LeaseId::new(1)));
        for command in worker_writes(LeaseId::new(1)) {
            assert_eq!(code(&over, &command), "lease_lost", "{} after {ending:?}", command.name());
        }
    }
}

#[test]
fn a_leased_mission_takes_no_write_without_its_lease() {
    let leased = after(&pending(1, spec()), &claim(), NOW);
    assert!(holds(&leased, LeaseId::new(1)));
    for command in [progress(None), complete(None), fail(None, FailureClass::Transient)] {
        assert_eq!(code(&leased, &command), "lease_required", "{}", command.name());
    }
}

#[test]
fn what_is_driven_from_outside_has_no_lease_to_extend() {
    let outside = after(&pending(1, spec()), &start(), NOW);
    assert!(!holds(&outside, LeaseId::new(1)));
    let codes = worker_writes(LeaseId::new(1)).map(|command| code(&outside, &command));
    assert_eq!(codes, ["ok", "ok", "ok", "not_leased", "not_leased", "not_leased"]);
    assert_eq!(code(&outside, &Command::Lose { lease: LeaseId::new(1) }), "not_leased");
}

#[test]
fn a_write_without_a_lease_on_what_does_not_run_is_no_arrow_of_the_life() {
    for command in [progress(None), complete(None), fail(None, FailureClass::Transient)] {
        assert_eq!(code(&pending(1, spec()), &command), "invalid_transition", "{}", command.name());
    }
}

#[test]
fn any_accepted_write_extends_the_lease_by_its_length_and_none_shortens_it() {
    use mission_control_missions::{Decision, Driver};
    let end = |mission: &Mission| match mission.running().unwrap().driver {
        Driver::Leased { expires_at, .. } => expires_at,
        Driver::Outside => panic!("it is leased"),
    };
    let leased = after(&pending(1, spec()), &claim(), NOW);
    assert_eq!(end(&leased), NOW.plus(LEASE));
    let later = NOW.plus(secs(14));
    let told = after(&leased, &progress(lease(1)), later);
    assert_eq!(end(&told), later.plus(LEASE));
    let beat = Command::Heartbeat { lease: LeaseId::new(1) };
    // A clock that steps back takes nothing from the agent.
    let Ok(Decision::Renewed(beaten)) = ask(&told, &beat, NOW) else { panic!("it is renewed") };
    assert_eq!(end(&beaten), later.plus(LEASE));
    assert_eq!((beaten.version, beaten.updated_at), (told.version, told.updated_at));
}

#[test]
fn a_lease_is_over_only_once_its_time_is() {
    let leased = after(&pending(1, spec()), &claim(), NOW);
    let lose = Command::Lose { lease: LeaseId::new(1) };
    let just_before = NOW.plus(LEASE).minus(std::time::Duration::from_micros(1));
    assert_eq!(ask(&leased, &lose, just_before), Ok(mission_control_missions::Decision::Unchanged));
    assert_eq!(after(&leased, &lose, NOW.plus(LEASE)).attempt, 1);
}

#[test]
fn reports_are_running_totals_and_a_lower_one_is_ignored() {
    let tell = |tokens: u64| Command::Progress {
        lease: None,
        progress: None,
        message: None,
        result: None,
        usage: UsageReport { tokens_used: Some(tokens), ..UsageReport::default() },
    };
    let told = after_all(pending(1, spec()), &[start(), tell(70), tell(40)], NOW);
    assert_eq!(told.usage().tokens_used, 70);
    let again = after_all(told, &[Command::TakeBack, start(), tell(5)], NOW);
    assert_eq!((again.spent.tokens_used, again.usage().tokens_used), (70, 75));
}
