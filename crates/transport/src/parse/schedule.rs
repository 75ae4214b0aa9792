//! Schedules.

use mission_control::kernel::{Invalid, JsonText, Timestamp};
use mission_control::missions::{Description, ShortName, Title};
use mission_control::workflows::schedule::{
    Cadence, CatchUp, Overlap, PlannedMission, ScheduleSpec, Target,
};
use mission_control::workflows::template::is_object;
use mission_control_wire::CheckedJson;
use mission_control_wire::request::PutSchedule;

use super::Fields;
use super::template::{NOT_AN_OBJECT, plan};
use crate::http::Problem;

/// The zone of a schedule that names none.
const DEFAULT_ZONE: &str = "UTC";

/// What a schedule says; it must come again after `now`.
pub(crate) fn schedule(
    mut body: PutSchedule,
    by: &ShortName,
    now: Timestamp,
) -> Result<ScheduleSpec, Problem> {
    let mut fields = Fields::default();
    let zone = body.time_zone.as_deref().unwrap_or(DEFAULT_ZONE);
    let cadence = match Cadence::parse(&body.cron, zone, now) {
        Ok(cadence) => Some(cadence),
        Err((field, invalid)) => fields.take::<Cadence>(field, Err(invalid)),
    };
    let overlap = fields.optional("overlap", body.overlap.take(), |word| word.parse::<Overlap>());
    let catch_up =
        fields.optional("catch_up", body.catch_up.take(), |word| word.parse::<CatchUp>());
    let target = target(body, by, &mut fields);
    let (Some(cadence), Some(overlap), Some(catch_up), Some(target)) =
        (cadence, overlap, catch_up, target)
    else {
        return Err(fields.refuse());
    };
    Ok(ScheduleSpec {
        cadence,
        target,
        overlap: overlap.unwrap_or(Overlap::Skip),
        catch_up: catch_up.unwrap_or(CatchUp::Latest),
    })
}

/// Just one of template, workflow and mission, and what belongs to it.
fn target(body: PutSchedule, by: &ShortName, fields: &mut Fields) -> Option<Target> {
    let PutSchedule { template, parameters, workflow, input, mission, .. } = body;
    let named = [template.is_some(), workflow.is_some(), mission.is_some()];
    if named.iter().filter(|it| **it).count() != 1 {
        let sentence = "must be given, or else workflow or mission, and no other of the three";
        return fields.take("template", Err(Invalid::new("one_target", sentence)));
    }
    let foreign = Invalid::new("not_of_this_target", "does not belong to what a tick makes here");
    if parameters.is_some() && template.is_none() {
        return fields.take("parameters", Err(foreign));
    }
    if input.is_some() && workflow.is_none() {
        return fields.take("input", Err(foreign));
    }
    if let Some(name) = template {
        let name = fields.take("template", name.parse());
        let parameters = object("parameters", parameters, fields);
        return Some(Target::Template { name: name?, parameters: parameters? });
    }
    if let Some(name) = workflow {
        let name = fields.take("workflow", name.parse());
        let input = object("input", input, fields);
        return Some(Target::Workflow { name: name?, input: input? });
    }
    let plan = plan(mission?.0, by, fields, "mission.")?;
    let title = fields.take("mission.title", Title::parse(&plan.title));
    let description = fields.take("mission.description", Description::parse(&plan.description));
    Some(Target::Mission(Box::new(PlannedMission {
        title: title?,
        description: description?,
        blueprint: plan.blueprint,
    })))
}

fn object(field: &str, given: Option<CheckedJson>, fields: &mut Fields) -> Option<JsonText> {
    let json = given.map_or_else(JsonText::empty_object, CheckedJson::into_text);
    let checked = if is_object(&json) { Ok(json) } else { Err(NOT_AN_OBJECT) };
    fields.take(field, checked)
}

#[cfg(test)]
mod tests {
    use mission_control_wire::decode;

    use super::*;

    fn parsed(body: &str) -> Result<ScheduleSpec, Problem> {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        schedule(decode(body.as_bytes()).unwrap(), &ShortName::parse("ada").unwrap(), now)
    }

    #[test]
    fn a_cadence_and_a_target_are_enough() {
        let spec = parsed(r#"{"cron":"0 3 * * *","template":"dive"}"#).unwrap();
        assert_eq!(
            (spec.cadence.zone(), spec.overlap, spec.catch_up),
            ("UTC", Overlap::Skip, CatchUp::Latest)
        );
        let expected = Target::Template {
            name: "dive".parse().unwrap(),
            parameters: JsonText::empty_object(),
        };
        assert_eq!(spec.target, expected);
        let spec = parsed(r#"{"cron":"0 3 * * *","mission":{"title":"{{no place}}"}}"#).unwrap();
        assert!(matches!(&spec.target, Target::Mission(it) if it.title.as_str() == "{{no place}}"));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (rest, field, code) in [
            ("", "template", "one_target"),
            (r#","template":"a","workflow":"b""#, "template", "one_target"),
            (r#","template":"A""#, "template", "invalid_template_name"),
            (r#","workflow":"A""#, "workflow", "invalid_workflow_name"),
            (r#","workflow":"a","parameters":{}"#, "parameters", "not_of_this_target"),
            (r#","template":"a","input":{}"#, "input", "not_of_this_target"),
            (r#","template":"a","parameters":[1]"#, "parameters", "not_an_object"),
            (r#","mission":{"title":""}"#, "mission.title", "too_short"),
            (r#","template":"a","overlap":"both""#, "overlap", "invalid_overlap"),
            (r#","template":"a","catch_up":"some""#, "catch_up", "invalid_catch_up"),
            (r#","template":"a","time_zone":"Moon""#, "time_zone", "invalid_time_zone"),
        ] {
            let problem = parsed(&format!(r#"{{"cron":"0 3 * * *"{rest}}}"#)).unwrap_err();
            let got = (problem.errors()[0].field.as_str(), problem.code());
            assert_eq!(got, (field, code), "{rest}");
        }
        let problem = parsed(r#"{"cron":"0 0 30 2 *","template":"a"}"#).unwrap_err();
        assert_eq!((problem.errors()[0].field.as_str(), problem.code()), ("cron", "never_due"));
    }
}
