//! Templates, and what one is launched with.

use mission_control::missions::{Description, Label, MAX_LABELS, Priority, ShortName, Title};
use mission_control::workflows::template::{
    MAX_CHOICES, MAX_METRICS, MAX_TITLE_WORDING, MetricTitle, MetricUnit,
};

use super::missions::{next_cursor, timestamp};
use super::workflows::{asked, queued};
use crate::http::description::parameters::TEMPLATE_NAME;
use crate::http::description::schema::{
    Bounded, Member, Schema, amount, array, at_most, closed, count, flag, left_out, matching, may,
    may_else, must, named, nullable, one_of, open, string, text,
};
use crate::http::description::tree::object;

/// What `template::MetricKey` takes.
const METRIC_KEY: &str = "^[A-Za-z0-9._-]{1,64}$";

pub(super) fn all() -> Vec<(&'static str, Schema)> {
    vec![
        ("CreateTemplate", closed("A template to be kept.", name().into_iter().chain(said()))),
        ("PutTemplate", closed("All that a template says, in place of what it said.", said())),
        ("CreateMissionPlan", create_plan()),
        ("CreateTemplateMetric", closed("A member of the result that is a figure.", metric())),
        ("LaunchTemplate", launch()),
        ("Template", template()),
        ("MissionPlan", open("What missions are to be like.", plan())),
        ("TemplateMetric", shown_metric()),
        ("TemplateReply", open("One template.", [its_template(), timestamp()])),
        ("TemplateList", list()),
    ]
}

fn name() -> [Member; 1] {
    [must("name", "Unique in the project.", matching(TEMPLATE_NAME))]
}

fn said() -> Vec<Member> {
    let mission = "Its missions. In title and description `{{name}}` stands for a parameter.";
    let parameters = "What a launch must bring: a JSON Schema (draft 2020-12) of an object, of at \
                      most 32 KiB, with references to its own `$defs` alone and patterns without \
                      look-around. Parameters that are left out get their `default`.";
    let schema = named("Json").with("default", object::<&str>([]));
    let choices = || at_most(MAX_CHOICES, text::<ShortName>());
    vec![
        may_else("description", "What it is for.", text::<Description>(), ""),
        must("mission", mission, named("CreateMissionPlan")),
        may("agent_types", "What a launch may ask for; the first is the default.", choices()),
        may("models", "What a launch may ask for; the first is the default.", choices()),
        left_out("parameters", parameters, schema),
        may(
            "metrics",
            "Members of the result that are figures, for the analytics.",
            at_most(MAX_METRICS, named("CreateTemplateMetric")),
        ),
    ]
}

/// The wording of a title: longer than the title that comes of it may be.
struct TitleWording;

impl Bounded for TitleWording {
    const SHORTEST: usize = 1;
    const LONGEST: usize = MAX_TITLE_WORDING;
}

fn create_plan() -> Schema {
    let title = must("title", "What they are called.", text::<TitleWording>());
    closed(
        "What missions are to be like that are made again and again.",
        [title].into_iter().chain(asked()).chain(queued()),
    )
}

fn metric() -> Vec<Member> {
    vec![
        must("key", "Which member.", matching(METRIC_KEY)),
        may_else("unit", "In what it is counted.", text::<MetricUnit>(), ""),
        may("title", "What it is called; its key without one.", text::<MetricTitle>()),
    ]
}

fn launch() -> Schema {
    let parameters = "An object that the template's schema takes. Its members go into the input of \
                      the mission, in place of the template's own.";
    let schema = named("Json").with("default", object::<&str>([]));
    let choice = || text::<ShortName>();
    closed(
        "What a template is launched with.",
        [
            left_out("parameters", parameters, schema),
            may("title", "In place of the template's.", text::<Title>()),
            may("priority", "In place of the template's.", one_of(Priority::ALL)),
            may("scheduled_at", "Not before then.", named("Time")),
            may("labels", "Beside the template's.", at_most(MAX_LABELS, text::<Label>())),
            may("held", "Whether it waits for approval, whatever the template says.", flag()),
            may("agent_type", "One of those that may be chosen.", choice()),
            may("model_used", "One of those that may be chosen.", choice()),
        ],
    )
}

fn its_template() -> Member {
    must("template", "It.", named("Template"))
}

fn template() -> Schema {
    open(
        "A template.",
        [
            must("name", "Unique in the project.", string()),
            must("description", "What it is for, possibly empty, never null.", string()),
            must("builtin", "Whether it comes with the program.", flag()),
            must("mission", "Its missions.", named("MissionPlan")),
            must("agent_types", "What a launch may ask for; empty for any.", array(string())),
            must("models", "What a launch may ask for; empty for any.", array(string())),
            must("parameters", "A JSON Schema of an object.", named("Json")),
            must(
                "metrics",
                "Members of the result that are figures.",
                array(named("TemplateMetric")),
            ),
            must("revision", "How often it was changed; its ETag.", count()),
            nullable("created_by", "Who made it; nobody one that is built in.", string()),
            nullable("created_at", "Since when.", named("Time")),
            nullable("updated_at", "When it was last changed.", named("Time")),
        ],
    )
}

/// What missions are to be like, as it is shown.
fn plan() -> Vec<Member> {
    vec![
        must("title", "What they are called.", string()),
        must("description", "More about them, possibly empty, never null.", string()),
        must("priority", "How soon they want to run.", one_of(Priority::ALL)),
        must("kind", "What runs them, and their queue.", string()),
        must("input", "What they work on; null without any.", named("Json")),
        must("metadata", "What their maker noted.", named("Json")),
        must("labels", "To find them by, in order.", array(string())),
        nullable("complexity", "How hard they are said to be.", string()),
        must("required_capabilities", "What an agent must be able to do.", array(string())),
        nullable("fairness_key", "Whose turns they take.", string()),
        nullable("concurrency_key", "Whose limit they count towards.", string()),
        must("max_attempts", "How often they are tried.", count()),
        must("backoff", "How long they wait between attempts.", named("Backoff")),
        nullable("timeout_seconds", "How long one attempt may take.", amount()),
        must("held", "Whether they wait for approval.", flag()),
        nullable("agent_type", "Which kind of agent they are for.", string()),
        nullable("model_used", "Which model they are for.", string()),
    ]
}

fn shown_metric() -> Schema {
    open(
        "A member of the result that is a figure.",
        [
            must("key", "Which member.", string()),
            must("unit", "In what it is counted, possibly empty.", string()),
            nullable("title", "What it is called.", string()),
        ],
    )
}

fn list() -> Schema {
    let templates = must("templates", "By name.", array(named("Template")));
    open("A page of templates.", [templates, timestamp(), next_cursor()])
}
