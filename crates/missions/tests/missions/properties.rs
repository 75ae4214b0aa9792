//! What no sequence of commands can break.

use std::collections::BTreeMap;

use mission_control_kernel::{Chance, LeaseId, Money, Timestamp};
use mission_control_missions::dependency::standing;
use mission_control_missions::{
    Change, Command, Decision, Delta, Edit, Entry, EventKind, FailureClass, FailureReport,
    FollowUp, Mission, Phase, Priority, Progress, Refusal, Status, Totals, UsageReport, decide,
};
use proptest::prelude::*;

use crate::sample::{
    LEASE, NOW, cancel, claim, fail, pending, secs, spec, start, text, waiting_for,
};

/// Which lease a worker's write names.
#[derive(Clone, Copy, Debug)]
enum Named {
    Current,
    Another,
    None,
}

/// One thing that happens.
#[derive(Clone, Debug)]
enum Move {
    /// Nothing for so many seconds.
    Wait(u64),
    /// A command to one of the missions, by its place in [`ALL`].
    Ask { mission: usize, command: usize, named: Named, size: u64 },
}

fn a_move() -> impl Strategy<Value = Move> {
    let named =
        prop_oneof![6 => Just(Named::Current), 1 => Just(Named::Another), 1 => Just(Named::None)];
    prop_oneof![
        1 => (0..30_u64).prop_map(Move::Wait),
        8 => (0..3_usize, 0..ALL.len(), named, 0..100_u64).prop_map(
            |(mission, command, named, size)| Move::Ask { mission, command, named, size }
        ),
    ]
}

type Make = fn(Option<LeaseId>, u64) -> Command;

/// Beginnings stand more than once, so that more happens while missions run.
const ALL: &[Make] = &[
    |_, _| claim(),
    |_, _| claim(),
    |_, _| claim(),
    |_, _| start(),
    |lease, size| Command::Progress {
        lease,
        progress: Progress::parse(size as f64).ok(),
        message: None,
        result: None,
        usage: usage(size),
    },
    |lease, size| Command::Complete { lease, result: None, usage: usage(size) },
    |lease, size| {
        let Command::Fail { report, .. } = fail(lease, class(size)) else {
            unreachable!("it is a failure")
        };
        let report =
            FailureReport { retryable: [None, None, Some(true)][size as usize % 3], ..report };
        Command::Fail { lease, report, usage: usage(size) }
    },
    |lease, _| Command::Heartbeat { lease: named(lease) },
    |lease, size| Command::Snooze { lease: named(lease), until: NOW.plus(secs(size)) },
    |lease, _| Command::Release { lease: named(lease) },
    |_, _| Command::TakeBack,
    |lease, _| Command::Lose { lease: named(lease) },
    |lease, _| Command::TimeOut { lease: named(lease) },
    |_, _| Command::Expire,
    |_, _| cancel(),
    |_, _| Command::Retry,
    |_, _| Command::Retry,
    |_, _| Command::Discard { reason: None },
    |_, _| Command::Hold { reason: None },
    |_, _| Command::Approve,
    |_, _| Command::Approve,
    |_, size| {
        let title = Some(text(&format!("Chart reef {size}")));
        let priority = (size % 2 == 0).then(|| Priority::ALL[size as usize % 4]);
        Command::Edit(Edit { title, priority, ..Edit::default() })
    },
];

fn named(lease: Option<LeaseId>) -> LeaseId {
    lease.unwrap_or(LeaseId::new(1))
}

fn class(size: u64) -> FailureClass {
    FailureClass::ALL[size as usize % FailureClass::ALL.len()]
}

fn usage(size: u64) -> UsageReport {
    UsageReport {
        tokens_used: Some(size),
        tokens_in: size.is_multiple_of(3).then_some(size / 2),
        tokens_out: size.is_multiple_of(5).then_some(size / 3),
        cost: Money::from_nanos(size.cast_signed()),
    }
}

