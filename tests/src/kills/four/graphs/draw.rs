//! Graphs drawn by chance, and how each of their steps must end.

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::{Value, json};

use super::super::super::probe::KIND;

/// The most steps that a join waits for.
const WIDEST_JOIN: usize = 12;

/// A graph, and what is asked of its run.
#[derive(Clone, Debug)]
pub(super) struct Graph {
    pub(super) name: String,
    /// Each after all that it depends on.
    pub(super) nodes: Vec<Node>,
    pub(super) fate: Fate,
    /// In which order the steps are written down.
    written: Vec<usize>,
}

/// One step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Node {
    /// The places of those that it waits for.
    pub(super) on: Vec<usize>,
    pub(super) plan: Plan,
    pub(super) continues: bool,
}

/// What the probe does with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Plan {
    Well,
    Stumbles,
    Breaks,
    Mends,
}

/// What is asked of the run while it goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    Untouched,
    Paused,
    Cancelled,
}

/// How a step ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    Completed,
    Failed,
    Cancelled,
}

/// Whether steps wait for each other as they were drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wiring {
    /// They do.
    AsDrawn,
    /// They wait for nobody, which must be noticed.
    WithoutEdges,
}

impl Graph {
    /// The graph of this number, with `least` to `most` steps.
    pub(super) fn draw(number: usize, (least, most): (usize, usize), chance: &mut StdRng) -> Self {
        let count = chance.random_range(least..=most);
        let nodes: Vec<Node> = (0..count).map(|place| node(place, chance)).collect();
        let mut written: Vec<usize> = (0..count).collect();
        written.shuffle(chance);
        let fate = match chance.random_range(0..10) {
            0 | 1 => Fate::Cancelled,
            2 | 3 => Fate::Paused,
            _ => Fate::Untouched,
        };
        Self { name: format!("graph-{number}"), nodes, fate, written }
    }

    /// The body that defines it.
    pub(super) fn definition(&self, wiring: Wiring) -> Value {
        let steps = self.written.iter().map(|place| {
            let node = &self.nodes[*place];
            let on = if wiring == Wiring::AsDrawn { &node.on[..] } else { &[] };
            json!({
                "key": key(*place),
                "title": format!("{}, {}", self.name, key(*place)),
                "kind": KIND,
                "input": {"plan": node.plan.word()},
                "depends_on": on.iter().map(|on| key(*on)).collect::<Vec<_>>(),
                "on_failure": if node.continues { "continue" } else { "stop" },
                "max_attempts": 100,
                "backoff": "none",
            })
        });
        json!({"name": self.name, "steps": steps.collect::<Vec<_>>()})
    }

    /// How its steps end when nobody cancels it.
    pub(super) fn ends(&self) -> Vec<End> {
        self.follow(|_, node| node.plan.first_end())
    }

    /// How they end when it is retried after they have ended like this, and mended before.
    pub(super) fn ends_after_retry(&self, before: &[End]) -> Vec<End> {
        self.follow(|place, node| match before[place] {
            End::Completed => End::Completed,
            // It let the others go on: nothing of it is to be done again.
            End::Failed if node.continues => End::Failed,
            End::Failed | End::Cancelled => node.plan.last_end(),
        })
    }

    /// How the run stands when its steps have ended like this.
    pub(super) fn state(&self, ends: &[End]) -> &'static str {
        let failed = |(node, end): (&Node, &End)| *end == End::Failed && !node.continues;
        if self.nodes.iter().zip(ends).any(failed) {
            "failed"
        } else if ends.contains(&End::Cancelled) {
            "cancelled"
        } else {
            "completed"
        }
    }

    /// How many steps wait for others, all waits counted.
    pub(super) fn edges(&self) -> usize {
        self.nodes.iter().map(|node| node.on.len()).sum()
    }

    /// Each step as `own` says, unless one that it waits for has ended so that it is called off.
    fn follow(&self, own: impl Fn(usize, &Node) -> End) -> Vec<End> {
        let mut ends: Vec<End> = Vec::with_capacity(self.nodes.len());
        for (place, node) in self.nodes.iter().enumerate() {
            let breaks = |on: &usize| match ends[*on] {
                End::Completed => false,
                End::Failed => !self.nodes[*on].continues,
                End::Cancelled => true,
            };
            let called_off = node.on.iter().any(breaks);
            ends.push(if called_off { End::Cancelled } else { own(place, node) });
        }
        ends
    }
}

