//! Every code of a refusal.

use http::StatusCode;

use super::Page;
use crate::http::description::problems::{ALL, Known};

/// All codes, by status.
pub(super) fn write(page: &mut Page) {
    page.paragraph(
        "A refusal is `application/problem+json` (RFC 9457). Branch on its `code`; `detail` is for \
         people, `errors` names the fields that were wrong, and `request_id` finds the request in \
         the log.",
    );
    let mut status = 0;
    for known in ALL {
        let first = known.statuses.first().copied().unwrap_or_default();
        if first != status {
            status = first;
            let title = StatusCode::from_u16(status).ok().and_then(|it| it.canonical_reason());
            page.heading(
                2,
                &format!("status-{status}"),
                &format!("{status} {}", title.unwrap_or("")),
            );
        }
        one(page, known);
    }
}

fn one(page: &mut Page, known: &Known) {
    page.raw("<article>\n");
    page.heading(3, known.code, known.code);
    let statuses: Vec<String> = known.statuses.iter().map(ToString::to_string).collect();
    page.raw(&format!("<p class=\"route\"><b class=\"bad\">{}</b></p>\n", statuses.join(", ")));
    page.paragraph(known.means);
    page.paragraph(known.remedy);
    page.raw("</article>\n");
}
