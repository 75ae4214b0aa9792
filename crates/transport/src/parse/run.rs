//! Runs to be launched, and what is asked of them.

use mission_control::Launch;
use mission_control::kernel::{Invalid, ProjectId};
use mission_control::missions::{ErrorText, Label, RunCommand, ShortName, Title};
use mission_control::workflows::{RunQuery, WorkflowName};
use mission_control_wire::request::{CancelRun, LaunchRun};
use mission_control_wire::{CheckedJson, Whole};

use super::Fields;
use super::mission::distinct;
use crate::cursor::{RunsCursor, Signer};
use crate::http::{Problem, Query};

use super::list::invalid_cursor;

/// What a list of runs takes.
pub(crate) const RUN_PARAMETERS: &[&str] = &["workflow", "limit", "cursor"];

/// A run of `workflow` that `by` asks for.
pub(crate) fn launch(
    (project, workflow): (&ProjectId, WorkflowName),
    body: LaunchRun,
    by: ShortName,
) -> Result<Launch, Problem> {
    let mut fields = Fields::default();
    let version = fields.optional("version", body.version, version);
    let title = fields.optional("title", body.title.as_deref(), Title::parse);
    let priority = fields.optional("priority", body.priority, |word| word.parse());
    let labels = fields.each("labels", body.labels, |label| Label::parse(&label));
    let labels = labels.and_then(|labels| fields.take("labels", distinct(labels)));
    let (Some(version), Some(title), Some(priority), Some(labels)) =
        (version, title, priority, labels)
    else {
        return Err(fields.refuse());
    };
    Ok(Launch {
        project: project.clone(),
        workflow,
        version,
        input: body.input.map(CheckedJson::into_text),
        title,
        priority,
        labels,
        by,
    })
}

/// Call it off.
pub(crate) fn cancel_run(body: &CancelRun) -> Result<RunCommand, Problem> {
    let mut fields = Fields::default();
    let reason = fields.optional("reason", body.reason.as_deref(), ErrorText::parse);
    let Some(reason) = reason else { return Err(fields.refuse()) };
    Ok(RunCommand::Cancel { reason })
}

/// Which runs a list shows.
///
/// # Errors
/// 422 naming the parameter, 400 `invalid_cursor`.
pub(crate) fn run_query(
    query: &Query,
    signer: &Signer,
    project: &ProjectId,
) -> Result<RunQuery, Problem> {
    let after = match query.text("cursor") {
        None => None,
        Some(text) => Some(RunsCursor::open(signer, project, text).ok_or_else(invalid_cursor)?),
    };
    Ok(RunQuery { workflow: query.get("workflow")?, after, limit: query.limit()? })
}

/// The number of a version, of which there are as many as definitions that differed.
fn version(number: Whole) -> Result<u32, Invalid> {
    let refused = Invalid::new("out_of_range", "must be a whole number from 1 to 2147483647");
    super::fields::within(number, 1..=LAST_VERSION, refused)
}

/// The last version that both stores can count to.
pub(crate) const LAST_VERSION: u32 = i32::MAX.unsigned_abs();

#[cfg(test)]
mod tests {
    use mission_control::kernel::RunId;
    use mission_control::missions::Priority;
    use mission_control_wire::decode;

    use super::*;

    fn parsed(body: &str) -> Result<Launch, Problem> {
        let project = ProjectId::default_project();
        let body = decode(body.as_bytes()).unwrap();
        launch((&project, "w".parse().unwrap()), body, ShortName::parse("ada").unwrap())
    }

    #[test]
    fn a_launch_says_what_it_lays_over_the_definition() {
        let bare = parsed("").unwrap();
        assert_eq!((bare.version, bare.input, bare.title, bare.priority), (None, None, None, None));
        let body = r#"{"version":3,"title":" May ","priority":"low","labels":["b","a","b"],
            "input":{"n":1}}"#;
        let launch = parsed(body).unwrap();
        assert_eq!((launch.version, launch.priority), (Some(3), Some(Priority::Low)));
        assert_eq!(launch.title.as_ref().map(Title::as_str), Some("May"));
        let labels: Vec<_> = launch.labels.iter().map(Label::as_str).collect();
        assert_eq!((labels, launch.by.as_str()), (vec!["a", "b"], "ada"));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let many: Vec<String> = (0..21).map(|n| format!("\"l{n}\"")).collect();
        let many = format!(r#"{{"labels":[{}]}}"#, many.join(","));
        for (body, field, code) in [
            (r#"{"version":0}"#, "version", "out_of_range"),
            (r#"{"version":1e30}"#, "version", "out_of_range"),
            (r#"{"title":""}"#, "title", "too_short"),
            (r#"{"priority":"soon"}"#, "priority", "invalid_priority"),
            (many.as_str(), "labels", "too_many"),
        ] {
            let problem = parsed(body).unwrap_err();
            assert_eq!((problem.errors()[0].field.as_str(), problem.code()), (field, code));
        }
    }

    #[test]
    fn a_cursor_of_runs_holds_in_its_project() {
        let signer = Signer::new(b"key");
        let project = ProjectId::default_project();
        let run: RunId = "019126f4-5d40-7000-8000-0000000000f1".parse().unwrap();
        let text = RunsCursor::seal(&signer, &project, run);
        let query = |raw: &str| {
            let query = Query::parse(Some(raw), RUN_PARAMETERS).unwrap();
            run_query(&query, &signer, &project)
        };
        let read = query(&format!("workflow=w&limit=7&cursor={text}")).unwrap();
        assert_eq!((read.after, read.limit), (Some(run), 7));
        assert_eq!(read.workflow.unwrap().as_str(), "w");
        assert_eq!(query("cursor=x").unwrap_err().code(), "invalid_cursor");
        assert_eq!(query("workflow=W").unwrap_err().code(), "invalid_workflow_name");
    }
}
