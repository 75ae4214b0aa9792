//! Missions as a file.

use std::sync::Arc;

use http::HeaderValue;
use http::header::CONTENT_DISPOSITION;
use mission_control::MissionControl;
use mission_control::kernel::{ProjectId, Scope, StoreError, Timestamp};
use mission_control::missions::ListQuery;

use super::missions::Missions;
use crate::export::{self, FIRST_ROWS, Format, Page, Writer};
use crate::http::{Problem, Reply, Request};
use crate::parse;

/// `2026-01-31T08:30:00` without its signs, which not every file system takes.
const NAME_DIGITS: usize = 14;

/// The first page is read before the answer begins, so that trouble is still a refusal; the others
/// while the body is taken. No deadline counts for them: who stops reading is cut off by the
/// server, and each page has the deadline of a statement.
pub(super) async fn export(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let (format, query) = parse::export(request.query())?;
    let (project, scope) = (request.project()?.clone(), request.scope()?);
    let (control, now) = (area.control.clone(), area.control.clock().now());
    let first = page(&control, &scope, &ListQuery { limit: FIRST_ROWS, ..query.clone() }).await?;
    // The store stays open while the body reads it.
    let over = request.known()?.over.clone();
    let held = Arc::new((control, scope, query, over, request.stay()));
    let read = move |place, limit| {
        let held = Arc::clone(&held);
        async move {
            let (control, scope, query, over, _) = &*held;
            // A file may take hours, and their session ends in the middle of it.
            if !over.still().await.unwrap_or(false) {
                return Err(StoreError::Unavailable("whoever asked may not go on".to_owned()));
            }
            page(control, scope, &ListQuery { after: Some(place), limit, ..query.clone() }).await
        }
    };
    let body = export::body(Writer::new(format, now), first, read);
    let name = disposition(&project, now, format)?;
    Ok(Reply::stream(format.media_type(), body).header(CONTENT_DISPOSITION, name))
}

async fn page(
    control: &MissionControl,
    scope: &Scope,
    query: &ListQuery,
) -> Result<Page, StoreError> {
    let page = control.page(scope, query).await?;
    Ok(Page { rows: control.view(page.missions).await?, next: page.next })
}

/// `attachment; filename="missions-default-20260131083000.csv"`.
fn disposition(
    project: &ProjectId,
    now: Timestamp,
    format: Format,
) -> Result<HeaderValue, Problem> {
    let at: String =
        now.to_string().chars().filter(char::is_ascii_digit).take(NAME_DIGITS).collect();
    let text = format!("attachment; filename=\"missions-{project}-{at}.{format}\"");
    HeaderValue::try_from(text).map_err(|_| Problem::internal())
}