/// Three missions, the second waiting for the first, and everything that the journal says of them.
struct World {
    now: Timestamp,
    missions: Vec<Mission>,
    entries: Vec<Entry>,
}

impl World {
    fn new() -> Self {
        let mut asked = spec();
        asked.max_attempts = 2;
        asked.timeout = Some(secs(20));
        let mut first = pending(0, asked.clone());
        first.has_dependants = true;
        let second = waiting_for(1, &[&first]);
        let mut third = pending(2, asked);
        third.expires_at = Some(NOW.plus(secs(100)));
        let missions = vec![first, second, third];
        let created = missions.iter().map(|mission| Change::created(mission.clone()).entry);
        Self { now: NOW, entries: created.collect(), missions }
    }

    fn play(&mut self, step: &Move) {
        match *step {
            Move::Wait(seconds) => self.now = self.now.plus(secs(seconds)),
            Move::Ask { mission, command, named, size } => {
                let current = self.missions[mission].lease_id;
                let lease = match named {
                    Named::Current => Some(current),
                    Named::Another => Some(LeaseId::new(current.number() - 1)),
                    Named::None => None,
                };
                self.ask(mission, &ALL[command](lease, size));
            }
        }
    }

    fn ask(&mut self, index: usize, command: &Command) {
        let before = self.missions[index].clone();
        match decide(&before, command, self.now, Chance::new(0.5)) {
            Err(Refusal::LeaseLost) => assert!(!names_the_current_attempt(&before, command)),
            Err(_) | Ok(Decision::Unchanged) => {}
            Ok(Decision::Renewed(after)) => {
                assert_eq!((after.version, after.updated_at), (before.version, before.updated_at));
                self.missions[index] = *after;
            }
            Ok(Decision::Changed(change)) => {
                check_step(&before, &change);
                self.missions[index] = change.mission.clone();
                self.entries.push(change.entry);
                for follow_up in change.follow_ups {
                    self.follow(follow_up);
                }
            }
        }
    }

    /// Only the first two missions hang on one another.
    fn follow(&mut self, follow_up: FollowUp) {
        let dependency = self.missions[0].id;
        let standing = standing(&self.missions[0]);
        match follow_up {
            FollowUp::Dependants | FollowUp::Dependencies => {
                self.ask(1, &Command::Settle { dependency, standing });
            }
            FollowUp::CancelChildren => panic!("nobody asked for it"),
        }
    }
}

fn names_the_current_attempt(mission: &Mission, command: &Command) -> bool {
    let lease = match command {
        Command::Progress { lease, .. }
        | Command::Complete { lease, .. }
        | Command::Fail { lease, .. } => *lease,
        Command::Heartbeat { lease }
        | Command::Snooze { lease, .. }
        | Command::Release { lease } => Some(*lease),
        _ => None,
    };
    mission.running().is_some() && lease == Some(mission.lease_id)
}

/// What every single move keeps.
fn check_step(before: &Mission, change: &Change) {
    let (after, entry) = (&change.mission, &change.entry);
    assert_eq!(after.version, before.version + 1);
    assert_eq!(entry.version, after.version);
    assert_eq!((entry.from, entry.to), (Some(before.status()), after.status()));
    assert!(after.updated_at >= before.updated_at);
    let begins = entry.event == EventKind::Started;
    assert_eq!(after.lease_id, if begins { before.lease_id.next() } else { before.lease_id });
    let (was, is) = (before.usage(), after.usage());
    assert!(is.tokens_used >= was.tokens_used && is.cost >= was.cost, "use never falls");
    assert!(is.tokens_in >= was.tokens_in && is.tokens_out >= was.tokens_out);
    let ends_an_attempt = before.running().is_some() && after.running().is_none();
    assert_eq!(entry.outcome.is_some(), ends_an_attempt);
    assert_eq!(change.attempt.is_some(), begins || ends_an_attempt);
}

