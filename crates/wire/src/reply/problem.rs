//! Refusals, as RFC 9457 problem details.

use serde::ser::{Serialize, SerializeStruct, Serializer};

/// Why a request was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem<'a> {
    /// Where the kind of problem is explained; a URI reference.
    pub problem_type: &'a str,
    /// The kind of problem in words.
    pub title: &'a str,
    /// The HTTP status.
    pub status: u16,
    /// What was wrong this time and what to do, for a person.
    pub detail: &'a str,
    /// The path that was asked for.
    pub instance: &'a str,
    /// What a program branches on.
    pub code: &'a str,
    /// What to quote when asking for help.
    pub request_id: &'a str,
    /// The members that were wrong, the first one's code being `code`; left out when none was.
    pub errors: Vec<FieldProblem<'a>>,
}

/// One member that was wrong.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct FieldProblem<'a> {
    /// Like `priority` or `missions[3].title`.
    pub field: &'a str,
    /// What a program branches on.
    pub code: &'a str,
    /// What a person reads.
    pub message: &'a str,
}

impl Serialize for Problem<'_> {
    /// `detail` stands a second time as `error`, where the page of seed A looks.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Problem", 9)?;
        object.serialize_field("type", self.problem_type)?;
        object.serialize_field("title", self.title)?;
        object.serialize_field("status", &self.status)?;
        object.serialize_field("detail", self.detail)?;
        object.serialize_field("instance", self.instance)?;
        object.serialize_field("code", self.code)?;
        object.serialize_field("error", self.detail)?;
        object.serialize_field("request_id", self.request_id)?;
        if self.errors.is_empty() {
            object.skip_field("errors")?;
        } else {
            object.serialize_field("errors", &self.errors)?;
        }
        object.end()
    }
}
