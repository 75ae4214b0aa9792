use mission_control::agents::{AgentEntry, AgentEvent};
use mission_control::kernel::{LeaseId, ProjectId, Text, Timestamp};
use mission_control::missions::{Actor, Delta, Entry, Kind, Priority, Progress, Status};

use super::*;

const ONE: &str = "019126f4-5d40-7000-8000-000000000001";
const TWO: &str = "019126f4-5d40-7000-8000-000000000002";

pub(crate) fn mission_entry(mission: &str, event: EventKind) -> JournalEntry {
    let (from, to) = match event {
        EventKind::Created => (None, Status::Pending),
        EventKind::Completed => (Some(Status::Running), Status::Completed),
        _ => (Some(Status::Running), Status::Running),
    };
    JournalEntry::Mission(Entry {
        at: Timestamp::MIN,
        project: ProjectId::default_project(),
        mission: mission.parse().unwrap(),
        version: 1,
        event,
        by: Actor::System,
        why: None,
        from,
        to,
        outcome: None,
        priority: Priority::Medium,
        was_priority: None,
        kind: Kind::default_kind(),
        run: None,
        root: mission.parse().unwrap(),
        agent: None,
        lease: LeaseId::NONE,
        attempt: None,
        progress: Progress::NONE,
        delta: Delta::default(),
    })
}

pub(crate) fn agent_entry(agent: &str) -> JournalEntry {
    JournalEntry::Agent(AgentEntry {
        at: Timestamp::MIN,
        project: ProjectId::default_project(),
        agent: agent.parse().unwrap(),
        name: Text::parse("atlas").unwrap(),
        event: AgentEvent::Online,
    })
}

fn watch(topics: &str, conflate: bool) -> Watch {
    let topics = Topics::parse(topics).unwrap();
    Watch { topics, conflate, scope: Scope::one(ProjectId::default_project()) }
}

/// A protocol behind place 0 whose clock is moved by hand.
struct Bench {
    protocol: Protocol,
    now: Instant,
}

impl Bench {
    fn of(watch: Watch) -> Self {
        let now = Instant::now();
        Self { protocol: Protocol::new(watch, 0, now), now }
    }

    fn wait(&mut self, millis: u64) -> &mut Self {
        self.now += Duration::from_millis(millis);
        self
    }

    fn add(&mut self, seq: i64, entry: JournalEntry) -> &mut Self {
        self.protocol.handle(&[Sequenced { seq, entry }]);
        self
    }

    fn create(&mut self, seq: i64) -> &mut Self {
        self.add(seq, mission_entry(ONE, EventKind::Created))
    }

    /// Everything that goes out now, in short: `1 2 <2` are entries 1 and 2 of a frame whose cursor
    /// is 2, `-2` is a beat.
    fn sent(&mut self) -> String {
        let mut sent = Vec::new();
        while let Some(output) = self.protocol.poll(self.now) {
            match output {
                Output::Beat { upto } => sent.push(format!("-{upto}")),
                Output::Metrics { upto, .. } => sent.push(format!("#{upto}")),
                Output::Events { upto, entries } => {
                    sent.extend(entries.iter().map(|entry| entry.seq.to_string()));
                    sent.push(format!("<{upto}"));
                }
            }
        }
        sent.join(" ")
    }
}

#[test]
fn seldom_changes_go_out_at_once_and_those_of_a_stream_together() {
    let mut bench = Bench::of(watch("missions", false));
    assert_eq!(bench.create(1).sent(), "1 <1");
    for seq in 2..=5 {
        assert_eq!(bench.wait(1).create(seq).sent(), format!("{seq} <{seq}"), "a short burst");
    }
    assert_eq!(bench.wait(6).create(6).sent(), "");
    assert_eq!(bench.wait(5).create(7).sent(), "");
    assert_eq!(bench.protocol.alarm(), bench.now + Duration::from_millis(5));
    assert_eq!(bench.wait(4).sent(), "");
    assert_eq!(bench.wait(1).sent(), "6 7 <7");
    assert_eq!(bench.create(8).wait(19).sent(), "");
    assert_eq!(bench.wait(1).sent(), "8 <8");
    assert_eq!(bench.wait(500).create(9).sent(), "9 <9");
}

#[test]
fn what_may_go_out_at_once_comes_back_frame_by_frame() {
    let at_once = |pause: u64| {
        let mut bench = Bench::of(watch("missions", false));
        (1..=10).for_each(|seq| drop(bench.create(seq).sent()));
        bench.wait(20).sent();
        bench.wait(pause);
        (11..=20).filter(|seq| bench.create(*seq).sent() == format!("{seq} <{seq}")).count()
    };
    let pauses = [0, 19, 20, 39, 40, 60, 80, 99, 100, 10_000];
    assert_eq!(pauses.map(at_once), [0, 0, 1, 1, 2, 3, 4, 4, 5, 5]);
}

