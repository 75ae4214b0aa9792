//! Edits of a mission.

use mission_control::missions::{Description, Edit, Label, Title};
use mission_control_wire::CheckedJson;
use mission_control_wire::request::PatchMission;

use super::Fields;
use super::mission::distinct;
use crate::http::Problem;

/// An edit that holds for whichever revision is current; its metadata is still the patch alone.
pub(crate) fn edit(body: PatchMission) -> Result<Edit, Problem> {
    let mut fields = Fields::default();
    let title = fields.optional("title", body.title.as_deref(), Title::parse);
    let description =
        fields.optional("description", body.description.as_deref(), Description::parse);
    let priority = fields.optional("priority", body.priority, |word| word.parse());
    let relabelled = body.labels.is_some();
    let labels = fields.each("labels", body.labels, |label| Label::parse(&label));
    let labels = labels.and_then(|labels| fields.take("labels", distinct(labels)));
    let (Some(title), Some(description), Some(priority), Some(labels)) =
        (title, description, priority, labels)
    else {
        return Err(fields.refuse());
    };
    let metadata = body.metadata.map(CheckedJson::into_text);
    let labels = relabelled.then_some(labels);
    Ok(Edit { if_match: None, title, description, metadata, labels, priority })
}
