//! An explanation and a claim say the same.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::{MissionId, ProjectId, Timestamp};
use mission_control_missions::queue::{
    AgentFacts, Claimant, Explanation, Head, LaneId, LaneKey, LaneRanks, Position, Queue as View,
    QueueFacts, QueueSetting, Rooms, Ticket, Turns, choose, explain, explain_begun, last_ahead,
    ticket,
};
use mission_control_missions::{Command, FailureClass, Kind, Mission, Priority, UsageReport};
use proptest::prelude::*;

use crate::sample::{
    LEASE, NOW, after, agent as agent_id, cancel, capabilities, claim, fail, pending, secs, spec,
    start, text,
};

const AGEING: Duration = Duration::from_secs(10);

/// A queue at rest.
#[derive(Debug)]
struct Queue {
    missions: Vec<Mission>,
    facts: QueueFacts,
    turns: Turns,
    ageing: Duration,
}

impl Queue {
    fn of(missions: Vec<Mission>, facts: QueueFacts) -> Self {
        Self { missions, facts, turns: Turns::default(), ageing: AGEING }
    }

    /// The lanes of what has not been taken yet.
    fn lanes(&self, taken: &[MissionId]) -> BTreeMap<LaneKey, Vec<(Timestamp, MissionId)>> {
        let mut lanes: BTreeMap<LaneKey, Vec<(Timestamp, MissionId)>> = BTreeMap::new();
        for mission in self.missions.iter().filter(|mission| !taken.contains(&mission.id)) {
            if let Some(ticket) = ticket(mission) {
                lanes.entry(ticket.lane).or_default().push((ticket.rank, mission.id));
            }
        }
        lanes.values_mut().for_each(|ranks| ranks.sort_unstable());
        lanes
    }

    /// What a store lists of the lanes of its kind, as deep as `depth`.
    fn ahead(&self, mission: &Mission, own: &Ticket, depth: usize) -> Vec<LaneRanks> {
        let lane = |(id, (key, ranks)): (i64, (LaneKey, Vec<(Timestamp, MissionId)>))| {
            let (is_own, last) = (key == own.lane, last_ahead(&key, own, NOW, self.ageing));
            let comes_before = |(rank, id): &(Timestamp, MissionId)| {
                if is_own { (*rank, *id) <= (own.rank, mission.id) } else { *rank <= last }
            };
            let mut ranks: Vec<Timestamp> =
                ranks.into_iter().filter(comes_before).map(|(rank, _)| rank).collect();
            let whole = ranks.len() <= depth;
            ranks.truncate(depth);
            LaneRanks { lane: LaneId(id), key: Arc::new(key), ranks, whole }
        };
        let of_kind = self.lanes(&[]).into_iter().filter(|(key, _)| key.kind == own.lane.kind);
        let lanes = (0..).zip(of_kind).map(lane);
        lanes.filter(|lane| !lane.ranks.is_empty()).collect()
    }

    fn explain(&self, mission: &Mission) -> Explanation {
        self.explain_from(mission, 1_000)
    }

    fn explain_from(&self, mission: &Mission, depth: usize) -> Explanation {
        let lanes = ticket(mission).map(|own| self.ahead(mission, &own, depth));
        let view = View {
            lanes: &lanes.unwrap_or_default(),
            whole: true,
            facts: &self.facts,
            turns: &self.turns,
            now: NOW,
            ageing: self.ageing,
        };
        explain(mission, &view)
    }

    /// What an agent takes that asks for one kind, one after another, until it finds nothing more.
    fn claimed_by(&self, agent: &AgentFacts, kind: &Kind) -> Vec<MissionId> {
        if agent.kinds.as_ref().is_some_and(|kinds| !kinds.contains(kind)) {
            return Vec::new();
        }
        let agent = AgentFacts { kinds: Some(vec![kind.clone()]), ..agent.clone() };
        let (mut facts, mut turns) = (self.facts.clone(), self.turns.clone());
        let claimant = [Claimant { id: agent_id(1), agent, free: 1 }];
        let rooms: Rooms = [(agent_id(1), 1)].into_iter().collect();
        let mut taken = Vec::new();
        loop {
            let lanes = self.lanes(&taken);
            let heads: Vec<Head> = (0..)
                .zip(&lanes)
                .map(|(id, (key, ranks))| Head {
                    lane: LaneId(id),
                    key: Arc::new(key.clone()),
                    ranks: vec![ranks[0].0],
                })
                .collect();
            let picks = choose(&heads, &claimant, &rooms, &facts, &turns, NOW, self.ageing);
            let [pick] = picks.as_slice() else { return taken };
            let key = &heads.iter().find(|head| head.lane == pick.lane).unwrap().key;
            taken.push(lanes[&**key][0].1);
            count(&mut facts, key);
            turns.serve(key);
        }
    }
}

/// Counts one more running mission of a lane, as the rows of leases would.
fn count(facts: &mut QueueFacts, key: &LaneKey) {
    let project = &key.project;
    *facts.running_by_kind.entry((project.clone(), key.kind.clone())).or_default() += 1;
    let fairness = (project.clone(), key.fairness_key.clone());
    *facts.running_by_fairness.entry(fairness).or_default() += 1;
    if let Some(limit) = &key.concurrency_key {
        *facts.running_by_key.entry((project.clone(), limit.clone())).or_default() += 1;
    }
}

