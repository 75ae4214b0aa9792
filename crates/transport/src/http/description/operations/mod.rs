//! What each operation is for, takes and answers, by its name in the route table.
//!
//! Method, path, access, query parameters and the size of bodies stand in the table alone; what
//! follows from them (the usual refusals, the headers) is written by `document`.

mod actions;
mod agents;
mod history;
mod missions;
mod people;
mod queue;
mod schedules;
mod service;
mod session;
mod templates;
mod workflows;

/// What people need to know of one operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation {
    /// Its name in the route table.
    pub(super) name: &'static str,
    /// A line.
    pub(super) summary: &'static str,
    /// More, where a line is not enough.
    pub(super) more: &'static str,
    /// The shape of its body.
    pub(super) request: Option<&'static str>,
    /// Whether it may be sent again under an `Idempotency-Key`.
    pub(super) idempotent: bool,
    /// Its good answers.
    pub(super) answers: &'static [Answer],
    /// The codes that it refuses with besides those that every operation has.
    pub(super) problems: &'static [&'static str],
}

/// One good answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    /// Its status.
    pub(super) status: u16,
    /// When it is given.
    pub(super) says: &'static str,
    /// What is in it.
    pub(super) content: Content,
    /// Headers that come with it.
    pub(super) headers: &'static [&'static str],
}

/// What an answer carries.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content {
    /// Nothing.
    None,
    /// JSON of a shape, with examples from the golden files.
    Json(&'static str, &'static [&'static str]),
    /// Something else, by its media type, with an example.
    Other(&'static str, &'static str),
    /// One of several, by their media types, each with an example.
    Several(&'static [(&'static str, &'static str)]),
}

/// What belongs together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Family {
    /// Its name.
    pub(super) tag: &'static str,
    /// What it is about.
    pub(super) says: &'static str,
    /// In the order in which one comes to need them.
    pub(super) operations: &'static [Operation],
}

/// All of them.
pub(super) const FAMILIES: [Family; 12] = [
    missions::FAMILY,
    actions::FAMILY,
    history::FAMILY,
    workflows::FAMILY,
    templates::FAMILY,
    schedules::FAMILY,
    queue::FAMILY,
    agents::FAMILY,
    people::FAMILY,
    session::FAMILY,
    service::FAMILY,
    service::SCREEN,
];

/// The operation of that name, and the tag of its family.
pub(super) fn find(name: &str) -> Option<(&'static str, &'static Operation)> {
    const ALL: &[Family] = &FAMILIES;
    // The page has an operation for each of its addresses, all of which answer the same.
    let name = if name.starts_with("page") { "page" } else { name };
    ALL.iter().find_map(|family| {
        let found = family.operations.iter().find(|operation| operation.name == name);
        found.map(|operation| (family.tag, operation))
    })
}

/// 200 with JSON.
const fn ok(says: &'static str, shape: &'static str, examples: &'static [&'static str]) -> Answer {
    Answer { status: 200, says, content: Content::Json(shape, examples), headers: &[] }
}

/// 201 with JSON and where the new thing is.
const fn made(says: &'static str, shape: &'static str, example: &'static [&'static str]) -> Answer {
    let content = Content::Json(shape, example);
    Answer { status: 201, says, content, headers: &["Location"] }
}

/// 204.
const fn done(says: &'static str) -> Answer {
    Answer { status: 204, says, content: Content::None, headers: &[] }
}

/// What most operations are not.
const PLAIN: Operation = Operation {
    name: "",
    summary: "",
    more: "",
    request: None,
    idempotent: false,
    answers: &[],
    problems: &[],
};