/// What every mission is at any moment.
fn check_shape(mission: &Mission) {
    assert!(mission.attempt <= mission.spec.max_attempts);
    assert_eq!(
        mission.is_dead_letter(),
        matches!(mission.phase, Phase::Failed { discarded: false, .. })
    );
    match &mission.phase {
        Phase::Pending { .. } => {
            assert_eq!((mission.output(), mission.agent()), (None, None));
            assert_eq!((mission.started_at(), mission.duration()), (None, None));
        }
        Phase::Running(attempt) => {
            assert!(mission.attempt >= 1 && mission.lease_id > LeaseId::NONE);
            assert!(mission.open_dependencies().next().is_none(), "it runs before its time");
            assert!((0.0..=100.0).contains(&attempt.output.progress.percent()));
        }
        Phase::Completed(ended) => {
            assert_eq!(mission.last_failure, None);
            assert_eq!(ended.output.progress, Progress::DONE);
            assert!(ended.began.is_some_and(|began| began <= ended.at));
        }
        Phase::Failed { ended, .. } | Phase::Cancelled { ended, .. } => {
            assert!(mission.last_failure.is_some());
            assert!(ended.began.is_none_or(|began| began <= ended.at));
        }
    }
}

/// What the journal of one mission says.
fn check_journal(entries: &[&Entry], mission: &Mission) {
    let mut ends = 0;
    for (index, entry) in entries.iter().enumerate() {
        assert_eq!(usize::try_from(entry.version).unwrap(), index + 1);
        assert_eq!(entry.from, index.checked_sub(1).map(|earlier| entries[earlier].to));
        match entry.event {
            EventKind::Completed | EventKind::Failed | EventKind::Cancelled => ends += 1,
            EventKind::Retried => ends = 0,
            _ => {}
        }
        assert!(ends <= 1, "two ends between two retries");
    }
    assert_eq!(entries.last().map(|entry| entry.to), Some(mission.status()));
}

fn counted(missions: &[Mission]) -> Totals {
    let mut totals = Totals::default();
    for mission in missions {
        *totals.cells.entry((mission.status(), mission.spec.priority)).or_default() += 1;
        totals.sums = totals.sums.plus(Delta::between(None, mission));
    }
    totals
}

fn filled(totals: &Totals) -> BTreeMap<(Status, Priority), i64> {
    totals
        .cells
        .iter()
        .filter(|(_, count)| **count != 0)
        .map(|(cell, count)| (*cell, *count))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_sequence_of_commands_keeps_the_life_whole(
        moves in prop::collection::vec(a_move(), 1..60),
    ) {
        let mut world = World::new();
        for step in &moves {
            world.play(step);
            world.missions.iter().for_each(check_shape);
        }
        for mission in &world.missions {
            let own: Vec<&Entry> =
                world.entries.iter().filter(|entry| entry.mission == mission.id).collect();
            check_journal(&own, mission);
        }
        let mut folded = Totals::default();
        world.entries.iter().for_each(|entry| folded.fold(entry));
        let truth = counted(&world.missions);
        prop_assert_eq!(filled(&folded), filled(&truth));
        prop_assert_eq!(folded.sums, truth.sums);
        let dead = world.missions.iter().filter(|mission| mission.is_dead_letter()).count();
        prop_assert_eq!(folded.sums.dead_letter, i64::try_from(dead).unwrap());
    }
}

#[test]
fn the_sequences_reach_every_status() {
    // A property over moves that are all refused would hold for nothing.
    let reached = |makes: &[usize]| {
        let mut world = World::new();
        for command in makes {
            let step = Move::Ask { mission: 0, command: *command, named: Named::Current, size: 10 };
            world.play(&step);
            world.play(&Move::Wait(LEASE.as_secs()));
        }
        world.missions[0].status()
    };
    let table: &[(&[usize], Status)] = &[
        (&[0], Status::Running),
        (&[0, 5], Status::Completed),
        (&[0, 6], Status::Failed),
        (&[0, 11], Status::Pending),
        (&[14], Status::Cancelled),
    ];
    for (makes, status) in table {
        assert_eq!(reached(makes), *status, "{makes:?}");
    }
}
