//! What every reply looks like, compared with `golden/` to the byte.
//!
//! `UPDATE_GOLDEN=1` writes the files anew; the difference is then for a person to read.

mod agents;
mod analytics;
mod bulk;
mod feed;
mod identity;
mod me;
mod missions;
mod queue;
mod schedules;
mod system;
mod templates;
mod workflows;

use std::collections::BTreeMap;
use std::path::PathBuf;

use mission_control_kernel::JsonText;
use mission_control_wire::{Time, Word};
use serde::Serialize;

/// File stem → what it should hold.
type Shapes = BTreeMap<&'static str, String>;

#[test]
fn every_reply_is_written_as_its_golden_file_shows() {
    let shapes = shapes();
    for (name, written) in &shapes {
        let path = folder().join(format!("{name}.json"));
        if updating() {
            std::fs::write(&path, written).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!("{}: {error}; run with UPDATE_GOLDEN=1", path.display())
        });
        assert_eq!(*written, golden, "{name}.json; UPDATE_GOLDEN=1 takes the new form");
    }
}

#[test]
fn every_golden_file_belongs_to_a_reply() {
    let shapes = shapes();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let stem = name.strip_suffix(".json").unwrap_or(&name);
        assert!(shapes.contains_key(stem), "{name} shows no reply");
    }
}

fn shapes() -> Shapes {
    let mut shapes = Shapes::new();
    missions::add(&mut shapes);
    agents::add(&mut shapes);
    analytics::add(&mut shapes);
    bulk::add(&mut shapes);
    feed::add(&mut shapes);
    identity::add(&mut shapes);
    me::add(&mut shapes);
    queue::add(&mut shapes);
    schedules::add(&mut shapes);
    system::add(&mut shapes);
    templates::add(&mut shapes);
    workflows::add(&mut shapes);
    shapes
}

/// Adds one shape, laid out for reading; replies themselves are written without white space.
fn add<T: Serialize>(shapes: &mut Shapes, name: &'static str, shape: &T) {
    let written = serde_json::to_string_pretty(shape).unwrap() + "\n";
    assert!(shapes.insert(name, written).is_none(), "{name} stands for two shapes");
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

#[expect(clippy::disallowed_methods, reason = "a switch for whoever runs the tests, no setting")]
fn updating() -> bool {
    std::env::var("UPDATE_GOLDEN").is_ok_and(|value| value == "1")
}

fn time(text: &str) -> Time {
    Word(text.parse().unwrap())
}

fn json(text: &str) -> JsonText {
    JsonText::from_checked(text).unwrap()
}
