//! New missions.

use std::collections::HashSet;
use std::sync::Arc;

use mission_control::kernel::{
    Capabilities, Capability, Clock, Ids, Invalid, JsonText, LeaseId, MissionId, ProjectId,
};
use mission_control::missions::{
    Backoff, Complexity, DEFAULT_ATTEMPTS, Description, Kind, Label, MAX_ATTEMPTS,
    MAX_DEPENDENCIES, MAX_LABELS, NewMission, Priority, QueueKey, ShortName, Spec, Title,
};
use mission_control_wire as wire;
use mission_control_wire::request::{BatchCreate, CreateMission};
use mission_control_wire::{CheckedJson, Lease, Whole, Word};

use super::Fields;
use super::fields::{seconds, within};
use crate::http::Problem;

/// The longest attempt that may be asked for: a month, so that a slip of the finger shows.
pub(crate) const LONGEST_ATTEMPT_SECONDS: f64 = 30.0 * 86_400.0;
/// The shortest: what a process needs to start.
pub(crate) const SHORTEST_ATTEMPT_SECONDS: f64 = 0.1;
/// The longest wait of a fixed back-off.
pub(crate) const LONGEST_WAIT_SECONDS: f64 = 86_400.0;
/// The most waits of a fixed back-off; the last one is repeated.
pub(crate) const MOST_WAITS: usize = 20;

/// What a new mission has that its body does not say.
pub(crate) struct Maker<'a> {
    pub(crate) ids: &'a dyn Ids,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) project: &'a ProjectId,
    pub(crate) created_by: ShortName,
}

/// One mission.
pub(crate) fn new_mission(maker: &Maker<'_>, body: CreateMission) -> Result<NewMission, Problem> {
    maker.read(body, Fields::default()).map_err(Fields::refuse)
}

/// The missions of a batch, in order.
pub(crate) fn new_missions(
    maker: &Maker<'_>,
    body: BatchCreate,
) -> Result<Vec<NewMission>, Problem> {
    let mut wrong = Fields::default();
    let mut missions = Vec::new();
    for (index, body) in body.missions.into_vec().into_iter().enumerate() {
        match maker.read(body, Fields::at(format!("missions[{index}]."))) {
            Ok(mission) => missions.push(mission),
            Err(fields) => wrong.join(fields),
        }
    }
    if wrong.any() { Err(wrong.refuse()) } else { Ok(missions) }
}

impl Maker<'_> {
    fn read(&self, body: CreateMission, mut fields: Fields) -> Result<NewMission, Fields> {
        let agent_type =
            fields.optional("agent_type", body.agent_type.as_deref(), ShortName::parse);
        let model_used =
            fields.optional("model_used", body.model_used.as_deref(), ShortName::parse);
        let depends_on = fields.take("depends_on", dependencies(body.depends_on.as_deref()));
        let (parent, held) = (body.parent_id.map(|id| id.0), body.held.unwrap_or(false));
        let under = fields.take("lease_id", under(body.lease_id, parent));
        let (scheduled_at, expires_at) = (body.scheduled_at, body.expires_at);
        let spec = spec(body, &self.created_by, &mut fields);
        let (Some(spec), Some(under), Some(depends_on), Some(agent_type), Some(model_used)) =
            (spec, under, depends_on, agent_type, model_used)
        else {
            return Err(fields);
        };
        Ok(NewMission {
            id: MissionId::new(self.ids.next(self.clock.now())),
            project: self.project.clone(),
            spec: Arc::new(spec),
            parent,
            under,
            depends_on,
            held,
            scheduled_at: scheduled_at.map(|at| at.0),
            expires_at: expires_at.map(|at| at.0),
            agent_type,
            model_used,
        })
    }
}

/// The lease of an attempt at the parent: without a parent there is none to name.
fn under(lease: Option<Lease>, parent: Option<MissionId>) -> Result<Option<LeaseId>, Invalid> {
    match (lease, parent) {
        (Some(_), None) => {
            Err(Invalid::new("read_only_field", "is set by the server, unless it is a parent's"))
        }
        (lease, _) => Ok(lease.map(|lease| lease.0)),
    }
}

