//! What can stand in a path, a query or a header.

use mission_control::missions::{
    Complexity, Label, Priority, SearchText, ShortName, SortKey, Status,
};
use mission_control::{Grouping, KINDS_SHOWN};

use super::schema::{Schema, array, at_most, flag, matching, named, one_of, string, text, whole};
use super::tree::{Tree, list, object};
use crate::export::Format;
use crate::http::idempotency::LONGEST_KEY;
use crate::http::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::parse::{LAST_VERSION, LEVELS};

/// One parameter, with an example that is valid.
pub(super) struct Parameter {
    /// Its name.
    pub(super) name: &'static str,
    /// `query`, `path` or `header`.
    pub(super) place: &'static str,
    /// What it is for.
    pub(super) says: &'static str,
    /// Whether it must be given.
    pub(super) required: bool,
    /// What it takes.
    pub(super) schema: Schema,
    /// One value.
    pub(super) example: &'static str,
}

const MISSION: &str = "019126f4-5d40-7000-8000-000000000001";
const AGENT: &str = "019126f4-5d40-7000-8000-0000000000a1";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const RUN: &str = "019126f4-5d40-7000-8000-0000000000f1";
const TIME: &str = "2026-01-31T08:30:00Z";
/// What `workflows::WorkflowName` takes.
pub(super) const WORKFLOW_NAME: &str = "^[a-z0-9][a-z0-9._-]{0,63}$";
/// What `template::TemplateName` takes: the same, written otherwise, since a refusal is told by how its
/// pattern is written.
pub(super) const TEMPLATE_NAME: &str = "^[a-z0-9][-a-z0-9._]{0,63}$";
/// What `template::ScheduleName` takes, the same once more.
pub(super) const SCHEDULE_NAME: &str = "^[a-z0-9][.a-z0-9_-]{0,63}$";
/// What `missions::Kind` takes.
const KIND: &str = "^[a-z0-9._-]{1,64}$";
/// What `missions::Fingerprint` takes.
const FINGERPRINT: &str = "^[a-z0-9_-]{1,64}$";
/// Some screens of output.
const MOST_LINES: u64 = 1_000;
const SORT: &str = "The order; `-` before it turns it round. `priority` begins with critical, \
    `-priority` with low. The id breaks ties.";

