//! What is to be done to many missions, and to which.

use mission_control::Choice;
use mission_control::kernel::{Invalid, MissionId, ProjectId};
use mission_control::missions::{Bulk, BulkVerb, BulkWords, ErrorText, ListQuery, Priority};
use mission_control_wire::request::{self, BulkFilter, MAX_BULK_IDS};

use super::{Fields, LIST_PARAMETERS, list_query};
use crate::Signer;
use crate::http::{Problem, Query};

/// What a request asks for.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// Show what would be done.
    Preview(Bulk, Choice),
    /// Do it to these, as they are.
    Now(Bulk, Vec<MissionId>),
    /// Do what a preview has shown.
    Shown(String),
}

/// # Errors
/// 422 naming every member that is wrong.
pub(crate) fn bulk(
    body: request::Bulk,
    signer: &Signer,
    project: &ProjectId,
) -> Result<Asked, Problem> {
    let request::Bulk { action, priority, reason, ids, filter, dry_run, preview_token } = body;
    if let Some(token) = preview_token {
        let alone = action.is_none() && priority.is_none() && reason.is_none() && ids.is_none();
        if !alone || filter.is_some() || dry_run.is_some() {
            let invalid = Invalid::new("not_alone", "stands for the whole request: send it alone");
            return Err(Problem::invalid("preview_token", invalid));
        }
        return Ok(Asked::Shown(token));
    }
    let action = self::action(action.as_deref(), priority.as_deref(), reason.as_deref())?;
    let dry_run = dry_run.unwrap_or(false);
    match (ids, filter) {
        (Some(ids), None) => {
            let refused = match ids.len() {
                0 => Some(Invalid::new("too_few", "must name at least one mission")),
                count if count > MAX_BULK_IDS => {
                    Some(Invalid::new("too_many", "may name 1,000 missions at most"))
                }
                _ => None,
            };
            if let Some(invalid) = refused {
                return Err(Problem::invalid("ids", invalid));
            }
            let ids: Vec<MissionId> = ids.into_iter().map(|id| id.0).collect();
            Ok(match dry_run {
                true => Asked::Preview(action, Choice::Ids(ids)),
                false => Asked::Now(action, ids),
            })
        }
        (None, Some(filter)) if dry_run => {
            let query =
                query(filter, signer, project).map_err(|problem| problem.within("filter"))?;
            Ok(Asked::Preview(action, Choice::Filter(Box::new(query))))
        }
        (None, Some(_)) => {
            let message = "is shown first: send it with `dry_run`, then the `preview_token`";
            Err(Problem::invalid("filter", Invalid::new("preview_required", message)))
        }
        (None, None) => {
            let message = "must be given, or a `filter`, or a `preview_token` alone";
            Err(Problem::invalid("ids", Invalid::new("missing_field", message)))
        }
        (Some(_), Some(_)) => {
            let message = "cannot go with `filter`: which of the two is meant?";
            Err(Problem::invalid("ids", Invalid::new("not_alone", message)))
        }
    }
}

fn action(
    action: Option<&str>,
    priority: Option<&str>,
    reason: Option<&str>,
) -> Result<Bulk, Problem> {
    let mut fields = Fields::default();
    let missing = Invalid::new("missing_field", "must be given");
    let verb = fields.take("action", action.ok_or(missing).and_then(str::parse::<BulkVerb>));
    let priority = fields.optional("priority", priority, str::parse::<Priority>);
    let reason = fields.optional("reason", reason, ErrorText::parse);
    let (Some(verb), Some(priority), Some(reason)) = (verb, priority, reason) else {
        return Err(fields.refuse());
    };
    if reason.is_some() && !verb.takes_reason() {
        let message = "goes with the actions `cancel` and `discard` alone";
        return Err(Problem::invalid("reason", Invalid::new("not_alone", message)));
    }
    Bulk::of(BulkWords { verb, priority, reason }).ok_or_else(|| match priority {
        None => Problem::invalid("priority", missing),
        Some(_) => {
            let message = "goes with the action `priority` alone";
            Problem::invalid("priority", Invalid::new("not_alone", message))
        }
    })
}