/// What is asked for, without what hangs on the mission itself.
pub(super) fn spec(body: CreateMission, by: &ShortName, fields: &mut Fields) -> Option<Spec> {
    let title = fields.take("title", Title::parse(&body.title));
    let description = body.description.as_deref().unwrap_or("");
    let description = fields.take("description", Description::parse(description));
    let priority = fields.optional("priority", body.priority, |word| word.parse());
    let kind = fields.optional("kind", body.kind, |word| word.parse::<Kind>());
    let labels = fields.each("labels", body.labels, |label| Label::parse(&label));
    let labels = labels.and_then(|labels| fields.take("labels", distinct(labels)));
    let complexity =
        fields.optional("complexity", body.complexity, |word| word.parse::<Complexity>());
    let needed = fields
        .each("required_capabilities", body.required_capabilities, |it| Capability::parse(&it));
    let needed =
        needed.and_then(|needed| fields.take("required_capabilities", Capabilities::new(needed)));
    let fairness_key =
        fields.optional("fairness_key", body.fairness_key.as_deref(), QueueKey::parse);
    let concurrency_key =
        fields.optional("concurrency_key", body.concurrency_key.as_deref(), QueueKey::parse);
    let max_attempts = fields.optional("max_attempts", body.max_attempts, attempts);
    let backoff = fields.optional("backoff", body.backoff, backoff);
    let timeout = fields.optional("timeout_seconds", body.timeout_seconds, |value| {
        let range = SHORTEST_ATTEMPT_SECONDS..=LONGEST_ATTEMPT_SECONDS;
        seconds(value, range, Invalid::new("out_of_range", "must be from 0.1 to 2592000"))
    });
    Some(Spec {
        title: title?,
        description: description?,
        priority: priority?.unwrap_or(Priority::Medium),
        kind: kind?.unwrap_or_else(Kind::default_kind),
        metadata: body.metadata.map_or_else(JsonText::empty_object, CheckedJson::into_text),
        input: body.input.map(CheckedJson::into_text),
        labels: labels?,
        complexity: complexity?,
        required_capabilities: needed?,
        fairness_key: fairness_key?,
        concurrency_key: concurrency_key?,
        max_attempts: max_attempts?.unwrap_or(DEFAULT_ATTEMPTS),
        backoff: backoff?.unwrap_or(Backoff::Exponential),
        timeout: timeout?,
        step: None,
        template: None,
        created_by: by.clone(),
    })
}

/// Labels in order, without repeats.
pub(super) fn distinct(mut labels: Vec<Label>) -> Result<Vec<Label>, Invalid> {
    labels.sort();
    labels.dedup();
    if labels.len() > MAX_LABELS {
        return Err(Invalid::too_many(labels.len(), MAX_LABELS));
    }
    Ok(labels)
}

fn dependencies(given: Option<&[Word<MissionId>]>) -> Result<Vec<MissionId>, Invalid> {
    let given = given.unwrap_or_default();
    if given.len() > MAX_DEPENDENCIES {
        return Err(Invalid::too_many(given.len(), MAX_DEPENDENCIES));
    }
    let mut seen = HashSet::new();
    if !given.iter().all(|id| seen.insert(id.0)) {
        return Err(Invalid::new("duplicate_dependency", "names a mission twice"));
    }
    Ok(given.iter().map(|id| id.0).collect())
}

fn attempts(number: Whole) -> Result<u32, Invalid> {
    let refused = Invalid::new("out_of_range", "must be a whole number from 1 to 100");
    within(number, 1..=MAX_ATTEMPTS, refused)
}

fn backoff(given: wire::Backoff) -> Result<Backoff, Invalid> {
    const REFUSED: Invalid = Invalid::new(
        "invalid_backoff",
        "must be \"exponential\", \"none\" or 1 to 20 waits of 0 to 86400 seconds",
    );
    match given {
        wire::Backoff::Exponential => Ok(Backoff::Exponential),
        wire::Backoff::None => Ok(Backoff::None),
        wire::Backoff::Fixed(waits) if (1..=MOST_WAITS).contains(&waits.len()) => {
            let waits = waits.into_iter().map(|w| seconds(w, 0.0..=LONGEST_WAIT_SECONDS, REFUSED));
            waits.collect::<Result<_, _>>().map(Backoff::Fixed)
        }
        wire::Backoff::Fixed(_) => Err(REFUSED),
    }
}