/// A parameter of the query; `None` for a name that nobody has described.
#[rustfmt::skip]
pub(super) fn query(operation: &str, name: &'static str) -> Option<Parameter> {
    let lines = || whole(1, MOST_LINES).with("default", MOST_LINES);
    let rows = || whole(1, MAX_LIMIT.into()).with("default", u64::from(DEFAULT_LIMIT));
    let (says, schema, example): (&str, Schema, &str) = match (operation, name) {
        ("mission_logs", "limit") => ("How many lines.", lines(), "100"),
        ("mission_logs", "after") => ("Lines behind this one.", whole(0, i64::MAX.unsigned_abs()), "41"),
        ("mission_logs", "level") => ("This loud or louder.", one_of(&LEVELS), "warn"),
        ("stream" | "socket", "topics") => ("What to watch: missions, agents, runs, queue, health, alerts, metrics, mission:{id}, run:{id}, agent:{id}, logs:{id} or logs:{id}:{n}, the lines behind n.", array(string()), "missions,agents"),
        ("stream" | "socket", "conflate") => ("`1`: of several reports on the progress of a mission that would go out together only the last. Nothing else is left out.", one_of(&["0", "1"]), "1"),
        ("stream" | "socket", "cursor") => ("Where the client was.", named("Cursor"), "MS40Mg"),
        ("export_missions", "format") => ("How the file looks; csv without one.", one_of(Format::ALL), "ndjson"),
        ("tokens", "all") => ("Whether to list those of everybody as well.", flag(), "true"),
        ("workflow", "version") => ("Which version; the newest without one.", whole(1, LAST_VERSION.into()), "2"),
        (_, "workflow") => ("Of which workflow.", matching(WORKFLOW_NAME), "invoices"),
        ("analytics", "by") => ("What missions of one group have in common.", one_of(Grouping::ALL), "model"),
        ("analytics", "from") => ("The begin; seven days before `to` without one, 31 at most.", named("Time"), TIME),
        ("analytics", "to") => ("The end, itself not in; now without one.", named("Time"), "2026-02-07T08:30:00Z"),
        ("metrics_history", "from") => ("The begin; an hour before `to` without one.", named("Time"), TIME),
        ("metrics_history", "to") => ("The end, itself not in; now without one.", named("Time"), "2026-01-31T09:30:00Z"),
        ("metrics_history", "step") => ("From one point to the next, in minutes, or with a unit: `5m`, `2h`, `1d`. Without one, the finest of 1m, 5m, 15m, 1h, 6h and 1d that fits.", matching("^[0-9]+[mhd]?$"), "5m"),
        (page, _) if page.starts_with("page") => ("What the page keeps in its address.", string(), "high"),
        ("mission_dependency", "lease_id") => ("The lease of the attempt that asks.", whole(0, i64::MAX.unsigned_abs()), "7"),
        (_, "limit") => ("How many rows.", rows(), "50"),
        (_, "cursor") => ("`next_cursor` of the page before.", named("Cursor"), "bmV4dA"),
        (_, "status") => ("Where they stand.", array(one_of(Status::ALL)), "pending,running"),
        (_, "priority") => ("How urgent they are.", array(one_of(Priority::ALL)), "high"),
        ("queue", "kind") => ("Of these kinds alone, also where nothing is known of them.", at_most(KINDS_SHOWN, matching(KIND)), "default"),
        (_, "kind") => ("What runs them.", array(string()), "default"),
        (_, "agent_type") => ("For which kinds of agent.", array(text::<ShortName>()), "worker"),
        (_, "agent_id") => ("Who performs or performed them.", array(named("AgentId")), AGENT),
        (_, "model") => ("With which models.", array(text::<ShortName>()), "mistral:7b-instruct"),
        (_, "parent_id") => ("Children of these.", array(named("MissionId")), MISSION),
        (_, "root_id") => ("In the trees of these.", array(named("MissionId")), MISSION),
        (_, "roots") => ("Only those without a parent.", flag(), "true"),
        (_, "run_id") => ("Steps of these runs.", array(named("RunId")), RUN),
        (_, "template") => ("Made from these templates.", array(text::<ShortName>()), "scan"),
        (_, "complexity") => ("How hard they are.", array(one_of(Complexity::ALL)), "simple"),
        (_, "label") => ("With any of these labels.", array(text::<Label>()), "documents"),
        (_, "q") => ("Text in title, description or error, whatever the case.", text::<SearchText>(), "scan"),
        (_, "created_after") => ("Made then or later.", named("Time"), TIME),
        (_, "created_before") => ("Made before then.", named("Time"), TIME),
        (_, "dead_letter") => ("In the dead letter, or not.", flag(), "true"),
        (_, "held") => ("Waiting for approval, or not.", flag(), "false"),
        (_, "fingerprint") => ("Failed like any of these, as the dead letter tells them.", array(matching(FINGERPRINT)), "1-532ef053fe0f6ecc"),
        (_, "sort") => (SORT, sort(), "-created_at"),
        (_, _) => return None,
    };
    let required =
        matches!((operation, name), ("analytics", "by") | ("mission_dependency", "lease_id"));
    Some(Parameter { name, place: "query", says, required, schema, example })
}

