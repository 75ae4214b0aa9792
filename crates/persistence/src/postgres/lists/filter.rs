//! What a query asks of a mission besides its project, status and priority.

use std::fmt::Write as _;

use mission_control_kernel::Timestamp;
use mission_control_missions::ListQuery;

use super::Statement;
use super::narrow::Narrow;
use crate::postgres::search;

impl Statement {
    /// The conditions, each behind an AND; `among` are the only missions to look at. What `walked`
    /// asks is left out: each walk asks for its own value, and asking twice looks to the planner as
    /// if hardly any mission passed.
    pub(super) fn filter(
        &mut self,
        query: &ListQuery,
        among: Option<Vec<String>>,
        walked: Option<&Narrow>,
    ) -> String {
        let mut text = String::new();
        let mut asked = Narrow::all_of(query);
        asked.retain(|narrow| Some(narrow) != walked);
        for narrow in asked {
            let condition = self.narrow(&narrow);
            let _ = write!(text, " AND {condition}");
        }
        // With `default` among them, kinds have no index that would leave few.
        if query.kinds.iter().any(|kind| kind.as_str() == "default") {
            let kinds: Vec<String> = query.kinds.iter().map(ToString::to_string).collect();
            let _ = write!(text, " AND m.kind = ANY({})", self.bind(kinds));
        }
        if query.only_roots {
            text.push_str(" AND m.parent_id IS NULL");
        }
        if query.dead_letter == Some(false) {
            text.push_str(" AND NOT m.dead_letter");
        }
        if query.held == Some(false) {
            text.push_str(" AND NOT m.held");
        }
        if let Some(ids) = among {
            let _ = write!(text, " AND m.id = ANY({})", self.bind(ids));
        }
        if let Some(sought) = &query.text {
            let pattern = self.bind(search::like_pattern(sought.as_str()));
            let _ = write!(
                text,
                " AND (lower(m.title COLLATE \"und-x-icu\") LIKE {pattern} \
                 OR lower(m.description COLLATE \"und-x-icu\") LIKE {pattern} \
                 OR lower(m.error_message COLLATE \"und-x-icu\") LIKE {pattern})"
            );
        }
        text
    }
}

/// The smallest UUIDv7 that an instant can have: ids made from it on are not smaller.
pub(super) fn first_id_at(at: Timestamp) -> String {
    let millis = u64::try_from(at.as_micros()).unwrap_or(0).div_ceil(1_000);
    format!("{:08x}-{:04x}-7000-8000-000000000000", millis >> 16, millis & 0xffff)
}
