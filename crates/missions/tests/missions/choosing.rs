//! From which lanes claims take.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::{ProjectId, Timestamp};
use mission_control_missions::queue::{
    AgentFacts, Claimant, Counted, Head, LaneId, LaneKey, MOST_TAKEN, Pick, QueueFacts,
    QueueSetting, Rooms, Turns, choose,
};
use mission_control_missions::{Kind, Priority};

use crate::sample::{NOW, agent as agent_id, capabilities, pending, secs, spec, text};

const AGEING: Duration = Duration::from_mins(10);

fn key() -> LaneKey {
    LaneKey::of(&pending(1, spec()))
}

fn of_priority(priority: Priority) -> LaneKey {
    LaneKey { priority, ..key() }
}

fn of_fairness(name: &str) -> LaneKey {
    LaneKey { fairness_key: text(name), ..key() }
}

fn kind(name: &str) -> Kind {
    name.parse().unwrap()
}

/// Deeper than any claim of these tests takes.
const DEEP: usize = 2_000;

fn head(lane: i64, key: LaneKey, rank: Timestamp) -> Head {
    Head { lane: LaneId(lane), key: Arc::new(key), ranks: vec![rank; DEEP] }
}

fn anybody(free: u32) -> Claimant {
    let agent = AgentFacts {
        project: ProjectId::default_project(),
        kinds: None,
        capabilities: capabilities(&[]),
    };
    Claimant { id: agent_id(1), agent, free }
}

fn rooms() -> Rooms {
    [(agent_id(1), u32::MAX)].into_iter().collect()
}

fn picked(heads: &[Head], claimants: &[Claimant], facts: &QueueFacts) -> Vec<(i64, usize, u32)> {
    let picks = choose(heads, claimants, &rooms(), facts, &Turns::default(), NOW, AGEING);
    picks.iter().map(|Pick { lane, claimant, count }| (lane.0, *claimant, *count)).collect()
}

/// The lanes in the order in which one mission each is taken from them.
fn order(heads: &[Head], turns: &Turns, ageing: Duration) -> Vec<i64> {
    let mut left = heads.to_vec();
    let mut order = Vec::new();
    while let [pick] =
        choose(&left, &[anybody(1)], &rooms(), &QueueFacts::default(), turns, NOW, ageing)
            .as_slice()
    {
        order.push(pick.lane.0);
        left.retain(|head| head.lane != pick.lane);
    }
    order
}

fn set(facts: &mut QueueFacts, kind: Option<&str>, setting: QueueSetting) {
    let kind = kind.map(|name| name.parse().unwrap());
    facts.settings.insert((ProjectId::default_project(), kind), setting);
}

#[test]
fn the_more_urgent_lane_goes_first_and_the_older_head_among_equals() {
    let heads = [
        head(1, of_priority(Priority::Low), NOW),
        head(2, of_priority(Priority::Critical), NOW),
        head(3, of_priority(Priority::Medium), NOW),
        head(4, of_priority(Priority::High), NOW),
    ];
    assert_eq!(order(&heads, &Turns::default(), AGEING), [2, 4, 3, 1]);
    let of_kind = |name| LaneKey { kind: kind(name), ..key() };
    let heads = [
        head(1, of_kind("a"), NOW.minus(secs(1))),
        head(2, of_kind("b"), NOW.minus(secs(3))),
        head(3, of_kind("c"), NOW.minus(secs(2))),
    ];
    assert_eq!(order(&heads, &Turns::default(), AGEING), [2, 3, 1]);
}

#[test]
fn equal_lanes_are_taken_in_an_order_that_does_not_hang_on_how_they_came() {
    let of_kind = |name| LaneKey { kind: kind(name), ..key() };
    let mut heads = [head(1, of_kind("b"), NOW), head(2, of_kind("a"), NOW)];
    assert_eq!(order(&heads, &Turns::default(), AGEING), [2, 1]);
    heads.reverse();
    assert_eq!(order(&heads, &Turns::default(), AGEING), [2, 1]);
}

#[test]
fn a_period_of_waiting_raises_a_mission_by_one_priority() {
    let waited = |priority, span: Duration| head(1, of_priority(priority), NOW.minus(span));
    let rival = head(2, of_priority(Priority::High), NOW.minus(Duration::from_secs(1)));
    let first = |head: Head, ageing| order(&[head, rival.clone()], &Turns::default(), ageing)[0];
    let almost = AGEING.saturating_sub(Duration::from_micros(1));
    assert_eq!(first(waited(Priority::Medium, almost), AGEING), 2);
    // As urgent now, and older.
    assert_eq!(first(waited(Priority::Medium, AGEING), AGEING), 1);
    assert_eq!(first(waited(Priority::Low, AGEING), AGEING), 2);
    assert_eq!(first(waited(Priority::Low, AGEING * 3), AGEING), 1);
    assert_eq!(first(waited(Priority::Low, AGEING * 1_000), Duration::ZERO), 2, "ageing is off");
}

