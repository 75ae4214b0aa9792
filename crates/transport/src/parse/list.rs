//! Which missions a list shows.

use mission_control::kernel::{Invalid, ProjectId};
use mission_control::missions::{Label, ListQuery, SearchText, ShortName, Sort, SortKey};

use crate::cursor::{ListCursor, Signer};
use crate::export::Format;
use crate::http::{Problem, Query};

/// Every parameter that [`list_query`] reads.
pub(crate) const LIST_PARAMETERS: &[&str] = &[
    "status",
    "priority",
    "kind",
    "agent_type",
    "agent_id",
    "model",
    "parent_id",
    "root_id",
    "roots",
    "run_id",
    "template",
    "complexity",
    "label",
    "q",
    "created_after",
    "created_before",
    "dead_letter",
    "held",
    "fingerprint",
    "sort",
    "limit",
    "cursor",
];

/// Every parameter that [`export`] reads: those of the list, but a file has no pages.
pub(crate) const EXPORT_PARAMETERS: &[&str] = &[
    "format",
    "status",
    "priority",
    "kind",
    "agent_type",
    "agent_id",
    "model",
    "parent_id",
    "root_id",
    "roots",
    "run_id",
    "template",
    "complexity",
    "label",
    "q",
    "created_after",
    "created_before",
    "dead_letter",
    "held",
    "fingerprint",
    "sort",
];

/// Filters combine; several values of one are separated by commas.
///
/// # Errors
/// 422 naming the parameter, 400 `invalid_cursor`.
pub(crate) fn list_query(
    query: &Query,
    signer: &Signer,
    project: &ProjectId,
) -> Result<ListQuery, Problem> {
    let filtered = filtered(query)?;
    let sort = filtered.sort;
    let after = match query.text("cursor") {
        None => None,
        Some(text) => {
            let cursor = ListCursor::open(signer, project, text);
            let cursor = cursor.filter(|cursor| cursor.sort == sort);
            Some(cursor.ok_or_else(invalid_cursor)?.place)
        }
    };
    Ok(ListQuery { after, limit: query.limit()?, ..filtered })
}

/// How a file looks, CSV when nothing is said, and which missions are in it.
///
/// # Errors
/// 422 naming the parameter.
pub(crate) fn export(query: &Query) -> Result<(Format, ListQuery), Problem> {
    Ok((query.get("format")?.unwrap_or(Format::Csv), filtered(query)?))
}

/// From the begin, as many as there are.
fn filtered(query: &Query) -> Result<ListQuery, Problem> {
    Ok(ListQuery {
        statuses: query.list("status")?,
        priorities: query.list("priority")?,
        kinds: query.list("kind")?,
        agent_types: query.list_with("agent_type", ShortName::parse)?,
        agents: query.list("agent_id")?,
        models: query.list_with("model", ShortName::parse)?,
        parents: query.list("parent_id")?,
        roots: query.list("root_id")?,
        only_roots: query.flag("roots")?.unwrap_or(false),
        runs: query.list("run_id")?,
        templates: query.list_with("template", ShortName::parse)?,
        complexities: query.list("complexity")?,
        labels: query.list_with("label", Label::parse)?,
        text: query.get_with("q", SearchText::parse)?,
        created_from: query.get("created_after")?,
        created_until: query.get("created_before")?,
        dead_letter: query.flag("dead_letter")?,
        held: query.flag("held")?,
        fingerprints: query.list("fingerprint")?,
        sort: query.get_with("sort", sort)?.unwrap_or_default(),
        after: None,
        limit: u32::MAX,
    })
}

/// 400: not a cursor of ours, or not one of this list.
pub(crate) fn invalid_cursor() -> Problem {
    let detail = "the cursor is not one that this list has given in this order: begin without one";
    Problem::malformed("invalid_cursor", detail)
}

fn sort(text: &str) -> Result<Sort, Invalid> {
    let (key, descending) = match text.strip_prefix('-') {
        Some(key) => (key, true),
        None => (text, false),
    };
    Ok(Sort { key: key.parse::<SortKey>()?, descending })
}

#[cfg(test)]
mod tests {
    use mission_control::missions::{ListPlace, Priority, Status};

    use super::*;

    fn parsed(raw: &str) -> Result<ListQuery, Problem> {
        let query = Query::parse(Some(raw), LIST_PARAMETERS)?;
        list_query(&query, &Signer::new(b"key"), &ProjectId::default_project())
    }

    fn cursor(sort: Sort) -> String {
        let id = "019126f4-5d40-7000-8000-000000000001".parse().unwrap();
        let cursor = ListCursor { sort, place: ListPlace { value: 5, id } };
        cursor.seal(&Signer::new(b"key"), &ProjectId::default_project())
    }

    #[test]
    fn filters_combine_and_take_several_values() {
        let query = parsed("status=pending,running&priority=high&label=a,b&roots=true").unwrap();
        assert_eq!(query.statuses, [Status::Pending, Status::Running]);
        assert_eq!(query.priorities, [Priority::High]);
        assert_eq!((query.labels.len(), query.only_roots, query.limit), (2, true, 50));
        assert!(parsed("").unwrap().counts_by_cells());
        assert!(!query.counts_by_cells());
    }

    #[test]
    fn a_cursor_holds_for_the_order_it_was_given_in() {
        let by_cost = Sort { key: SortKey::Cost, descending: true };
        let newest = cursor(Sort::default());
        assert_eq!(parsed(&format!("cursor={newest}")).unwrap().after.unwrap().value, 5);
        let cheap = cursor(by_cost);
        assert!(parsed(&format!("sort=-cost_estimate&cursor={cheap}")).is_ok());
        for raw in [
            format!("cursor={cheap}"),
            format!("sort=cost_estimate&cursor={cheap}"),
            "cursor=MS40Mg".to_owned(),
            "cursor=".to_owned(),
        ] {
            let problem = parsed(&raw).unwrap_err();
            assert_eq!(
                (problem.status().as_u16(), problem.code()),
                (400, "invalid_cursor"),
                "{raw}"
            );
        }
    }

    #[test]
    fn a_file_takes_what_the_list_takes_but_pages() {
        let pages = ["limit", "cursor"];
        let (format, filters) = EXPORT_PARAMETERS.split_first().unwrap();
        assert_eq!(*format, "format");
        let of_list: Vec<_> = LIST_PARAMETERS.iter().filter(|name| !pages.contains(name)).collect();
        assert_eq!(filters.iter().collect::<Vec<_>>(), of_list);
    }

    #[test]
    fn wrong_values_are_named_by_their_parameter() {
        for (raw, field, code) in [
            ("status=done", "status", "invalid_status"),
            ("sort=name", "sort", "invalid_sort"),
            ("q=", "q", "too_short"),
            ("agent_id=7", "agent_id", "invalid_agent_id"),
            ("created_after=now", "created_after", "invalid_time"),
            ("held=1", "held", "invalid_flag"),
            ("fingerprint=A", "fingerprint", "invalid_fingerprint"),
        ] {
            let problem = parsed(raw).unwrap_err();
            assert_eq!((problem.errors()[0].field.as_str(), problem.code()), (field, code));
        }
    }
}