#[cfg(test)]
mod tests {
    use mission_control::kernel::{ManualClock, SeededIds, Text, Timestamp};

    use super::*;

    fn parsed(json: &str) -> Result<NewMission, Problem> {
        let maker = Maker {
            ids: &SeededIds::default(),
            clock: &ManualClock::at(Timestamp::from_micros(1_722_926_400_000_000)),
            project: &ProjectId::default_project(),
            created_by: Text::parse("Ada").unwrap(),
        };
        new_mission(&maker, wire::decode(json.as_bytes()).unwrap())
    }

    #[test]
    fn a_title_is_enough_and_the_rest_has_its_defaults() {
        let mission = parsed(r#"{"title":" Scan "}"#).unwrap();
        let spec = &*mission.spec;
        assert_eq!((spec.title.as_str(), spec.description.as_str()), ("Scan", ""));
        assert_eq!((spec.priority, spec.kind.as_str()), (Priority::Medium, "default"));
        assert_eq!((spec.metadata.as_str(), spec.max_attempts), ("{}", 3));
        assert_eq!((spec.backoff.clone(), spec.created_by.as_str()), (Backoff::Exponential, "Ada"));
        assert_eq!((mission.held, mission.parent, mission.scheduled_at), (false, None, None));
        assert_eq!(mission.id.instant(), Timestamp::from_micros(1_722_926_400_000_000));
    }

    #[test]
    fn every_field_is_refused_with_its_own_code() {
        let long = format!(r#"{{"title":"{}"}}"#, "x".repeat(201));
        let labels: Vec<String> = (0..21).map(|n| format!("\"l{n}\"")).collect();
        let many = format!(r#"{{"title":"a","labels":[{}]}}"#, labels.join(","));
        let twice = r#"{"title":"a","depends_on":["019126f4-5d40-7000-8000-000000000001",
            "019126f4-5d40-7000-8000-000000000001"]}"#;
        let table = [
            (r#"{"title":"  "}"#, "title", "too_short"),
            (&long, "title", "too_long"),
            (r#"{"title":"a","priority":"urgent"}"#, "priority", "invalid_priority"),
            (r#"{"title":"a","kind":"Big One"}"#, "kind", "invalid_kind"),
            (r#"{"title":"a","labels":["ok",""]}"#, "labels[1]", "too_short"),
            (&many, "labels", "too_many"),
            (r#"{"title":"a","complexity":"hard"}"#, "complexity", "invalid_complexity"),
            (r#"{"title":"a","max_attempts":0}"#, "max_attempts", "out_of_range"),
            (r#"{"title":"a","max_attempts":101}"#, "max_attempts", "out_of_range"),
            (r#"{"title":"a","max_attempts":-1}"#, "max_attempts", "out_of_range"),
            (r#"{"title":"a","max_attempts":1e30}"#, "max_attempts", "out_of_range"),
            (r#"{"title":"a","backoff":[]}"#, "backoff", "invalid_backoff"),
            (r#"{"title":"a","backoff":[-1]}"#, "backoff", "invalid_backoff"),
            (r#"{"title":"a","timeout_seconds":0}"#, "timeout_seconds", "out_of_range"),
            (twice, "depends_on", "duplicate_dependency"),
        ];
        for (json, field, code) in table {
            let problem = parsed(json).unwrap_err();
            let got = (problem.errors()[0].field.as_str(), problem.code());
            assert_eq!(got, (field, code), "{json}");
            if field == "max_attempts" {
                assert_eq!(problem.errors()[0].message, "must be a whole number from 1 to 100");
            }
        }
    }

    #[test]
    fn all_wrong_fields_are_named_together() {
        let problem = parsed(r#"{"title":"","priority":"x","model_used":""}"#).unwrap_err();
        let fields: Vec<_> = problem.errors().iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["model_used", "title", "priority"]);
    }
}