#[test]
fn fairness_keys_take_turns_fewest_running_first_then_least_recently_served() {
    let keys = ["amber", "birch", "cedar"].map(of_fairness);
    let heads: Vec<Head> =
        keys.iter().zip(1..).map(|(key, lane)| head(lane, key.clone(), NOW)).collect();
    let mut turns = Turns::default();
    turns.serve(&keys[0]);
    turns.serve(&keys[2]);
    turns.serve(&keys[1]);
    assert_eq!(order(&heads, &turns, AGEING), [1, 3, 2]);
    let mut facts = QueueFacts::default();
    let project = ProjectId::default_project();
    facts.running_by_fairness.insert((project, text("amber")), 1);
    let picks = choose(&heads, &[anybody(1)], &rooms(), &facts, &turns, NOW, AGEING);
    assert_eq!(picks[0].lane, LaneId(3), "amber runs one already");
    assert_eq!(picked(&heads, &[anybody(5)], &facts), [(2, 0, 2), (3, 0, 2), (1, 0, 1)]);
}

#[test]
fn a_backlog_of_a_hundred_thousand_does_not_keep_small_keys_waiting() {
    const SLOTS: usize = 4;
    const SMALL: u32 = 100;
    let mut depth: BTreeMap<i64, u32> = (1..=9).map(|lane| (lane, SMALL)).collect();
    depth.insert(0, 100_000);
    let heads: Vec<Head> = (0..=9)
        .map(|lane| {
            // The large key came first and is the more urgent only by age.
            let rank = NOW.minus(secs(u64::from(lane == 0)));
            head(lane, of_fairness(&format!("key-{lane}")), rank)
        })
        .collect();
    let (mut facts, mut turns) = (QueueFacts::default(), Turns::default());
    let mut running: VecDeque<i64> = VecDeque::new();
    let mut taken = 0_u32;
    let id = |lane: i64| {
        (
            ProjectId::default_project(),
            heads[usize::try_from(lane).unwrap()].key.fairness_key.clone(),
        )
    };
    while depth.iter().any(|(lane, left)| *lane != 0 && *left > 0) {
        if running.len() == SLOTS {
            let done = running.pop_front().unwrap();
            *facts.running_by_fairness.get_mut(&id(done)).unwrap() -= 1;
        }
        let filled: Vec<Head> =
            heads.iter().filter(|head| depth[&head.lane.0] > 0).cloned().collect();
        let picks = choose(&filled, &[anybody(1)], &rooms(), &facts, &turns, NOW, AGEING);
        let lane = picks[0].lane.0;
        *depth.get_mut(&lane).unwrap() -= 1;
        *facts.running_by_fairness.entry(id(lane)).or_default() += 1;
        turns.serve(&heads[usize::try_from(lane).unwrap()].key);
        running.push_back(lane);
        taken += 1;
    }
    let of_the_large = 100_000 - depth[&0];
    assert_eq!(taken, 9 * SMALL + of_the_large);
    assert!(of_the_large <= SMALL + 1, "the large key took {of_the_large} turns of {taken}");
}

#[test]
fn limits_count_what_runs_and_what_this_very_claim_takes() {
    let project = ProjectId::default_project();
    let mut facts = QueueFacts::default();
    set(&mut facts, Some("default"), QueueSetting { limit: Some(3), ..QueueSetting::default() });
    facts.running_by_kind.insert((project.clone(), Kind::default_kind()), 1);
    let heads = [head(1, key(), NOW)];
    assert_eq!(picked(&heads, &[anybody(1), anybody(5)], &facts), [(1, 0, 1), (1, 1, 1)]);

    let keyed = |priority| LaneKey { concurrency_key: Some(text("tide-gauge")), priority, ..key() };
    let heads = [
        head(1, keyed(Priority::High), NOW),
        head(2, keyed(Priority::Low), NOW),
        head(3, key(), NOW),
    ];
    let free = QueueFacts::default();
    assert_eq!(picked(&heads, &[anybody(3)], &free), [(1, 0, 1), (3, 0, 2)], "one of each key");
    let mut wider = QueueFacts::default();
    set(
        &mut wider,
        Some("default"),
        QueueSetting { key_limit: Some(2), ..QueueSetting::default() },
    );
    wider.running_by_key.insert((project, text("tide-gauge")), 1);
    assert_eq!(picked(&heads, &[anybody(2)], &wider), [(1, 0, 1), (3, 0, 1)]);
}

