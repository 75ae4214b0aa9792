//! What is made again and again at its time.

use std::sync::Arc;

use mission_control::ScheduleRefusal;
use mission_control::missions::Reason;
use mission_control::workflows::schedule::{Schedule, Tick};
use mission_control::workflows::template::ScheduleName;
use mission_control_wire::request::{self, CreateSchedule, Empty, PutSchedule};
use mission_control_wire::{Word, reply};

use super::missions::Missions;
use super::templates::{seen, tag};
use crate::cursor::{NamesCursor, TicksCursor};
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
    let shown = |it| show::schedule(it, &area.control.upcoming(it, AHEAD), None);
    Reply::json(&reply::ScheduleList {
        schedules: page.schedules.iter().map(shown).collect(),
        timestamp: Word(area.control.clock().now()),
        next_cursor: next.as_deref(),
    })
}

pub(super) async fn create(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let (project, by) = (request.project()?, request.principal()?.signature());
    let (name, paused, said) = request.json::<CreateSchedule>()?.split();
    let name: ScheduleName = name.parse().map_err(|invalid| Problem::invalid("name", invalid))?;
    let spec = parse::schedule(said, &by, area.control.store_time())?;
    let adding = area.control.add_schedule(project, name.clone(), spec.clone(), paused, by);
    match adding.await? {
        Ok(schedule) => shown(&area, &schedule, &[])?.created(&format!("/api/schedules/{name}")),
        // Whoever sends it again because the answer never came does no harm.
        Err(ScheduleRefusal::Taken) => match area.control.schedule(project, &name).await? {
            Some(there) if *there.spec == spec && there.paused.is_some() == paused => {
                area.with_ticks(&there).await
            }
            Some(_) | None => Err(ScheduleRefusal::Taken.into()),
        },
        Err(refusal) => Err(refusal.into()),
    }
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
    let (project, by) = (request.project()?, request.principal()?.signature());
    let body: request::Reason = request.json()?;
    let reason = Reason::cleaned(body.reason.as_deref().unwrap_or(""));
    let name = request.param("name")?;
    let rests = area.control.pause_schedule(project, &name, by, reason).await??;
    area.with_ticks(&rests).await
}

pub(super) async fn resume(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let _: Empty = request.json()?;
    let name = request.param("name")?;
    let goes_on = area.control.resume_schedule(request.project()?, &name).await??;
    area.with_ticks(&goes_on).await
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
        let last = self.control.ticks(schedule, None, BEHIND).await?;
        shown(self, schedule, &last.ticks)
    }
}

fn shown(area: &Missions, schedule: &Schedule, last: &[Tick]) -> Result<Reply, Problem> {
    let upcoming = area.control.upcoming(schedule, AHEAD);
    let shape = reply::ScheduleReply {
        schedule: show::schedule(schedule, &upcoming, Some(last)),
        timestamp: Word(area.control.clock().now()),
    };
    Ok(Reply::json(&shape)?.etag(tag(schedule.revision)?))
}
