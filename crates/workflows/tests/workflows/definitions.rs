//! Definitions are parsed whole or refused, naming the step.

use std::collections::BTreeSet;

use mission_control_kernel::JsonText;
use mission_control_missions::{Description, Kind, ShortName, Title};
use mission_control_workflows::{
    Definition, DefinitionRefusal, MAX_EDGES, MAX_STEPS, StepDefinition, StepKey,
};
use proptest::prelude::*;

fn key(n: usize) -> StepKey {
    ShortName::parse(&format!("s{n}")).unwrap()
}

fn step(n: usize, depends_on: &[usize]) -> StepDefinition {
    let title = Title::parse(&format!("Step {n}")).unwrap();
    let depends_on = depends_on.iter().copied().map(key).collect();
    StepDefinition { depends_on, ..StepDefinition::new(key(n), title, Kind::default_kind()) }
}

fn parse(steps: Vec<StepDefinition>) -> Result<Definition, DefinitionRefusal> {
    Definition::parse("survey".parse().unwrap(), Description::cleaned("The reef"), steps)
}

fn refusal(steps: Vec<StepDefinition>) -> (&'static str, String, Option<String>, String) {
    let refusal = parse(steps).expect_err("it is no definition");
    let key = refusal.key().map(ToString::to_string);
    (refusal.code(), refusal.path(), key, refusal.to_string())
}

/// Steps, and with which code, at which member, naming which key and in which words they are refused.
type Wrong = (Vec<StepDefinition>, &'static str, &'static str, Option<&'static str>, &'static str);

#[test]
fn each_refusal_names_the_step_and_the_member() {
    let mut shapeless = step(0, &[]);
    shapeless.input = Some(JsonText::from_checked(" [1]").unwrap());
    let table: [Wrong; 8] = [
        (vec![], "no_steps", "steps", None, "a workflow needs at least one step"),
        (
            vec![step(0, &[]), step(1, &[0]), step(0, &[])],
            "duplicate_step",
            "steps[2].key",
            Some("s0"),
            "the step s0 is there twice",
        ),
        (
            vec![step(0, &[]), step(1, &[0, 7])],
            "unknown_dependency",
            "steps[1].depends_on[1]",
            Some("s1"),
            "the step s1 depends on s7, and there is no such step",
        ),
        (
            vec![step(0, &[]), step(1, &[0, 0])],
            "duplicate_dependency",
            "steps[1].depends_on[1]",
            Some("s1"),
            "the step s1 depends on s0 twice",
        ),
        (
            vec![step(0, &[]), step(1, &[1])],
            "cyclic_dependency",
            "steps[1].depends_on",
            Some("s1"),
            "the steps wait for each other: s1 → s1",
        ),
        (
            vec![step(0, &[2]), step(1, &[]), step(2, &[1, 3]), step(3, &[0])],
            "cyclic_dependency",
            "steps[0].depends_on",
            Some("s0"),
            "the steps wait for each other: s0 → s2 → s3 → s0",
        ),
        (
            // What only hangs on a cycle is not in it.
            vec![step(0, &[1]), step(1, &[2]), step(2, &[1])],
            "cyclic_dependency",
            "steps[1].depends_on",
            Some("s1"),
            "the steps wait for each other: s1 → s2 → s1",
        ),
        (
            vec![shapeless],
            "input_not_an_object",
            "steps[0].input",
            Some("s0"),
            "the input of the step s0 must be a JSON object",
        ),
    ];
    for (steps, code, path, key, sentence) in table {
        let expected = (code, path.to_owned(), key.map(str::to_owned), sentence.to_owned());
        assert_eq!(refusal(steps), expected);
    }
}

#[test]
fn there_are_at_most_so_many_steps_and_dependencies() {
    assert!(parse((0..MAX_STEPS).map(|n| step(n, &[])).collect()).is_ok());
    assert_eq!(refusal((0..=MAX_STEPS).map(|n| step(n, &[])).collect()).0, "too_many_steps");
    let dense: Vec<usize> = (0..100).collect();
    let (few, many) = (MAX_EDGES / 100, MAX_EDGES / 100 + 1);
    let layers = |count: usize| {
        let first = (0..100).map(|n| step(n, &[]));
        first.chain((0..count).map(|n| step(100 + n, &dense))).collect()
    };
    assert!(parse(layers(few)).is_ok());
    assert_eq!(refusal(layers(many)).0, "too_many_dependencies");
}

#[test]
fn a_long_cycle_is_told_in_short() {
    let mut steps: Vec<_> = (1..500).map(|n| step(n, &[n - 1])).collect();
    steps.insert(0, step(0, &[499]));
    let refusal = parse(steps).expect_err("it goes round");
    assert!(refusal.to_string().len() < 300, "{refusal}");
    let DefinitionRefusal::Cyclic { keys, .. } = refusal else { panic!("{refusal}") };
    assert_eq!(keys.len(), 500);
}

#[test]
fn names_are_words_for_addresses() {
    for good in ["a", "nightly.build_2-b", "9"] {
        assert!(good.parse::<mission_control_workflows::WorkflowName>().is_ok(), "{good}");
    }
    for bad in ["", "-a", ".", "A", "a b", "a/b", "ä", &"a".repeat(65)] {
        assert!(bad.parse::<mission_control_workflows::WorkflowName>().is_err(), "{bad}");
    }
}

/// Edges among up to twelve steps, in any direction, one's own among them.
fn graphs() -> impl Strategy<Value = Vec<BTreeSet<usize>>> {
    (1_usize..12).prop_flat_map(|count| {
        let on = proptest::collection::btree_set(0..count, 0..=count.min(3));
        proptest::collection::vec(on, count)
    })
}

/// Whether one comes from a step to another along dependencies, one at least.
fn reaches(graph: &[BTreeSet<usize>], from: usize, to: usize) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(step) = open.pop() {
        for next in &graph[step] {
            if *next == to {
                return true;
            }
            if seen.insert(*next) {
                open.push(*next);
            }
        }
    }
    false
}

proptest! {
    #[test]
    fn a_graph_is_taken_exactly_when_it_has_no_cycle(graph in graphs()) {
        let steps = graph.iter().enumerate().map(|(n, on)| {
            step(n, &on.iter().copied().collect::<Vec<_>>())
        });
        let cyclic = (0..graph.len()).any(|step| reaches(&graph, step, step));
        match parse(steps.collect()) {
            Ok(definition) => {
                prop_assert!(!cyclic, "a cycle was taken");
                let place = |step: usize| {
                    definition.order().iter().position(|other| *other == step).unwrap()
                };
                prop_assert_eq!(definition.order().len(), graph.len());
                for (step, on) in graph.iter().enumerate() {
                    let named: BTreeSet<usize> =
                        definition.depends_on(step).iter().copied().collect();
                    prop_assert_eq!(&named, on);
                    prop_assert!(on.iter().all(|on| place(*on) < place(step)));
                }
            }
            Err(DefinitionRefusal::Cyclic { step, keys }) => {
                prop_assert!(cyclic, "{keys:?} is no cycle");
                prop_assert_eq!(&key(step), &keys[0]);
                let places: Vec<usize> =
                    keys.iter().map(|key| key.as_str()[1..].parse().unwrap()).collect();
                for (at, next) in places.iter().zip(places.iter().cycle().skip(1)) {
                    prop_assert!(graph[*at].contains(next), "{at} does not depend on {next}");
                }
                let once: BTreeSet<_> = places.iter().collect();
                prop_assert_eq!(once.len(), places.len(), "each step of a cycle is named once");
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}