#[test]
fn what_is_paused_is_passed_by() {
    let paused = QueueSetting { paused: true, ..QueueSetting::default() };
    let heads = [head(1, key(), NOW), head(2, LaneKey { kind: kind("survey"), ..key() }, NOW)];
    let mut facts = QueueFacts::default();
    set(&mut facts, Some("default"), paused);
    assert_eq!(picked(&heads, &[anybody(2)], &facts), [(2, 0, 2)]);
    set(&mut facts, None, paused);
    assert_eq!(picked(&heads, &[anybody(2)], &facts), []);
}

#[test]
fn an_agent_takes_only_what_it_can_do() {
    let gpu = LaneKey { capabilities: capabilities(&["gpu"]), ..of_priority(Priority::Critical) };
    let survey = LaneKey { kind: kind("survey"), ..key() };
    let elsewhere = LaneKey { project: "elsewhere".parse().unwrap(), ..key() };
    let heads = [head(1, gpu, NOW), head(2, survey, NOW), head(3, elsewhere, NOW)];
    let agent = |kinds: Option<Vec<Kind>>, able: &[&str]| {
        let agent = AgentFacts { kinds, capabilities: capabilities(able), ..anybody(1).agent };
        Claimant { agent, ..anybody(1) }
    };
    let facts = QueueFacts::default();
    assert_eq!(picked(&heads, &[agent(None, &[])], &facts), [(2, 0, 1)]);
    assert_eq!(picked(&heads, &[agent(None, &["gpu", "vision"])], &facts), [(1, 0, 1)]);
    assert_eq!(picked(&heads, &[agent(Some(vec![kind("default")]), &[])], &facts), []);
    let both = [agent(None, &[]), agent(None, &["gpu"])];
    assert_eq!(picked(&heads, &both, &facts), [(2, 0, 1), (1, 1, 1)]);
}

#[test]
fn a_head_whose_time_has_not_come_keeps_its_lane_closed() {
    let soon = head(1, of_priority(Priority::Critical), NOW.plus(Duration::from_micros(1)));
    let ready = head(2, of_priority(Priority::Low), NOW);
    assert_eq!(picked(&[soon, ready], &[anybody(2)], &QueueFacts::default()), [(2, 0, 2)]);
}

#[test]
fn calls_of_one_agent_share_its_room_in_their_order() {
    let narrow = |kinds: &str, free| {
        let agent = AgentFacts { kinds: Some(vec![kind(kinds)]), ..anybody(1).agent };
        Claimant { agent, ..anybody(free) }
    };
    let other = Claimant { id: agent_id(2), ..anybody(2) };
    let heads = [head(1, key(), NOW)];
    // The first call finds nothing of its kind, so its room is the others'.
    let calls = [narrow("survey", 5), narrow("default", 2), other, anybody(9)];
    let rooms: Rooms = [(agent_id(1), 3), (agent_id(2), 1)].into_iter().collect();
    let none = (QueueFacts::default(), Turns::default());
    let picks = choose(&heads, &calls, &rooms, &none.0, &none.1, NOW, AGEING);
    let got: Vec<_> = picks.iter().map(|pick| (pick.claimant, pick.count)).collect();
    assert_eq!(got, [(1, 2), (2, 1), (3, 1)]);
    assert!(choose(&heads, &calls, &Rooms::default(), &none.0, &none.1, NOW, AGEING).is_empty());
}

#[test]
fn one_choice_takes_only_so_many() {
    let heads = [head(1, key(), NOW)];
    let picks = picked(&heads, &[anybody(300), anybody(300)], &QueueFacts::default());
    assert_eq!(picks, [(1, 0, 300), (1, 1, MOST_TAKEN - 300)]);
}

#[test]
fn only_what_has_a_limit_or_a_rival_is_counted() {
    let keyed = LaneKey { concurrency_key: Some(text("tide-gauge")), ..key() };
    let away = LaneKey { project: "elsewhere".parse().unwrap(), ..key() };
    let project = ProjectId::default_project();
    let counted = Counted::of([&keyed, &away, &of_priority(Priority::High)]);
    assert_eq!(counted.projects, [project.clone(), "elsewhere".parse().unwrap()]);
    assert_eq!(counted.keys, [(project.clone(), text("tide-gauge"))]);
    assert!(counted.fairness.is_empty(), "one key in each project has no rival");
    let rivals = Counted::of([&of_fairness("amber"), &of_fairness("birch"), &away]);
    assert_eq!(rivals.fairness, [(project.clone(), text("amber")), (project, text("birch"))]);
}