impl Plan {
    const fn word(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Stumbles => "stumbles",
            Self::Breaks => "breaks",
            Self::Mends => "mends",
        }
    }

    const fn first_end(self) -> End {
        match self {
            Self::Well | Self::Stumbles => End::Completed,
            Self::Breaks | Self::Mends => End::Failed,
        }
    }

    const fn last_end(self) -> End {
        match self {
            Self::Well | Self::Stumbles | Self::Mends => End::Completed,
            Self::Breaks => End::Failed,
        }
    }
}

impl End {
    /// The end that a status is, if it is one.
    pub(super) fn of(status: &str) -> Option<Self> {
        match status {
            "completed" => Some(Self::Completed),
            "failed" => Some(Self::Failed),
            "cancelled" => Some(Self::Cancelled),
            _ => None,
        }
    }
}

/// The key of the step at a place.
pub(super) fn key(place: usize) -> String {
    format!("s{place}")
}

fn node(place: usize, chance: &mut StdRng) -> Node {
    let fan_in = match chance.random_range(0..12) {
        0 | 1 => 0,
        2 => chance.random_range(0..=WIDEST_JOIN),
        _ => chance.random_range(1..=3),
    };
    let mut on: Vec<usize> = (0..place).collect();
    on.shuffle(chance);
    on.truncate(fan_in);
    let plan = match chance.random_range(0..100) {
        0..8 => Plan::Mends,
        8..14 => Plan::Breaks,
        14..24 => Plan::Stumbles,
        _ => Plan::Well,
    };
    Node { on, plan, continues: chance.random_bool(0.4) }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn graph(nodes: &[(&[usize], Plan, bool)]) -> Graph {
        let node = |(on, plan, continues): &(&[usize], Plan, bool)| Node {
            on: on.to_vec(),
            plan: *plan,
            continues: *continues,
        };
        let nodes: Vec<Node> = nodes.iter().map(node).collect();
        let written = (0..nodes.len()).collect();
        Graph { name: "graph".to_owned(), nodes, fate: Fate::Untouched, written }
    }

    #[test]
    fn a_failure_calls_off_what_hangs_on_it_unless_it_may_be() {
        use End::{Cancelled, Completed, Failed};
        let graph = graph(&[
            (&[], Plan::Stumbles, false),
            (&[0], Plan::Mends, false),
            (&[1], Plan::Well, false),
            (&[0], Plan::Mends, true),
            (&[3], Plan::Well, false),
            (&[2, 4], Plan::Breaks, false),
        ]);
        let first = graph.ends();
        assert_eq!(first, [Completed, Failed, Cancelled, Failed, Completed, Cancelled]);
        assert_eq!(graph.state(&first), "failed");
        let second = graph.ends_after_retry(&first);
        assert_eq!(second, [Completed, Completed, Completed, Failed, Completed, Failed]);
        // What was called off by hand begins anew, whatever it would have let go on.
        let by_hand = graph.ends_after_retry(&[Cancelled; 6]);
        assert_eq!(by_hand, [Completed, Completed, Completed, Completed, Completed, Failed]);
        assert_eq!(
            graph.state(&[Completed, Completed, Completed, Failed, Completed, Completed]),
            "completed"
        );
        assert_eq!(
            graph.state(&[Completed, Completed, Completed, Failed, Completed, Cancelled]),
            "cancelled"
        );
    }

    #[test]
    fn a_seed_draws_the_same_graphs_and_all_that_a_graph_can_be() {
        let drawn = |seed| {
            let mut chance = StdRng::seed_from_u64(seed);
            (0..300).map(|n| Graph::draw(n, (4, 40), &mut chance)).collect::<Vec<_>>()
        };
        let graphs = drawn(1);
        let texts = |graphs: &[Graph]| -> Vec<String> {
            graphs.iter().map(|it| it.definition(Wiring::AsDrawn).to_string()).collect()
        };
        assert_eq!(texts(&graphs), texts(&drawn(1)));
        assert_ne!(texts(&graphs), texts(&drawn(2)));
        let nodes = || graphs.iter().flat_map(|graph| &graph.nodes);
        for plan in [Plan::Well, Plan::Stumbles, Plan::Breaks, Plan::Mends] {
            assert!(nodes().any(|node| node.plan == plan), "{plan:?}");
        }
        for fate in [Fate::Untouched, Fate::Paused, Fate::Cancelled] {
            assert!(graphs.iter().any(|graph| graph.fate == fate), "{fate:?}");
        }
        assert!(nodes().any(|node| node.on.len() == WIDEST_JOIN));
        assert!(graphs.iter().all(|graph| (4..=40).contains(&graph.nodes.len())));
        let bare = graphs[0].definition(Wiring::WithoutEdges);
        let steps = bare["steps"].as_array().unwrap();
        assert!(steps.iter().all(|step| step["depends_on"] == json!([])));
    }
}
