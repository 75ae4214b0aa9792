//! What is made again and again at its time.

use std::sync::Arc;

use http::StatusCode;
use mission_control::kernel::{ProjectId, Timestamp};
use mission_control::missions::Reason;
use mission_control::workflows::schedule::{Schedule, Tick};
use mission_control::workflows::template::{Kept, ScheduleName};
use mission_control_wire::request::{self, CreateSchedule, Empty, PutSchedule};
use mission_control_wire::{EncodeError, Word, reply, to_bytes};

use super::missions::Missions;
use super::templates::{seen, status, tag};
use crate::cursor::{NamesCursor, TicksCursor};
use crate::http::idempotency::{Key, answered, once};
use crate::http::{Problem, Reply, Request};
use crate::{parse, show};

/// Which list a cursor is of.
const LIST: &str = "schedules";

/// How many ticks ahead are shown: enough to see that a weekly one is meant as it is written.
const AHEAD: usize = 10;
/// How many past ticks are shown with a schedule: a line each on a page.
const BEHIND: u32 = 10;

pub(super) async fn list(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let (project, limit) = (request.project()?, request.query().limit()?);
    let after: Option<ScheduleName> = match request.query().text("cursor") {
        None => None,
        Some(text) => Some(
            NamesCursor::open(&area.signer, LIST, project, text)
                .ok_or_else(parse::invalid_cursor)?,
        ),
    };
    let page = area.control.schedules(project, after.as_ref(), limit).await?;
    let next = page.next.map(|name| NamesCursor::seal(&area.signer, LIST, project, name.as_str()));
    let shown = |it| show::schedule(it, &it.upcoming(AHEAD), None);
    Reply::json(&reply::ScheduleList {
        schedules: page.schedules.iter().map(shown).collect(),
        timestamp: Word(area.control.clock().now()),
        next_cursor: next.as_deref(),
    })
}

/// One that is there and says the same is no news, so that sending it again does no harm.
pub(super) async fn create(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    // Before its target is looked up: that may be gone by now.
    if let Some(before) = answered(&request, &area.control).await? {
        return Ok(before);
    }
    let (project, by) = (request.project()?, request.principal()?.signature());
    let (name, paused, said) = request.json::<CreateSchedule>()?.split();
    let name: ScheduleName = name.parse().map_err(|invalid| Problem::invalid("name", invalid))?;
    let spec = parse::schedule(said, &by, area.control.store_time())?;
    let write = area.writer(project, &name).await?;
    let render = move |kept: &Kept<Schedule>| write(kept.there());
    let receipt = Key::of(&request)?.map(|key| key.receipt_by(status, render.clone()));
    let adding = area.control.add_schedule(project, name.clone(), spec, paused, by, receipt);
    once(adding.await??, |kept| {
        let reply = Reply::json_text(render(&kept)?).etag(tag(kept.there().revision)?);
        match kept {
            Kept::Made(_) => reply.created(&format!("/api/schedules/{name}")),
            Kept::Same(_) => Ok(reply),
        }
    })
}

pub(super) async fn get(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let schedule = area.schedule(&request).await?;
    area.with_ticks(&schedule).await
}

pub(super) async fn put(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let (name, seen) = (request.param("name")?, seen(request.if_match()?));
    let (project, by) = (request.project()?, request.principal()?.signature());
    let said = request.json::<PutSchedule>()?;
    let spec = parse::schedule(said, &by, area.control.store_time())?;
    let changed = area.control.put_schedule(project, &name, seen, spec, &by).await??;
    area.with_ticks(&changed).await
}

pub(super) async fn remove(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let (project, name) = (request.project()?, request.param("name")?);
    let there = area.control.remove_schedule(project, &name).await?;
    if there { Ok(Reply::empty()) } else { Err(Problem::not_found()) }
}

pub(super) async fn pause(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    if let Some(before) = answered(&request, &area.control).await? {
        return Ok(before);
    }
    let (project, by) = (request.project()?, request.principal()?.signature());
    let body: request::Reason = request.json()?;
    let reason = Reason::cleaned(body.reason.as_deref().unwrap_or(""));
    let name = request.param("name")?;
    let write = area.writer(project, &name).await?;
    let receipt = Key::of(&request)?.map(|key| key.receipt(StatusCode::OK, write.clone()));
    let rests = area.control.pause_schedule(project, &name, by, reason, receipt).await??;
    once(rests, |rests| Ok(Reply::json_text(write(&rests)?).etag(tag(rests.revision)?)))
}

pub(super) async fn resume(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    if let Some(before) = answered(&request, &area.control).await? {
        return Ok(before);
    }
    let _: Empty = request.json()?;
    let (project, name) = (request.project()?, request.param("name")?);
    let write = area.writer(project, &name).await?;
    let receipt = Key::of(&request)?.map(|key| key.receipt(StatusCode::OK, write.clone()));
    let goes_on = area.control.resume_schedule(project, &name, receipt).await??;
    once(goes_on, |goes_on| Ok(Reply::json_text(write(&goes_on)?).etag(tag(goes_on.revision)?)))
}

pub(super) async fn ticks(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let limit = request.query().limit()?;
    let schedule = area.schedule(&request).await?;
    let before = match request.query().text("cursor") {
        None => None,
        Some(text) => Some(
            TicksCursor::open(&area.signer, schedule.id, text).ok_or_else(parse::invalid_cursor)?,
        ),
    };
    let page = area.control.ticks(&schedule, before, limit).await?;
    let next = page.next.map(|n| TicksCursor::seal(&area.signer, schedule.id, n));
    Reply::json(&reply::TickList {
        ticks: page.ticks.iter().map(show::tick).collect(),
        timestamp: Word(area.control.clock().now()),
        next_cursor: next.as_deref(),
    })
}

impl Missions {
    async fn schedule(&self, request: &Request) -> Result<Schedule, Problem> {
        let found = self.control.schedule(request.project()?, &request.param("name")?).await?;
        found.ok_or_else(Problem::not_found)
    }

    /// A schedule with its last ticks.
    async fn with_ticks(&self, schedule: &Schedule) -> Result<Reply, Problem> {
        let last = self.control.ticks(schedule, None, BEHIND).await?.ticks;
        let text = written(schedule, &last, self.control.clock().now())?;
        Ok(Reply::json_text(text).etag(tag(schedule.revision)?))
    }

    /// Writes down how the schedule of a name is, with the ticks that it has had so far. An answer that
    /// is kept is written inside the store's transaction, where nothing more can be asked.
    async fn writer(
        &self,
        project: &ProjectId,
        name: &ScheduleName,
    ) -> Result<impl Fn(&Schedule) -> Result<Vec<u8>, EncodeError> + Clone + use<>, Problem> {
        let now = self.control.clock().now();
        let last: Arc<[Tick]> = match self.control.schedule(project, name).await? {
            Some(there) => self.control.ticks(&there, None, BEHIND).await?.ticks.into(),
            None => Arc::default(),
        };
        Ok(move |schedule: &Schedule| written(schedule, &last, now))
    }
}

fn written(schedule: &Schedule, last: &[Tick], now: Timestamp) -> Result<Vec<u8>, EncodeError> {
    to_bytes(&reply::ScheduleReply {
        schedule: show::schedule(schedule, &schedule.upcoming(AHEAD), Some(last)),
        timestamp: Word(now),
    })
}
