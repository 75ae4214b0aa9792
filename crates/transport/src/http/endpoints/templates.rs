//! Missions that are made again and again: templates.

use std::sync::Arc;

use http::{HeaderValue, StatusCode};
use mission_control::kernel::{Revision, Timestamp};
use mission_control::workflows::template::{Kept, Template, TemplateName};
use mission_control_wire::request::{CreateTemplate, LaunchTemplate, PutTemplate};
use mission_control_wire::{Word, reply, to_bytes};

use super::missions::Missions;
use crate::cursor::NamesCursor;
use crate::http::idempotency::{Key, answered, once};
use crate::http::{IfMatch, Problem, Reply, Request};
use crate::{parse, show};

/// Which list a cursor is of.
const LIST: &str = "templates";

pub(super) async fn list(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let (project, limit) = (request.project()?, request.query().limit()?);
    let after: Option<TemplateName> = match request.query().text("cursor") {
        None => None,
        Some(text) => Some(
            NamesCursor::open(&area.signer, LIST, project, text)
                .ok_or_else(parse::invalid_cursor)?,
        ),
    };
    let page = area.control.templates(project, after.as_ref(), limit).await?;
    let next = page.next.map(|name| NamesCursor::seal(&area.signer, LIST, project, name.as_str()));
    Reply::json(&reply::TemplateList {
        templates: page.templates.iter().map(show::template).collect(),
        timestamp: Word(area.control.clock().now()),
        next_cursor: next.as_deref(),
    })
}

/// One that is there and says the same is no news, so that sending it again does no harm.
pub(super) async fn create(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let (project, by) = (request.project()?, request.principal()?.signature());
    let (name, said) = request.json::<CreateTemplate>()?.split();
    let name: TemplateName = name.parse().map_err(|invalid| Problem::invalid("name", invalid))?;
    let spec = parse::template(said, &by)?;
    let now = area.control.clock().now();
    let render = move |kept: &Kept<Template>| to_bytes(&told(kept.there(), now));
    let receipt = Key::of(&request)?.map(|key| key.receipt_by(status, render));
    let kept = area.control.add_template(project, name.clone(), spec, by, receipt).await??;
    once(kept, |kept| {
        let reply = Reply::json_text(render(&kept)?).etag(tag(kept.there().revision)?);
        match kept {
            Kept::Made(_) => reply.created(&format!("/api/templates/{name}")),
            Kept::Same(_) => Ok(reply),
        }
    })
}

pub(super) async fn get(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let name = request.param("name")?;
    let found = area.control.template(request.project()?, &name).await?;
    shown(&area, &found.ok_or_else(Problem::not_found)?)
}

pub(super) async fn put(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let (name, seen) = (request.param("name")?, seen(request.if_match()?));
    let by = request.principal()?.signature();
    let spec = parse::template(request.json::<PutTemplate>()?, &by)?;
    let changed = area.control.put_template(request.project()?, &name, seen, spec).await??;
    shown(&area, &changed)
}

pub(super) async fn remove(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    area.control.remove_template(request.project()?, &request.param("name")?).await??;
    Ok(Reply::empty())
}

pub(super) async fn launch(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let (project, name) = (request.project()?, request.param("name")?);
    let by = request.principal()?.signature();
    if let Some(before) = answered(&request, &area.control).await? {
        return Ok(before);
    }
    let launch = parse::template_launch((project, name), request.json::<LaunchTemplate>()?, by)?;
    let mission = area.control.mission_of_template(launch).await??;
    area.make(&request, mission).await
}

/// Which revision a change is bound to.
pub(super) const fn seen(if_match: IfMatch) -> Option<Revision> {
    match if_match {
        IfMatch::Any => None,
        IfMatch::Revision(revision) => Some(revision),
    }
}

/// The tag of something whose revision rises with each change.
pub(super) fn tag(revision: Revision) -> Result<HeaderValue, Problem> {
    let text = format!("\"{}\"", revision.number());
    HeaderValue::try_from(text).map_err(|_| Problem::internal())
}

/// With which status something that is kept is answered.
pub(super) const fn status<T>(kept: &Kept<T>) -> StatusCode {
    match kept {
        Kept::Made(_) => StatusCode::CREATED,
        Kept::Same(_) => StatusCode::OK,
    }
}

fn shown(area: &Missions, template: &Template) -> Result<Reply, Problem> {
    let shape = told(template, area.control.clock().now());
    Ok(Reply::json(&shape)?.etag(tag(template.revision)?))
}

fn told(template: &Template, now: Timestamp) -> reply::TemplateReply<'_> {
    reply::TemplateReply { template: show::template(template), timestamp: Word(now) }
}
