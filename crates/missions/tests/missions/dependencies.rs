//! What hangs on another mission settles, breaks and opens with it.

use mission_control_kernel::ProjectId;
use mission_control_missions::dependency::{can_wait, standing};
use mission_control_missions::{
    Command, Decision, EventKind, FailureClass, FollowUp, MAX_DEPTH, Mission, NewMission, Place,
    Refusal, Standing, Status, Step,
};

use crate::sample::{
    NOW, after, after_all, ask, cancel, change, claim, complete, fail, lease, mission_id,
    new_mission, pending, refusal_code, settle, spec, start, text, waiting_for,
};

fn going_on_without(n: u64) -> Mission {
    let mut asked = spec();
    let run = "019b7653-0000-7000-a000-000000000001".parse().unwrap();
    asked.step = Some(Step { run, key: text("survey"), position: 1, continues_on_failure: true });
    pending(n, asked)
}

fn failed(mission: &Mission) -> Mission {
    after_all(mission.clone(), &[claim(), fail(lease(1), FailureClass::InvalidInput)], NOW)
}

#[test]
fn how_a_mission_stands_follows_from_how_it_ended() {
    let plain = pending(1, spec());
    let table = [
        (plain.clone(), Standing::Open),
        (after(&plain, &start(), NOW), Standing::Open),
        (after_all(plain.clone(), &[claim(), complete(lease(1))], NOW), Standing::Satisfied),
        (failed(&plain), Standing::Broken),
        (after(&failed(&plain), &Command::Discard { reason: None }, NOW), Standing::Broken),
        (failed(&going_on_without(1)), Standing::Satisfied),
        (after(&plain, &cancel(), NOW), Standing::Broken),
        (after(&going_on_without(1), &cancel(), NOW), Standing::Broken),
    ];
    for (mission, expected) in table {
        assert_eq!(standing(&mission), expected, "{:?}", mission.phase);
    }
}

#[test]
fn a_dependency_that_is_satisfied_opens_the_way_once() {
    let (one, other) = (pending(2, spec()), pending(3, spec()));
    let waiting = waiting_for(1, &[&one, &other]);
    let told = after(&waiting, &settle(&one, Standing::Satisfied), NOW);
    assert_eq!(told.open_dependencies().collect::<Vec<_>>(), [other.id]);
    let again = ask(&told, &settle(&one, Standing::Satisfied), NOW);
    assert_eq!(again, Ok(Decision::Unchanged));
    let stranger = pending(4, spec());
    assert_eq!(ask(&told, &settle(&stranger, Standing::Broken), NOW), Ok(Decision::Unchanged));
    assert_eq!(ask(&told, &settle(&other, Standing::Open), NOW), Ok(Decision::Unchanged));
}

#[test]
fn a_dependency_that_breaks_cancels_and_one_that_opens_again_brings_back() {
    let one = pending(2, spec());
    let waiting = waiting_for(1, &[&one]);
    let gone = after(&waiting, &settle(&one, Standing::Broken), NOW);
    assert_eq!(gone.status(), Status::Cancelled);
    let error = gone.last_failure.as_ref().unwrap().message.as_str();
    assert_eq!(error, format!("dependency {} failed", one.id));
    let back = change(&gone, &settle(&one, Standing::Open), NOW);
    assert_eq!((back.mission.status(), back.entry.event), (Status::Pending, EventKind::Retried));
    assert_eq!(back.mission.open_dependencies().count(), 1);
    let ready = after(&gone, &settle(&one, Standing::Satisfied), NOW);
    assert_eq!((ready.status(), ready.open_dependencies().count()), (Status::Pending, 0));
}

#[test]
fn only_the_dependency_that_called_a_mission_off_brings_it_back() {
    let (one, other) = (pending(2, spec()), pending(3, spec()));
    let gone = after(&waiting_for(1, &[&one, &other]), &settle(&one, Standing::Broken), NOW);
    let by_hand = after(&waiting_for(1, &[&one]), &cancel(), NOW);
    for standing in [Standing::Open, Standing::Satisfied, Standing::Broken] {
        assert_eq!(ask(&gone, &settle(&other, standing), NOW), Ok(Decision::Unchanged));
        assert_eq!(ask(&by_hand, &settle(&one, standing), NOW), Ok(Decision::Unchanged));
    }
}

