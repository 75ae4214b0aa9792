//! Selections that wait to be carried out.

use std::fmt::Write as _;

use mission_control::Preview;
use mission_control_kernel::{ProjectId, Revision, StoreError};
use mission_control_missions::{Bulk, BulkWords, Chosen, Seen};

use super::read::Reader;

/// What a row of `previews` says of its selection.
pub(crate) struct PreviewRow {
    pub(crate) action: String,
    pub(crate) priority: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) chosen: String,
}

impl PreviewRow {
    pub(crate) fn of(preview: &Preview) -> Self {
        let BulkWords { verb, priority, reason } = preview.action.words();
        let mut chosen = String::new();
        for Chosen { mission, seen: Seen { status, revision, moves } } in &preview.chosen {
            let revision = revision.number();
            writeln!(chosen, "{mission} {status} {revision} {moves}")
                .expect("writing into a string does not fail");
        }
        Self {
            action: verb.to_string(),
            priority: priority.map(|priority| priority.to_string()),
            reason: reason.map(|reason| reason.to_string()),
            chosen,
        }
    }

    pub(crate) fn into_preview(
        self,
        project: &ProjectId,
        principal: &str,
        id: &str,
    ) -> Result<Preview, StoreError> {
        let reader = Reader { table: "previews", row: id };
        let verb = reader.parse("action", &self.action)?;
        let priority = reader.parse_some("priority", self.priority.as_deref())?;
        let reason = reader.text_some("reason", self.reason.as_deref())?;
        let words = BulkWords { verb, priority, reason };
        let chosen = self.chosen.lines().map(|line| reader.need("chosen", chosen(line)));
        Ok(Preview {
            id: id.to_owned(),
            project: project.clone(),
            principal: principal.to_owned(),
            action: reader.need("priority", Bulk::of(words))?,
            chosen: chosen.collect::<Result<_, _>>()?,
        })
    }
}

/// One line; none when it is no such line.
fn chosen(line: &str) -> Option<Chosen> {
    let mut words = line.split(' ');
    let chosen = Chosen {
        mission: words.next()?.parse().ok()?,
        seen: Seen {
            status: words.next()?.parse().ok()?,
            revision: Revision::new(words.next()?.parse().ok()?),
            moves: words.next()?.parse().ok()?,
        },
    };
    words.next().is_none().then_some(chosen)
}