/// A parameter of the path.
pub(super) fn path(path: &str, name: &'static str) -> Parameter {
    let (says, schema, example) = match name {
        "id" if path.contains("/agents/") => ("The agent.", named("AgentId"), AGENT),
        "id" if path.contains("/runs/") => ("The run.", named("RunId"), RUN),
        "name" if path.contains("/workflows/") => {
            ("The workflow.", matching(WORKFLOW_NAME), "invoices")
        }
        "name" if path.contains("/templates/") => {
            ("The template.", matching(TEMPLATE_NAME), "document-processing")
        }
        "name" if path.contains("/schedules/") => {
            ("The schedule.", matching(SCHEDULE_NAME), "nightly-summary")
        }
        "id" if path.contains("/tokens/") => ("The token.", matching("^[0-9a-f]{32}$"), TOKEN),
        "id" => ("The mission.", named("MissionId"), MISSION),
        "project" => {
            ("The project, which counts as the one that the request names.", string(), "lab")
        }
        "login" => ("What they sign in with.", string(), "maria"),
        "dependency" => ("One of those that it depends on.", named("MissionId"), MISSION),
        "kind" => ("The kind of mission whose queue it is.", matching(KIND), "survey"),
        _ => ("As the page names it.", string(), "index.html"),
    };
    Parameter { name, place: "path", says, required: true, schema, example }
}

/// Which project a request is about.
pub(super) fn project() -> [Parameter; 2] {
    let says = "The project that it is about; yours without one. What lies outside is answered as \
                if it did not exist.";
    let here = |name, place| Parameter {
        name,
        place,
        says,
        required: false,
        schema: matching("^[a-z0-9][a-z0-9_-]{0,63}$"),
        example: "default",
    };
    [here("X-Project", "header"), here("project", "query")]
}

/// What makes sending a request again safe.
pub(super) fn idempotency_key() -> Parameter {
    Parameter {
        name: "Idempotency-Key",
        place: "header",
        says: "Sent again with the same key, a request is done once and answered as it was, with \
               `Idempotency-Replayed: true`.",
        required: false,
        schema: string().with("minLength", 1_u64).with("maxLength", LONGEST_KEY as u64),
        example: "0c9e7a52-7d0e-4a57-9f5c-0f5f3a1f6d11",
    }
}

/// Which revision a change is meant for.
pub(super) fn if_match() -> Parameter {
    Parameter {
        name: "If-Match",
        place: "header",
        says: "The `revision` that was read, in quotes, or `*` to change it whatever it is.",
        required: true,
        schema: string(),
        example: "\"3\"",
    }
}

/// Where a browser was that comes back by itself.
pub(super) fn last_event_id() -> Parameter {
    Parameter {
        name: "Last-Event-ID",
        place: "header",
        says: "The `id` of the last event that was read, which counts more than `cursor`.",
        required: false,
        schema: named("Cursor"),
        example: "MS40Mg",
    }
}

/// What the client has.
pub(super) fn if_none_match() -> Parameter {
    Parameter {
        name: "If-None-Match",
        place: "header",
        says: "The `ETag` of what the client has.",
        required: false,
        schema: string(),
        example: "\"3\"",
    }
}

impl Parameter {
    /// As OpenAPI writes it.
    pub(super) fn tree(self) -> Tree {
        let kind = self.schema.get("type").and_then(Tree::text);
        let example = match (kind, self.example.parse::<u64>()) {
            (Some("integer"), Ok(number)) => Tree::from(number),
            (Some("boolean"), _) => Tree::from(self.example == "true"),
            (Some("array"), _) => list(self.example.split(',')),
            (_, _) => Tree::from(self.example),
        };
        let tree = object([("name", Tree::from(self.name)), ("in", Tree::from(self.place))]);
        let tree = tree.with("description", self.says).with("required", self.required);
        // Several values are one, with commas.
        let tree = if kind == Some("array") {
            tree.with("style", "form").with("explode", false)
        } else {
            tree
        };
        tree.with("schema", self.schema).with("example", example)
    }
}

fn sort() -> Schema {
    let both = SortKey::ALL.iter().flat_map(|key| [key.to_string(), format!("-{key}")]);
    one_of(&both.collect::<Vec<_>>()).with("default", "-created_at")
}