#[test]
fn a_mission_that_ends_or_opens_again_tells_its_neighbours() {
    let mut hub = waiting_for(1, &[&pending(2, spec())]);
    hub.has_dependants = true;
    let over = change(&hub, &cancel(), NOW);
    assert_eq!(over.follow_ups, [FollowUp::Dependants]);
    let again = change(&over.mission, &Command::Retry, NOW);
    assert_eq!(again.follow_ups, [FollowUp::Dependants, FollowUp::Dependencies]);
    hub.has_children = true;
    let with_children = Command::Cancel { reason: None, children: true };
    let over = change(&hub, &with_children, NOW);
    assert_eq!(over.follow_ups, [FollowUp::Dependants, FollowUp::CancelChildren]);
    let leaf = change(&pending(3, spec()), &with_children, NOW);
    assert_eq!(leaf.follow_ups, []);
}

#[test]
fn a_new_mission_hangs_only_on_what_can_still_end_well() {
    let plain = pending(2, spec());
    let done = after_all(plain.clone(), &[claim(), complete(lease(1))], NOW);
    let elsewhere = Mission { project: "elsewhere".parse().unwrap(), ..plain.clone() };
    let table = [
        (Some(&plain), Ok(Some(false))),
        (Some(&done), Ok(Some(true))),
        (None, Err("unknown_dependency")),
        (Some(&elsewhere), Err("unknown_dependency")),
    ];
    for (found, expected) in table {
        let new = NewMission { depends_on: vec![plain.id], ..new_mission(1, spec()) };
        let made = new.create(|_| found, NOW);
        let got = made.map(|change| change.mission.dependencies.first().map(|edge| edge.settled));
        assert_eq!(got.map_err(|refusal| refusal_code(&refusal)), expected.map_err(str::to_owned));
    }
    for broken in [failed(&plain), after(&plain, &cancel(), NOW)] {
        let new = NewMission { depends_on: vec![plain.id], ..new_mission(1, spec()) };
        let refusal = new.create(|_| Some(&broken), NOW).unwrap_err();
        assert_eq!(refusal_code(&refusal), "dependency_failed");
    }
}

#[test]
fn what_hangs_on_something_broken_cannot_wait_for_it() {
    let [left, right] = [pending(2, spec()), pending(3, spec())];
    let on = [left.id, right.id];
    let waiting = waiting_for(1, &[&left, &right]);
    let table = [
        ([Some(Standing::Open), Some(Standing::Satisfied)], None),
        ([Some(Standing::Open), Some(Standing::Broken)], Some(on[1])),
        ([Some(Standing::Broken), Some(Standing::Broken)], Some(on[0])),
        ([None, Some(Standing::Open)], Some(on[0])),
    ];
    for (standings, expected) in table {
        let how = |id| standings[usize::from(id == on[1])];
        let got = can_wait(&waiting, how).err();
        let expected = expected.map(|dependency| Refusal::DependencyBroken { dependency });
        assert_eq!(got, expected, "{standings:?}");
        let settled = after(&waiting, &settle(&left, Standing::Satisfied), NOW);
        let without = can_wait(&settled, |id| how(id).filter(|_| id != on[0])).is_ok();
        assert_eq!(without, standings[1] != Some(Standing::Broken), "what is settled stays so");
    }
}

#[test]
fn a_child_needs_a_parent_that_is_not_over_and_not_too_deep() {
    let parent = pending(2, spec());
    let child_of = |found: Option<&Mission>| {
        let new = NewMission { parent: Some(parent.id), ..new_mission(1, spec()) };
        new.create(|_| found, NOW).map(|change| change.mission.place)
    };
    let place = Place { parent: Some(mission_id(2)), root: mission_id(2), depth: 1 };
    assert_eq!(child_of(Some(&parent)), Ok(place));
    assert_eq!(child_of(Some(&after(&parent, &start(), NOW))), Ok(place));
    let mut deep = parent.clone();
    deep.place.depth = MAX_DEPTH;
    let elsewhere =
        Mission { project: "elsewhere".parse::<ProjectId>().unwrap(), ..parent.clone() };
    let cancelled = after(&parent, &cancel(), NOW);
    let table = [
        (None, "unknown_parent"),
        (Some(&elsewhere), "unknown_parent"),
        (Some(&cancelled), "parent_finished"),
        (Some(&deep), "tree_too_deep"),
    ];
    for (found, code) in table {
        assert_eq!(refusal_code(&child_of(found).unwrap_err()), code);
    }
}