#[test]
fn a_stream_that_never_ends_makes_no_more_frames_than_its_pace_allows() {
    let mut bench = Bench::of(watch("missions", false));
    let frames = (1..=1_000).map(|seq| bench.wait(1).create(seq).sent().matches('<').count());
    let (at_once, after) = (5, 49);
    assert_eq!(frames.sum::<usize>(), at_once + after);
}

#[test]
fn a_change_behind_any_burst_waits_for_one_turn_at_most() {
    let bound = i64::try_from(FRAME_ENTRIES).unwrap();
    for size in [bound - 1, bound, bound + 1] {
        let mut bench = Bench::of(watch("missions", false));
        let mut last = 0;
        for _ in 0..500 {
            for _ in 0..size {
                last += 1;
                bench.create(last);
            }
            bench.sent();
        }
        bench.wait(40).sent();
        bench.create(last + 1);
        assert!(bench.protocol.alarm() <= bench.now + FRAME_EVERY, "behind frames of {size}");
        let sent = bench.wait(40).sent();
        assert_eq!(sent, format!("{0} <{0}", last + 1), "behind frames of {size}");
    }
}

#[test]
fn two_seconds_of_silence_are_broken_by_a_beat_that_moves_the_cursor_on() {
    let mut bench = Bench::of(watch("agents", false));
    assert_eq!(bench.wait(1_999).sent(), "");
    assert_eq!(bench.create(7).sent(), "", "not for this viewer");
    assert_eq!(bench.wait(1).sent(), "-7");
    assert_eq!(bench.wait(1_999).sent(), "");
    assert_eq!(bench.protocol.alarm(), bench.now + Duration::from_millis(1));
    assert_eq!(bench.wait(1).sent(), "-7");
}

#[test]
fn only_entries_of_visible_projects_and_wanted_topics_are_shown() {
    let elsewhere = match mission_entry(ONE, EventKind::Created) {
        JournalEntry::Mission(entry) => {
            JournalEntry::Mission(Entry { project: "lab".parse().unwrap(), ..entry })
        }
        JournalEntry::Agent(_) | JournalEntry::Removal(_) => unreachable!("a mission's entry"),
    };
    let mut bench = Bench::of(watch(&format!("mission:{ONE}"), false));
    bench.add(1, elsewhere).add(2, mission_entry(TWO, EventKind::Created)).create(3);
    assert_eq!(bench.sent(), "3 <3");
}

#[test]
fn a_frame_is_full_at_its_bound_and_the_rest_follows_behind_its_own_cursor() {
    let mut bench = Bench::of(watch("missions", false));
    let at_once = i64::from(FRAMES_AT_ONCE);
    (1..=at_once).for_each(|seq| drop(bench.create(seq).sent()));
    let bound = at_once + i64::try_from(FRAME_ENTRIES).unwrap();
    (at_once + 1..=bound + 5).for_each(|seq| {
        bench.create(seq);
    });
    bench.add(bound + 6, agent_entry(ONE));
    let full = bench.sent();
    assert!(full.starts_with(&format!("{} ", at_once + 1)), "{full}");
    assert!(full.ends_with(&format!("{bound} <{bound}")), "{full}");
    assert_eq!(bench.wait(19).sent(), "");
    let rest = bench.wait(1).sent();
    assert!(rest.starts_with(&format!("{} ", bound + 1)), "{rest}");
    assert!(rest.ends_with(&format!("<{}", bound + 6)), "{rest}");
}

#[test]
fn progress_is_conflated_only_when_asked_and_never_past_anything_else() {
    let story = |bench: &mut Bench| {
        bench.create(1).sent();
        bench
            .add(2, mission_entry(ONE, EventKind::Progressed))
            .add(3, mission_entry(TWO, EventKind::Progressed))
            .add(4, mission_entry(ONE, EventKind::Progressed))
            .add(5, mission_entry(ONE, EventKind::Edited))
            .add(6, mission_entry(ONE, EventKind::Progressed))
            .add(7, mission_entry(ONE, EventKind::Progressed))
            .add(8, mission_entry(ONE, EventKind::Completed));
        bench.wait(40).sent()
    };
    assert_eq!(story(&mut Bench::of(watch("missions", false))), "2 3 4 5 6 7 8 <8");
    assert_eq!(story(&mut Bench::of(watch("missions", true))), "3 4 5 7 8 <8");
}

#[test]
fn counters_are_told_at_most_each_second_and_only_when_something_has_happened() {
    let mut bench = Bench::of(watch("metrics", false));
    assert_eq!(bench.create(1).sent(), "#1");
    assert_eq!(bench.wait(10).create(2).sent(), "");
    assert_eq!(bench.wait(900).create(3).sent(), "");
    assert_eq!(bench.protocol.alarm(), bench.now + Duration::from_millis(90));
    assert_eq!(bench.wait(90).sent(), "#3");
    assert_eq!(bench.wait(1_500).add(4, agent_entry(ONE)).sent(), "");
    assert_eq!(bench.wait(500).sent(), "-4");
    assert_eq!(Bench::of(watch("missions", false)).create(1).sent(), "1 <1");
    assert_eq!(Bench::of(watch("missions,metrics", false)).create(1).sent(), "1 <1 #1");
}