fn agent(able: &[&str]) -> AgentFacts {
    AgentFacts {
        project: ProjectId::default_project(),
        kinds: None,
        capabilities: capabilities(able),
    }
}

fn agents(agents: &[AgentFacts]) -> QueueFacts {
    QueueFacts { agents: agents.to_vec(), ..QueueFacts::default() }
}

fn limit(facts: &mut QueueFacts, limit: u32) {
    let setting = QueueSetting { limit: Some(limit), ..QueueSetting::default() };
    let kind = Some(Kind::default_kind());
    facts.settings.insert((ProjectId::default_project(), kind), setting);
}

fn at(position: u32) -> Option<Position> {
    Some(Position::At(position))
}

fn a_mission(n: u64) -> impl Strategy<Value = Mission> {
    let lane = (0..2_u8, 0..4_usize, any::<bool>(), 0..3_u8, any::<bool>());
    (lane, 0..4_u64, prop::option::weighted(0.2, 0..3_u64), prop::bool::weighted(0.1)).prop_map(
        move |((kind, priority, gpu, fairness, keyed), waited, scheduled, held)| {
            let mut asked = spec();
            asked.kind = ["default", "survey"][usize::from(kind)].parse().unwrap();
            asked.priority = Priority::ALL[priority];
            asked.required_capabilities = capabilities(if gpu { &["gpu"] } else { &[] });
            asked.fairness_key =
                (fairness > 0).then(|| text(["amber", "birch"][usize::from(fairness) - 1]));
            asked.concurrency_key = keyed.then(|| text("tide-gauge"));
            let mut mission = pending(n, asked);
            mission.phase =
                mission_control_missions::Phase::Pending { since: NOW.minus(secs(waited * 7)) };
            mission.scheduled_at = scheduled.map(|wait| NOW.plus(secs(wait)));
            mission.held = held;
            mission
        },
    )
}