/// A list's query; one that filters nothing is refused, since whoever lost a filter would have all
/// missions done to.
fn query(filter: BulkFilter, signer: &Signer, project: &ProjectId) -> Result<ListQuery, Problem> {
    let parameters = filter.parameters();
    if parameters.is_empty() {
        let invalid = Invalid::new("too_few", "must filter by something, like `status`");
        return Err(Problem::invalid("", invalid));
    }
    list_query(&Query::of(LIST_PARAMETERS, parameters), signer, project)
}

#[cfg(test)]
mod tests {
    use mission_control_wire::decode;

    use super::*;

    fn parsed(body: &str) -> Result<Asked, Problem> {
        let body = decode(body.as_bytes()).unwrap();
        bulk(body, &Signer::new(b"key"), &ProjectId::default_project())
    }

    const ID: &str = "019126f4-5d40-7000-8000-000000000001";

    #[test]
    fn what_is_asked_is_a_preview_or_done_at_once_or_was_shown() {
        let ids = format!(r#"{{"action": "cancel", "ids": ["{ID}"]}}"#);
        assert!(matches!(parsed(&ids), Ok(Asked::Now(Bulk::Cancel { reason: None }, _))));
        let ids = format!(r#"{{"action": "cancel", "ids": ["{ID}"], "reason": "twice"}}"#);
        let Ok(Asked::Now(Bulk::Cancel { reason: Some(reason) }, _)) = parsed(&ids) else {
            panic!("no reason is given")
        };
        assert_eq!(reason.as_str(), "twice");
        let ids = format!(r#"{{"action": "discard", "ids": ["{ID}"], "dry_run": true}}"#);
        assert!(matches!(parsed(&ids), Ok(Asked::Preview(Bulk::Discard { .. }, Choice::Ids(_)))));
        let filter = r#"{"action": "priority", "priority": "low", "dry_run": true,
                         "filter": {"status": "pending,failed", "held": true}}"#;
        let Ok(Asked::Preview(Bulk::Priority(Priority::Low), Choice::Filter(query))) =
            parsed(filter)
        else {
            panic!("not a preview")
        };
        assert_eq!((query.statuses.len(), query.held), (2, Some(true)));
        let shown = parsed(r#"{"preview_token": "abc"}"#);
        assert!(matches!(shown, Ok(Asked::Shown(token)) if token == "abc"));
    }

    #[test]
    fn what_is_no_request_names_what_is_wrong() {
        let many = vec![format!("\"{ID}\""); MAX_BULK_IDS + 1].join(",");
        let many = format!(r#"{{"action": "cancel", "ids": [{many}]}}"#);
        let ids = format!(r#""ids": ["{ID}"]"#);
        for (body, field, code) in [
            ("{}".to_owned(), "action", "missing_field"),
            (r#"{"action": "explode"}"#.to_owned(), "action", "invalid_action"),
            (r#"{"action": "cancel"}"#.to_owned(), "ids", "missing_field"),
            (r#"{"action": "cancel", "ids": []}"#.to_owned(), "ids", "too_few"),
            (many, "ids", "too_many"),
            (format!(r#"{{"action": "cancel", "filter": {{}}, {ids}}}"#), "ids", "not_alone"),
            (format!(r#"{{"action": "priority", {ids}}}"#), "priority", "missing_field"),
            (
                format!(r#"{{"action": "retry", "priority": "low", {ids}}}"#),
                "priority",
                "not_alone",
            ),
            (format!(r#"{{"action": "retry", "reason": "so", {ids}}}"#), "reason", "not_alone"),
            (
                format!(r#"{{"action": "priority", "priority": "x", {ids}}}"#),
                "priority",
                "invalid_priority",
            ),
            (
                r#"{"action": "cancel", "filter": {"status": "failed"}}"#.to_owned(),
                "filter",
                "preview_required",
            ),
            (
                r#"{"action": "cancel", "filter": {}, "dry_run": true}"#.to_owned(),
                "filter",
                "too_few",
            ),
            (
                r#"{"action": "cancel", "filter": {"status": "done"}, "dry_run": true}"#.to_owned(),
                "filter.status",
                "invalid_status",
            ),
            (
                r#"{"preview_token": "a", "dry_run": false}"#.to_owned(),
                "preview_token",
                "not_alone",
            ),
        ] {
            let problem = parsed(&body).unwrap_err();
            let named = (problem.errors()[0].field.as_str(), problem.code());
            assert_eq!(named, (field, code), "{body}");
        }
    }
}