fn a_queue() -> impl Strategy<Value = Queue> {
    let missions = (0..14_u64).map(|n| a_mission(n).boxed()).collect::<Vec<_>>();
    let setting = || {
        (prop::bool::weighted(0.1), prop::option::of(0..4_u32), prop::option::of(0..3_u32))
            .prop_map(|(paused, limit, key_limit)| QueueSetting { paused, limit, key_limit })
    };
    let running = || (0..2_u32, 0..3_u32);
    let present = (any::<bool>(), any::<bool>(), any::<bool>());
    (missions, setting(), setting(), running(), present, any::<bool>(), 0..3_usize).prop_map(
        |(missions, default, survey, (by_kind, by_fairness), present, ageing, served)| {
            let project = ProjectId::default_project();
            let mut facts = QueueFacts::default();
            facts.settings.insert((project.clone(), Some(Kind::default_kind())), default);
            facts.settings.insert((project.clone(), Some("survey".parse().unwrap())), survey);
            facts.running_by_kind.insert((project.clone(), Kind::default_kind()), by_kind);
            facts.running_by_fairness.insert((project, text("amber")), by_fairness);
            let surveyor =
                AgentFacts { kinds: Some(vec!["survey".parse().unwrap()]), ..agent(&["gpu"]) };
            let known =
                [(present.0, agent(&[])), (present.1, agent(&["gpu"])), (present.2, surveyor)];
            facts.agents =
                known.into_iter().filter(|(here, _)| *here).map(|(_, one)| one).collect();
            let mut turns = Turns::default();
            for mission in missions.iter().take(served) {
                turns.serve(&LaneKey::of(mission));
            }
            let ageing = if ageing { AGEING } else { Duration::ZERO };
            Queue { missions, facts, turns, ageing }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn ready_is_what_the_next_claim_of_a_fitting_agent_takes(queue in a_queue()) {
        for mission in &queue.missions {
            let claims: Vec<Vec<MissionId>> = queue
                .facts
                .agents
                .iter()
                .map(|agent| queue.claimed_by(agent, &mission.spec.kind))
                .collect();
            let explanation = queue.explain(mission);
            let in_turn = |taken: &Vec<MissionId>| taken.iter().position(|id| *id == mission.id);
            let place = claims.iter().filter_map(in_turn);
            let expected = place.min().map(|index| Position::At(u32::try_from(index).unwrap() + 1));
            prop_assert_eq!(explanation.position, expected, "{:?}", mission);
            prop_assert_eq!(explanation.ready, expected.is_some());
            let all_open = explanation.gates.iter().all(|gate| gate.closed.is_none());
            prop_assert_eq!(explanation.ready, all_open, "a mission that waits has a closed gate");
            prop_assert!(!explanation.summary.is_empty());
            let told = queue.explain_from(mission, 2).position;
            match (told, explanation.position) {
                (Some(Position::Beyond(many)), Some(Position::At(place))) => {
                    prop_assert!(many < place, "more than {many} are told to be before {place}");
                }
                // Those that were not looked at may fill a limit first.
                (Some(Position::Beyond(_)), None) => {}
                (told, whole) => prop_assert!(told.is_none() || told == whole, "{told:?} {whole:?}"),
            }
        }
    }
}

#[test]
fn missions_made_at_one_instant_have_places_of_their_own() {
    let mut facts = agents(&[agent(&[])]);
    limit(&mut facts, 2);
    let queue = Queue::of((1..=3).map(|n| pending(n, spec())).collect(), facts);
    let places: Vec<_> = queue.missions.iter().map(|mission| queue.explain(mission)).collect();
    assert_eq!(places.iter().map(|place| place.position).collect::<Vec<_>>(), [at(1), at(2), None]);
    let shut: Vec<&str> =
        places[2].gates.iter().filter(|gate| gate.closed.is_some()).map(|gate| gate.name).collect();
    assert_eq!((places[2].ready, shut), (false, vec!["kind_limit"]));
}

#[test]
fn what_nobody_can_take_stands_in_nobodys_way() {
    let mut needs_gpu = spec();
    needs_gpu.required_capabilities = capabilities(&["gpu"]);
    needs_gpu.priority = Priority::Critical;
    let mut facts = agents(&[agent(&[])]);
    limit(&mut facts, 1);
    let queue = Queue::of(vec![pending(1, needs_gpu), pending(2, spec())], facts);
    assert!(!queue.explain(&queue.missions[0]).ready);
    assert_eq!(queue.explain(&queue.missions[1]).position, at(1));
}

#[test]
fn a_mission_far_behind_is_told_that_it_is() {
    let queue = Queue::of((0..1_002).map(|n| pending(n, spec())).collect(), agents(&[agent(&[])]));
    let position = |index: usize| queue.explain(&queue.missions[index]).position;
    assert_eq!([0, 999].map(position), [at(1), at(1_000)]);
    assert_eq!([1_000, 1_001].map(position), [Some(Position::Beyond(1_000)); 2]);
}

#[test]
fn other_kinds_do_not_count_though_an_agent_would_perform_them() {
    let mut other = spec();
    other.kind = "survey".parse().unwrap();
    other.priority = Priority::Critical;
    let queue = Queue::of(vec![pending(1, other), pending(2, spec())], agents(&[agent(&[])]));
    assert_eq!(queue.explain(&queue.missions[1]).position, at(1));
}

#[test]
fn the_earliest_start_is_the_latest_of_the_gates_times_and_unknown_when_one_has_none() {
    let later = NOW.plus(secs(60));
    let scheduled = Mission { scheduled_at: Some(later), ..pending(1, spec()) };
    let held = after(&scheduled, &Command::Hold { reason: None }, NOW);
    let queue = Queue::of(vec![scheduled, held], agents(&[agent(&[])]));
    assert_eq!(queue.explain(&queue.missions[0]).earliest_at, Some(later));
    assert_eq!(queue.explain(&queue.missions[1]).earliest_at, None);
}

#[test]
fn a_mission_that_runs_tells_who_runs_it_and_until_when() {
    let leased = explain_begun(&after(&pending(1, spec()), &claim(), NOW));
    assert_eq!((leased.ready, leased.position, leased.gates.len()), (false, None, 0));
    assert_eq!((leased.since, leased.agent, leased.command), (NOW, Some(agent_id(1)), None));
    assert_eq!(leased.lease_until, Some(NOW.plus(LEASE)));
    assert!(leased.summary.contains(&agent_id(1).to_string()), "{}", leased.summary);
    let outside = explain_begun(&after(&pending(1, spec()), &start(), NOW));
    assert_eq!((outside.agent, outside.lease_until), (None, None));
    assert!(outside.summary.contains("from outside"), "{}", outside.summary);
}

#[test]
fn a_mission_that_is_over_tells_how_and_what_brings_it_back() {
    let running = after(&pending(1, spec()), &start(), NOW);
    let later = NOW.plus(secs(9));
    let failed = explain_begun(&after(&running, &fail(None, FailureClass::Crashed), later));
    assert_eq!((failed.since, failed.command), (later, Some("retry")));
    assert!(failed.summary.contains("failed") && failed.summary.contains("retry"));
    let cancelled = explain_begun(&after(&running, &cancel(), later));
    assert_eq!((cancelled.since, cancelled.command), (later, Some("retry")));
    let done = Command::Complete { lease: None, result: None, usage: UsageReport::default() };
    let completed = explain_begun(&after(&running, &done, later));
    assert_eq!((completed.since, completed.command), (later, None));
    assert!(completed.summary.contains("completed"), "{}", completed.summary);
}

#[test]
fn what_only_a_person_lets_begin_names_the_command() {
    let held = after(&pending(1, spec()), &Command::Hold { reason: None }, NOW);
    let mut external = spec();
    external.kind = "external".parse().unwrap();
    let queue = Queue::of(vec![held, pending(2, external)], agents(&[agent(&[])]));
    let commands = queue.missions.iter().map(|mission| queue.explain(mission).command);
    assert_eq!(commands.collect::<Vec<_>>(), [Some("approve"), Some("start")]);
}
